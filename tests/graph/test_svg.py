"""Drawings as SVG and PNG."""

import struct
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from stepwell.graph.layout import layout
from stepwell.graph.model import graph_of
from stepwell.graph.png import png
from stepwell.graph.svg import edge_ids, svg
from stepwell.graph.theme import DARK, LIGHT, Theme

from .definitions import TASK, anything, catching, machine

SVG = "{http://www.w3.org/2000/svg}"
ORDER = machine(
    Choose={
        "Type": "Choice",
        "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}],
        "Default": "Ship",
    },
    Approve=TASK | {"Catch": catching("States.Timeout", then="Ship"), "Retry": [{"ErrorEquals": ["States.ALL"]}]},
    Ship={"Type": "Parallel", "Branches": [machine(Pack=TASK)], "End": True},
)


def document(definition: Any, **options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(svg(layout(graph_of(definition)), **options))


def having(tree: ElementTree.Element, *classes: str) -> list[ElementTree.Element]:
    return [element for element in tree.iter() if set(classes) <= set(element.get("class", "").split())]


def words(tree: ElementTree.Element) -> list[str | None]:
    return [element.text for element in tree.iter(f"{SVG}text")]


def test_a_drawing_says_what_it_shows() -> None:
    tree = document(ORDER, title="Order", description="Start → Choose")
    assert tree.get("role") == "img"
    assert [(element.tag.removeprefix(SVG), element.text) for element in tree[:2]] == [
        ("title", "Order"),
        ("desc", "Start → Choose"),
    ]


def test_names_conditions_errors_and_marks_can_be_read() -> None:
    shown = words(document(ORDER))
    for text in ("Start", "Choose", "$.total > 100", "otherwise", "States.Timeout", "Approve", "Ship", "Pack", "End"):
        assert text in shown


def test_a_caught_error_is_dashed_and_a_retry_marked() -> None:
    tree = document(ORDER)
    assert len(having(tree, "line", "catch")) == 1
    assert len(having(tree, "retry")) == 1
    assert "stroke-dasharray" in str(tree.findtext(f"{SVG}style"))


def test_groups_lie_below_what_they_hold() -> None:
    order = [element.get("class", "") for element in document(ORDER).iter(f"{SVG}rect")]
    assert order.index("card state Parallel group") < order.index("frame") < order.index("card state Task")


def test_colours_follow_the_viewer_unless_they_are_chosen() -> None:
    assert "prefers-color-scheme: dark" in svg(layout(graph_of(ORDER)))
    themes: list[tuple[Theme, dict[str, str]]] = [("light", LIGHT), ("dark", DARK)]
    for chosen, colours in themes:
        drawn = svg(layout(graph_of(ORDER)), colours=chosen)
        assert "prefers-color-scheme" not in drawn
        assert f".page {{ fill: {colours['page']}; }}" in drawn


def test_text_of_a_definition_stays_text() -> None:
    hostile = '</text><script>alert(1)</script>"&\x00'
    tree = document(machine(**{hostile: TASK | {"Comment": hostile}}), title=hostile, description=hostile)
    assert [element.tag for element in tree.iter() if "script" in element.tag] == []
    assert tree.findtext(f"{SVG}title") == '</text><script>alert(1)</script>"& '


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_any_json_gives_well_formed_svg(value: Any) -> None:
    document({"StartAt": "a", "States": {"a": value, "b": {"Type": "Pass", "Next": "a"}}})


@pytest.mark.parametrize("zoom", [1, 2])
def test_a_png_has_the_drawing_s_size(zoom: int) -> None:
    drawing = layout(graph_of(ORDER))
    image = png(svg(drawing, colours="light"), zoom=zoom)
    assert image.startswith(b"\x89PNG")
    assert struct.unpack(">II", image[16:24]) == (drawing.width * zoom, drawing.height * zoom)


def test_states_and_transitions_may_be_marked() -> None:
    marks = {"/States/Approve": "seen", "/States/Ship/Branches/0/States/Pack": "new", "/States/Choose#default0": "seen"}
    tree = document(ORDER, classes=marks | {"/States/Approve#catch0": "new"}, style=".seen { opacity: 1; }")
    marked = {(element.get("data-state") or element.get("class")) for element in having(tree, "seen")}
    assert marked == {"Approve", "line default seen", "tip default seen", "chip default seen", "label default seen"}
    assert [element.get("data-state") for element in having(tree, "new") if element.get("data-state")] == ["Pack"]
    assert len(having(tree, "line", "catch", "new")) == 1
    assert ".seen { opacity: 1; }" in "".join(style.text or "" for style in tree.iter(f"{SVG}style"))


def test_the_transitions_of_a_state_are_counted_by_kind() -> None:
    edges = [("/States/A", "choice"), ("/States/A", "choice"), ("/States/A", "default"), ("/States/B", "choice")]
    assert edge_ids(edges) == ["/States/A#choice0", "/States/A#choice1", "/States/A#default0", "/States/B#choice0"]
