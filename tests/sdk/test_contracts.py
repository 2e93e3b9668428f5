"""What annotations promise is held at the borders."""

import datetime
import enum
import uuid
from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec
import pydantic
import pytest

from stepwell.sdk import task
from stepwell.sdk.contracts import Contract, ContractBroken, call_with_json, text_of


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Topping:
    name: str
    grams: float = 1.5


class Oven(msgspec.Struct):
    degrees: int


class Guest(pydantic.BaseModel):
    name: str
    born: datetime.date


class Note(TypedDict):
    text: str


def order(
    size: Size,
    toppings: list[Topping],
    oven: Oven,
    guest: Guest,
    note: Note,
    at: datetime.datetime,
    id: uuid.UUID,
    table: int = 4,
) -> dict[str, Guest]:
    return {}


INPUT = {
    "size": "large",
    "toppings": [{"name": "basil", "grams": 2.0}],
    "oven": {"degrees": 250},
    "guest": {"name": "Ada", "born": "1815-12-10"},
    "note": {"text": "hot"},
    "at": "2026-11-21T12:00:00Z",
    "id": "12345678-1234-5678-1234-567812345678",
}
ARGUMENTS = {
    "size": Size.LARGE,
    "toppings": [Topping("basil", 2.0)],
    "oven": Oven(250),
    "guest": Guest(name="Ada", born=datetime.date(1815, 12, 10)),
    "note": {"text": "hot"},
    "at": datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC),
    "id": uuid.UUID("12345678-1234-5678-1234-567812345678"),
}


def test_json_becomes_arguments_and_they_become_json_again() -> None:
    contract = Contract(order, "order")
    assert contract.arguments(INPUT) == ARGUMENTS
    assert contract.input(**ARGUMENTS) == INPUT
    guest = ARGUMENTS["guest"]
    assert contract.returned({"first": guest}) == {"first": INPUT["guest"]}
    assert contract.result_of({"first": INPUT["guest"]}) == {"first": guest}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": "huge"}, "order.size: Invalid enum value 'huge'"),
        ({"toppings": [{"name": 3}]}, "order.toppings[0].name: Expected `str`, got `int`"),
        ({"toppings": [{}]}, "order.toppings[0]: Object missing required field `name`"),
        ({"oven": {"degrees": "hot"}}, "order.oven.degrees: Expected `int`, got `str`"),
        ({"guest": {"name": "Ada"}}, "order.guest: born: Field required"),
        ({"at": "noon"}, "order.at: Invalid RFC3339 encoded datetime"),
        ({"color": "red"}, "order: has no parameter color"),
    ],
)
def test_a_broken_promise_names_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractBroken) as caught:
        Contract(order, "order").arguments(INPUT | changes)
    assert str(caught.value) == message


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ContractBroken, match=r"^order: size, toppings, oven, guest, note, at, id is missing$"):
        Contract(order, "order").arguments({})


def test_what_is_no_object_is_for_the_only_parameter() -> None:
    def greet(name: str) -> None: ...

    assert Contract(greet, "greet").arguments("Ada") == {"name": "Ada"}
    with pytest.raises(ContractBroken, match="order: Expected an object with size, toppings"):
        Contract(order, "order").arguments("Ada")


def test_without_annotations_anything_goes() -> None:
    def anything(a, *, b=None, **more):  # type: ignore[no-untyped-def]
        return a

    contract = Contract(anything, "anything")
    assert contract.arguments({"a": [1], "c": {}}) == {"a": [1], "c": {}}
    assert contract.returned({"x": 1}) == {"x": 1}


def test_a_function_that_promises_nothing_gives_nothing() -> None:
    def quiet() -> None: ...

    assert Contract(quiet, "quiet").returned(None) is None
    assert Contract(quiet, "quiet").result_of({"left": "over"}) is None
    with pytest.raises(ContractBroken, match="quiet returned: Expected `null`, got `int`"):
        Contract(quiet, "quiet").returned(3)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")], "\ud800"])
def test_what_json_has_no_form_for_is_no_result(value: Any) -> None:
    with pytest.raises(ContractBroken, match=r"^cook returned: "):
        text_of(value, "cook returned")


def test_a_type_that_json_has_no_form_for_is_named() -> None:
    class Odd: ...

    def strange(odd: Odd) -> Odd:
        return odd

    with pytest.raises(ContractBroken, match=r"strange\.odd: .*Odd'> is no type that JSON can be read as"):
        Contract(strange, "strange").arguments({"odd": 1})
    with pytest.raises(ContractBroken, match=r"strange returned: Odd has no form in JSON"):
        Contract(strange, "strange").returned(Odd())


def test_a_task_is_a_lambda_function_by_its_handler() -> None:
    @task
    def weigh(topping: Topping) -> Topping:
        return Topping(topping.name, topping.grams * 2)

    @task
    async def ask() -> str:
        return "asked"

    assert weigh.lambda_handler({"topping": {"name": "basil"}}, object()) == {"name": "basil", "grams": 3.0}
    assert ask.lambda_handler({}) == "asked"
    with pytest.raises(ContractBroken, match="weigh: topping is missing"):
        weigh.lambda_handler({})
    assert call_with_json(weigh, {"topping": {"name": "ä", "grams": 1.0}}) == '{"name":"ä","grams":2.0}'
