"""`@workflow` makes a state machine of a function, which does what the function does."""

import json

import pytest

from sdk.driver import call, run, states
from sdk.pizzeria import Order, pizza
from stepwell.asl.parse import parse


@pytest.mark.parametrize("ingredients", [[], ["basil"], ["basil", "stones"]])
def test_the_machine_does_what_the_function_does(ingredients: list[str]) -> None:
    order = Order(32, ingredients)
    assert run(pizza, order) == call(pizza, order)


def test_what_is_not_acceptable_fails_with_the_exceptions_name_and_text() -> None:
    assert run(pizza, Order(32, ["stones"])) == ("Refuse", "after 3 minutes")


def test_the_definition_is_valid() -> None:
    assert [each for each in parse(json.dumps(pizza.to_asl())).diagnostics if each.severity == "ERROR"] == []


def test_comments_and_docstrings_become_comments() -> None:
    definition = pizza.to_asl()
    assert definition["Comment"] == "Bake a pizza and serve it."
    assert [state["Comment"] for state in states(definition).values() if "Comment" in state] == ["side by side"]


def test_the_tasks_it_uses_are_known() -> None:
    assert [each.name for each in pizza.uses()] == ["make_dough", "make_sauce", "prepare", "bake", "serve"]
