"""The examples run as their readers would run them."""

import subprocess
import sys
from pathlib import Path

from cli.served import environment, serving

ROOT = Path(__file__).parents[2]


def test_the_pizza_is_baked_after_its_dough_was_made_again(tmp_path: Path) -> None:
    # Given what scripts/try runs once everything is installed
    command = (sys.executable, str(ROOT / "examples/run_pizza.py"), str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=ROOT, timeout=120)
    # Then the pizza is baked, and what happened is shown
    assert (done.returncode, done.stderr) == (0, "")
    states = [line.split("\t")[1:6] for line in done.stdout.splitlines() if line.startswith("state\t")]
    assert states == [
        ["0", "order(size, ingredients)", "Pass", "SUCCEEDED", ""],
        ["0", "parallel(make_dough(size), make_sauce())", "Parallel", "SUCCEEDED", "1"],
        ["1", "make_dough(size)", "Task", "SUCCEEDED", "2"],
        ["1", "make_sauce()", "Task", "SUCCEEDED", "1"],
        ["0", "[prepare(each) for each in ingredients]", "Map", "SUCCEEDED", "1"],
        ["1", "prepare(each) [0]", "Task", "SUCCEEDED", "1"],
        ["1", "prepare(each) [1]", "Task", "SUCCEEDED", "1"],
        ["0", "bake(dough, sauce, toppings)", "Task", "SUCCEEDED", "1"],
        ["0", "sleep(2)", "Wait", "SUCCEEDED", ""],
        ["0", "if not pizza.acceptable", "Choice", "SUCCEEDED", ""],
        ["0", "serve(pizza)", "Task", "SUCCEEDED", "1"],
    ]
    # And nothing is left running, but the data are there for the next server
    with serving(tmp_path) as server:
        assert server.says("list", "order").split("\t")[2] == "SUCCEEDED"


def test_the_same_pizza_is_baked_by_what_runs_on_aws_too(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        parts = [(sys.executable, str(ROOT / "examples/pizza" / name), "--url", server.url) for name in PARTS]
        with subprocess.Popen(parts[0], stdout=subprocess.DEVNULL, env=environment()) as workers:
            try:
                ordered = subprocess.run(parts[1], capture_output=True, text=True, env=environment(), timeout=120)
            finally:
                workers.terminate()
        assert (ordered.returncode, ordered.stderr) == (0, "")
        assert "Make dough failed: DoughTorn" in ordered.stdout
        assert server.says("list", "pizza").split("\t")[2] == "SUCCEEDED"


PARTS = ("workers.py", "order.py")


def test_the_parts_of_the_pizza_say_what_they_want() -> None:
    for part in PARTS:
        told = subprocess.run(
            (sys.executable, str(ROOT / "examples/pizza" / part), "--help"), capture_output=True, text=True, timeout=60
        )
        assert (told.returncode, "--url" in told.stdout) == (0, True)
