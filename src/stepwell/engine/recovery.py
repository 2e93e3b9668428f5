"""Recovery: what an earlier run left to be done at once, taken up from its rows, a page at a time."""

from collections.abc import Sequence

from stepwell.core import facts as f
from stepwell.core.work import Work, WorkKind
from stepwell.engine.again import Again
from stepwell.engine.shell import Shell
from stepwell.store.protocol import Store

PAGE = 500
"""Rows read at one time."""


class Recovery:
    """Takes up work while requests are served already. Executions that wait are not even read."""

    def __init__(self, shell: Shell, store: Store, again: Again) -> None:
        self._shell = shell
        self._store = store
        self._again = again

    async def take_up(self, kind: str) -> None:
        """All work of this kind: RUNNABLE or CALL."""
        place = 0
        rows: Sequence[tuple[int, Work]] = ()

        async def take_page() -> None:
            nonlocal rows
            rows = await self._store.queued(kind, None, place, PAGE)
            running = await self._shell.residents.load([work.execution for _, work in rows])
            for _, work in rows:
                if work.execution in running:
                    self._take_up(work)

        await self._shell.background.until_done(take_page)
        while rows:
            place = rows[-1][0]
            await self._shell.committer.drain()
            await self._shell.background.until_done(take_page)

    def _take_up(self, work: Work) -> None:
        resident = self._shell.residents.get(work.execution)
        if work.kind != WorkKind.RUNNABLE:
            self._shell.calls.add(work)
        elif resident is not None:
            self._shell.schedule(resident)
        else:  # let go again: there were too many for the memory
            self._shell.background.spawn(self._again.for_sure(work.execution, f.Continue()), "going on")
