"""JSON with JSONata in it: Arguments, Output, Assign and the like, where every string `{% … %}` is evaluated."""

from collections.abc import Callable
from typing import NamedTuple

from stepwell.expressions.jsonata import Environment, Jsonata, JsonType, compile_jsonata
from stepwell.expressions.jsonata_cost import Bound, together
from stepwell.expressions.jsonata_errors import JsonataSyntaxError
from stepwell.expressions.jsonata_syntax import STATES, is_jsonata
from stepwell.expressions.scope import Json, Scope
from stepwell.expressions.values import render

Problems = list[tuple[str, JsonataSyntaxError]]

Build = Callable[[Environment], Json]


class JsonataTemplateError(ValueError):
    """What is wrong with a template: every problem as (JSON pointer of the string inside the template, what)."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {problem}" for pointer, problem in problems))
        self.problems = problems


class JsonataTemplate(NamedTuple):
    """A compiled template. `bound`: of all its expressions together, None where one of them has none."""

    source: str
    build: Build | None  # None: constant
    value: Json
    bound: Bound | None
    variables: frozenset[str]
    members: frozenset[str]

    @property
    def tame(self) -> bool:
        """Whether all its expressions are."""
        return self.bound is not None

    def evaluate(self, scope: Scope) -> Json:
        """The value, what is constant shared with all other evaluations. Raises QueryEvaluationError."""
        if self.build is None:
            return self.value
        if scope.guarded and self.bound is not None:
            scope.spend(self.bound, self.members, self.variables)
        return self.build(Environment(scope, self.members))


def compile_jsonata_template(
    value: Json, field: str, expected: JsonType | None = None, *, offered: frozenset[str] = STATES
) -> JsonataTemplate:
    """Compile a template. `field` is its place within the state ("Output", "Choices[1]/Assign"); parts are named
    after it as AWS does, "Output/a/b[0]". `expected` is the type of the whole if that is one expression; `offered`
    is what `$states` has there. Raises JsonataTemplateError with every problem.
    """
    compiler = _Compiler(offered)
    build = compiler.compile(value, field, "", expected)
    if compiler.problems:
        raise JsonataTemplateError(compiler.problems)
    found = compiler.found
    return JsonataTemplate(
        render(value),
        build,
        value,
        together(expression.bound for expression in found),
        frozenset().union(*(expression.variables for expression in found)),
        frozenset().union(*(expression.members for expression in found)),
    )


class _Compiler:
    """Walks a template once; gathers its expressions, and what is wrong with them."""

    def __init__(self, offered: frozenset[str]) -> None:
        self.offered = offered
        self.found: list[Jsonata] = []
        self.problems: Problems = []

    def compile(self, value: Json, field: str, pointer: str, expected: JsonType | None = None) -> Build | None:
        """None: the value is constant."""
        if isinstance(value, str):
            return self._expression(value, field, pointer, expected) if is_jsonata(value) else None
        if isinstance(value, dict):
            return _filling(value, [(key, self._member(key, value, field, pointer)) for key in value])
        if isinstance(value, list):
            return _filling(
                value, [(index, self._element(index, value, field, pointer)) for index in range(len(value))]
            )
        return None

    def _member(self, key: str, value: dict[str, Json], field: str, pointer: str) -> Build | None:
        escaped = key.replace("~", "~0").replace("/", "~1")
        return self.compile(value[key], f"{field}/{key}", f"{pointer}/{escaped}")

    def _element(self, index: int, value: list[Json], field: str, pointer: str) -> Build | None:
        return self.compile(value[index], f"{field}[{index}]", f"{pointer}/{index}")

    def _expression(self, text: str, field: str, pointer: str, expected: JsonType | None) -> Build | None:
        try:
            expression = compile_jsonata(text, field, expected, offered=self.offered)
        except JsonataSyntaxError as problem:
            self.problems.append((pointer, problem))
            return None
        self.found.append(expression)
        return expression.run


def _filling(skeleton: Json, parts: list[tuple[str | int, Build | None]]) -> Build | None:
    """Copies the skeleton, which keeps the order of the keys, and fills in what is not constant."""
    dynamic = [(place, build) for place, build in parts if build is not None]
    if not dynamic:
        return None

    def build_all(environment: Environment) -> Json:
        built = skeleton.copy()
        for place, build in dynamic:
            built[place] = build(environment)
        return built

    return build_all
