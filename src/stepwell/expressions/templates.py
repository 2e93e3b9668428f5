"""Payload templates: Parameters, ItemSelector, ResultSelector and Assign, where keys that end in `.$` are evaluated."""

from collections.abc import Callable

from stepwell.expressions.intrinsics import compile_intrinsic, is_intrinsic
from stepwell.expressions.paths import compile_path
from stepwell.expressions.scan import PathSyntaxError
from stepwell.expressions.scope import Expression, Json, Scope
from stepwell.expressions.values import Compiled, constant, render

Problems = list[tuple[str, str]]

Build = Callable[[Scope], Json]


class TemplateError(ValueError):
    """What is wrong with a template: every problem as (JSON pointer of the object inside the template, message)."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {message}" for pointer, message in problems))
        self.problems = problems


def compile_template(value: Json, field: str) -> Expression:
    """Compile a payload template; `field` is its name ("Parameters", ...), for the error's text only.

    Objects inside arrays are templates too. What contains no `.$` is shared by all evaluations: never change it.
    Raises TemplateError with every problem; the pointers are relative to the template ("" is the template itself).
    """
    problems: Problems = []
    build = _compile(value, "", problems)
    if problems:
        raise TemplateError(problems)
    source = render(value)
    return constant(source, value) if build is None else Compiled(source, build)


def compile_path_or_intrinsic(text: str, field: str) -> Expression:
    """Compile a text that may be a path or an intrinsic call, as in ErrorPath. Raises PathSyntaxError."""
    return compile_intrinsic(text) if is_intrinsic(text) else compile_path(text, field)


def _compile(value: Json, pointer: str, problems: Problems) -> Build | None:
    """None: the value is constant."""
    if isinstance(value, dict):
        return _compile_object(value, pointer, problems)
    if isinstance(value, list):
        return _compile_array(value, pointer, problems)
    return None


def _compile_array(items: list[Json], pointer: str, problems: Problems) -> Build | None:
    builds = [_compile(item, f"{pointer}/{index}", problems) for index, item in enumerate(items)]
    dynamic = [(index, build) for index, build in enumerate(builds) if build is not None]
    if not dynamic:
        return None

    def evaluate(scope: Scope) -> Json:
        built = items.copy()
        for index, build in dynamic:
            built[index] = build(scope)
        return built

    return evaluate


def _compile_object(members: dict[str, Json], pointer: str, problems: Problems) -> Build | None:
    skeleton: dict[str, Json] = {}
    dynamic: list[tuple[str, Build]] = []
    for key, value in members.items():
        name = key.removesuffix(".$")
        if name in skeleton:
            problems.append((pointer, f"The field '{name}' is there twice: as '{name}' and as '{name}.$'"))
        if name == key:
            build = _compile(value, f"{pointer}/{_escaped(key)}", problems)
        else:
            build = _compile_evaluated(key, value, pointer, problems)
        skeleton[name] = value
        if build is not None:
            dynamic.append((name, build))
    if not dynamic:
        return None

    def evaluate(scope: Scope) -> Json:
        # A copy of the skeleton keeps the order of the keys as written.
        built = skeleton.copy()
        for name, build in dynamic:
            built[name] = build(scope)
        return built

    return evaluate


def _compile_evaluated(key: str, value: Json, pointer: str, problems: Problems) -> Build | None:
    try:
        if isinstance(value, str):
            return compile_path_or_intrinsic(value, key).evaluate
    except PathSyntaxError:
        # AWS gives no reason here (recorded 2025); its text is what people search for.
        pass
    message = f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"
    problems.append((pointer, message))
    return None


def _escaped(key: str) -> str:
    """A key as part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
