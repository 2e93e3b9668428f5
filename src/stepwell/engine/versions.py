"""Versions of state machines: published, listed, deleted; a number is never given twice."""

import asyncio

from msgspec.structs import replace

from stepwell.arns import qualified_arn, split_qualifier
from stepwell.clock import Clock
from stepwell.engine.records import Alias, Revision, StateMachineRecord, Version, revision_key
from stepwell.engine.shelf import Shelf
from stepwell.errors import (
    ConflictException,
    ServiceQuotaExceededException,
    StateMachineDeleting,
    StateMachineDoesNotExist,
)

MOST_VERSIONS = 1000  # of one machine (developer guide, quotas)
MOST_ALIASES = 100  # likewise
TOGETHER = 20  # removed in one turn to write
FIRST_REVISION = "INITIAL"  # what AWS calls the revision that has no id (API model, PublishStateMachineVersion)


class Versions:
    """The versions of all state machines. `writing` is held by whoever changes what exists."""

    def __init__(
        self,
        clock: Clock,
        writing: asyncio.Lock,
        machines: Shelf[StateMachineRecord],
        revisions: Shelf[Revision],
        versions: Shelf[Version],
        aliases: Shelf[Alias],
    ) -> None:
        self._clock = clock
        self._writing = writing
        self._machines = machines
        self._revisions = revisions
        self._versions = versions
        self._aliases = aliases

    async def get(self, arn: str) -> Version | None:
        return await self._versions.get(arn)

    async def of(self, machine_arn: str) -> list[Version]:
        """The versions of a machine, the newest first."""
        found = await self._versions.page(machine_arn, None, MOST_VERSIONS)
        return sorted(found, key=lambda version: version.number, reverse=True)

    async def publish(self, machine_arn: str, revision: str | None, description: str | None) -> Version:
        """The version of the current revision: the one there is, or else a new one.

        `revision`: publish only if this is the current one (None: whichever it is). Raises ConflictException,
        ServiceQuotaExceededException, StateMachineDoesNotExist, StateMachineDeleting.
        """
        async with self._writing:
            machine = await self._machines.get(machine_arn)
            if machine is None:
                raise StateMachineDoesNotExist(machine_arn)
            if machine.status == "DELETING":
                raise StateMachineDeleting(machine_arn)
            current = await self._shown(machine)
            if revision not in (None, current):
                raise ConflictException(
                    f"Failed to publish the State Machine version for revision {revision}. "
                    f"The current State Machine revision is {current}."
                )
            machine = await self.publish_in_turn(machine, description)
            version = await self._versions.get(qualified_arn(machine_arn, machine.published))
            assert version is not None
            return version

    async def _shown(self, machine: StateMachineRecord) -> str:
        """The current revision as clients name it."""
        revision = await self._revisions.get(revision_key(machine.arn, machine.revision))
        return FIRST_REVISION if revision is not None and revision.first else machine.revision

    async def publish_in_turn(self, machine: StateMachineRecord, description: str | None) -> StateMachineRecord:
        """Publish the current revision, within somebody's turn to write; returns the machine as it is then.

        The version is written before the machine that counts it. A server that ended between the two leaves a
        version that nobody was told of: it is taken for the one wanted, or its number is passed over.
        """
        if machine.published is not None:
            return machine
        number = machine.last_version + 1
        while (there := await self._there(machine, number)) is not None and there.revision != machine.revision:
            number += 1
        if there is None:
            await self.refuse_too_many(machine)
            version = Version(
                machine_arn=machine.arn,
                number=number,
                revision=machine.revision,
                role_arn=machine.role_arn,
                created_at=self._clock.now(),
                description=description,
            )
            await self._versions.put(version)
        published = replace(machine, last_version=number, published=number)
        await self._machines.put(published)
        return published

    async def _there(self, machine: StateMachineRecord, number: int) -> Version | None:
        return await self._versions.get(qualified_arn(machine.arn, number))

    async def refuse_too_many(self, machine: StateMachineRecord) -> None:
        """Raises ServiceQuotaExceededException when a version of the current revision is one too many."""
        if machine.published or machine.last_version < MOST_VERSIONS or len(await self.of(machine.arn)) < MOST_VERSIONS:
            return
        raise ServiceQuotaExceededException(
            f"A state machine has at most {MOST_VERSIONS} versions. Delete some of '{machine.arn}' first."
        )

    async def delete(self, arn: str) -> None:
        """Delete a version, where there. Raises ConflictException when an alias routes to it."""
        async with self._writing:
            version = await self._versions.get(arn)
            if version is None:
                return
            routed = await self.aliases_of(arn)
            if routed:
                raise ConflictException(
                    "Version to be deleted must not be referenced by an alias. Current list of aliases "
                    f"referencing this version: [{', '.join(alias.name for alias in routed)}]"
                )
            machine = await self._machines.get(version.machine_arn)
            if machine is not None:
                await self._machines.put(_without(machine, version.number))
            await self._versions.remove(arn)

    async def aliases_of(self, arn: str) -> list[Alias]:
        """The aliases of a machine, or those that route to a version, in the order in which they were made.

        The API model has the newest first; AWS was recorded to answer the other way round.
        """
        found = await self._aliases.page(split_qualifier(arn)[0], None, MOST_ALIASES)
        routed = [alias for alias in found if arn == alias.machine_arn or _leads_to(alias, arn)]
        return sorted(routed, key=lambda alias: (alias.created_at, alias.name))

    async def forget_some(self, machine_arn: str) -> bool:
        """Remove some aliases and versions of a machine that goes; False when there are none left."""
        aliases = await self._aliases.page(machine_arn, None, TOGETHER)
        for alias in aliases:
            await self._aliases.remove(alias.arn)
        versions = await self._versions.page(machine_arn, None, TOGETHER)
        for version in versions:
            await self._versions.remove(version.arn)
        return bool(aliases or versions)


def _without(machine: StateMachineRecord, number: int) -> StateMachineRecord:
    """The machine once this version is gone; its number stays used."""
    published = None if machine.published == number else machine.published
    return replace(machine, published=published, last_version=max(machine.last_version, number))


def _leads_to(alias: Alias, version_arn: str) -> bool:
    return any(route.version_arn == version_arn for route in alias.routes)
