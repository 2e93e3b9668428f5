"""Every benchmark still runs: one tiny round of each, whose figures mean nothing and are not looked at."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "benchmarks", "--smoke", "--json"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    data = tmp_path_factory.mktemp("benchmarks")
    done = subprocess.run([*COMMAND, "--data", str(data)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return {result["workload"]: result for result in json.loads(done.stdout)["results"]}


WORKLOADS = ["pass10", "jsonata", "latency", "activity", "map", "restart", "waiting", "listing"]


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_workload_gives_a_value_for_each_of_its_targets(results: dict[str, Any], workload: str) -> None:
    result = results[workload]
    assert result["failure"] is None
    assert result["targets"].keys() <= result["values"].keys()


@pytest.mark.parametrize("workload", ["restart", "waiting"])
def test_no_execution_is_lost_when_the_server_is_killed(results: dict[str, Any], workload: str) -> None:
    assert results[workload]["values"]["lost"] == 0
