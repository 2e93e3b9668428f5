"""The gallery: each example compiles to what AWS would take, runs as its page says, and its own tests pass."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import boto3
import pytest

from cli.served import environment

from .stage import EXAMPLES, GALLERY, Stage, staged

PAGES = EXAMPLES.parent / "docs/examples"
PLUGIN = () if any(each.name == "stepwell" for each in entry_points(group="pytest11")) else ("stepwell.testing.plugin",)


@pytest.fixture(params=GALLERY)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with staged(request.param, tmp_path) as stage:
        yield stage


def test_it_runs_as_its_page_says(stage: Stage) -> None:
    with stage.worker():
        said = stage.python(f"{stage.name}.py")
    page = (PAGES / f"{stage.name}.md").read_text("utf-8")
    assert said
    assert f"```\n{re.sub('[0-9a-f]{32}', '…', said)}```" in page


def test_its_definition_is_one_that_aws_would_take(stage: Stage) -> None:
    states = boto3.client(
        "stepfunctions", endpoint_url=stage.server.url, region_name="us-east-1",
        aws_access_key_id="any", aws_secret_access_key="any",
    )  # fmt: skip
    checked = states.validate_state_machine_definition(definition=stage.definition(), severity="WARNING")
    assert (checked["result"], checked["diagnostics"]) == ("OK", [])


@pytest.mark.parametrize("name", GALLERY)
def test_its_own_tests_pass(name: str) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(f"-p{each}" for each in PLUGIN), "."]
    done = subprocess.run(command, cwd=EXAMPLES / name, env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout


def test_type_checkers_have_nothing_to_say() -> None:
    files = [str(EXAMPLES / name / f"{name}.py") for name in GALLERY]
    done = subprocess.run(
        (sys.executable, "-m", "mypy", "--strict", *files), cwd=EXAMPLES.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
