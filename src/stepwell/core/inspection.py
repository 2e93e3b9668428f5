"""What a state under test shows of its data: AWS's InspectionData, gathered by wrapping the state's expressions."""

from typing import Any, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from stepwell.asl import states as asl
from stepwell.core.document import Document
from stepwell.core.execution import Branch
from stepwell.expressions.paths import ReferencePath
from stepwell.expressions.scope import Expression, Json, Scope

Seen = dict[str, Document]
"""What was come across, by its name in InspectionData."""

_WATCHED = {
    "input_path": "afterInputPath",
    "parameters": "afterParameters",
    "result_selector": "afterResultSelector",
    "result_path": "afterResultPath",
}
"""Attributes of a state whose values are shown. Parameters are Arguments in JSONata."""

_SHOWN: dict[tuple[str, type[asl.State]], tuple[str, ...]] = {
    ("JSONPath", asl.Task): ("afterInputPath", "afterParameters", "result", "afterResultSelector", "afterResultPath"),
    ("JSONPath", asl.Parallel): ("afterResultSelector", "afterResultPath"),
    ("JSONPath", asl.Map): (
        "afterInputPath",
        "afterItemsPointer",
        "afterItemsPath",
        "afterItemSelector",
        "afterResultSelector",
        "afterResultPath",
    ),
    ("JSONata", asl.Task): ("afterArguments", "result"),
    ("JSONata", asl.Map): ("afterItemsPointer", "afterItemSelector"),
}
"""What is shown of each type, beside the input (recorded). Other JSONPath states show afterInputPath, JSONata none."""

_PASS = ("afterInputPath", "afterParameters", "afterResultSelector", "afterResultPath")
_PASS_WITH_RESULT = ("result", "afterResultSelector", "afterResultPath")
_NUMBERS = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage")

AnyState = TypeVar("AnyState", bound=asl.State)


class Watched:
    """An expression that notes what it was last evaluated to."""

    __slots__ = ("_expression", "_name", "_seen")

    def __init__(self, expression: Expression, name: str, seen: Seen) -> None:
        self._expression = expression
        self._name = name
        self._seen = seen

    @property
    def source(self) -> str:
        return self._expression.source

    def evaluate(self, scope: Scope) -> Json:
        value = self._expression.evaluate(scope)
        self._seen[self._name] = Document.of(value)
        return value


class WatchedPath:
    """A ResultPath that notes what came of it."""

    __slots__ = ("_path", "_seen")

    def __init__(self, path: ReferencePath, seen: Seen) -> None:
        self._path = path
        self._seen = seen

    def place(self, raw_input: Json, result: Json) -> Json:
        value = self._path.place(raw_input, result)
        self._seen["afterResultPath"] = Document.of(value)
        return value


def watched(state: AnyState, seen: Seen) -> AnyState:
    """The same state, whose filters tell `seen` what they make."""
    changed: dict[str, Any] = {}
    for attribute, name in _WATCHED.items():
        field = getattr(state, attribute, None)
        if isinstance(field, ReferencePath):
            changed[attribute] = WatchedPath(field, seen)
        elif field is not None and not isinstance(field, asl.Discard):
            changed[attribute] = Watched(field, "afterArguments" if state.language == "JSONata" else name, seen)
    return replace(state, **changed)


def inspect(state: asl.State, branch: Branch, seen: Seen) -> dict[str, Any]:
    """InspectionData but for errorDetails: JSON texts and, of a Map, numbers. `branch` is the one in the state."""
    if state.language == "JSONPath":
        _fill_identities(state, branch, seen)
    shown = {name: seen[name].text for name in _shown(state) if name in seen}
    numbers = {name: seen[name].value for name in _NUMBERS if name in seen}
    variables = {name: document.value for name, document in (branch.variables or {}).items()}
    held = {"variables": Document.of(variables).text} if variables else {}
    return {"input": branch.input.text, **shown, **numbers, **held}


def _shown(state: asl.State) -> tuple[str, ...]:
    if isinstance(state, asl.Pass) and state.language == "JSONPath":
        return _PASS if state.result is UNSET else _PASS_WITH_RESULT
    default = ("afterInputPath",) if state.language == "JSONPath" else ()
    return _SHOWN.get((state.language, type(state)), default)


def _fill_identities(state: asl.State, branch: Branch, seen: Seen) -> None:
    """A filter that the state has not passes on what comes in, as far as the state got."""
    _fill(seen, "afterInputPath", state.input_path, branch.input)
    _fill(seen, "afterParameters", getattr(state, "parameters", None), seen.get("afterInputPath"))
    result = seen.get("result")
    if isinstance(state, asl.Pass):
        result = seen.get("afterParameters") if state.result is UNSET else Document.of(state.result)
        _fill(seen, "result", None, result)
    _fill(seen, "afterResultSelector", getattr(state, "result_selector", None), result)
    path = getattr(state, "result_path", None)
    kept = branch.input if isinstance(path, asl.Discard) else seen.get("afterResultSelector")
    _fill(seen, "afterResultPath", None if isinstance(path, asl.Discard) else path, kept)


def _fill(seen: Seen, name: str, field: Any, before: Document | None) -> None:
    if field is None and before is not None:
        seen.setdefault(name, before)
