"""A workflow with some of everything: what several tests look at."""

from dataclasses import dataclass

from stepwell import Retry, parallel, sleep, task, workflow


@dataclass
class Order:
    size: int
    ingredients: list[str]


@dataclass
class Pizza:
    acceptable: bool
    minutes: int


class Refuse(Exception):
    """What is not acceptable is not served."""


@task
def make_dough(size: int) -> str:
    return f"{size} cm"


@task(retry=Retry(TimeoutError, times=2), timeout=60)
def make_sauce() -> str:
    return "tomato"


@task
def prepare(ingredient: str) -> str:
    return ingredient.upper()


@task
def bake(dough: str, sauce: str, toppings: list[str]) -> Pizza:
    return Pizza("STONES" not in toppings, 2 + len(toppings))


@task
def serve(pizza: Pizza) -> str:
    return "served"


@workflow
def pizza(order: Order) -> str:
    """Bake a pizza and serve it."""
    # side by side
    dough, sauce = parallel(make_dough(order.size), make_sauce())
    toppings = [prepare(each) for each in order.ingredients]
    baked = bake(dough, sauce, toppings)
    sleep(minutes=2)
    if not baked.acceptable:
        raise Refuse(f"after {baked.minutes} minutes")
    return serve(baked)
