"""The steps a JSONPath is made of, and how each gets from one value to the next."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from stepwell.expressions.scan import ABSENT
from stepwell.expressions.scope import Json


class Several(NamedTuple):
    """`['a','b']`: an object of those members at the end of a path, otherwise each of them."""

    names: tuple[str, ...]


class Select(NamedTuple):
    """Any step that may find several values: a wildcard, a slice, a union, a filter, a descent."""

    text: str
    children: "Selector"


class Call(NamedTuple):
    """A function at the end of a path, such as `.length()`."""

    name: str
    arguments: tuple[Json, ...]


Selector = Callable[[Json, Json], Iterator[Json]]
"""From (value, document) to the values one step further."""

Step = str | int | Several | Select | Call


def canonical(steps: tuple[Step, ...]) -> str:
    """The path in bracket notation, `$['a'][0]`, as Jayway's messages write it."""
    return "$" + "".join(map(canonical_step, steps))


def canonical_step(step: Step) -> str:
    match step:
        case str():
            return f"['{step}']"
        case int():
            return f"[{step}]"
        case Several(names):
            return "[" + ",".join(f"'{name}'" for name in names) + "]"
        case Select(text, _):
            return text
        case Call(name, _):
            return f".{name}()"


def step_into(value: Json, step: Step) -> Json:
    """One definite step. A string has characters at indices for Python, not for JSON: hence the look at the type."""
    if isinstance(step, int) and not isinstance(value, list):
        raise LookupError(step)
    if isinstance(step, Several):
        if not isinstance(value, dict):
            raise LookupError(step)
        return {name: value[name] for name in step.names if name in value}
    return value[step]


def selector(step: Step, last: bool) -> Selector:
    match step:
        case Select(_, children):
            return children
        case Several(names) if not last:
            return _each_name(names)
    return _at_most_one(step)


def _at_most_one(step: Step) -> Selector:
    def children(value: Json, document: Json) -> Iterator[Json]:
        try:
            yield step_into(value, step)
        except ABSENT:
            return

    return children


def _each_name(names: tuple[str, ...]) -> Selector:
    return lambda value, document: (value[name] for name in names if isinstance(value, dict) and name in value)


def every_child(value: Json, document: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def slice_of(start: int | None, stop: int | None) -> Selector:
    return lambda value, document: iter(value[start:stop] if isinstance(value, list) else ())


def union_of(indices: tuple[int, ...]) -> Selector:
    def children(value: Json, document: Json) -> Iterator[Json]:
        if isinstance(value, list):
            yield from (value[index] for index in indices if -len(value) <= index < len(value))

    return children


def filtered(accepts: Callable[[Json, Json], bool]) -> Selector:
    """Elements of an array; an object is tested itself, as Jayway does."""

    def children(value: Json, document: Json) -> Iterator[Json]:
        candidates = value if isinstance(value, list) else [value] if isinstance(value, dict) else ()
        return (candidate for candidate in candidates if accepts(candidate, document))

    return children


def descend(children: Selector, filters: bool) -> Selector:
    """Parents before children. A filter below sees each value once: as itself, not as an element of its array."""

    def everywhere(value: Json, document: Json) -> Iterator[Json]:
        pending = [value]
        while pending:
            node = pending.pop()
            if not (filters and isinstance(node, list)):
                yield from children(node, document)
            pending.extend(reversed(list(every_child(node, document))))

    return everywhere
