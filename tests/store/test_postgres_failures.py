"""What can happen between a server and its database: lost connections, lost leases, killed holders, newer data."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from stepwell.store.codes import split_arn
from stepwell.store.opening import store_at
from stepwell.store.postgres import PostgresStore
from stepwell.store.postgres_session import LEASE
from stepwell.store.postgres_writer import shard_of
from stepwell.store.protocol import OutcomeUnknown, StoreError, StoreFull, StoreHeld, StoreTooNew
from stepwell.store.sql import migrations

from .processes import acknowledged, writer
from .proxy import END_ALL_SESSIONS, execute, proxied
from .rows import ORDERS, moved, redriven, resource, row, start, step


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def test_a_commit_whose_answer_is_lost_is_unknown_and_has_landed(
    runner: asyncio.Runner, postgres_url: str
) -> None:
    async with proxied(postgres_url) as network, opened(network.url) as store:
        network.lose = "answer"
        with pytest.raises(OutcomeUnknown):
            await store.commit([start(1)])
        assert await store.landed(start(1))
        await store.commit([step(1, 3)])


async def test_a_commit_that_did_not_arrive_is_unknown_and_has_not_landed(
    runner: asyncio.Runner, postgres_url: str
) -> None:
    async with proxied(postgres_url) as network, opened(network.url) as store:
        network.lose = "request"
        with pytest.raises(OutcomeUnknown):
            await store.commit([start(1)])
        assert not await store.landed(start(1))
        await store.commit([start(1)])


async def test_a_connection_lost_between_two_commits_is_not_noticed(runner: asyncio.Runner, postgres_url: str) -> None:
    async with opened(postgres_url) as store:
        await store.commit([start(1)])
        await execute(postgres_url, END_ALL_SESSIONS)
        await store.commit([step(1, 3)])
        await execute(postgres_url, END_ALL_SESSIONS)
        await store.put(resource("print"))
        await execute(postgres_url, END_ALL_SESSIONS)
        assert await store.find(row(1).arn) == row(1)
        assert await store.get(resource("print").arn) == resource("print")


async def test_a_database_that_stays_away_refuses_and_works_again_once_it_is_back(
    runner: asyncio.Runner, postgres_url: str
) -> None:
    async with proxied(postgres_url) as network, opened(network.url) as store:
        network.away = True
        network.cut()
        with pytest.raises(StoreError, match="PostgreSQL is away"):
            await store.commit([start(1)])
        with pytest.raises(StoreError, match="could not be read"):
            await store.find(row(1).arn)
        network.away = False
        await store.commit([start(1)])
        assert await store.find(row(1).arn) == row(1)


async def test_a_second_server_is_refused_by_the_name_of_the_first(runner: asyncio.Runner, postgres_url: str) -> None:
    async with opened(postgres_url):
        with pytest.raises(StoreHeld, match=r"in use by process \d+ on .* since 20"):
            await PostgresStore(postgres_url).open()
    # A clean close leaves nothing to wait for.
    async with opened(postgres_url):
        pass


async def test_a_killed_server_is_followed_at_once_and_all_it_acknowledged_is_there(
    runner: asyncio.Runner, postgres_url: str
) -> None:
    with writer(postgres_url) as process:
        last = acknowledged(process, at_least=500)
        process.wait()
    before = time.monotonic()
    async with opened(postgres_url) as store:
        assert time.monotonic() - before < 3 < LEASE
        assert len(await store.load(range(1, last + 1))) == last


async def test_a_server_whose_shards_were_taken_over_can_write_no_more(
    runner: asyncio.Runner, postgres_url: str
) -> None:
    async with opened(postgres_url) as store:
        await store.commit([start(1)])
        await execute(postgres_url, "UPDATE shards SET holder = 'the other node', epoch = epoch + 1")
        with pytest.raises(StoreHeld, match="taken over by the other node"):
            await store.commit([step(1, 3)])
        with pytest.raises(StoreHeld, match="taken over by the other node"):
            await store.commit([start(2)])
        assert await store.load([2]) == []


async def test_a_silent_server_is_followed_when_its_lease_has_run_out_and_then_can_write_no_more(
    runner: asyncio.Runner, postgres_url: str
) -> None:
    async with opened(postgres_url) as silent:
        await silent.commit([start(1)])
        await execute(postgres_url, "UPDATE shards SET expires = '-infinity'")
        async with opened(postgres_url) as successor:
            with pytest.raises(StoreHeld, match="taken over by process"):
                await silent.commit([step(1, 3, b"too late")])
            await successor.commit([step(1, 3, b"in time")])
            assert not await silent.landed(step(1, 3, b"too late"))


async def test_a_full_disk_refuses_writes_serves_reads_and_recovers(runner: asyncio.Runner, postgres_url: str) -> None:
    async with opened(postgres_url) as store:
        await store.commit([start(1)])
        await execute(postgres_url, FULL_DISK)
        with pytest.raises(StoreFull, match="disk is full"):
            await store.commit([start(2), step(1, 3)])
        assert await store.load([2]) == []
        assert await store.find(row(1).arn) == row(1)
        await execute(postgres_url, "DROP TRIGGER full_disk ON journal")
        await store.commit([start(2), step(1, 3)])


FULL_DISK = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON journal EXECUTE FUNCTION full_disk();
"""


