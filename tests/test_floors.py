"""The floors of the house: a module imports from its own floor and from those below, and there are no rings.

Imports inside functions and those for typing only count like all others.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"

FLOORS = (
    {"errors", "clock", "arns", "config", "tables", "metrics", "logs", "sigv4", "version"},
    {"expressions"},
    {"asl", "graph"},
    {"core", "sdk"},
    {"store", "integrations"},
    {"engine"},
    {"api"},
    {"console"},
    {"server", "testing"},
    {"cli"},
    {"blocks"},
    {"__main__", "__init__"},
)
"""From the ground up: packages and modules directly under stepwell.

Above the ground, neighbours on a floor do not know each other.
"""


def modules() -> dict[str, ast.Module]:
    """Every module's dotted name and syntax."""
    found = {}
    for path in sorted((SOURCE / "stepwell").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text("utf-8"))
    return found


MODULES = modules()


def imports(module: str) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in it."""
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the whole name"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                if whole in MODULES or node.module in MODULES:
                    yield whole if whole in MODULES else str(node.module)


def room(module: str) -> str:
    """What a module belongs to: the package or module directly under stepwell."""
    return [*module.split("."), "__init__"][1]


def floor(module: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room(module) in rooms)


def test_everything_has_a_floor() -> None:
    assert {room(module) for module in MODULES} <= set().union(*FLOORS)


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    upward = [other for other in imports(module) if floor(other) > floor(module)]
    across = [other for other in imports(module) if room(other) != room(module) and 0 < floor(other) == floor(module)]
    assert (upward, across) == ([], [])


def test_the_library_for_workflows_needs_nothing_of_the_server() -> None:
    known = {room(other) for module in MODULES if room(module) == "sdk" for other in imports(module)}
    assert known <= {"sdk", "asl", "expressions", *FLOORS[0]}


def test_there_are_no_rings() -> None:
    graph = {module: {other for other in imports(module) if other != module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as ring:
        pytest.fail(" imports ".join(ring.args[1]))


def test_the_core_and_below_neither_wait_nor_look_at_the_clock_nor_roll_dice() -> None:
    kept_out = {"asyncio", "time", "logging", "secrets", "threading", "socket"}
    for module, syntax in MODULES.items():
        if room(module) in {"expressions", "asl", "core"}:
            names = {name.name for node in ast.walk(syntax) if isinstance(node, ast.Import) for name in node.names}
            names |= {str(node.module) for node in ast.walk(syntax) if isinstance(node, ast.ImportFrom)}
            assert not names & kept_out, module
            assert not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(syntax)), module


@pytest.mark.parametrize("module", MODULES)
def test_a_module_begins_with_a_sentence(module: str) -> None:
    first = (ast.get_docstring(MODULES[module]) or "").split("\n\n")[0]
    assert first.rstrip().endswith((".", "!", ":", "?")), f"{module} does not say what it holds"
