"""What the server and its helper process say to each other: frames of msgpack, each behind its length.

The server sends a Slice. The helper answers Missing if it must be told a Machine or a State first; else Evaluating
when it takes the slice up and before each JSONata expression, which tells the server how far it came; at last
Computed. A Trial is all that its test needs, and ends in Tried. Exhausted and Broken are last words.
"""

import struct

import msgspec

from stepwell.core.advance import Limits, Moment
from stepwell.core.facts import AnyFact
from stepwell.core.work import Work
from stepwell.engine.records import MachineType


class _Said(msgspec.Struct, frozen=True, tag=True, tag_field="said", array_like=True):
    pass


class Machine(_Said, frozen=True, array_like=True):
    """A definition, to be kept under the key of its revision."""

    key: str
    definition: str
    type: MachineType


class State(_Said, frozen=True, array_like=True):
    """The state of an execution, as `past.state_after` makes it. Only ever sent to the helper, never by it."""

    key: int
    execution: int
    picture: bytes | None
    chunks: list[bytes]


class Slice(_Said, frozen=True, array_like=True):
    """What `advance` needs."""

    key: int  # of the execution: another one each time that it is read from the store
    machine: str
    position: int  # journal length: the state after it must be the one that the helper has
    fact: AnyFact
    moment: Moment
    limits: Limits
    deleting: bool
    refused: dict[int, str] = {}  # expressions that fail unevaluated: the how-manieth, counted from 1, and why
    refused_beyond: int | None = None  # so do all after this one, as that did
    secret: bytes = b""  # of the task tokens


class Trial(_Said, frozen=True, array_like=True):
    """The test of one state; the helper answers Tried where a slice is Computed."""

    machine: str  # names the definition
    definition: str
    state_name: str | None
    given: bytes  # core.state_test.Given as JSON, which knows integers of any size
    moment: Moment
    limits: Limits
    refused: dict[int, str] = {}  # as in a Slice
    refused_beyond: int | None = None


class Evaluating(_Said, frozen=True, array_like=True):
    """The `count`-th expression of the slice comes now; 0: the slice is taken up."""

    count: int


class Missing(_Said, frozen=True, array_like=True):
    """What the helper must be told before it can compute the slice; then it wants to have it again."""

    machine: bool
    state: bool


class Computed(_Said, frozen=True, array_like=True):
    """What came of the slice."""

    accepted: bool
    chunk: bytes  # the entries, encoded
    moved: list[Work]
    last: bool  # the helper holds too much memory and ends now


class Tried(_Said, frozen=True, array_like=True):
    """What came of the test of a state: core.state_test.Outcome as JSON, or why there can be no such test."""

    outcome: bytes | None
    unthinkable: str | None
    last: bool  # as in Computed


class Exhausted(_Said, frozen=True, array_like=True):
    """No memory is left; the helper ends now."""


class Broken(_Said, frozen=True, array_like=True):
    """Our own code failed; the helper ends now."""

    why: str


Request = Machine | State | Slice | Trial
Reply = Evaluating | Missing | Computed | Tried | Exhausted | Broken

_LENGTH = struct.Struct("<I")
HEAD = _LENGTH.size
"""Bytes before each frame."""

_encoder = msgspec.msgpack.Encoder()
requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def frame(message: Request | Reply) -> bytes:
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def length(head: bytes) -> int:
    """How long the frame behind this head is."""
    size: int = _LENGTH.unpack(head)[0]
    return size
