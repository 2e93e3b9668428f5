"""Page tokens: opaque to clients, signed, bound to what was asked, and good for a day."""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from stepwell.clock import Clock, Milliseconds
from stepwell.errors import InvalidToken
from stepwell.store.protocol import Store

LIFE: Milliseconds = 24 * 3600 * 1000  # API model, nextToken
SIGNATURE = 16  # bytes
DEFAULT_PAGE = 100  # API model, maxResults 0 or none


class Token(msgspec.Struct, frozen=True, array_like=True):
    issued: Milliseconds
    cursor: str | int | tuple[Any, ...] | None  # where the next page begins


Row = TypeVar("Row")


def page_size(asked: int | None) -> int:
    return asked or DEFAULT_PAGE


class Pages:
    """Makes and reads nextToken. Any server on the same data reads what another one made."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._secret: bytes | None = None

    async def page(
        self,
        query: tuple[object, ...],
        token: str | None,
        most: int | None,
        rows: Callable[[Any, int], Awaitable[Sequence[Row]]],
        place: Callable[[Row], Any],
    ) -> tuple[Sequence[Row], str | None]:
        """The page of `query` that `token` asks for, `most` rows long, and the token of the next one.

        `rows(cursor, n)` gives the first n rows after a cursor (None: the first of all); `place(row)` is the cursor
        after a row. Raises InvalidToken.
        """
        after = await self.read(token, query)
        limit = page_size(most)
        found = await rows(after, limit + 1)
        page = found[:limit]
        return page, await self.issue(query, place(page[-1])) if len(found) > limit else None

    async def issue(self, query: tuple[object, ...], cursor: Any) -> str:
        """A token for the page of `query` that begins after `cursor`."""
        data = msgspec.msgpack.encode(Token(self._clock.now(), cursor))
        return base64.urlsafe_b64encode(await self._sign(query, data) + data).decode()

    async def read(self, token: str | None, query: tuple[object, ...]) -> Any:
        """The cursor, or None for the first page.

        Raises InvalidToken for one that is garbled, older than a day, or was given for another query.
        """
        if token is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
            signature, data = raw[:SIGNATURE], raw[SIGNATURE:]
            if not hmac.compare_digest(signature, await self._sign(query, data)):
                raise InvalidToken
            found = msgspec.msgpack.decode(data, type=Token)
        except (ValueError, msgspec.DecodeError) as problem:
            raise InvalidToken from problem
        if self._clock.now() - found.issued > LIFE:
            raise InvalidToken
        return found.cursor

    async def _sign(self, query: tuple[object, ...], data: bytes) -> bytes:
        if self._secret is None:
            self._secret = await self._store.secret()
        asked = msgspec.msgpack.encode(query)
        return hashlib.blake2b(asked + data, key=self._secret, person=b"page", digest_size=SIGNATURE).digest()
