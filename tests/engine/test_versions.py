"""Versions in the catalog: no number twice, whatever a server did not finish, and no more than there may be."""

import asyncio
import json

import pytest

from stepwell.clock import VirtualClock
from stepwell.engine.catalog import Catalog
from stepwell.engine.records import Route, Settings
from stepwell.errors import ServiceQuotaExceededException
from stepwell.store.memory import MemoryStore
from stepwell.store.protocol import StoreFull

PASS = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})
ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
ROLE = "arn:aws:iam::123456789012:role/any"


class Disk(MemoryStore):
    """A store in memory that is full after so many writes."""

    room: int | None = None

    async def put(self, resource):
        if self.room is not None:
            if not self.room:
                raise StoreFull("the disk is full")
            self.room -= 1
        await super().put(resource)


@pytest.fixture
def store():
    return Disk()


def fresh(store):
    """The catalog of a server that starts now."""
    store.room = None
    return Catalog(store, VirtualClock())


def create(catalog, **members):
    return catalog.create_machine(
        arn=ARN, type="STANDARD", definition=PASS, role_arn=ROLE, settings=Settings(), tags={}, **members
    )


async def cut(store, room, work):
    """Do this while the disk has room for so many writes only; whether it was cut off."""
    store.room = room
    try:
        await work
    except StoreFull:
        return True
    finally:
        store.room = None
    return False


def test_a_creation_that_was_cut_off_before_it_published_is_finished_by_asking_again(store):
    async def story():
        cuts = 0
        for room in range(10):
            if await cut(store, room, create(fresh(store), publish=True, version_description="d")):
                cuts += 1
            machine = await create(fresh(store), publish=True, version_description="d")
            assert (machine.last_version, machine.published) == (1, 1)
            [version] = await fresh(store).versions.of(ARN)
            assert (version.number, version.revision, version.description) == (1, machine.revision, "d")
            await fresh(store).delete_machine(ARN)
            await fresh(store).forget_machine(ARN)
        return cuts

    assert asyncio.run(story()) == 4  # revision, machine, version, machine that counts it


def test_a_version_that_was_not_counted_is_taken_for_the_one_that_is_wanted(store):
    async def story():
        await create(fresh(store))
        assert await cut(store, 1, fresh(store).versions.publish(ARN, None, None))
        version = await fresh(store).versions.publish(ARN, None, None)
        assert version.number == 1
        assert await fresh(store).versions.of(ARN) == [version]

    asyncio.run(story())


def test_a_version_that_was_not_counted_keeps_what_it_was_made_of(store):
    async def story():
        await create(fresh(store))
        # Given two versions, of two revisions, that were written but never counted
        assert await cut(store, 1, fresh(store).versions.publish(ARN, None, None))
        assert await cut(store, 3, fresh(store).update_machine(ARN, role_arn=ROLE + "-2", publish=True))
        before = await fresh(store).versions.of(ARN)
        assert [version.number for version in before] == [2, 1]
        # Then a further revision gets a number of its own
        machine = await fresh(store).update_machine(ARN, role_arn=ROLE + "-3", publish=True)
        assert machine.published == 3
        assert (await fresh(store).versions.of(ARN))[1:] == before

    asyncio.run(story())


def test_the_number_of_a_deleted_version_that_was_not_counted_stays_used(store):
    async def story():
        await create(fresh(store))
        assert await cut(store, 1, fresh(store).versions.publish(ARN, None, None))
        await fresh(store).versions.delete(f"{ARN}:1")
        assert (await fresh(store).versions.publish(ARN, None, None)).number == 2

    asyncio.run(story())


def test_a_machine_has_at_most_1000_versions(store):
    async def story():
        catalog = fresh(store)
        await create(catalog)
        for n in range(1000):
            await catalog.update_machine(ARN, role_arn=f"{ROLE}-{n}", publish=True)
        before = await catalog.machine(ARN)
        with pytest.raises(ServiceQuotaExceededException):
            await catalog.update_machine(ARN, role_arn=ROLE, publish=True)
        # Nothing was changed, and publishing what is published needs no room
        assert await catalog.machine(ARN) == before
        assert (await catalog.versions.publish(ARN, None, None)).number == 1000
        # And what was deleted makes room
        await catalog.versions.delete(f"{ARN}:500")
        assert (await catalog.update_machine(ARN, role_arn=ROLE, publish=True)).published == 1001
        assert len(await catalog.versions.of(ARN)) == 1000
        # All of them go with their machine
        await catalog.aliases.create(ARN, "live", [Route(f"{ARN}:1", 100)], None)
        await catalog.delete_machine(ARN)
        await catalog.forget_machine(ARN)
        assert await catalog.versions.of(ARN) == []
        assert await catalog.aliases.get(f"{ARN}:live") is None
        assert await store.list("version", None, None, 10) == []
        assert await store.list("alias", None, None, 10) == []

    asyncio.run(story())
