"""Where everything lies: what must be true of every drawing, for any definition there may be."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stepwell.graph.layout import Box, Frame, Label, Layout, Route, layout
from stepwell.graph.model import Scope, graph_of
from stepwell.graph.text import width, wrap

from .definitions import TASK, anything, catching, definitions, half_typed, machine

calmly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Thing = Box | Frame | Label
NEAR = 0.5  # pixels: coordinates are rounded to a tenth


def drawn(definition: Any) -> tuple[Scope, Layout]:
    graph = graph_of(definition)
    return graph, layout(graph)


def scope_of(id: str) -> str:
    """The scope that a node stands in."""
    return id.rpartition("#")[0] if id.endswith(("#start", "#end")) else id.rpartition("/States/")[0]


def things(drawing: Layout) -> Iterator[tuple[str, Thing]]:
    """Boxes and labels, with the scope they stand in."""
    for box in drawing.boxes:
        yield scope_of(box.id), box
    for route in drawing.routes:
        if route.label:
            yield scope_of(route.source), route.label


def apart(a: Thing, b: Thing) -> bool:
    across = a.x + a.width <= b.x + NEAR or b.x + b.width <= a.x + NEAR
    return across or a.y + a.height <= b.y + NEAR or b.y + b.height <= a.y + NEAR


def within(inner: Thing, outer: Thing) -> bool:
    return (
        outer.x <= inner.x + NEAR
        and outer.y <= inner.y + NEAR
        and inner.x + inner.width <= outer.x + outer.width + NEAR
        and inner.y + inner.height <= outer.y + outer.height + NEAR
    )


def crosses(route: Route, thing: Thing) -> bool:
    for (ax, ay), (bx, by) in itertools.pairwise(route.points):
        line = Frame(id="", x=min(ax, bx), y=min(ay, by), width=abs(ax - bx), height=abs(ay - by))
        if not apart(line, thing):
            return True
    return False


def edges_of(scope: Scope) -> list[tuple[str, str, str, str]]:
    own = [(edge.source, edge.target, edge.kind, edge.label) for edge in scope.edges]
    return own + [edge for node in scope.nodes for inner in node.scopes for edge in edges_of(inner)]


@calmly
@given(definitions())
def test_every_state_and_every_edge_is_drawn(definition: Any) -> None:
    graph, drawing = drawn(definition)
    assert sorted(box.id for box in drawing.boxes) == sorted(node.id for node in graph.walk())
    routes = [(r.source, r.target, r.kind, r.label.text if r.label else "") for r in drawing.routes]
    assert sorted(routes) == sorted(edges_of(graph))


@calmly
@given(definitions())
def test_nothing_overlaps_anything_of_its_scope(definition: Any) -> None:
    _, drawing = drawn(definition)
    for (here, a), (there, b) in itertools.combinations(things(drawing), 2):
        assert here != there or apart(a, b)


@calmly
@given(definitions())
def test_scopes_lie_within_their_state_and_states_within_their_scope(definition: Any) -> None:
    _, drawing = drawn(definition)
    boxes = {box.id: box for box in drawing.boxes}
    frames: dict[str, Thing] = {frame.id: frame for frame in drawing.frames}
    frames[""] = Frame(id="", x=0, y=0, width=drawing.width, height=drawing.height)
    for frame in drawing.frames:
        around = re.sub(r"/(Branches/\d+|ItemProcessor)$", "", frame.id)
        assert within(frame, boxes[around])
    for scope, thing in things(drawing):
        assert within(thing, frames[scope])


@calmly
@given(definitions())
def test_an_edge_crosses_no_box_that_is_not_its_own(definition: Any) -> None:
    _, drawing = drawn(definition)
    for route in drawing.routes:
        for scope, thing in things(drawing):
            own = isinstance(thing, Box) and thing.id in (route.source, route.target)
            if scope == scope_of(route.source) and not own and thing is not route.label:
                assert not crosses(route, thing), (route, thing)


@calmly
@given(definitions())
def test_an_edge_goes_from_border_to_border_in_straight_lines(definition: Any) -> None:
    _, drawing = drawn(definition)
    boxes = {box.id: box for box in drawing.boxes}
    for route in drawing.routes:
        for (ax, ay), (bx, by) in itertools.pairwise(route.points):
            assert ax == bx or ay == by
        for (x, y), id in ((route.points[0], route.source), (route.points[-1], route.target)):
            point = Frame(id="", x=x, y=y, width=0, height=0)
            assert within(point, boxes[id])


@calmly
@given(definitions())
def test_the_same_definition_gives_the_same_drawing(definition: Any) -> None:
    first = msgspec.json.encode(drawn(definition)[1])
    assert msgspec.json.encode(drawn(definition)[1]) == first
    assert msgspec.json.encode(msgspec.json.decode(first, type=Layout)) == first


@calmly
@given(definitions(), st.lists(anything, max_size=4), st.lists(st.integers(0, 500), max_size=4))
def test_a_half_typed_definition_is_drawn_as_far_as_it_goes(
    definition: Any, values: list[Any], places: list[int]
) -> None:
    graph, drawing = drawn(half_typed(definition, values, places))
    assert len(drawing.boxes) == len(list(graph.walk()))


@settings(calmly, max_examples=150)
@given(anything)
def test_any_json_can_be_drawn(value: Any) -> None:
    _, drawing = drawn(value)
    assert drawing.width > 0
    assert drawing.height > 0


def test_a_chain_goes_straight_down() -> None:
    steps = {f"S{n}": TASK | {"Next": f"S{n + 1}"} for n in range(4)}
    _, drawing = drawn(machine(**{name: {**step, "End": False} for name, step in steps.items()}, S4=TASK))
    places = {box.name: (box.x + box.width / 2, box.y) for box in drawing.boxes}
    order = ["Start", "S0", "S1", "S2", "S3", "S4", "End"]
    assert len({places[name][0] for name in order}) == 1
    assert sorted(order, key=lambda name: places[name][1]) == order


def test_what_leads_back_goes_up_and_changes_nothing_else() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.again", "IsPresent": True, "Next": "A"}], "Default": "C"}
    _, drawing = drawn(machine(A={"Type": "Pass", "Next": "B"}, B=choice, C={"Type": "Succeed"}))
    tops = {box.name: box.y for box in drawing.boxes}
    assert tops["Start"] < tops["A"] < tops["B"] < tops["C"]


def cross(a: Route, b: Route) -> bool:
    """Whether a horizontal line of one goes through a vertical line of the other."""
    return any(
        min(ax, bx) + NEAR < x < max(ax, bx) - NEAR and min(top, bottom) + NEAR < y < max(top, bottom) - NEAR
        for one, other in ((a, b), (b, a))
        for (ax, y), (bx, _) in itertools.pairwise(one.points)
        for (x, top), (_, bottom) in itertools.pairwise(other.points)
    )


@pytest.mark.parametrize("rules", range(1, 9))
@pytest.mark.parametrize("words", ["short", "as long as a whole sentence may become in the end"])
@pytest.mark.parametrize("first", [{"End": True}, {"Next": "Choose"}], ids=str)
def test_the_rules_of_a_choice_lie_in_their_order_and_default_lies_behind_them(
    rules: int, words: str, first: dict[str, Any]
) -> None:
    names = [f"Rule {n}" for n in range(rules)]
    choices = [{"Variable": "$.a", "StringEquals": words * (n % 3), "Next": name} for n, name in enumerate(names)]
    states: dict[str, Any] = {name: {"Type": "Pass", "End": True} for name in (*names, "Otherwise")}
    states[names[0]] = {"Type": "Pass", **first}
    choice = {"Type": "Choice", "Choices": choices, "Default": "Otherwise"}
    _, drawing = drawn(machine(Choose=choice, **states))
    lefts = {box.name: box.x for box in drawing.boxes}
    assert sorted([*names, "Otherwise"], key=lambda name: lefts[name]) == [*names, "Otherwise"]


def test_no_order_is_worth_a_crossing() -> None:
    # Given two choices of which one must be turned around, since B leads to the first of what A leads to
    def choice(rule: str, default: str) -> dict[str, Any]:
        return {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": rule}], "Default": default}

    last = {"Type": "Pass", "End": True}
    _, drawing = drawn(machine(S=choice("A", "B"), A=choice("P", "Q"), B={"Type": "Pass", "Next": "P"}, P=last, Q=last))
    # Then none of their edges crosses another one
    assert not [pair for pair in itertools.combinations(drawing.routes, 2) if cross(*pair)]


def test_states_that_nothing_leads_to_yet_lie_below_start() -> None:
    _, drawing = drawn(machine(A=TASK, B={"Type": "Pass", "Next": "C"}, C={"Type": "Pass", "Next": "A"}))
    tops = {box.name: box.y for box in drawing.boxes}
    assert tops["Start"] < tops["B"] < tops["C"] < tops["A"]


def test_a_catcher_of_a_parallel_state_leads_out_of_the_whole_box() -> None:
    parallel = {"Type": "Parallel", "Branches": [machine(X=TASK)], "End": True}
    _, drawing = drawn(machine(A=parallel | {"Catch": catching("E", then="B")}, B={"Type": "Fail"}))
    group = next(box for box in drawing.boxes if box.name == "A")
    caught = next(route for route in drawing.routes if route.kind == "catch")
    assert group.group
    assert caught.points[0][1] == group.y + group.height


def test_many_branches_lie_in_rows() -> None:
    _, drawing = drawn(machine(A={"Type": "Parallel", "End": True, "Branches": [machine(X=TASK)] * 20}))
    assert drawing.width < 2_100
    assert len({frame.y for frame in drawing.frames}) > 1


@calmly
@given(st.text(max_size=200), st.integers(40, 300), st.integers(1, 4))
def test_a_text_is_broken_into_lines_that_fit(text: str, most: int, lines: int) -> None:
    found = wrap(text, 12, most, lines=lines)
    assert 1 <= len(found) <= lines
    assert all(width(line, 12) <= most for line in found)


def test_a_name_is_broken_between_its_words_first_and_at_its_dots_then() -> None:
    assert wrap("sqs:sendMessage.waitForTaskToken", 12, 150, lines=2) == ("sqs:sendMessage.", "waitForTaskToken")
    assert wrap("States.Timeout, Approval.Refused", 12, 150, lines=2) == ("States.Timeout,", "Approval.Refused")
    assert wrap("one two three four five", 12, 60, lines=2) == ("one two", "three…")
