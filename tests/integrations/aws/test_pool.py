"""Threads: so many at a time, as many as needed, and nobody waits for one that hangs."""

import asyncio
import threading

import pytest

from stepwell.integrations.aws.pool import Pool


class Gate:
    """Work that waits until it may go on, and counts how much of it is under way."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.entered = threading.Semaphore(0)

    def work(self) -> str:
        self.entered.release()
        self.open.wait()
        return threading.current_thread().name


async def test_work_beyond_the_size_waits(runner: asyncio.Runner) -> None:
    pool, gate = Pool("x", 2), Gate()
    waiting = [asyncio.ensure_future(pool.run(gate.work)) for _ in range(5)]
    for _ in range(2):
        assert await asyncio.to_thread(gate.entered.acquire, timeout=5)
    assert not gate.entered.acquire(blocking=False)
    gate.open.set()
    assert set(await asyncio.gather(*waiting)) == {"aws x"}


async def test_a_thread_that_is_free_is_used_again(runner: asyncio.Runner) -> None:
    pool = Pool("x", 5)
    assert len({await pool.run(threading.get_ident) for _ in range(5)}) == 1


async def test_a_thread_that_has_nothing_to_do_ends(runner: asyncio.Runner) -> None:
    pool = Pool("idle", 1, idle_seconds=0.01)
    thread = await pool.run(threading.current_thread)
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()
    assert await pool.run(threading.current_thread) is not thread


async def test_an_error_reaches_whoever_waits(runner: asyncio.Runner) -> None:
    with pytest.raises(ZeroDivisionError):
        await Pool("x", 1).run(lambda: 1 // 0)


async def test_nobody_need_wait_for_an_answer(runner: asyncio.Runner) -> None:
    pool, gate = Pool("x", 1), Gate()
    given_up = asyncio.ensure_future(pool.run(gate.work))
    assert await asyncio.to_thread(gate.entered.acquire, timeout=5)
    given_up.cancel()
    gate.open.set()
    assert await pool.run(lambda: "next") == "next"


def test_an_answer_may_come_when_the_loop_is_gone() -> None:
    pool, gate = Pool("x", 1), Gate()

    async def begin() -> None:
        waiting = asyncio.ensure_future(pool.run(gate.work))
        assert await asyncio.to_thread(gate.entered.acquire, timeout=5)
        assert not waiting.done()

    asyncio.run(begin())
    gate.open.set()
    assert asyncio.run(pool.run(lambda: "next")) == "next"
