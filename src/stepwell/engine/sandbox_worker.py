"""The helper process: computes slices and tests of states that nobody vouches for, in memory that is capped.

Run as a program by `sandbox`. It knows nothing but what it is told, writes nothing anywhere, and may be killed at any
moment: nobody believes a slice before it is computed.
"""

import contextlib
import os
import signal
import sys
import traceback
from typing import BinaryIO

import msgspec

from stepwell.asl.parse import compile_definition
from stepwell.asl.specimen import read_specimen
from stepwell.asl.states import StateMachine
from stepwell.core import journal
from stepwell.core.advance import advance
from stepwell.core.execution import Execution
from stepwell.core.state_test import Given, Unthinkable, try_state
from stepwell.core.tokens import Tokens
from stepwell.engine.past import state_after
from stepwell.engine.sandbox_protocol import (
    HEAD,
    Broken,
    Computed,
    Evaluating,
    Exhausted,
    Machine,
    Missing,
    Reply,
    Request,
    Slice,
    State,
    Trial,
    Tried,
    frame,
    length,
    requests,
)
from stepwell.engine.shelf import Recent

MEBIBYTE = 1024 * 1024
ROOM = 512 * MEBIBYTE
"""Memory that the helper may take beside what it needs to be there at all."""
WORN = 256 * MEBIBYTE
"""Memory still held after a slice above which the helper makes room for another one, with all of ROOM."""
ALARM = 10
"""Seconds of a slice after which the helper ends by itself: the server, which is less patient, must be gone."""

MACHINES = 50  # kept, compiled
STATES = 50  # of executions


class Helper:
    """Answers the server's requests one after another."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO, base: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._base = base
        self._machines: Recent[StateMachine] = Recent(MACHINES)
        self._states: Recent[Execution] = Recent(STATES)

    def serve(self) -> None:
        """Until the server is gone, or the helper worn."""
        while (request := self._hear()) is not None:
            match request:
                case Machine(key, definition, type):
                    self._machines.put(key, compile_definition(definition, type))
                case State(key, execution, picture, chunks):
                    self._states.put(str(key), state_after(execution, picture, chunks))
                case Slice():
                    reply = self._answer(request)
                    self.say(reply)
                    if isinstance(reply, Computed) and reply.last:
                        return
                case Trial():
                    tried = self._try(request)
                    self.say(tried)
                    if tried.last:
                        return

    def _hear(self) -> Request | None:
        head = self._incoming.read(HEAD)
        return requests.decode(self._incoming.read(length(head))) if len(head) == HEAD else None

    def say(self, reply: Reply) -> None:
        self._outgoing.write(frame(reply))
        self._outgoing.flush()

    def _answer(self, slice: Slice) -> Reply:
        key = str(slice.key)
        machine, execution = self._machines.get(slice.machine), self._states.get(key)
        if execution is not None and execution.length != slice.position:
            execution = None
        if machine is None or execution is None:
            return Missing(machine is None, execution is None)
        self._states.drop(key)  # while it is half-changed
        self.say(Evaluating(0))
        _set_alarm(ALARM)
        transition = advance(
            machine,
            execution,
            slice.fact,
            slice.moment,
            slice.limits,
            deleting=slice.deleting,
            watch=_Watch(self, slice),
            tokens=Tokens(slice.secret),
        )
        _set_alarm(0)
        self._states.put(key, execution)
        chunk = journal.encode(transition.entries)
        return Computed(transition.accepted, chunk, transition.moved, _memory() - self._base > WORN)

    def _try(self, trial: Trial) -> Tried:
        self.say(Evaluating(0))
        _set_alarm(ALARM)
        outcome, unthinkable = None, None
        try:
            specimen = read_specimen(trial.definition, trial.state_name)
            given = msgspec.json.decode(trial.given, type=Given)
            tried = try_state(specimen, given, trial.moment, trial.limits, watch=_Watch(self, trial))
            outcome = msgspec.json.encode(tried)
        except Unthinkable as problem:
            unthinkable = str(problem)
        _set_alarm(0)
        return Tried(outcome, unthinkable, _memory() - self._base > WORN)


class _Watch:
    """Tells the server of each expression, and fails those that the server refuses."""

    def __init__(self, helper: Helper, slice: Slice | Trial) -> None:
        self._helper = helper
        self._slice = slice
        self._count = 0

    def __call__(self) -> str | None:
        self._count += 1
        slice = self._slice
        if self._count in slice.refused:
            return slice.refused[self._count]
        if slice.refused_beyond is not None and self._count > slice.refused_beyond:
            return slice.refused[slice.refused_beyond]
        self._helper.say(Evaluating(self._count))
        return None


def _set_alarm(seconds: int) -> None:
    """The signal's default action ends the process, even inside a regular expression."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _memory() -> int:
    """Bytes of address space in use; 0 where nobody can tell."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _cap_memory() -> int:
    """Cap what this process may take, where the system lets it (Linux); returns what it takes now."""
    base = _memory()
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ValueError, OSError):  # somebody has set a lower limit already: that one holds
            resource.setrlimit(resource.RLIMIT_AS, (base + ROOM, base + ROOM))
    return base


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the server, out of reach of whatever prints."""
    incoming, outgoing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")


def main() -> None:
    """Serve over standard input and output. The server decides when to end, not a Ctrl-C at its terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    helper = Helper(*_own_pipes(), _cap_memory())
    try:
        helper.serve()
    except BrokenPipeError:  # the server is gone
        pass
    except MemoryError:
        helper.say(Exhausted())
    except Exception:
        helper.say(Broken(traceback.format_exc()))


if __name__ == "__main__":
    main()
