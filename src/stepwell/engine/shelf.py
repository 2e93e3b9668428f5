"""Records of one kind: kept in the store, those used last in memory too."""

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

import msgspec

from stepwell.clock import Milliseconds
from stepwell.store.protocol import Resource, Store


class Record(Protocol):
    """What the store wants to know of a record; the rest is its body."""

    @property
    def key(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def created_at(self) -> Milliseconds: ...


Value = TypeVar("Value")
Body = TypeVar("Body", bound=Record)


class Recent(Generic[Value]):
    """The values used last, at most `most` of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, key: str) -> Value | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: str, value: Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self.most:
            self._values.popitem(last=False)

    def drop(self, key: str) -> None:
        self._values.pop(key, None)


class Shelf(Generic[Body]):
    """The records of one kind. Its owner writes one at a time; anybody reads at any time."""

    def __init__(self, store: Store, kind: str, type: type[Body], most: int) -> None:
        self._store = store
        self._kind = kind
        self._decoder = msgspec.msgpack.Decoder(type)
        self._recent: Recent[Body] = Recent(most)
        self._writes = 0

    def cached(self, key: str) -> Body | None:
        return self._recent.get(key)

    async def get(self, key: str) -> Body | None:
        found = self._recent.get(key)
        if found is not None:
            return found
        writes = self._writes
        resource = await self._store.get(key)
        if resource is None or resource.kind != self._kind:
            return None
        found = self._decoder.decode(resource.body)
        if writes == self._writes:  # otherwise what we read may be old by now
            self._recent.put(key, found)
        return found

    async def page(self, scope: str | None, after: str | None, limit: int) -> list[Body]:
        """Those of a scope (None: of all), ordered by key, after the key `after`."""
        resources = await self._store.list(self._kind, scope, after, limit)
        return [self._decoder.decode(resource.body) for resource in resources]

    async def put(self, record: Body) -> None:
        resource = Resource(
            arn=record.key,
            kind=self._kind,
            scope=record.scope,
            name=record.name,
            created_at=record.created_at,
            body=msgspec.msgpack.encode(record),
        )
        await self._store.put(resource)
        self._writes += 1
        self._recent.put(record.key, record)

    async def remove(self, key: str) -> None:
        await self._store.remove(key)
        self._writes += 1
        self._recent.drop(key)
