"""State machines in words."""

from stepwell.graph.model import graph_of
from stepwell.graph.outline import outline

from .definitions import TASK, catching, machine


def test_an_outline_tells_every_state_and_where_it_leads() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Pay"}],
        "Default": "Away",
    }
    pay = TASK | {"Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": catching("Card.Declined", then="Fan")}
    fan = {"Type": "Parallel", "Branches": [machine(Pack=TASK), {"StartAt": "Gone"}], "End": True}
    assert outline(graph_of(machine(Look=choice, Pay=pay, Fan=fan))).splitlines() == [
        "Start → Look",
        "Look (Choice)",
        "    if $.total > 100 → Pay",
        "    otherwise → Away (does not exist)",
        "Pay (Task, lambda:invoke)",
        "    retry any error: up to 3 times, after 1 s, each time 2 times as long",
        "    → End",
        "    on Card.Declined → Fan",
        "Fan (Parallel) → End",
        "    branch 1",
        "        Start → Pack",
        "        Pack (Task, lambda:invoke) → End",
        "    branch 2",
        "        Start → Gone (does not exist)",
    ]


def test_an_outline_moves_no_cursor() -> None:
    assert "\x1b" not in outline(graph_of(machine(**{"\x1b[2J": TASK | {"Resource": "\x1b[H"}})))
