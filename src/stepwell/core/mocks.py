"""Mocks: what tasks are answered instead of being done, fixed at an execution's start and kept in its journal.

The answer to a try is chosen by which try of its state it is, counted over the whole execution: retries, further
visits and the iterations of a Map count on (developer guide, "Using mocked service integrations").
"""

from collections.abc import Mapping, Sequence

import msgspec

from stepwell.errors import Failure

MOCKED = "mock"
"""The queue of mocked calls: they wait for nobody's real ones."""


class Mock(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The answer to some tries of a state: `response` is `{"Return": any JSON}` or `{"Throw": {"Error", "Cause"}}`."""

    first: int  # try that it answers, from 0
    last: int  # this one included
    response: msgspec.Raw


Mocks = Mapping[str, Sequence[Mock]]
"""State -> its answers. A state that is named is mocked, also when it has no answers (left)."""


class _Throw(msgspec.Struct, rename="pascal"):
    error: str | None = None
    cause: str | None = None


class _Response(msgspec.Struct, rename="pascal"):
    return_: msgspec.Raw | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="Return")
    throw: _Throw = msgspec.field(default_factory=_Throw)


_mocks = msgspec.json.Decoder(dict[str, list[Mock]])
_response = msgspec.json.Decoder(_Response)


def encode(mocks: Mocks) -> str:
    """As the journal keeps them: JSON, state -> list of [first, last, response]."""
    return msgspec.json.encode(mocks).decode()


def decode(text: str) -> Mocks:
    """What `encode` wrote."""
    return _mocks.decode(text)


def answer_to(mocks: Mocks, state: str, number: int) -> str | Failure | None:
    """What this try (from 0) of a mocked state is answered: JSON text, or a failure; None when nothing is left."""
    found = next((mock for mock in mocks[state] if mock.first <= number <= mock.last), None)
    if found is None:
        return None
    response = _response.decode(found.response)
    if response.return_ is msgspec.UNSET:
        return Failure(response.throw.error, response.throw.cause)
    return bytes(response.return_).decode()
