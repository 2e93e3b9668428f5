"""The page on testing does what it says: its machine, its tests and its cases run."""

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from stepwell.cli import main

PAGE = (Path(__file__).parents[2] / "docs/testing.md").read_text("utf-8")


def blocks(language: str) -> str:
    return "\n\n".join(re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the files of the page, to run commands in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pizza.asl.json").write_text(blocks("json"))
    (tmp_path / "test_pizza.py").write_text(blocks("python"))
    (tmp_path / "pizza.test.yaml").write_text(blocks("yaml"))
    (tmp_path / "definitions").mkdir()
    return tmp_path


def test_its_tests_pass_and_its_options_exist(kitchen: Path) -> None:
    lines = [line.partition("#")[0] for line in blocks("sh").splitlines() if line.startswith("pytest")]
    options = [option for line in lines for option in shlex.split(line)[1:] if "fail-under" not in option]
    plugin = (
        [] if any(each.name == "stepwell" for each in entry_points(group="pytest11")) else ["stepwell.testing.plugin"]
    )
    command = [sys.executable, "-m", "pytest", *(f"-p{name}" for name in plugin), *options]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
    assert "5 passed" in done.stdout, done.stdout
    assert (kitchen / "pages/index.html").exists()


def test_its_cases_pass(kitchen: Path) -> None:
    done = CliRunner().invoke(main, ["test", "--json"])
    assert json.loads(done.output)["result"] == "PASS", done.output
    [line] = [line for line in blocks("sh").splitlines() if "--junit" in line]
    assert CliRunner().invoke(main, shlex.split(line)[1:]).exit_code == 0
