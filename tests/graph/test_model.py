"""What there is to draw in a definition."""

from typing import Any

import pytest

from stepwell.graph.model import DEEPEST, MOST_STATES, Edge, Node, TooLarge, graph_of

from .definitions import TASK, catching, machine


def edges(definition: Any) -> list[tuple[str, str, str, str]]:
    """Of the outermost scope, with the last parts of the ids."""
    return [(_last(edge.source), edge.kind, edge.label, _last(edge.target)) for edge in graph_of(definition).edges]


def _last(id: str) -> str:
    return id.rpartition("/")[2]


def state(**fields: Any) -> Node:
    """The node of a state with these fields."""
    nodes = graph_of(machine(A=fields)).nodes
    return next(node for node in nodes if node.name == "A")


def test_a_machine_leads_from_start_to_end() -> None:
    graph = graph_of(machine(A={"Type": "Pass", "End": True}))
    assert graph.nodes == (
        Node(id="#start", kind="start", name="Start"),
        Node(id="/States/A", kind="state", name="A", type="Pass"),
        Node(id="#end", kind="end", name="End"),
    )
    assert graph.edges == (
        Edge(source="#start", target="/States/A", kind="start"),
        Edge(source="/States/A", target="#end", kind="end"),
    )


def test_succeed_and_fail_are_ends_themselves() -> None:
    assert edges(machine(A={"Type": "Fail"})) == [("#start", "start", "", "A")]


def test_a_choice_has_an_edge_for_each_rule_and_for_its_default() -> None:
    rules = [{"Variable": "$.n", "NumericEquals": n, "Next": "B"} for n in (1, 2)]
    choice = {"Type": "Choice", "Choices": rules, "Default": "C"}
    assert edges(machine(A=choice, B={"Type": "Succeed"}, C={"Type": "Succeed"}))[1:] == [
        ("A", "choice", "$.n = 1", "B"),
        ("A", "choice", "$.n = 2", "B"),
        ("A", "default", "otherwise", "C"),
    ]


@pytest.mark.parametrize(
    ("errors", "label"),
    [
        (["States.ALL"], "any error"),
        (["Card.Declined", "States.Timeout"], "Card.Declined, States.Timeout"),
        (["A", "B", "C", "D", "E"], "A, B, C and 2 more"),
        ([], "…"),
    ],
)
def test_a_catcher_is_an_edge_with_its_errors(errors: list[str], label: str) -> None:
    task = TASK | {"Catch": catching(*errors, then="B")}
    assert ("A", "catch", label, "B") in edges(machine(A=task, B={"Type": "Fail"}))


def test_a_state_that_is_not_there_is_shown_as_missing() -> None:
    graph = graph_of(machine(A={"Type": "Pass", "Next": "Nowhere"}))
    assert graph.nodes[-1] == Node(id="/States/Nowhere", kind="missing", name="Nowhere")


def test_branches_and_processors_are_scopes_of_their_own() -> None:
    inside = machine(B=TASK)
    assert [scope.id for scope in state(Type="Parallel", Branches=[inside, inside]).scopes] == [
        "/States/A/Branches/0",
        "/States/A/Branches/1",
    ]
    assert [scope.id for scope in state(Type="Map", ItemProcessor=inside).scopes] == ["/States/A/ItemProcessor"]
    assert [scope.id for scope in state(Type="Map", Iterator=inside).scopes] == ["/States/A/Iterator"]


def test_an_id_is_a_json_pointer() -> None:
    assert graph_of(machine(**{"a/b~c": TASK})).nodes[1].id == "/States/a~1b~0c"


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        (
            {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"},
            "lambda:invoke.waitForTaskToken",
        ),
        ({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject"}, "s3:getObject"),
        ({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:bake"}, "activity bake"),
        ({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pay:live"}, "lambda pay:live"),
        ({"Type": "Task", "Resource": "{% $which %}"}, "$which"),
        ({"Type": "Task"}, ""),
        ({"Type": "Wait", "Seconds": 90}, "90 s"),
        ({"Type": "Wait", "Seconds": 7200}, "2 h"),
        ({"Type": "Wait", "Seconds": "{% $delay %}"}, "$delay seconds"),
        ({"Type": "Wait", "SecondsPath": "$.delay"}, "$.delay seconds"),
        ({"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z"}, "until 2026-01-01T00:00:00Z"),
        ({"Type": "Fail", "Error": "Card.Declined"}, "Card.Declined"),
        ({"Type": "Map", "ItemsPath": "$.orders", "MaxConcurrency": 5}, "each of $.orders, 5 at once"),
        ({"Type": "Map", "Items": "{% $orders %}", "MaxConcurrency": 1}, "each of $orders, one at a time"),
        (
            {
                "Type": "Map",
                "ItemReader": {"Resource": "arn:aws:states:::s3:getObject"},
                "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}},
            },
            "distributed, each of s3:getObject",
        ),
    ],
)
def test_a_note_says_what_the_type_does_not(fields: dict[str, Any], note: str) -> None:
    assert state(**fields).note == note


def test_a_retry_is_told_in_words() -> None:
    retry = [
        {"ErrorEquals": ["Card.Declined"], "MaxAttempts": 0},
        {"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1, "IntervalSeconds": 60},
        {"ErrorEquals": ["States.ALL"]},
    ]
    assert state(**TASK, Retry=retry).retries.split("\n") == [
        "Card.Declined: never again",
        "States.Timeout: once, after 1 min",
        "any error: up to 3 times, after 1 s, each time 2 times as long",
    ]


def test_scopes_too_deep_to_be_seen_are_left_out() -> None:
    definition = machine(A=TASK)
    for _ in range(DEEPEST + 10):
        definition = machine(A={"Type": "Parallel", "Branches": [definition]})
    assert len(list(graph_of(definition).walk())) == 2 * (DEEPEST + 1)


def test_more_states_than_anybody_could_look_at_are_refused() -> None:
    # As a few lines of YAML with aliases of aliases may say
    definition: Any = machine(**{f"S{number}": TASK for number in range(MOST_STATES // 10)})
    for _ in range(5):
        definition = machine(A={"Type": "Parallel", "Branches": [definition] * 4})
    with pytest.raises(TooLarge, match="more than 2,000 states"):
        graph_of(definition)
