"""What `stepwell build` writes, and what it says of a workflow that cannot be compiled."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from stepwell.cli import main

SOURCE = """from stepwell import task, workflow

@task
def greet(name: str) -> str: ...

@workflow
def hello(name: str) -> str:
    return greet(name)

@workflow
def wrong(n: int) -> str:
    return greet(n)

from stepwell.blocks import chain, machine, wait

shop = machine("shop", chain(greet, wait(5)))
bad = machine("bad", wait())
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "greetings", raising=False)
    (tmp_path / "greetings.py").write_text(SOURCE)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["build", *arguments])
    return done.exit_code, done.output


def test_a_machine_of_blocks_is_built_as_well() -> None:
    code, printed = run("greetings:shop")
    assert (code, list(json.loads(printed)["States"])) == (0, ["greet", "wait 5 seconds"])
    code, printed = run("greetings:bad")
    assert (code, printed.count("greetings.py:17:22: misuse: 'wait' is told no time")) == (1, 1)


def test_the_definition_is_printed_or_written(here: Path) -> None:
    code, printed = run("greetings:hello", "--region", "eu-west-1")
    assert (code, json.loads(printed)["States"]["greet(name)"]["Resource"]) == (
        0,
        "arn:aws:states:eu-west-1:123456789012:activity:greet",
    )
    assert run("greetings:hello", "--region", "eu-west-1", "-o", "hello.json") == (0, "")
    assert (here / "hello.json").read_text() == printed


def test_a_workflow_that_cannot_be_compiled_is_told_with_its_lines(here: Path) -> None:
    what = "greet wants name to be str, and this is int."
    instead = "Give it that, or change one of the two annotations."
    place = f"{here / 'greetings.py'}:12:18"
    assert run("greetings:wrong") == (1, f"workflow wrong has one problem:\n  {place}: contract: {what} {instead}\n")
    code, printed = run("greetings:wrong", "--json")
    assert (code, json.loads(printed)) == (
        1,
        {
            "result": "FAIL",
            "problems": [
                {"file": str(here / "greetings.py"), "line": 12, "column": 17, "what": what, "instead": instead,
                 "kind": "contract"}
            ],
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("greetings", "greetings names no workflow: write MODULE:NAME, such as orders:checkout."),
        ("nowhere:hello", "nowhere cannot be imported from here: No module named 'nowhere'."),
        ("greetings:greet", "greet in greetings is no @workflow and no machine of blocks."),
    ],
)
def test_what_is_no_workflow_is_said_to_be_none(name: str, message: str) -> None:
    code, printed = run(name)
    assert (code, printed.strip().removeprefix("Error: ")) == (2, message)
