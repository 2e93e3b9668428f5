"""Typed borders: JSON becomes the arguments that a function's annotations ask for, and what it returns becomes JSON.

Dataclasses, TypedDicts, msgspec Structs, pydantic models, enums, dates, UUIDs and what is made of them.
"""

import asyncio
import inspect
import json
from typing import Any, get_type_hints

import msgspec


class ContractBroken(Exception):
    """A value is not what an annotation says: its message names the place, what is wanted, and what was there."""


def from_json(value: Any, type: Any, place: str) -> Any:
    """A JSON value as an annotation wants it. Raises ContractBroken; `place` is what the value is called."""
    if type is Any or type is inspect.Parameter.empty:
        return value
    try:
        if _is_pydantic(type):  # which msgspec would take for an ordinary dataclass
            return _to_pydantic(type, value)
        return msgspec.convert(value, type, dec_hook=_to_pydantic)
    except msgspec.ValidationError as problem:
        what, _, path = str(problem).partition(" - at `")
        raise ContractBroken(f"{place}{path.rstrip('`').removeprefix('$')}: {what}") from problem
    except (TypeError, ValueError, NotImplementedError) as problem:
        raise ContractBroken(f"{place}: {problem}") from problem


def to_json(value: Any, type: Any, place: str) -> Any:
    """A value as JSON has it, once it was seen to be what the annotation says. Raises ContractBroken."""
    try:
        plain = msgspec.to_builtins(value, str_keys=True, enc_hook=_from_pydantic)
    except (TypeError, ValueError, NotImplementedError) as problem:
        raise ContractBroken(f"{place}: {problem}") from problem
    if type is not None:
        from_json(plain, type, place)
    elif value is not None:
        raise ContractBroken(f"{place}: Expected `null`, got `{value.__class__.__name__}`")
    return plain


def text_of(value: Any, place: str) -> str:
    """JSON text. Raises ContractBroken for what has none: infinities, what is no number, halves of characters."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        text.encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise ContractBroken(f"{place}: {problem}") from problem
    return text


class Contract:
    """What a function takes and gives."""

    def __init__(self, function: Any, name: str) -> None:
        self.name = name
        self.signature = inspect.signature(function)
        hints = get_type_hints(function, include_extras=True)
        self.types = {name: hints.get(name, Any) for name in self.signature.parameters}
        self.result = hints.get("return", Any)
        if self.result is type(None):
            self.result = None
        kinds = {parameter.kind for parameter in self.signature.parameters.values()}
        self._takes_any = inspect.Parameter.VAR_KEYWORD in kinds

    def arguments(self, input: Any) -> dict[str, Any]:
        """The arguments in a task's input, which has a member for each parameter.

        What is no object is the only parameter's. Raises ContractBroken.
        """
        named = [name for name, one in self.signature.parameters.items() if one.kind in _NAMED]
        if not isinstance(input, dict):
            if len(named) != 1:
                raise ContractBroken(f"{self.name}: Expected an object with {', '.join(named) or 'nothing'}")
            input = {named[0]: input}
        unknown = [name for name in input if name not in named]
        if unknown and not self._takes_any:
            raise ContractBroken(f"{self.name}: has no parameter {', '.join(unknown)}")
        missing = [name for name in named if name not in input and self._is_required(name)]
        if missing:
            raise ContractBroken(f"{self.name}: {', '.join(missing)} is missing")
        return {
            name: from_json(value, self.types.get(name, Any), f"{self.name}.{name}") for name, value in input.items()
        }

    def _is_required(self, name: str) -> bool:
        return self.signature.parameters[name].default is inspect.Parameter.empty

    def input(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The input that these arguments make, checked. Raises TypeError as a call does, and ContractBroken."""
        bound = self.signature.bind(*args, **kwargs)
        return {
            name: to_json(value, self.types[name], f"{self.name}.{name}") for name, value in bound.arguments.items()
        }

    def returned(self, value: Any) -> Any:
        """What a function returned, as JSON has it. Raises ContractBroken."""
        return to_json(value, self.result, f"{self.name} returned")

    def result_of(self, value: Any) -> Any:
        """The output of an execution or a task, as the annotation wants it. Raises ContractBroken."""
        return None if self.result is None else from_json(value, self.result, f"{self.name} gave")


def call_with_json(task: Any, input: Any) -> str:
    """Call a task's function here and now: JSON's values in, JSON text out. Raises ContractBroken, what it raises."""
    contract = Contract(task.function, task.name)
    result = task.function(**contract.arguments(input))
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    return text_of(contract.returned(result), f"{task.name} returned")


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _is_pydantic(type: Any) -> bool:
    """Models and pydantic's own dataclasses: both carry their validator."""
    return hasattr(type, "__pydantic_validator__")


def _to_pydantic(type: Any, value: Any) -> Any:
    if not _is_pydantic(type):
        raise NotImplementedError(f"{type!r} is no type that JSON can be read as")
    try:
        return type.__pydantic_validator__.validate_json(json.dumps(value))
    except ValueError as problem:
        raise ValueError(_said(problem)) from problem


def _from_pydantic(value: Any) -> Any:
    if not _is_pydantic(value.__class__):
        raise NotImplementedError(f"{value.__class__.__name__} has no form in JSON")
    return value.model_dump(mode="json", by_alias=True)


def _said(problem: ValueError) -> str:
    """Pydantic's errors in one line, each with its place."""
    errors = getattr(problem, "errors", None)
    if errors is None:
        return str(problem)
    return "; ".join(": ".join([*filter(None, [".".join(map(str, one["loc"]))]), one["msg"]]) for one in errors())
