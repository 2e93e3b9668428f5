"""The check finds a sound store sound, and each kind of damage for what it is."""

import asyncio
import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from stepwell.cli import main
from stepwell.clock import VirtualClock
from stepwell.config import Config
from stepwell.core import journal as j
from stepwell.engine import check_execution as kinds
from stepwell.engine.check import INDEX, REVISION, STATE, UNREADABLE, Report, check
from stepwell.engine.engine import Engine
from stepwell.engine.queues import Gone
from stepwell.engine.records import Encryption, Settings
from stepwell.integrations.call import Call
from stepwell.store.memory import MemoryStore
from stepwell.store.protocol import Commit, ExecutionRow, Store, Stored, Work, WorkKey, WorkKind
from stepwell.store.sqlite import SqliteStore

PREFIX = "arn:aws:states:us-east-1:123456789012"
QUEUED, TAKEN, FAILED = (f"{PREFIX}:activity:{name}" for name in ("queued", "taken", "failed"))
RUNS = f"{PREFIX}:execution:branches:runs"
DONE = f"{PREFIX}:execution:steps:done"


def _scope(name: str, **state: object) -> dict[str, object]:
    return {"StartAt": name, "States": {name: state | {"End": True}}}


BRANCHES = {
    "StartAt": "All",
    "TimeoutSeconds": 5000,
    "States": {
        "All": {
            "Type": "Parallel",
            "End": True,
            "Branches": [
                _scope("Sleep", Type="Wait", Seconds=1000),
                _scope("Queued", Type="Task", Resource=QUEUED),
                _scope("Taken", Type="Task", Resource=TAKEN, HeartbeatSeconds=60, TimeoutSeconds=600),
                _scope("Failed", Type="Task", Resource=FAILED, Retry=[{"ErrorEquals": ["States.ALL"]}]),
                _scope(
                    "Job", Type="Task", Resource="arn:aws:states:::glue:startJobRun.sync", Parameters={"JobName": "j"}
                ),
                _scope(
                    "Ask",
                    Type="Task",
                    Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                    Parameters={"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
                ),
                _scope("Gone", Type="Pass"),
            ],
        }
    },
}
STEPS = {
    "StartAt": "First",
    "States": {"First": {"Type": "Pass", "Result": {"n": 1}, "Next": "Last"}, "Last": {"Type": "Pass", "End": True}},
}


class Jobs:
    """A service whose jobs run on and on."""

    async def call(self, call: Call) -> str:
        return '{"JobRunId": "1"}'

    async def poll(self, call: Call, submitted: str) -> str | None:
        return None

    async def stop(self, call: Call, submitted: str | None) -> None:
        raise AssertionError("nobody stops a job here")


async def _fill(store: Store) -> None:
    """One execution that waits in every way there is, and one that is through."""
    await store.open()
    engine = Engine(store, VirtualClock(), Config())
    engine.integrations.register("glue", Jobs())
    engine.integrations.register("sqs", Jobs())
    await engine.start()
    for arn in (QUEUED, TAKEN, FAILED):
        await engine.catalog.create_activity(arn, Encryption(), {})
    for name, definition in {"branches": BRANCHES, "steps": STEPS}.items():
        machine = await engine.catalog.create_machine(
            arn=f"{PREFIX}:stateMachine:{name}",
            type="STANDARD",
            definition=json.dumps(definition),
            role_arn="arn:aws:iam::123456789012:role/any",
            settings=Settings(),
            tags={},
        )
        await engine.starts.start(machine, {"branches": "runs", "steps": "done"}[name], "{}")
    await engine.tasks.take(TAKEN, "ada", Gone())
    given = await engine.tasks.take(FAILED, "bob", Gone())
    assert given is not None
    await engine.tasks.fail(given.token, "Broken", None)
    number = await _number(store)
    while not {WorkKind.JOB, WorkKind.CALLBACK} <= {work.kind for work in (await store.load([number]))[0].work}:
        await asyncio.sleep(0)
    await engine.stop()


async def _number(store: Store) -> int:
    row = await store.find(RUNS)
    assert row is not None
    return row.id


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    asyncio.run(_fill(store))
    return store


def checked(store: Store) -> Report:
    return asyncio.run(check(store))


def found(store: Store) -> set[str]:
    return set(checked(store).counts)


def stored(store: Store, arn: str) -> Stored:
    async def read() -> Stored:
        row = await store.find(arn)
        assert row is not None
        return (await store.load([row.id]))[0]

    return asyncio.run(read())


def commit(store: Store, arn: str, position: int = 0, **members: object) -> None:
    """Something that no engine of ours would write."""
    execution = stored(store, arn).row.id
    asyncio.run(store.commit([Commit(execution=execution, position=position, **members)]))  # type: ignore[arg-type]


def rewrite(store: Store, arn: str, change: Callable[[list[j.AnyEntry]], list[j.AnyEntry]], position: int = 0) -> None:
    """The same execution with another journal."""
    before = stored(store, arn)
    entries = change([entry for chunk in before.chunks for entry in j.decode(chunk.data)])
    commit(store, arn, forget=True)
    again = Commit(
        execution=before.row.id,
        position=position,
        count=len(entries),
        chunk=j.encode(entries),
        created=before.row,
        opened=before.work,
    )
    asyncio.run(store.commit([again]))


def entry_of(entries: list[j.AnyEntry], kind: type[j.Entry]) -> int:
    return next(index for index, entry in enumerate(entries) if isinstance(entry, kind))


def changed(kind: type[j.Entry], **fields: object) -> Callable[[list[j.AnyEntry]], list[j.AnyEntry]]:
    """The first entry of a kind with other fields."""

    def change(entries: list[j.AnyEntry]) -> list[j.AnyEntry]:
        at = entry_of(entries, kind)
        return [*entries[:at], replace(entries[at], **fields), *entries[at + 1 :]]

    return change


def followed_by(entry: j.AnyEntry) -> Callable[[list[j.AnyEntry]], list[j.AnyEntry]]:
    """One entry more, with the next event id."""

    def change(entries: list[j.AnyEntry]) -> list[j.AnyEntry]:
        last = max(entry.event for entry in entries)
        return [*entries, replace(entry, at=entries[-1].at, event=last + 1, previous=last)]

    return change


# -- sound ------------------------------------------------------------------------------------------------------------


def test_a_store_in_which_executions_wait_in_every_way_is_sound(store):
    report = checked(store)
    assert (report.sound, report.counts) == (True, {})
    assert (report.executions, report.revisions, report.aside) == (2, 2, 0)
    kept = {work.kind for work in stored(store, RUNS).work}
    assert kept == {*WorkKind.TIMERS, WorkKind.ACTIVITY, WorkKind.CALLBACK}
    assert report.work == len(stored(store, RUNS).work)


def test_a_store_without_anything_is_sound():
    assert checked(MemoryStore()).sound


def test_a_heartbeat_may_have_moved_its_deadline(store):
    beat = next(work for work in stored(store, RUNS).work if work.kind == WorkKind.HEARTBEAT)
    commit(store, RUNS, opened=[replace(beat, due=beat.due + 7)])
    assert found(store) == set()


def test_an_execution_that_is_set_aside_is_counted_but_no_problem(store):
    commit(store, RUNS, updated=replace(stored(store, RUNS).row, aside="a fault of ours"))
    report = checked(store)
    assert (report.sound, report.aside) == (True, 1)


def test_progress_counts_the_executions_seen(store):
    seen: list[int] = []
    asyncio.run(check(store, seen.append))
    assert seen == [2]


# -- journals ---------------------------------------------------------------------------------------------------------


def test_a_gap_in_the_positions_is_found(store):
    rewrite(store, DONE, lambda entries: entries, position=1)
    assert found(store) == {kinds.POSITIONS}


def test_a_chunk_that_counts_wrongly_is_found(store):
    before = stored(store, DONE)
    commit(store, DONE, forget=True)
    commit_again = Commit(execution=before.row.id, position=0, count=3, chunk=before.chunks[0].data, created=before.row)
    asyncio.run(store.commit([commit_again]))
    assert found(store) == {kinds.POSITIONS}


def test_a_chunk_that_is_no_journal_is_found(store):
    end = stored(store, RUNS).chunks[-1]
    commit(store, RUNS, position=end.position + end.count, count=1, chunk=b"\xff")
    assert found(store) == {kinds.FOLD}


def test_a_journal_that_is_missing_is_found(store):
    row = stored(store, DONE).row
    commit(store, DONE, forget=True)
    asyncio.run(store.commit([Commit(execution=row.id, position=0, created=row)]))
    assert found(store) == {kinds.FOLD}


def test_an_entry_of_a_branch_that_is_not_there_is_found(store):
    rewrite(store, RUNS, followed_by(j.StateEntered(0, 0, 0, 99, "Sleep", "Wait", "{}")))
    assert found(store) == {kinds.FOLD}


def test_a_gap_in_the_event_ids_is_found(store):
    rewrite(store, DONE, changed(j.ExecutionSucceeded, event=99))
    assert found(store) == {kinds.EVENTS}


def test_a_previous_event_that_comes_later_is_found(store):
    rewrite(store, DONE, changed(j.ExecutionSucceeded, previous=99))
    assert found(store) == {kinds.EVENTS}


def test_time_that_goes_backward_is_found(store):
    rewrite(store, DONE, changed(j.StateExited, at=5))
    assert found(store) == {kinds.EVENTS}


@pytest.mark.parametrize("position", [99, -1, 0], ids=["beyond the end", "negative", "to another text"])
def test_a_reference_that_its_branch_does_not_carry_is_found(store, position):
    rewrite(store, DONE, changed(j.ExecutionSucceeded, payload=position))
    assert kinds.FOLD in found(store)


def test_a_reference_to_an_entry_without_a_text_is_found(store):
    rewrite(store, RUNS, changed(j.TaskScheduled, payload=1))  # itself a reference
    assert kinds.REFERENCE in found(store)


def test_an_entry_after_the_end_is_found(store):
    rewrite(store, DONE, followed_by(j.EvaluationFailed(0, 0, 0, 0, "Last", "States.Runtime", "late")))
    assert found(store) == {kinds.TRANSITION}


@pytest.mark.parametrize("arn", [RUNS, DONE], ids=["running", "succeeded"])
def test_a_redrive_of_what_cannot_be_redriven_is_found(store, arn):
    rewrite(store, arn, followed_by(j.ExecutionRedriven(0, 0, 0, 0, 1)))
    assert kinds.TRANSITION in found(store)


@pytest.mark.parametrize(
    "entry",
    [
        j.StateEntered(0, 0, 0, 1, "Sleep", "Wait", "{}"),
        j.TaskStarted(0, 0, 0, 3, "Activity", TAKEN, None, "eve"),
        j.TaskSucceeded(0, 0, 0, 4, "Activity", FAILED, "{}"),
        j.TaskPutBack(0, 0, 0, 2),
    ],
    ids=["a state entered twice", "a try started twice", "a try answered twice", "a task put back that nobody has"],
)
def test_an_entry_that_its_branch_may_not_take_is_found(store, entry):
    rewrite(store, RUNS, followed_by(entry))
    assert kinds.TRANSITION in found(store)


def test_a_state_entered_in_the_place_of_another_is_found(store):
    rewrite(store, DONE, changed(j.StateEntered, name="Last"))
    assert found(store) == {kinds.TRANSITION}


# -- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "FAILED"},
        {"stopped_at": 1},
        {"started_at": 1},
        {"name": "another"},
        {"version_arn": "any:1"},
        {"redrive_count": 1},
        {"redriven_at": 1},
    ],
    ids=["status", "stop", "start", "name", "version", "redrives", "last redrive"],
)
def test_a_row_that_differs_from_its_journal_is_found(store, fields):
    row: ExecutionRow = stored(store, DONE).row
    commit(store, DONE, updated=replace(row, **fields))
    assert found(store) == {kinds.ROW}


