"""The commands for people, at a terminal: tables, times for reading, and nothing that could upset the terminal."""

import os
import pty
import re
import subprocess
from typing import Any

import pytest

from stepwell.cli.output import printable
from stepwell.cli.show import Line, bar
from stepwell.cli.visits import Visit

from .served import STEPWELL, Server, environment

CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
CLOCK = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"


def seen(server: Server, *arguments: str) -> list[str]:
    """The lines somebody sees who types this command in a terminal of 116 columns."""
    ours, theirs = pty.openpty()
    command = (*STEPWELL, *arguments, "--url", server.url)
    there = environment(COLUMNS="116", TERM="xterm", TZ="UTC")
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=there) as process:
        os.close(theirs)
        shown = b""
        try:
            while read := os.read(ours, 65536):
                shown += read
        except OSError:  # how Linux says that nobody writes any more
            pass
        assert process.wait(10) == 0
    os.close(ours)
    lines = CONTROL.sub("", shown.decode()).replace("\r", "").splitlines()
    return [line.rstrip() for line in lines if line.strip()]


@pytest.fixture(scope="module", autouse=True)
def machines(server: Server) -> None:
    server.create("greeting", {"Greet": {"Type": "Pass", "Result": "hello", "End": True}})
    server.create("refusing", {"Refuse": {"Type": "Fail", "Error": "Never", "Cause": "\x1b[2J gone"}})
    each: dict[str, Any] = {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "Do", "States": {}}}
    each["ItemProcessor"]["States"]["Do"] = {"Type": "Pass", "End": True}
    server.create("each", {"Each": each})


def test_a_machine_and_its_executions_are_tables(server: Server) -> None:
    server.finished("greeting", "first")
    assert [line.split()[0] for line in seen(server, "list")][2:] == ["each", "greeting", "refusing"]
    header, _, row = seen(server, "list", "greeting")
    assert header.split() == ["Execution", "Machine", "Status", "Started", "Took", "Region"]
    assert re.fullmatch(rf" first\s+greeting\s+SUCCEEDED\s+{CLOCK}\s+0\.\d\d s\s+us-east-1", row)


def test_an_execution_is_told_with_a_line_of_time_for_each_state(server: Server) -> None:
    server.finished("greeting", "told", '{"to": "you"}')
    lines = seen(server, "show", "told")
    assert "status     SUCCEEDED" in lines
    assert 'input      {"to": "you"}' in lines
    assert re.fullmatch(r" Greet\s+succeeded\s+0\.\d\d s\s+━+", lines[-1])


def test_a_long_map_is_one_line_for_each_of_its_states(server: Server) -> None:
    server.finished("each", "seven", "[1, 2, 3, 4, 5, 6, 7]")
    each, do = seen(server, "show", "seven")[-2:]
    assert re.match(r" Each\s+succeeded\s+1 ", each)
    assert re.match(r"   Do ×7\s+succeeded ", do)


def test_a_short_map_shows_every_iteration(server: Server) -> None:
    server.finished("each", "two", "[1, 2]")
    assert [line.split()[:2] for line in seen(server, "show", "two")[-2:]] == [["Do", "[0]"], ["Do", "[1]"]]


def test_a_redrive_is_told_in_a_sentence(server: Server) -> None:
    server.finished("refusing", "again")
    [line] = seen(server, "redrive", "again")
    assert re.fullmatch(rf"arn:\S+:execution:refusing:again redriven at {CLOCK}\.", line)


def test_users_texts_cannot_move_the_cursor(server: Server) -> None:
    server.run("start", "refusing", "--name", "hostile", "--wait")
    assert "cause      \\x1b[2J gone" in seen(server, "show", "hostile")
    assert seen(server, "history", "hostile")[-1].endswith("ExecutionFailed                 Never \\x1b[2J gone")
    assert printable("a\x07b\nc") == "a\\x07b\nc"


def test_a_line_of_many_visits_sums_them_up() -> None:
    visits = [Visit("Do", "Task", None, index, entered=float(index)) for index in range(3)]
    for visit in visits:
        visit.tries = 2
        visit.errors.append("Torn")
    visits[0].end(5.0, "SUCCEEDED")
    visits[1].end(7.0, "FAILED")
    line = Line(visits)
    assert (line.label, line.result, line.tries, line.seconds, line.note) == ("Do ×3", "FAILED", 6, None, "Torn ×3")


@pytest.mark.parametrize(
    ("begin", "end", "whole", "shown"),
    [
        (0, 10, 10, "━━━━━━━━━━"),
        (0, 5, 10, "━━━━━"),
        (5, 10, 10, "     ━━━━━"),
        (9.99, 9.99, 10, "         ━"),
        (10, 10, 10, "         ━"),
        (0, 0, 0, "━━━━━━━━━━"),
    ],
)
def test_a_bar_lies_where_its_time_lies(begin: float, end: float, whole: float, shown: str) -> None:
    assert bar(begin, end, whole, 10) == shown
