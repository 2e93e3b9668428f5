"""`stepwell graph`: files in, drawings out."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from .served import STEPWELL, environment, run

ORDER = {"StartAt": "Ship", "States": {"Ship": {"Type": "Wait", "Seconds": 60, "End": True}}}
YAML = """
# An order
StartAt: Ship
States:
  Ship:
    Type: Wait
    Timestamp: 2026-01-01T00:00:00Z
    Next: yes
  yes:
    Type: Task
    Resource: !Sub arn:aws:states:::${Which}:invoke
    End: true
"""


@pytest.fixture
def order(tmp_path: Path) -> str:
    path = tmp_path / "order.asl.json"
    path.write_text(json.dumps(ORDER))
    return str(path)


def refusal(*arguments: str, stdin: str | None = None) -> str:
    done = run("graph", *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_prints_svg_into_a_pipe(order: str) -> None:
    done = run("graph", order)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("<svg ")
    assert "<title>order</title>" in done.stdout
    assert "Ship (Wait, 1 min) → End" in done.stdout


def test_tells_the_machine_in_words_at_a_terminal(order: str) -> None:
    master, terminal = pty.openpty()
    with subprocess.Popen((*STEPWELL, "graph", order), stdout=terminal, env=environment()) as process:
        os.close(terminal)
        shown = os.read(master, 10_000).decode()
        assert process.wait() == 0
    os.close(master)
    assert shown.splitlines() == ["Start → Ship", "Ship (Wait, 1 min) → End"]


@pytest.mark.parametrize(
    ("name", "beginning"), [("out.svg", b"<svg "), ("out.png", b"\x89PNG"), ("OUT.MMD", b"flowchart TD\n")]
)
def test_the_end_of_the_target_says_what_is_written(order: str, tmp_path: Path, name: str, beginning: bytes) -> None:
    done = run("graph", order, "-o", str(tmp_path / name))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(beginning)


def test_reads_standard_input(order: str) -> None:
    assert "<title>State machine</title>" in run("graph", "-", stdin=json.dumps(ORDER)).stdout


def test_reads_yaml_as_if_it_were_json(tmp_path: Path) -> None:
    (tmp_path / "order.yaml").write_text(YAML)
    drawn = run("graph", str(tmp_path / "order.yaml")).stdout
    assert "Ship (Wait, until 2026-01-01T00:00:00Z) → yes" in drawn
    assert "yes (Task, ${Which}:invoke) → End" in drawn


def test_draws_what_is_only_half_a_definition() -> None:
    assert "does not exist" in run("graph", "-", stdin='{"StartAt": "Gone"}').stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"StartAt": }', "Standard input is no JSON: Expecting value at line 1, column 13."),
        ("a: [1", "Standard input is no YAML: expected ',' or ']', but got '<stream end>' at line 1, column 6."),
        ("[1]", "Standard input holds no definition: an object with StartAt and States is expected."),
        ("", "Standard input holds no definition: an object with StartAt and States is expected."),
        ("[" * 100_000, "Standard input is nested too deep to be read."),
    ],
)
def test_says_why_a_text_cannot_be_drawn(text: str, why: str) -> None:
    assert refusal("-", stdin=text) == f"Error: {why}\n"


def test_says_which_targets_there_are(order: str) -> None:
    assert "should end in one of .svg, .png, .mmd" in refusal(order, "-o", "out.gif")


def test_says_that_a_file_is_not_there() -> None:
    assert "nowhere.json cannot be read: " in refusal("nowhere.json")


def test_says_what_to_install_for_png(order: str, tmp_path: Path) -> None:
    # Given a Python that cannot import the renderer
    script = "import sys; sys.modules['resvg_py'] = None; from stepwell.cli import main; main()"
    command = (sys.executable, "-c", script, "graph", order, "-o", str(tmp_path / "out.png"))
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.returncode == 2
    assert "pip install 'stepwell[graph]'" in done.stderr
