"""The examples run as their readers would run them."""

import subprocess
import sys
from pathlib import Path

from cli.served import environment, serving

ROOT = Path(__file__).parents[2]


def test_the_pizza_is_baked_after_its_dough_was_made_again(tmp_path: Path) -> None:
    # Given what scripts/try runs once everything is installed
    command = (sys.executable, str(ROOT / "examples/pizza/run.py"), str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=ROOT, timeout=120)
    # Then the pizza is baked, and what happened is shown
    assert (done.returncode, done.stderr) == (0, "")
    states = [line.split("\t")[1:6] for line in done.stdout.splitlines() if line.startswith("state\t")]
    assert states == [
        ["0", "Prepare", "Parallel", "SUCCEEDED", "1"],
        ["1", "Make dough", "Task", "SUCCEEDED", "2"],
        ["1", "Make sauce", "Task", "SUCCEEDED", "1"],
        ["0", "Add ingredients", "Task", "SUCCEEDED", "1"],
        ["0", "Bake", "Task", "SUCCEEDED", "1"],
    ]
    # And nothing is left running, but the data are there for the next server
    with serving(tmp_path) as server:
        assert server.says("list", "pizza").split("\t")[2] == "SUCCEEDED"


def test_the_parts_of_the_pizza_say_what_they_want() -> None:
    for part in ("workers.py", "order.py"):
        told = subprocess.run(
            (sys.executable, str(ROOT / "examples/pizza" / part), "--help"), capture_output=True, text=True, timeout=60
        )
        assert (told.returncode, "--url" in told.stdout) == (0, True)
