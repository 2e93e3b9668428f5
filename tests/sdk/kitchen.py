"""Tasks and a workflow that tests serve: in this process, and in others that import this module."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from stepwell.sdk import Retry, task, workflow


@dataclass
class Dough:
    grams: int
    flour: str = "wheat"


class Burnt(Exception):
    pass


@task
def make_dough(grams: int) -> Dough:
    return Dough(grams)


@task
async def bake(dough: Dough, seconds: float = 0) -> str:
    await asyncio.sleep(seconds)
    if dough.grams > 1000:
        raise Burnt(f"{dough.grams} g are too much")
    return f"{dough.grams} g of {dough.flour}"


@workflow
async def pizza(grams: int) -> str:
    """Make a pizza."""
    dough = make_dough(grams)
    return await bake(dough)


@workflow
def bread(grams: int) -> Dough:
    """Only its dough."""
    return make_dough(grams)


@task(processes=True)
def knead(turns: int) -> int:
    return sum(range(turns))


@task(processes=True)
def whoami() -> int:
    return os.getpid()


@task(processes=True, retry=Retry("WorkerLost", times=0))
def crash() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@task(processes=True)
def crumble() -> int:
    raise Burnt("in a process")


@task(processes=True, heartbeat=1)
def endless(folder: str) -> None:
    draft = Path(folder, "pid.draft")
    draft.write_text(str(os.getpid()))
    draft.replace(Path(folder, "pid"))
    time.sleep(600)


@task(heartbeat=1)
def note(folder: str, name: str, seconds: float) -> str:
    """Leaves a file when it begins; the second time it takes no time."""
    begun = Path(folder, f"{name}.begun")
    first = not begun.exists()
    with begun.open("a") as out:
        out.write(f"{os.getpid()}\n")
    if first:
        time.sleep(seconds)
    return name


@workflow
def notes(folder: str, name: str, seconds: float) -> str:
    return note(folder, name, seconds)
