"""A warm process of a function as the server sees it: started, given one invocation at a time, ended."""

import asyncio
import contextlib
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from stepwell.clock import Clock
from stepwell.config import mark
from stepwell.integrations.functions.invocation import Invocation, Outcome, exited, timed_out
from stepwell.integrations.functions.names import LATEST, FunctionName
from stepwell.integrations.functions.output import Output
from stepwell.integrations.functions.refusals import ServiceException

BOOTSTRAP = str(Path(__file__).with_name("bootstrap.py"))
HEAD = struct.Struct(">IB")
META = struct.Struct(">I")
READY, FILES, PRINTED, RESULT, ERROR, BROKEN = range(1, 7)
LOOK_EVERY = 0.2
"""Seconds between two looks at a function's source files."""
INIT_SECONDS = 60
"""How long importing a handler may take. Lambda gives 10 s, on machines of its own."""


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """What a process of a function is made of."""

    handler: str  # module.function
    root: str  # the directory that it is imported from
    python: str = sys.executable
    environment: tuple[tuple[str, str], ...] = ()
    timeout: float = 3  # seconds of an invocation
    memory: int = 128  # MiB


class Lost(Exception):
    """The process ended before it was ready. Has its outcome for an invocation that waited for it."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class WarmProcess(asyncio.Protocol):
    """One process. `ended` is called when it is gone."""

    def __init__(self, spec: Spec, clock: Clock, output: Output, ended: Callable[["WarmProcess"], None]) -> None:
        self._spec = spec
        self._clock = clock
        self._output = output
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self.over: asyncio.Future[None] = self._loop.create_future()
        """Done once it is gone."""
        self._buffer = bytearray()
        self._wire: asyncio.Transport | None = None
        self._process: asyncio.SubprocessTransport | None = None
        self._code: int | None = None
        self._closed = {"wire", "process"}  # what is still to come to its end before the process counts as gone
        self._current: Invocation | None = None
        self._answer: asyncio.Future[Outcome] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._files: dict[str, object] = {}
        self._looked = 0.0
        self._broken = False  # the handler cannot be called; the one invocation it takes is told why
        self._used = False
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        """Whether it may be given another invocation."""
        return self._wire is not None and not self._wire.is_closing() and not (self._broken and self._used)

    @property
    def gone(self) -> bool:
        return not self._closed

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.get_pid()

    async def start(self, function: FunctionName) -> None:
        """Until the handler is imported. Raises ServiceException when it cannot be started, and Lost."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            await self._loop.create_unix_connection(lambda: self, sock=ours)
            command = (self._spec.python, "-u", BOOTSTRAP, str(theirs.fileno()), str(os.getpid()))
            try:
                process, _ = await self._loop.subprocess_exec(
                    lambda: _Child(self), *command,
                    stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.STDOUT,
                    cwd=self._spec.root, env=environment(self._spec, function, os.environ),
                    pass_fds=(theirs.fileno(),), start_new_session=True,
                )  # fmt: skip
            except OSError as problem:
                self._closed.discard("process")
                self._ready.cancel()
                self._close_wire()
                raise ServiceException(
                    f"{self._spec.python} cannot be started in {self._spec.root}: {problem}"
                ) from None
        self._process = process
        try:
            await asyncio.wait_for(self._ready, INIT_SECONDS)
        except TimeoutError:
            self.kill()
            raise Lost(None) from None

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Have the handler called."""
        spec, wire = self._spec, self._wire
        assert wire is not None
        told = {
            "id": invocation.id,
            "arn": invocation.function.arn,
            "deadline": self._clock.now() + spec.timeout * 1000,
            "trace": invocation.trace,
            "client_context": msgspec.Raw(invocation.client_context) if invocation.client_context else None,
        }
        meta = msgspec.json.encode(told)
        self._used = True
        self._current = invocation
        self._answer = answer = self._loop.create_future()
        self._timer = self._loop.call_later(spec.timeout, self._overdue)
        length = META.size + len(meta) + len(invocation.payload)
        wire.write(b"".join((HEAD.pack(length, 0), META.pack(len(meta)), meta, invocation.payload)))
        try:
            outcome: Outcome = await answer
            return outcome
        except asyncio.CancelledError:
            self.kill()  # it is busy with what nobody waits for, and its answer would be taken for the next one's
            raise
        finally:
            self._timer.cancel()
            self._current = self._answer = None

    def stale(self) -> bool:
        """Whether one of the function's files has changed since it was imported."""
        now = self._loop.time()
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        return any(mark(Path(path)) != seen for path, seen in self._files.items())

    def end(self) -> None:
        """Let it end by itself: nobody has anything for it to do."""
        self._close_wire()

    def kill(self) -> None:
        """End it, and whatever it has started, at once."""
        self._close_wire()
        if self.pid is not None and self._code is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def _close_wire(self) -> None:
        if self._wire is not None:
            self._wire.close()

    def _overdue(self) -> None:
        assert self._current is not None
        self._print(f"{self._current.id} Task timed out after {self._spec.timeout:.2f} seconds\n".encode())
        self._resolve(timed_out(self._current.id, self._spec.timeout))
        self.kill()

    def _resolve(self, outcome: Outcome) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(outcome)

    def _print(self, data: bytes) -> None:
        if self._current is not None:
            self._output.add(self._current, data)

    # -- what the process says -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        at = 0
        while len(self._buffer) - at >= HEAD.size:
            length, kind = HEAD.unpack_from(self._buffer, at)
            end = at + HEAD.size + length
            if len(self._buffer) < end:
                break
            self._heard(kind, bytes(self._buffer[at + HEAD.size : end]))
            at = end
        del self._buffer[:at]

    def _heard(self, kind: int, body: bytes) -> None:
        if kind in (RESULT, ERROR):
            if self._current is not None:  # it was too late otherwise
                self._resolve(Outcome(body, kind == ERROR, self._current.function.version))
        elif kind == PRINTED:
            self._print(body)
        else:
            self._files = {path: mark(Path(path)) for path in msgspec.json.decode(body)}
            if kind != FILES and not self._ready.done():
                self._broken = kind == BROKEN
                self._ready.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._over("wire")

    def exited(self) -> None:
        """The process is over; what it has written may still be on its way."""
        assert self._process is not None
        self._code = self._process.get_returncode()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.get_pid(), signal.SIGKILL)  # what it has started, which may hold the wire open
        self._over("process")

    def printed(self, data: bytes) -> None:
        """What did not go through Python's own streams."""
        self._print(data)

    def _over(self, what: str) -> None:
        self._closed.discard(what)
        if not self.gone:
            return
        if not self._ready.done():
            self._ready.set_exception(Lost(self._code))
        if self._current is not None:
            self._resolve(exited(self._current.id, self._code))
        if self._process is not None:
            self._process.close()
        self.over.set_result(None)
        self._ended(self)


class _Child(asyncio.SubprocessProtocol):
    """Passes on what the operating system tells of the process."""

    def __init__(self, owner: WarmProcess) -> None:
        self._owner = owner
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._owner._process = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        self._owner.printed(data if isinstance(data, bytes) else data.encode())

    def process_exited(self) -> None:
        self._owner.exited()


def environment(spec: Spec, function: FunctionName, ours: Mapping[str, str]) -> dict[str, str]:
    """The variables of a function's process: ours without Stepwell's own, Lambda's, and the function's.

    Lambda's are those of its developer guide, "Defined runtime environment variables".
    """
    inherited = {
        name: value for name, value in ours.items() if not name.startswith("STEPWELL_") and name != "PYTHONHOME"
    }
    return {
        **inherited,
        "TZ": ":UTC",
        "MALLOC_ARENA_MAX": "2",  # each arena takes 64 MiB of the address space, which is bounded
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": LATEST,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"[{LATEST}]{os.urandom(16).hex()}",
        "LAMBDA_TASK_ROOT": spec.root,
        "_HANDLER": spec.handler,
        **dict(spec.environment),
    }