def test_a_row_that_says_running_of_an_execution_that_ended_is_found(store):
    commit(store, DONE, updated=replace(stored(store, DONE).row, status="RUNNING", stopped_at=None))
    assert found(store) == {kinds.ROW}


# -- work -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted({*WorkKind.TIMERS, WorkKind.ACTIVITY}))
def test_work_that_was_lost_is_found(store, kind):
    lost = next(work for work in stored(store, RUNS).work if work.kind == kind)
    commit(store, RUNS, closed=[WorkKey(lost.execution, lost.position, lost.kind)])
    assert found(store) == {kinds.WORK}


def test_a_task_that_began_to_wait_before_such_tasks_were_listed_is_no_problem(store):
    ask = next(work for work in stored(store, RUNS).work if work.kind == WorkKind.CALLBACK)
    commit(store, RUNS, closed=[WorkKey(ask.execution, ask.position, ask.kind)])
    assert found(store) == set()


@pytest.mark.parametrize("kind", [WorkKind.RUNNABLE, WorkKind.ACTIVITY, WorkKind.CALLBACK])
@pytest.mark.parametrize("arn", [RUNS, DONE])
def test_work_that_nothing_calls_for_is_found(store, arn, kind):
    commit(store, arn, opened=[Work(stored(store, arn).row.id, 0, kind)])
    assert found(store) == {kinds.WORK}


