"""A pizza: the workflow is this function, its tasks are served by any number of workers."""

from dataclasses import dataclass

from stepwell import Retry, parallel, sleep, task, workflow


@dataclass
class Pizza:
    toppings: list[str]
    acceptable: bool


class Refused(Exception):
    """What is not acceptable is not served."""


@task
def make_dough(size: int) -> str:
    return f"dough of {size} cm"


@task(retry=Retry(TimeoutError, times=3, after=10), timeout=60)
def make_sauce() -> str:
    return "tomato, basil, a little salt"


@task
def prepare(ingredient: str) -> str:
    return f"{ingredient}, cut"


@task(timeout=600, heartbeat=30)
def bake(dough: str, sauce: str, toppings: list[str]) -> Pizza:
    return Pizza(toppings, acceptable="stones, cut" not in toppings)


@task
def serve(pizza: Pizza) -> str:
    return f"a pizza with {' and '.join(pizza.toppings)}"


@workflow
def order(size: int, ingredients: list[str]) -> str:
    """Bake a pizza and serve it."""
    # Side by side
    dough, sauce = parallel(make_dough(size), make_sauce())
    toppings = [prepare(each) for each in ingredients]
    pizza = bake(dough, sauce, toppings)
    sleep(minutes=2)  # it is hot
    if not pizza.acceptable:
        raise Refused(f"after {len(toppings)} toppings")
    return serve(pizza)
