"""Graphs as Mermaid flowcharts."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from stepwell.graph.mermaid import mermaid
from stepwell.graph.model import graph_of

from .definitions import TASK, anything, catching, definitions, machine


def lines(definition: Any) -> list[str]:
    return [line.strip() for line in mermaid(graph_of(definition)).splitlines()]


def test_states_and_their_edges() -> None:
    rules = [{"Variable": "$.n", "NumericGreaterThan": 3, "Next": "B"}]
    drawn = lines(
        machine(
            A={"Type": "Choice", "Choices": rules, "Default": "C"},
            B=TASK | {"Catch": catching("States.Timeout", then="C")},
            C={"Type": "Fail"},
        )
    )
    assert drawn[:11] == [
        "flowchart TD",
        's0(["Start"]):::mark',
        's1{{"A<br/>Choice"}}:::choice',
        's2["B<br/>Task · lambda:invoke"]:::task',
        's3(["C<br/>Fail"]):::fail',
        's4(["End"]):::mark',
        "s0 --> s1",
        's1 -->|"$.n #62; 3"| s2',
        's1 -->|"otherwise"| s3',
        "s2 --> s4",
        's2 -.->|"States.Timeout"| s3',
    ]


def test_parallel_and_map_states_are_subgraphs() -> None:
    drawn = lines(machine(A={"Type": "Parallel", "Branches": [machine(B=TASK), {}], "End": True}))
    begin = drawn.index('subgraph s1["A<br/>Parallel"]')
    assert drawn[begin + 1] == 'subgraph f1[" "]'
    assert drawn[begin : drawn.index("s0 --> s1")].count("end") == 3
    assert "s0 --> s1" in drawn


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('say "hi"', "say #34;hi#34;"),
        ("<b>#1</b>", "#60;b#62;#35;1#60;/b#62;"),
        ("1. Begin", "1#46; Begin"),
        ("- item", "#45; item"),
        ("two\nlines", "two lines"),
        ("", " "),
    ],
)
def test_text_that_mermaid_would_read_otherwise_is_written_by_number(name: str, shown: str) -> None:
    assert f's1["{shown}<br/>Task · lambda:invoke"]:::task' in lines(machine(**{name: TASK}))


_LINE = re.compile(
    r'flowchart TD|end|classDef .*|(subgraph )?[sf]\d+[(\[{]+"[^"`<>]*(<br/>[^"`<>]*)?"[)\]}]+(:::\w+)?'
    r'|s\d+ -(-|\.-)>(\|"[^"`<>]+"\|)? s\d+'
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definitions() | anything)
def test_every_line_is_one_that_mermaid_knows(definition: Any) -> None:
    for line in lines(definition):
        assert _LINE.fullmatch(line), line