def test_a_timer_with_another_due_time_is_found(store):
    timer = next(work for work in stored(store, RUNS).work if work.kind == WorkKind.WAIT)
    commit(store, RUNS, opened=[replace(timer, due=timer.due + 1)])
    assert found(store) == {kinds.WORK}


def test_a_task_in_another_queue_is_found(store):
    task = next(work for work in stored(store, RUNS).work if work.kind == WorkKind.ACTIVITY)
    commit(store, RUNS, closed=[WorkKey(task.execution, task.position, task.kind)])
    commit(store, RUNS, opened=[replace(task, queue=TAKEN)])
    assert found(store) == {kinds.WORK}


def test_a_notice_of_an_execution_that_ended_is_no_problem(store):
    commit(store, DONE, opened=[Work(stored(store, DONE).row.id, 3, WorkKind.NOTICE_STOP)])
    assert found(store) == set()


def test_work_of_an_execution_that_is_not_there_is_found(store):
    asyncio.run(store.commit([Commit(execution=77, position=0, opened=[Work(77, 0, WorkKind.WAIT, due=5)])]))
    assert found(store) == {INDEX}


def test_a_branch_that_is_entered_and_never_went_on_is_found(store):
    def cut(entries: list[j.AnyEntry]) -> list[j.AnyEntry]:
        return entries[:2]

    rewrite(store, RUNS, cut)
    assert kinds.STUCK in found(store)


