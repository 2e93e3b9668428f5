"""What every store must do, whatever it is made of: a store's own test file hands itself over to this."""

import asyncio
from collections.abc import Callable

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from stepwell.store.memory import MemoryStore
from stepwell.store.protocol import Chunk, Commit, Conflict, Store, Work, WorkKey, WorkKind

from .rows import (
    ACCOUNT,
    ORDERS,
    REFUNDS,
    STARTED,
    ended,
    everything,
    key,
    moved,
    redriven,
    resource,
    row,
    start,
    step,
    stored,
    task,
    timer,
)

FIRST = (0, 0, 0, "")


class StoreSuite:
    """Subclasses offer a fixture `store`: an open, empty store on the loop of `runner`."""

    # Executions and their journals

    async def test_a_new_execution_is_there_with_its_journal_and_its_work(self, store: Store) -> None:
        await store.commit([start(1, opened=[timer(1, due=500), task(1)])])
        assert await store.load([1]) == [stored(row(1), STARTED, work=(timer(1, due=500), task(1)))]

    async def test_a_journal_grows_by_chunks_in_order(self, store: Store) -> None:
        await store.commit([start(1)])
        await store.commit([step(1, 3, b"b", count=2), step(1, 5, b"c")])
        [loaded] = await store.load([1])
        assert loaded.chunks == (STARTED, Chunk(3, 2, b"b"), Chunk(5, 1, b"c"))

    async def test_an_execution_that_begins_and_ends_in_one_commit_is_stored_as_ended(self, store: Store) -> None:
        done = ended(row(1), at=9)
        await store.commit([start(1, updated=done, opened=[task(1)], close_all=True)])
        assert await store.load([1]) == [stored(done, STARTED)]

    async def test_loading_takes_many_and_leaves_out_unknown_ones(self, store: Store) -> None:
        await store.commit([start(n) for n in (1, 2, 3)])
        loaded = await store.load([3, 99, 1])
        assert {one.row.id for one in loaded} == {1, 3}
        assert await store.load([]) == []

    async def test_ids_chunks_and_names_come_back_as_they_were_given(self, store: Store) -> None:
        big = (1 << 62) + 12345
        created = row(big, name="Grüße, 世界", started_at=1_700_000_000_123, aside='KeyError: "x"')
        chunk = bytes(range(256)) * 400
        await store.commit([start(big, created=created, chunk=chunk)])
        assert await store.load([big]) == [stored(created, Chunk(0, 3, chunk))]

    async def test_an_execution_is_found_by_its_arn(self, store: Store) -> None:
        await store.commit([start(1), start(2)])
        assert await store.find(row(2).arn) == row(2)
        assert await store.find(row(3).arn) is None
        assert await store.find("order-2") is None

    async def test_runs_of_an_express_execution_share_a_name_but_not_an_arn(self, store: Store) -> None:
        arn = f"arn:aws:states:{ACCOUNT}:express:Orders:order-1"
        runs = [row(n, arn=f"{arn}:run-{n}", name="order-1", express=True) for n in (1, 2)]
        await store.commit([start(run.id, created=run) for run in runs])
        assert [await store.find(run.arn) for run in runs] == runs

    async def test_a_name_that_its_arn_does_not_tell_is_kept(self, store: Store) -> None:
        odd = row(1, arn="somewhere/else", name="of-its-own")
        await store.commit([start(1, created=odd)])
        assert await store.find("somewhere/else") == odd

    async def test_a_change_keeps_what_an_execution_began_with(self, store: Store) -> None:
        await store.commit([start(1)])
        await store.commit([moved(1, updated=ended(row(1), at=9, status="FAILED"))])
        assert await store.find(row(1).arn) == ended(row(1), at=9, status="FAILED")
        await store.commit([moved(1, updated=row(1, aside="TypeError"))])
        assert await store.find(row(1).arn) == row(1, aside="TypeError")

    async def test_part_of_a_journal_is_read_by_the_chunks_that_hold_it(self, store: Store) -> None:
        chunks = [Chunk(0, 3, b"started"), Chunk(3, 2, b"b"), Chunk(5, 4, b"c"), Chunk(9, 1, b"d")]
        await store.commit([start(1), *(step(1, c.position, c.data, c.count) for c in chunks[1:])])
        assert await store.journal(1, 0, 100) == chunks
        assert await store.journal(1, 4, 5) == chunks[1:3]
        assert await store.journal(1, 6, 7) == chunks[2:3]
        assert await store.journal(1, 9, 9) == chunks[3:]
        assert await store.journal(1, 10, 20) == []
        assert await store.journal(1, 0, 100, newest=1) == chunks[-1:]
        assert await store.journal(1, 0, 5, newest=2) == chunks[1:3]
        assert await store.journal(2, 0, 20) == []

    async def test_closed_executions_of_a_type_come_oldest_end_first(self, store: Store) -> None:
        arn = f"arn:aws:states:{ACCOUNT}:express:Orders:order-5:run"
        quick = row(5, arn=arn, name="order-5", express=True)
        await store.commit([start(n) for n in (1, 2, 3, 4)] + [start(5, created=quick)])
        for number, at in ((3, 10), (1, 20), (2, 20), (4, 30)):
            await store.commit([moved(number, updated=ended(row(number), at=at, status="FAILED"))])
        await store.commit([moved(5, updated=ended(quick, at=15))])
        assert await store.closed(False, 20, 10) == [(3, 10), (1, 20), (2, 20)]
        assert await store.closed(False, 30, 2) == [(3, 10), (1, 20)]
        assert await store.closed(True, 30, 10) == [(5, 15)]
        await store.commit([moved(3, forget=True), moved(1, updated=row(1))])  # one is gone, one runs again
        assert await store.closed(False, 30, 10) == [(2, 20), (4, 30)]
        assert await store.closed(False, 9, 10) == []

    async def test_tidying_comes_to_an_end_and_changes_nothing(self, store: Store) -> None:
        await store.commit([start(n, chunk=bytes(100_000)) for n in range(1, 31)])
        await store.commit([moved(n, forget=True) for n in range(1, 30)])
        before = await everything(store)
        for _ in range(1000):
            if not await store.tidy():
                break
        else:
            raise AssertionError("there is always more to do")
        assert await everything(store) == before

    async def test_a_forgotten_execution_leaves_nothing(self, store: Store) -> None:
        await store.commit([start(1, opened=[task(1), timer(1, due=5)]), start(2, opened=[task(2)])])
        await store.commit([moved(1, forget=True)])
        assert await everything(store) == {
            "executions": [row(2)],
            "journals": {2: (row(2), (STARTED,))},
            "work": {2: [task(2)]},
            "due": [],
            "queued": {"activity": [task(2)], "call": [], "runnable": []} | {kind: [] for kind in WorkKind.NOTICES},
            "counts": {"executions.RUNNING": 1, "work.activity": 1},
        }

    async def test_an_execution_forgotten_by_the_commit_that_made_it_leaves_nothing(self, store: Store) -> None:
        await store.commit([start(1, opened=[task(1)], forget=True)])
        assert await store.load([1]) == []
        assert await store.find(row(1).arn) is None

    # All or nothing

    async def test_a_taken_position_is_a_conflict_and_nothing_of_the_batch_is_done(self, store: Store) -> None:
        await store.commit([start(1, opened=[task(1)])])
        before = await everything(store)
        with pytest.raises(Conflict):
            await store.commit(
                [
                    start(2, opened=[task(2)]),
                    moved(1, closed=[key(task(1))], updated=ended(row(1), at=9)),
                    step(1, 0, b"another writer"),
                ]
            )
        assert await everything(store) == before

    async def test_the_same_batch_twice_is_a_conflict(self, store: Store) -> None:
        batch = [start(1), step(1, 3)]
        await store.commit(batch)
        with pytest.raises(Conflict):
            await store.commit(batch)

    async def test_one_arn_is_given_once(self, store: Store) -> None:
        await store.commit([start(1)])
        twin = row(2, name=row(1).name)
        assert twin.arn == row(1).arn
        with pytest.raises(Conflict):
            await store.commit([start(2, created=twin)])
        assert await store.find(twin.arn) == row(1)

    async def test_one_arn_is_given_once_within_a_batch_too(self, store: Store) -> None:
        with pytest.raises(Conflict):
            await store.commit([start(1), start(2, created=row(2, name=row(1).name))])
        assert await store.load([1, 2]) == []

    async def test_after_a_conflict_the_store_goes_on(self, store: Store) -> None:
        await store.commit([start(1)])
        other = row(2, REFUNDS)
        with pytest.raises(Conflict):
            await store.commit([start(2, created=other, opened=[task(2, queue="ship")]), start(1)])
        await store.commit([start(2, created=other, opened=[task(2, queue="ship")])])
        assert await store.load([2]) == [stored(other, STARTED, work=(task(2, queue="ship"),))]

    async def test_commits_of_one_batch_are_carried_out_in_their_order(self, store: Store) -> None:
        await store.commit(
            [
                start(1, opened=[task(1), timer(1, due=5)]),
                step(1, 3, b"b", closed=[key(task(1))]),
                step(1, 4, b"c", opened=[task(1, position=4), timer(1, due=8)]),
                step(1, 5, b"d", updated=row(1, aside="TypeError")),
            ]
        )
        chunks = (STARTED, Chunk(3, 1, b"b"), Chunk(4, 1, b"c"), Chunk(5, 1, b"d"))
        [loaded] = await store.load([1])
        assert (loaded.row, loaded.chunks) == (row(1, aside="TypeError"), chunks)
        assert set(loaded.work) == {timer(1, due=8), task(1, position=4)}

    async def test_commits_made_at_once_all_arrive(self, store: Store) -> None:
        await asyncio.gather(*(store.commit([start(n)]) for n in range(1, 51)))
        assert len(await store.load(range(1, 51))) == 50

    # Whether a commit stands

    async def test_a_commit_that_was_made_has_landed(self, store: Store) -> None:
        made = start(1, opened=[task(1)])
        assert not await store.landed(made)
        await store.commit([made, step(1, 3)])
        assert await store.landed(made)
        assert await store.landed(step(1, 3))

    async def test_another_writers_commit_at_the_same_position_is_not_ours(self, store: Store) -> None:
        await store.commit([start(1), step(1, 3, b"theirs")])
        assert not await store.landed(step(1, 3, b"ours"))

    async def test_a_commit_without_entries_has_landed_when_its_rows_are_as_it_wants(self, store: Store) -> None:
        await store.commit([start(1, opened=[timer(1, due=5)])])
        later = moved(1, opened=[timer(1, due=50)])
        closing = moved(1, closed=[key(timer(1, due=5))])
        assert [await store.landed(later), await store.landed(closing)] == [False, False]
        await store.commit([later])
        assert [await store.landed(later), await store.landed(closing)] == [True, False]
        await store.commit([closing])
        assert [await store.landed(later), await store.landed(closing)] == [False, True]
        await store.commit([moved(1, forget=True)])
        assert await store.landed(moved(1, forget=True))

    # Work

    async def test_work_opened_again_gets_the_new_due_time_and_keeps_its_place(self, store: Store) -> None:
        beat = Work(1, 2, WorkKind.HEARTBEAT, due=100)
        await store.commit([start(1, opened=[beat])])
        await store.commit([moved(1, opened=[msgspec.structs.replace(beat, due=900)])])
        assert await store.due(899, FIRST, 10) == []
        assert await store.due(900, FIRST, 10) == [msgspec.structs.replace(beat, due=900)]

    async def test_closing_work_that_is_not_there_is_fine(self, store: Store) -> None:
        await store.commit([start(1)])
        await store.commit([moved(1, closed=[key(task(1)), WorkKey(99, 1, "wait")])])
        assert (await store.load([1]))[0].work == ()

    async def test_the_end_closes_all_work_but_notices_of_that_execution_alone(self, store: Store) -> None:
        notice = Work(1, 9, WorkKind.NOTICE_STOP)
        early = Work(1, 8, WorkKind.NOTICE_STOP)
        await store.commit([start(n, opened=[timer(n, due=5), task(n)]) for n in (1, 2)])
        await store.commit([moved(1, opened=[early])])
        await store.commit([moved(1, opened=[notice, task(1, position=7)], close_all=True)])
        assert {one.row.id: set(one.work) for one in await store.load([1, 2])} == {
            1: {early, notice},
            2: {timer(2, due=5), task(2)},
        }

    async def test_timers_come_in_the_order_they_are_due(self, store: Store) -> None:
        timers = [timer(3, due=10), timer(1, due=20), timer(2, due=20), timer(4, due=31)]
        await store.commit([start(work.execution, opened=[work, task(work.execution)]) for work in timers])
        assert await store.due(9, FIRST, 10) == []
        assert await store.due(30, FIRST, 10) == timers[:3]
        assert await store.due(31, FIRST, 10) == timers

    async def test_timers_are_read_page_by_page_though_many_are_due_at_once(self, store: Store) -> None:
        kinds = sorted(WorkKind.TIMERS)
        timers = [timer(n, due=5, kind=kind) for n in (1, 2, 3) for kind in kinds]
        await store.commit([start(n, opened=[w for w in timers if w.execution == n]) for n in (1, 2, 3)])
        seen: list[Work] = []
        after = FIRST
        while page := await store.due(5, after, 4):
            seen += page
            last = page[-1]
            after = (5, last.execution, last.position, last.kind)
        assert seen == timers

    async def test_queued_work_comes_in_the_order_it_came(self, store: Store) -> None:
        for number in (3, 1, 2):
            await store.commit([start(number, opened=[task(number), timer(number, due=1)])])
        works = [work for _, work in await store.queued("activity", "print", 0, 10)]
        assert works == [task(3), task(1), task(2)]

    async def test_queues_of_a_kind_are_read_apart_or_together(self, store: Store) -> None:
        await store.commit([start(1, opened=[task(1, "print"), task(1, "ship", position=3)])])
        await store.commit([start(2, opened=[task(2, "print"), task(2, "print", kind="call")])])
        read = {
            queue: [work for _, work in await store.queued("activity", queue, 0, 10)]
            for queue in ("print", "ship", "nowhere", None)
        }
        assert read == {
            "print": [task(1, "print"), task(2, "print")],
            "ship": [task(1, "ship", position=3)],
            "nowhere": [],
            None: [task(1, "print"), task(1, "ship", position=3), task(2, "print")],
        }

    async def test_a_queue_is_read_on_from_the_last_place_seen(self, store: Store) -> None:
        await store.commit([start(n, opened=[task(n)]) for n in (1, 2, 3)])
        first = await store.queued("activity", "print", 0, 2)
        rest = await store.queued("activity", "print", first[-1][0], 2)
        assert [work.execution for _, work in [*first, *rest]] == [1, 2, 3]
        # A place is not given again, even if what had it last has gone.
        await store.commit([moved(n, closed=[key(task(n))]) for n in (1, 2, 3)])
        await store.commit([moved(1, opened=[task(1, position=5)])])
        assert [w for _, w in await store.queued("activity", None, rest[-1][0], 2)] == [task(1, position=5)]

    @pytest.mark.parametrize("kind", sorted(v for k, v in vars(WorkKind).items() if isinstance(v, str) and k[0] != "_"))
    async def test_every_kind_of_work_can_be_stored(self, store: Store, kind: str) -> None:
        await store.commit([start(1, opened=[Work(1, 1, kind)])])
        assert await store.queued(kind, None, 0, 5) == [(1, Work(1, 1, kind))]

    # Lists of executions

    async def test_a_list_shows_the_newest_first_by_stop_time_else_start_time(self, store: Store) -> None:
        rows = [row(1), ended(row(2), at=50), row(3), row(4, started_at=3)]
        await store.commit([start(one.id, created=one) for one in rows])
        page = await store.executions(ORDERS, None, None, 10)
        assert [one.id for one in page] == [2, 4, 3, 1]
        assert page[0] == ended(row(2), at=50)

    async def test_a_list_can_be_of_one_machine_one_status_both_or_all(self, store: Store) -> None:
        rows = [row(1), row(2, REFUNDS), ended(row(3), 3, "FAILED"), ended(row(4, REFUNDS), 4, "FAILED")]
        await store.commit([start(one.id, created=one) for one in rows])
        asked = {
            (machine, status): [one.id for one in await store.executions(machine, status, None, 10)]
            for machine in (ORDERS, REFUNDS, "nobody", None)
            for status in ("RUNNING", "FAILED", "ABORTED", None)
        }
        assert {question: ids for question, ids in asked.items() if ids} == {
            (ORDERS, "RUNNING"): [1],
            (ORDERS, "FAILED"): [3],
            (ORDERS, None): [3, 1],
            (REFUNDS, "RUNNING"): [2],
            (REFUNDS, "FAILED"): [4],
            (REFUNDS, None): [4, 2],
            (None, "RUNNING"): [2, 1],
            (None, "FAILED"): [4, 3],
            (None, None): [4, 3, 2, 1],
        }

    async def test_a_list_can_be_of_one_version_or_one_alias(self, store: Store) -> None:
        first, second, live, trial = (f"{ORDERS}:{qualifier}" for qualifier in ("1", "2", "live", "trial"))
        rows = [
            row(1),
            row(2, version_arn=first),
            row(3, version_arn=first, alias_arn=live),
            ended(row(4, version_arn=second, alias_arn=live), 9),
            ended(row(5, version_arn=second, alias_arn=trial), 8),
        ]
        await store.commit([start(one.id, created=one) for one in rows])
        asked = {
            (by, status): [one.id for one in await store.executions(by, status, None, 10)]
            for by in (ORDERS, first, second, live, trial, f"{ORDERS}:3", f"{ORDERS}:nobody", f"{REFUNDS}:1")
            for status in ("RUNNING", "SUCCEEDED", None)
        }
        assert {question: ids for question, ids in asked.items() if ids} == {
            (ORDERS, "RUNNING"): [3, 2, 1],
            (ORDERS, "SUCCEEDED"): [4, 5],
            (ORDERS, None): [4, 5, 3, 2, 1],
            (first, "RUNNING"): [3, 2],
            (first, None): [3, 2],
            (second, "SUCCEEDED"): [4, 5],
            (second, None): [4, 5],
            (live, "RUNNING"): [3],
            (live, "SUCCEEDED"): [4],
            (live, None): [4, 3],
            (trial, "SUCCEEDED"): [5],
            (trial, None): [5],
        }
        # And a row tells it, however it is read
        assert await store.find(rows[2].arn) == rows[2]
        assert [one.row for one in await store.load([4])] == [rows[3]]
        # An end moves it in these lists too
        await store.commit([moved(2, updated=ended(rows[1], 7))])
        assert await store.executions(first, None, None, 10) == [ended(rows[1], 7), rows[2]]

    async def test_a_redriven_execution_runs_again_and_is_listed_by_the_time_of_its_redrive(self, store: Store) -> None:
        await store.commit([start(1), start(2), start(3, created=ended(row(3), at=9, status="FAILED"))])
        failed, again = ended(row(1), at=5, status="FAILED"), redriven(row(1), at=7)
        await store.commit([step(1, 3, updated=failed, close_all=True)])
        await store.commit([step(1, 4, updated=again, opened=[task(1)])])
        assert await store.executions(ORDERS, None, None, 5) == [ended(row(3), at=9, status="FAILED"), again, row(2)]
        assert await store.executions(None, "RUNNING", None, 5) == [again, row(2)]
        assert await store.executions(ORDERS, "RUNNING", again.place, 5) == [row(2)]
        assert await store.find(row(1).arn) == again
        assert [one.row for one in await store.load([1])] == [again]

    async def test_what_a_redrive_opens_outlives_an_end_in_the_same_batch(self, store: Store) -> None:
        ends, again = ended(row(1), at=5, status="FAILED"), redriven(row(1), at=7)
        await store.commit(
            [
                start(1, opened=[task(1, position=1)]),
                step(1, 3, updated=ends, close_all=True),
                step(1, 4, updated=again, opened=[task(1, position=4)]),
            ]
        )
        await store.commit([step(1, 5, updated=ends, close_all=True), step(1, 6, updated=again, opened=[timer(1, 9)])])
        [loaded] = await store.load([1])
        assert (loaded.row, loaded.work) == (again, (timer(1, 9),))

    @pytest.mark.parametrize("by", [ORDERS, f"{ORDERS}:1", f"{ORDERS}:live"])
    @pytest.mark.parametrize("status", ["SUCCEEDED", None])
    async def test_pages_of_a_list_join_without_a_gap_or_an_overlap(
        self, store: Store, status: str | None, by: str
    ) -> None:
        qualified = {"version_arn": f"{ORDERS}:1", "alias_arn": f"{ORDERS}:live"}
        rows = [ended(row(n, **qualified), at=100 + n // 4) for n in range(1, 24)]
        await store.commit([start(one.id, created=one) for one in rows])
        seen: list[int] = []
        after = None
        while page := await store.executions(by, status, after, 5):
            seen += [one.id for one in page]
            after = (page[-1].stopped_at or 0, page[-1].id)
        assert seen == list(range(23, 0, -1))

    @pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"])
    async def test_every_status_is_listed(self, store: Store, status: str) -> None:
        one = ended(row(1), 5, status)
        await store.commit([start(1, created=one)])
        lists = [await store.executions(m, s, None, 5) for m in (ORDERS, None) for s in (status, None)]
        assert lists == [[one]] * 4

    # Resources, counts, the secret

    async def test_a_resource_is_kept_replaced_and_removed(self, store: Store) -> None:
        await store.put(resource("print"))
        await store.put(resource("print", body=b"new"))
        assert await store.get(resource("print").arn) == resource("print", body=b"new")
        await store.remove(resource("print").arn)
        await store.remove(resource("print").arn)
        assert await store.get(resource("print").arn) is None

    async def test_resources_are_listed_by_kind_and_scope_in_the_order_of_their_arns(self, store: Store) -> None:
        # "Z" before "a": by code point, whatever the database's language
        names = ("Z", "a", "b-1", "b_1", "bb")
        for name in reversed(names):
            await store.put(resource(name))
        await store.put(resource("elsewhere", scope="eu-west-1:123456789012"))
        await store.put(resource("Orders", kind="stateMachine"))

        async def names_of(scope: str | None, after: str | None, limit: int) -> list[str]:
            return [one.name for one in await store.list("activity", scope, after, limit)]

        assert await names_of(ACCOUNT, None, 10) == list(names)
        assert await names_of(ACCOUNT, resource("a").arn, 2) == ["b-1", "b_1"]
        assert await names_of(None, None, 10) == ["elsewhere", *names]

    async def test_counts_say_what_there_is(self, store: Store) -> None:
        await store.commit([start(n, opened=[task(n), timer(n, due=5)]) for n in (1, 2, 3)])
        await store.commit([moved(1, updated=ended(row(1), at=9), close_all=True)])
        assert {name: count for name, count in (await store.counts()).items() if count} == {
            "executions.RUNNING": 2,
            "executions.SUCCEEDED": 1,
            "work.activity": 2,
            "work.wait": 2,
        }

    async def test_the_secret_is_32_bytes_and_stays(self, store: Store) -> None:
        secret = await store.secret()
        assert len(secret) == 32
        assert await store.secret() == secret

    async def test_closing_and_opening_again_finds_everything(self, store: Store) -> None:
        await store.commit([start(1, opened=[task(1), timer(1, due=5)])])
        await store.put(resource("print"))
        before = (await everything(store), await store.secret())
        await store.close()
        await store.open()
        assert (await everything(store), await store.secret()) == before
        assert await store.get(resource("print").arn) == resource("print")
        await store.commit([step(1, 3), start(2, opened=[task(2)])])
        assert [w.execution for _, w in await store.queued("activity", None, 0, 5)] == [1, 2]


def with_any_batches(test: Callable[..., None]) -> Callable[..., None]:
    """Give a test `batches`: histories of some executions, as steps whose positions depend on the outcomes."""
    quickly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    return quickly(given(batches=BATCHES)(test))


async def does_as_memory_does(store: Store, batches: list[list["Step"]]) -> None:
    """Do the same to this store and to the simplest of all, starting from nothing, and see the same."""
    model = MemoryStore()
    left = await store.executions(None, None, None, 1000)
    await store.commit([moved(one.id, forget=True) for one in left])
    journals: dict[int, int] = {}
    for steps in batches:
        lengths = dict(journals)
        # Entries that the same batch forgets again need not be checked by a store.
        may_be_stale = not any(step.forget for step in steps)
        batch = [step.commit(lengths, may_be_stale) for step in steps]
        outcomes = [await _outcome(store, batch), await _outcome(model, batch)]
        assert outcomes[0] == outcomes[1]
        if outcomes[0] == "done":
            journals = lengths
        assert await everything(store) == await everything(model)


async def _outcome(store: Store, batch: list[Commit]) -> str:
    try:
        await store.commit(batch)
    except Conflict:
        return "conflict"
    return "done"


class Step(msgspec.Struct, frozen=True):
    """One drawn commit, before it is known how long the journal is then."""

    execution: int
    entries: int
    stale: bool
    opened: tuple[Work, ...]
    closed: tuple[WorkKey, ...]
    end: bool
    again: bool
    forget: bool

    def commit(self, journals: dict[int, int], may_be_stale: bool) -> Commit:
        number = self.execution
        length = journals.get(number)
        new = length is None
        commit = Commit(
            execution=number,
            position=0 if new or (self.stale and may_be_stale) else length,
            count=3 if new else self.entries,
            chunk=b"started" if new else b"entries",
            created=row(number) if new else None,
            updated=ended(row(number), at=50) if self.end else redriven(row(number), at=60) if self.again else None,
            opened=[msgspec.structs.replace(work, execution=number) for work in self.opened],
            closed=[msgspec.structs.replace(one, execution=number) for one in self.closed],
            close_all=self.end,
            forget=self.forget,
        )
        journals[number] = (length or 0) + commit.count
        if self.forget:
            del journals[number]
        return commit


POSITIONS = st.integers(0, 2)
WORKS = st.one_of(
    st.builds(timer, st.just(0), st.integers(1, 9), POSITIONS, st.sampled_from(sorted(WorkKind.TIMERS))),
    st.builds(task, st.just(0), st.sampled_from(["print", "ship", None]), POSITIONS),
    st.builds(Work, st.just(0), POSITIONS, st.sampled_from(sorted(WorkKind.NOTICES))),
)
STEPS = st.builds(
    Step,
    execution=st.integers(1, 4),
    entries=st.integers(0, 2),
    stale=st.integers(0, 9).map(lambda n: n == 0),
    opened=st.lists(WORKS, max_size=3).map(tuple),
    closed=st.lists(WORKS.map(key), max_size=2).map(tuple),
    end=st.integers(0, 3).map(lambda n: n == 0),
    again=st.integers(0, 3).map(lambda n: n == 0),
    forget=st.integers(0, 5).map(lambda n: n == 0),
)
BATCHES = st.lists(st.lists(STEPS, min_size=1, max_size=4), min_size=1, max_size=5)
