"""Every benchmark still runs: one tiny round of each, whose figures mean nothing and are not looked at."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from console.browser.conftest import chromium
from stepwell.console.built import DIRECTORY, INDEX

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "benchmarks", "--smoke", "--json"]


@pytest.fixture(scope="module")
def seen() -> bool:
    """Whether there is a browser, and a page for it."""
    try:
        chromium()
    except LookupError:
        return False
    return (DIRECTORY / INDEX).exists()


@pytest.fixture(scope="module")
def results(seen: bool) -> dict[str, Any]:
    # Not in pytest's own folder: see `postgres_server` in tests/conftest.py.
    with tempfile.TemporaryDirectory(prefix="stepwell-benchmarks-") as data:
        command = [*COMMAND, "--data", data, *WORKLOADS, *(CONSOLE if seen else [])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return {result["workload"]: result for result in json.loads(done.stdout)["results"]}


WORKLOADS = [
    "pass10",
    "jsonata",
    "latency",
    "activity",
    "functions",
    "map",
    "restart",
    "waiting",
    "listing",
    "retention",
    "load",
]
CONSOLE = ["console-open", "console-live", "console-cost"]
"""What is done only where there is a Chromium."""


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_workload_gives_a_value_for_each_of_its_targets(results: dict[str, Any], workload: str) -> None:
    result = results[workload]
    assert result["failure"] is None
    assert result["targets"].keys() <= result["values"].keys()


@pytest.mark.parametrize("workload", CONSOLE)
def test_a_workload_of_the_console_does_so_too(results: dict[str, Any], seen: bool, workload: str) -> None:
    if not seen:
        pytest.skip("it needs Chromium and the built page")
    test_a_workload_gives_a_value_for_each_of_its_targets(results, workload)


@pytest.mark.parametrize("workload", ["restart", "waiting", "load"])
def test_no_execution_is_lost(results: dict[str, Any], workload: str) -> None:
    assert results[workload]["values"]["lost"] == 0