def test_a_map_that_has_nothing_to_wait_for_is_found(store):
    started = j.MapStarted(0, 0, 0, 0, "[1]", 1, "Sleep", 1)
    rewrite(store, RUNS, lambda entries: followed_by(started)(entries[:2]))
    assert kinds.STUCK in found(store)


# -- machines ---------------------------------------------------------------------------------------------------------


def revision_of(store: Store, arn: str) -> str:
    row = stored(store, arn).row
    return f"{row.machine_arn}#{row.revision}"


def test_a_revision_that_is_missing_is_found_once(store):
    asyncio.run(store.remove(revision_of(store, DONE)))
    report = checked(store)
    assert report.counts == {REVISION: 1}


def test_a_revision_that_does_not_compile_is_found(store):
    resource = asyncio.run(store.get(revision_of(store, DONE)))
    assert resource is not None
    asyncio.run(store.put(replace(resource, body=resource.body.replace(b"StartAt", b"StopAt!"))))
    assert found(store) == {REVISION}


def test_a_machine_that_cannot_be_read_is_found(store):
    machine = asyncio.run(store.get(f"{PREFIX}:stateMachine:steps"))
    assert machine is not None
    asyncio.run(store.put(replace(machine, body=b"\xc1")))
    assert found(store) == {UNREADABLE}


def test_a_branch_in_a_state_that_the_revision_does_not_have_is_found(store):
    resource = asyncio.run(store.get(revision_of(store, RUNS)))
    other = asyncio.run(store.get(revision_of(store, DONE)))
    assert resource is not None
    assert other is not None
    asyncio.run(store.put(replace(resource, body=other.body)))
    assert found(store) == {STATE}


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def directory(tmp_path):
    async def fill() -> None:
        store = SqliteStore(tmp_path)
        await _fill(store)
        await store.close()

    asyncio.run(fill())
    return tmp_path


def run(*arguments: object):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def damage(directory) -> None:
    async def lose_work() -> None:
        store = SqliteStore(directory)
        await store.open()
        row = await store.find(RUNS)
        assert row is not None
        await store.commit([Commit(execution=row.id, position=0, close_all=True)])
        await store.close()

    asyncio.run(lose_work())


def test_the_command_says_what_it_has_seen(directory):
    result = run(directory)
    assert result.exit_code == 0
    assert result.output.startswith("Sound: 2 executions, ")


def test_the_command_shows_each_kind_of_problem_and_exits_with_1(directory):
    damage(directory)
    result = run(directory)
    assert result.exit_code == 1
    kind, count, subject, _detail = result.output.splitlines()[0].split("\t")
    assert (kind, count, subject) == (kinds.WORK, "7", RUNS)
    assert result.output.splitlines()[-1].startswith("7 problems in 2 executions, ")


def test_the_command_prints_json_for_programs(directory):
    damage(directory)
    result = run(directory, "--json")
    report = json.loads(result.output)
    assert (result.exit_code, report["sound"]) == (1, False)
    assert report["counts"] == {kinds.WORK: 7}
    assert {problem["kind"] for problem in report["problems"]} == {kinds.WORK}
    assert {problem["subject"] for problem in report["problems"]} == {RUNS}


def test_the_command_makes_no_data_where_there_are_none(tmp_path):
    result = run(tmp_path / "nothing")
    assert result.exit_code == 2
    assert "There are no data" in result.output
    assert not (tmp_path / "nothing").exists()


def test_the_command_does_not_touch_data_that_a_server_holds(directory):
    async def hold() -> None:
        store = SqliteStore(directory)
        await store.open()
        try:
            result = await asyncio.to_thread(run, directory)
        finally:
            await store.close()
        assert result.exit_code == 2
        assert "in use" in result.output

    asyncio.run(hold())
