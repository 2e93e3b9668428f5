"""docs/workflows.md and the README show workflows that compile, and that are valid."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from sdk.driver import run
from stepwell import Workflow, testing
from stepwell.asl.parse import parse
from stepwell.blocks import machine, step
from stepwell.testing import TaskFailed

ROOT = Path(__file__).parents[2]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def module(text: str, folder: Path) -> ModuleType:
    file = folder / "shown.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location("shown", file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_example_bakes_a_pizza_and_refuses_stones(tmp_path: Path) -> None:
    order = module((ROOT / "examples/pizza_workflow.py").read_text("utf-8"), tmp_path).order
    assert run(order, 32, ["basil", "olives"]) == ("SUCCEEDED", "a pizza with basil, cut and olives, cut")
    assert run(order, 32, ["stones"]) == ("Refused", "after 1 toppings")


@pytest.mark.parametrize(
    ("document", "name"),
    [("docs/workflows.md", "onboard"), ("docs/workflows.md", "ask"), ("README.md", "order")],
)
def test_the_workflow_that_is_shown_compiles(document: str, name: str, tmp_path: Path) -> None:
    blocks = PYTHON.findall((ROOT / document).read_text("utf-8"))
    [shown] = [block for block in blocks if f"@workflow\ndef {name}(" in block]
    flow = getattr(module(shown, tmp_path), name)
    assert isinstance(flow, Workflow)
    assert [each for each in parse(json.dumps(flow.to_asl())).diagnostics if each.severity == "ERROR"] == []


def test_the_machine_of_blocks_that_is_shown_runs(tmp_path: Path) -> None:
    [shown] = [block for block in PYTHON.findall((ROOT / "docs/workflows.md").read_text("utf-8")) if ".blocks" in block]
    shop = module(shown, tmp_path).shop
    order = {"customer": "ada@example.com", "total": 700, "items": ["cup", "pot"]}
    tasks = {"charge": "r-1", "pack": [200, 900], "mail": TaskFailed("States.Timeout", ""), "declined: mail": None}
    assert testing.run(shop, order, tasks=tasks).output == {"grams": [200, 900], "receipt": "r-1"}
    assert testing.run(shop, order | {"total": 10_001}, tasks=tasks).error == "NotApproved"
    declined = testing.run(shop, order, tasks=tasks | {"charge": TaskFailed("Declined", "no")})
    assert (declined.error, declined.path[-2:]) == ("Declined", ["declined: mail", "fail Declined"])


def test_the_task_that_catches_is_shown_as_it_works(tmp_path: Path) -> None:
    [shown] = [block for block in PYTHON.findall((ROOT / "docs/workflows.md").read_text("utf-8")) if "catch=" in block]
    before = """
from stepwell import Catch, Retry, task

class Declined(Exception): ...

@task
def invoice(cents: int) -> str: ...

"""
    pay = module(before + shown, tmp_path).pay
    shop = machine("shop", step(pay, {"cents": 7}))
    assert testing.run(shop, tasks={"pay": TaskFailed("Declined", ""), "invoice": "by mail"}).output == "by mail"
    assert testing.run(shop, tasks={"pay": TaskFailed("States.Timeout", "")}).output is None
