"""DBOS: a library, so its workflows run in the caller's process; over SQLite and over PostgreSQL."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.lab import Lab, Unavailable, postgres_server
from benchmarks.peers.setup import ROOT, program
from benchmarks.workloads.latency import percentile
from benchmarks.workloads.pass10 import STATES

SQLITE = "SQLite as DBOS opens it: rollback journal, synchronous=FULL; no HTTP in between, the client is inside"
POSTGRES = "PostgreSQL with its defaults: WAL fsynced at each commit; no HTTP in between, the client is inside"
PROGRAM = "benchmarks.peers.dbos_program"

Database = Callable[[Path], contextlib.AbstractAsyncContextManager[str]]
"""Gives the URL of a database in a directory."""


@contextlib.asynccontextmanager
async def sqlite(directory: Path) -> AsyncIterator[str]:
    yield f"sqlite:///{directory}/dbos.sqlite"


@contextlib.asynccontextmanager
async def postgres(directory: Path) -> AsyncIterator[str]:
    with postgres_server(directory) as url:
        yield url


def pass10(database: Database) -> Callable[..., Awaitable[dict[str, float]]]:
    async def round(lab: Lab, executions: int, clients: int) -> dict[str, float]:
        found = await _run(lab, database, STATES, executions, clients)
        rate = executions / found["seconds"]
        return {"state transitions/s": STATES * rate, "executions/s": rate}

    return round


def latency(database: Database) -> Callable[..., Awaitable[dict[str, float]]]:
    async def round(lab: Lab, executions: int) -> dict[str, float]:
        ms = (await _run(lab, database, 1, executions, 1))["ms"]
        return {"Standard: p50 ms": percentile(ms, 50), "Standard: p99 ms": percentile(ms, 99)}

    return round


async def _run(lab: Lab, database: Database, steps: int, executions: int, clients: int) -> dict[str, Any]:
    """Seconds of all, milliseconds of each."""
    numbers = (str(number) for number in (steps, executions, clients))
    with lab.directory() as directory:
        async with database(directory) as url:
            process = await asyncio.create_subprocess_exec(
                program("python"),
                "-m",
                PROGRAM,
                url,
                *numbers,
                cwd=directory,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            said, complaints = await process.communicate()
    if process.returncode:
        raise Unavailable(f"its program failed: {complaints.decode()[-500:]}")
    return dict(msgspec.json.decode(said.splitlines()[-1]))