async def test_data_of_a_newer_layout_or_format_are_refused(runner: asyncio.Runner, postgres_url: str) -> None:
    async with opened(postgres_url):
        pass
    for key, known in (("layout", len(migrations("postgres"))), ("format", 1)):
        await execute(postgres_url, f"UPDATE meta SET value = '99' WHERE key = '{key}'")
        with pytest.raises(StoreTooNew, match=f"newer Stepwell .{key} 99"):
            await PostgresStore(postgres_url).open()
        await execute(postgres_url, f"UPDATE meta SET value = '{known}' WHERE key = '{key}'")
    async with opened(postgres_url):
        pass


async def test_data_of_the_first_layout_are_taken_over(runner: asyncio.Runner, postgres_url: str) -> None:
    await execute(postgres_url, migrations("postgres")[0].script)
    await execute(
        postgres_url,
        f"""
        INSERT INTO meta VALUES ('layout', '1'), ('format', '1'), ('secret', 'kept');
        INSERT INTO names (text) VALUES ('{ORDERS}'), ('{split_arn(row(1).arn)[0]}'), ('{row(1).revision}');
        INSERT INTO executions (id, shard, machine, head, tail, revision, express, status, started)
        VALUES (1, {shard_of(row(1).arn)}, 1, 2, 'order-1', 3, false, 0, 1);
        """,
    )
    async with opened(postgres_url) as store:
        assert await store.executions(ORDERS, None, None, 5) == [row(1)]
        assert await store.secret() == b"kept"
        later = row(2, version_arn=f"{ORDERS}:1")
        await store.commit([start(2, created=later)])
        assert await store.executions(f"{ORDERS}:1", None, None, 5) == [later]
        await store.commit([moved(1, updated=redriven(row(1), at=9))])
        assert await store.executions(ORDERS, None, None, 5) == [redriven(row(1), at=9), later]


async def test_a_closed_store_says_so(runner: asyncio.Runner, postgres_url: str) -> None:
    async with opened(postgres_url) as store:
        pass
    with pytest.raises(StoreError, match="closed"):
        await store.commit([start(1)])
    with pytest.raises(StoreError, match="closed"):
        await store.find("any")


async def test_a_database_that_cannot_be_reached_is_an_error_for_people(runner: asyncio.Runner) -> None:
    with pytest.raises(StoreError, match="The store in PostgreSQL could not be opened"):
        await PostgresStore("postgresql://nobody@127.0.0.1:1/none").open()


def test_a_missing_driver_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    for module in [name for name in sys.modules if name.startswith("stepwell.store.postgres")]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(StoreError, match=r"pip install 'stepwell\[postgres\]'"):
        store_at("postgresql://localhost/stepwell")
