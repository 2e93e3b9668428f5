"""A pizza: the workflow is this function, its tasks are served by any number of workers."""

import itertools
import time
from dataclasses import dataclass

from stepwell import Retry, parallel, sleep, task, workflow


@dataclass
class Pizza:
    toppings: list[str]
    acceptable: bool


class DoughTorn(Exception):
    """The dough has a hole. Another try makes a new one."""


class Refused(Exception):
    """What is not acceptable is not served."""


doughs = itertools.count(1)


@task(retry=Retry(DoughTorn, times=3))
def make_dough(size: int) -> str:
    time.sleep(0.6)
    if next(doughs) % 3 == 1:  # the first one and every third after it, so that a retry is there to be seen
        raise DoughTorn("The dough tore while it was stretched.")
    return f"dough of {size} cm"


@task(retry=Retry(TimeoutError, times=3, after=10), timeout=60)
def make_sauce() -> str:
    time.sleep(0.9)
    return "tomato, basil, a little salt"


@task(concurrency=2)
def prepare(ingredient: str) -> str:
    time.sleep(0.4)
    return f"{ingredient}, cut"


@task(timeout=600, heartbeat=30)
def bake(dough: str, sauce: str, toppings: list[str]) -> Pizza:
    time.sleep(1.2)
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
    sleep(2)  # it is hot
    if not pizza.acceptable:
        raise Refused(f"after {len(toppings)} toppings")
    return serve(pizza)
