"""Mock configuration files at a terminal, with the example of the guide."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from .served import run, serving

GUIDE = (Path(__file__).parents[2] / "docs/guide.md").read_text("utf-8")
SECTION = GUIDE.partition("## Mocked tasks\n")[2].partition("\n## ")[0]
DEFINITION, MOCKS = re.findall(r"^```json\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)

Given = Callable[[Path], tuple[tuple[str, ...], dict[str, str]]]


@pytest.mark.parametrize(
    "given",
    [
        lambda file: (("--mock-config", str(file)), {}),
        lambda file: ((), {"SFN_MOCK_CONFIG": str(file)}),
        lambda file: ((), {"STEPWELL_MOCK_CONFIG": str(file), "SFN_MOCK_CONFIG": "another"}),
    ],
    ids=["option", "as AWS's emulator", "setting"],
)
def test_the_guides_test_cases_run(tmp_path: Path, given: Given) -> None:
    file = tmp_path / "mocks.json"
    file.write_text(MOCKS)
    arguments, environment = given(file)
    with serving("memory:", *arguments, **environment) as server:
        arn = server.create("order", json.loads(DEFINITION)["States"])
        assert server.says("start", f"{arn}#SoldOut", "--wait") == '{"Error":"Stock.SoldOut","Cause":"none left"}\n'
        assert server.says("start", "order#Busy", "--wait") == '{"reserved":1}\n'
        refused = server.run("start", "order#Sold")
        assert refused.returncode == 2
        assert f"{file}: StateMachines.order.TestCases: there is no test case Sold. Did you mean SoldOut?" in (
            refused.stderr
        )


def test_a_server_does_not_start_with_a_file_that_is_none(tmp_path: Path) -> None:
    refused = run("serve", "--port", "0", "--data", str(tmp_path), "--mock-config", str(tmp_path / "none.json"))
    assert refused.returncode == 1
    assert refused.stderr == f"Error: {tmp_path}/none.json cannot be read: No such file or directory.\n"
