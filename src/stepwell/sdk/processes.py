"""Processes for heavy work: warm children, each of which works on one task at a time and may be killed at any time."""

import importlib
import multiprocessing
import os
import signal
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from stepwell.sdk.attempts import WorkerLost
from stepwell.sdk.contracts import call_with_json
from stepwell.sdk.threads import in_thread

SPAWN = multiprocessing.get_context("spawn")
"""A fork of a process with threads and connections inherits both in a state that nobody vouches for."""


class Raised(Exception):
    """What a handler raised in another process, which this one may not even be able to import."""

    def __init__(self, error: str, cause: str, traceback: str) -> None:
        super().__init__(cause)
        self.error = error
        self.cause = cause
        self.traceback = traceback


class Children:
    """The processes of one task: as many as work at one time, started when they are needed, kept warm."""

    def __init__(self, module: str, name: str) -> None:
        """`module`, `name`: where a child finds the task."""
        self._where = module, name
        self._idle: list[Child] = []
        self._all: set[Child] = set()

    async def call(self, arguments: dict[str, Any]) -> Any:
        """What the task returns for these arguments, both as JSON has them.

        A cancelled call kills the process. Raises Raised, WorkerLost.
        """
        child = self._idle.pop() if self._idle else self._start()
        asked = msgspec.json.encode(arguments)
        try:
            answer = await in_thread(child.ask, asked)
        except BaseException:
            self._all.discard(child)
            child.kill()
            raise
        self._idle.append(child)
        kind, *said = msgspec.json.decode(answer)
        if kind == "raised":
            raise Raised(*said)
        return msgspec.json.decode(said[0])

    def _start(self) -> "Child":
        child = Child(*self._where)
        self._all.add(child)
        return child

    def close(self) -> None:
        for child in self._all:
            child.kill()


class Child:
    """One process."""

    def __init__(self, module: str, name: str) -> None:
        self._pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=work, args=(theirs, module, name), daemon=True, name=f"stepwell {name}")
        self._process.start()
        theirs.close()

    def ask(self, asked: bytes) -> bytes:
        """Raises WorkerLost."""
        try:
            self._pipe.send_bytes(asked)
            return self._pipe.recv_bytes()
        except (EOFError, OSError) as problem:
            self._process.join(5)
            raise WorkerLost(f"The process {_how_it_ended(self._process.exitcode)}.") from problem

    def kill(self) -> None:
        """Who waits for its answer hears of it by the pipe, which ends with the process."""
        self._process.kill()


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "does not answer"
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def work(pipe: Connection, module: str, name: str) -> None:
    """A child's life: arguments in, result out, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the worker decides what ends when
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            asked = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            answer = ["returned", call_with_json(find(module, name), msgspec.json.decode(asked))]
        except (Exception, SystemExit) as problem:
            answer = ["raised", type(problem).__name__, str(problem), traceback.format_exc()]
        pipe.send_bytes(msgspec.json.encode(answer))


def find(module: str, name: str) -> Any:
    """What has this name in the module. Raises AttributeError, ImportError."""
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _die_with_parent() -> None:
    """A worker that was killed could not tell its children, and nobody would hear what they come to."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
