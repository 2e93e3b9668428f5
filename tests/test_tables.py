"""What is wrong with a table is told in words: which setting, what it is to be, and what was found."""

import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest

from stepwell.tables import mistakes


class Door(msgspec.Struct, tag_field="kind", tag="door", forbid_unknown_fields=True):
    colour: Literal["red", "green"]
    height: Annotated[float, msgspec.Meta(gt=0, le=3)] = 2


class Window(msgspec.Struct, tag_field="kind", tag="window", forbid_unknown_fields=True):
    panes: Annotated[int, msgspec.Meta(ge=1)] = 2


class House(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    front: Door | Window | None = None
    beds: dict[str, int] = {}
    guests: tuple[str, ...] = ()
    heated: bool = True
    post: Annotated[str, msgspec.Meta(pattern="^[0-9]+$", description="a post code")] = "1"
    alarm: str | int | None = None


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"name": "a", "front": {"kind": "door", "colour": "red"}, "beds": {"b": 1}, "alarm": 1}, []),
        (7, ["expected a table, found a number."]),
        ({}, ["name is missing: expected a text."]),
        ({"nam": 1}, ["nam: there is no such setting. Did you mean name?", "name is missing: expected a text."]),
        ({"name": 12345}, ["name: expected a text, found a number."]),
        ({"name": datetime.date(2026, 1, 1)}, ["name: expected a text, found a date or time."]),
        ({"name": "a", "heated": "yes"}, ["heated: expected true or false, found a text."]),
        ({"name": "a", "post": "secret"}, ["post: expected a post code, found another text."]),
        ({"name": "a", "alarm": []}, ["alarm: expected a text or a whole number, found a list."]),
        ({"name": "a", "guests": "b"}, ["guests: expected a list, found a text."]),
        (
            {"name": "a", "guests": ["b", 1, True]},
            ["guests[1]: expected a text, found a number.", "guests[2]: expected a text, found true."],
        ),
        ({"name": "a", "beds": {"b": "c"}}, ["beds.b: expected a whole number, found a text."]),
        ({"name": "a", "front": {}}, ['front.kind is missing: expected "door" or "window".']),
        (
            {"name": "a", "front": {"kind": "dor"}},
            ['front.kind: expected "door" or "window", found "dor". Did you mean door?'],
        ),
        (
            {"name": "a", "front": {"kind": "window", "panes": 0}},
            ["front.panes: expected a whole number of 1 or more, found 0."],
        ),
        (
            {"name": "a", "front": {"kind": "door", "colour": "rde", "height": 4, "lock": 1}},
            [
                'front.colour: expected "green" or "red", found "rde". Did you mean red?',
                "front.height: expected a number above 0, at most 3, found 4.",
                "front.lock: there is no such setting. There are: colour, height.",
            ],
        ),
    ],
)
def test_each_mistake_is_told(table: Any, told: list[str]) -> None:
    assert list(mistakes(table, House)) == told
