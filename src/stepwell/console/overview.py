"""All at a glance: machines and what happened to them lately, activities and who waits where, what looks stuck."""

import asyncio
import time
from typing import Any

import msgspec
from starlette.requests import Request

from stepwell.api.access import RIGHTS
from stepwell.api.members import seconds
from stepwell.clock import Milliseconds
from stepwell.console.stuck import NO_WORKER, Stuck, activity_without_worker, executions_aside, late_callbacks
from stepwell.console.tallies import Tallies
from stepwell.engine.engine import Engine
from stepwell.engine.reading import Journal
from stepwell.engine.records import Activity, StateMachineRecord
from stepwell.engine.waiting import WaitingTask, waiting_tasks
from stepwell.errors import ExecutionDoesNotExist
from stepwell.store.protocol import WorkKind
from stepwell.version import __version__

COUNTED = 1_000
"""Tasks of one activity that are counted; its queue may be longer."""
LOOKED_AT = 100
"""Waiting tasks, the oldest ones, among which the late ones are looked for."""
NAMED = 50
"""Of what is stuck, of each kind."""
PAGE = 20
"""Machines, and activities, between which others run."""
KEPT: float = 0.1
"""Seconds for which an overview serves all who ask, at least: it is the same for everybody."""
TIMES: float = 19
"""As many times as long as it kept the event loop at work: overviews take a twentieth of it, however many machines."""
LONGEST: float = 1
"""Seconds after which it is made anew all the same."""


class Queue(msgspec.Struct, frozen=True):
    """An activity's tasks that wait."""

    queued: int
    oldest: Milliseconds | None


class Overview:
    """Serves `GET /console/overview`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tallies = Tallies(engine)
        self._here_since = engine.clock.now()
        self._made: asyncio.Task[dict[str, Any]] | None = None
        self._kept_until = 0.0

    async def serve(self, engine: Engine, request: Request) -> dict[str, Any]:
        """Raises StoreError."""
        loop = asyncio.get_running_loop()
        fresh = self._made is None or (self._made.done() and loop.time() >= self._kept_until)
        if fresh or self._made is None:
            self._made = loop.create_task(self._keep(), name="overview")
        try:
            made = await asyncio.shield(self._made)
        except Exception:
            self._made = None
            raise
        may_act = request.scope.get(RIGHTS, "full") == "full"
        # What happened since it was made is not in it: whoever is to see that asks again.
        again = None if fresh else max(0.0, self._kept_until - loop.time())
        return {**made, "mayAct": may_act, "again": again}

    async def _keep(self) -> dict[str, Any]:
        began = time.thread_time()
        made = await self._make()
        kept = max(KEPT, min(LONGEST, TIMES * (time.thread_time() - began)))
        self._kept_until = asyncio.get_running_loop().time() + kept
        return made

    async def _make(self) -> dict[str, Any]:
        engine, now = self._engine, self._engine.clock.now()
        await self._tallies.look()
        machines = await self._machines(now)
        activities, lonely = await self._activities(now)
        counts = await engine.store.counts()
        oldest, _ = await waiting_tasks(engine.store, 0, LOOKED_AT)
        return {
            "version": __version__,
            "now": seconds(engine.clock.now()),
            "account": engine.config.account,
            "regions": await engine.catalog.regions(),
            "keepsExpress": engine.keeps_express,
            "limits": {"payloadBytes": engine.config.payload_limit, "historyEvents": engine.config.history_limit},
            "machines": machines,
            "activities": activities,
            "waiting": {
                "count": counts.get(f"work.{WorkKind.CALLBACK}", 0),
                "oldest": seconds(oldest[0].since) if oldest else None,
            },
            "stuck": [*lonely[:NAMED], *self._late(oldest, now), *self._aside()],
        }

    async def _machines(self, now: Milliseconds) -> list[dict[str, Any]]:
        shown, after = [], None
        while page := await self._engine.catalog.all_machines(after, PAGE):
            shown += [self._machine(machine, now) for machine in page]
            after = page[-1].arn
            await asyncio.sleep(0)
        return shown

    def _machine(self, machine: StateMachineRecord, now: Milliseconds) -> dict[str, Any]:
        tally = self._tallies.of(machine.arn)
        return {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "type": machine.type,
            "creationDate": seconds(machine.created_at),
            "running": self._tallies.running(machine.arn),
            "runningComplete": self._tallies.running_complete,
            "hour": tally.hour.shown(now, self._tallies.since),
            "day": tally.day.shown(now, self._tallies.since),
        }

    async def _activities(self, now: Milliseconds) -> tuple[list[dict[str, Any]], list[Stuck]]:
        shown, stuck, after = [], [], None
        while page := await self._engine.catalog.all_activities(after, PAGE):
            for activity in page:
                queue = await self._queue(activity)
                pollers, asked_at = self._asked(activity)
                shown.append(
                    {
                        "activityArn": activity.arn,
                        "name": activity.name,
                        "creationDate": seconds(activity.created_at),
                        "queued": queue.queued,
                        "oldest": None if queue.oldest is None else seconds(queue.oldest),
                        "pollers": pollers,
                    }
                )
                if queue.oldest is not None and not pollers and now - max(queue.oldest, asked_at) > NO_WORKER:
                    stuck.append(activity_without_worker(activity.arn, queue.queued, queue.oldest, asked_at))
            after = page[-1].arn
            await asyncio.sleep(0)
        return shown, stuck

    def _asked(self, activity: Activity) -> tuple[int, Milliseconds]:
        """How many workers wait for a task, and when one asked last, or could have: we must have been here."""
        queue = self._engine.runner.queues.find(activity.arn)
        here = self._here_since
        return (0, here) if queue is None else (queue.pollers, max(here, queue.asked_at))

    async def _queue(self, activity: Activity) -> Queue:
        rows = await self._engine.store.queued(WorkKind.ACTIVITY, activity.arn, 0, COUNTED)
        if not rows:
            return Queue(0, None)
        first = rows[0][1]
        journal = Journal(self._engine.store, first.execution)
        await journal.read(first.position, first.position)
        try:
            return Queue(len(rows), journal[first.position].at)
        except ExecutionDoesNotExist:  # just deleted
            return Queue(len(rows), None)

    def _late(self, oldest: list[WaitingTask], now: Milliseconds) -> list[Stuck]:
        lately = {task.machine_arn: self._tallies.of(task.machine_arn).day for task in oldest}
        return list(late_callbacks(oldest, lately, now))[:NAMED]

    def _aside(self) -> list[Stuck]:
        return list(executions_aside(self._tallies.set_aside.values()))[:NAMED]
