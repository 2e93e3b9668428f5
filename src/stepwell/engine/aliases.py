"""Aliases of state machines: names that lead to one version, or to two by weight."""

import asyncio
from collections.abc import Iterable, Sequence
from random import Random

import msgspec
from msgspec.structs import replace

from stepwell.arns import is_version, split_qualifier
from stepwell.clock import Clock
from stepwell.engine.records import Alias, Route, StateMachineRecord, Version
from stepwell.engine.shelf import Shelf
from stepwell.engine.versions import MOST_ALIASES
from stepwell.errors import (
    ConflictException,
    ResourceNotFound,
    ServiceQuotaExceededException,
    StateMachineDeleting,
)


class Target(msgspec.Struct, frozen=True):
    """What an execution is started by: a state machine as it is now, or one of its versions."""

    machine: StateMachineRecord
    version: Version | None = None
    alias_arn: str | None = None  # the alias that led to the version

    @property
    def revision(self) -> str:
        return self.machine.revision if self.version is None else self.version.revision

    @property
    def role_arn(self) -> str:
        return self.machine.role_arn if self.version is None else self.version.role_arn

    @property
    def version_arn(self) -> str | None:
        return None if self.version is None else self.version.arn


class Aliases:
    """The aliases of all state machines. `writing` is held by whoever changes what exists."""

    def __init__(
        self,
        clock: Clock,
        writing: asyncio.Lock,
        machines: Shelf[StateMachineRecord],
        versions: Shelf[Version],
        aliases: Shelf[Alias],
    ) -> None:
        self._clock = clock
        self._writing = writing
        self._machines = machines
        self._versions = versions
        self._aliases = aliases

    async def get(self, arn: str) -> Alias | None:
        return await self._aliases.get(arn)

    async def target(self, arn: str, random: Random) -> Target | None:
        """What the ARN of a machine, a version or an alias leads to; `random` draws one of an alias's routes."""
        machine_arn, qualifier = split_qualifier(arn)
        machine = await self._machines.get(machine_arn)
        if machine is None or qualifier is None:
            return None if machine is None else Target(machine)
        if is_version(qualifier):
            version = await self._versions.get(arn)
            return None if version is None else Target(machine, version)
        alias = await self._aliases.get(arn)
        if alias is None:
            return None
        [route] = random.choices(alias.routes, [route.weight for route in alias.routes])
        version = await self._versions.get(route.version_arn)
        return None if version is None else Target(machine, version, arn)

    async def create(self, machine_arn: str, name: str, routes: Sequence[Route], description: str | None) -> Alias:
        """A new alias, or the one that is there when all is the same.

        Raises ConflictException, ResourceNotFound, ServiceQuotaExceededException, StateMachineDeleting.
        """
        async with self._writing:
            await self._refuse_gone(machine_arn)
            now = self._clock.now()
            alias = Alias(
                machine_arn=machine_arn,
                name=name,
                routes=tuple(routes),
                created_at=now,
                updated_at=now,
                description=description,
            )
            there = await self._aliases.get(alias.arn)
            if there is not None:
                if (there.routes, there.description) != (alias.routes, alias.description):
                    raise ConflictException(
                        f"There is an alias '{alias.arn}' already, with another routing configuration or description."
                    )
                return there
            await self._refuse_missing(routes)
            if len(await self._aliases.page(machine_arn, None, MOST_ALIASES)) == MOST_ALIASES:
                raise ServiceQuotaExceededException(
                    f"A state machine has at most {MOST_ALIASES} aliases. Delete some of '{machine_arn}' first."
                )
            await self._aliases.put(alias)
            return alias

    async def update(self, arn: str, routes: Sequence[Route] | None, description: str | None) -> Alias:
        """The alias with what is given; the rest stays. Raises ResourceNotFound, StateMachineDeleting."""
        async with self._writing:
            alias = await self._aliases.get(arn)
            if alias is None:
                raise not_found(arn)
            await self._refuse_gone(alias.machine_arn)
            await self._refuse_missing(routes or ())
            updated = replace(
                alias,
                routes=alias.routes if routes is None else tuple(routes),
                description=alias.description if description is None else description,
            )
            if updated == alias:
                return alias  # asked for before: the same answer
            updated = replace(updated, updated_at=max(self._clock.now(), alias.updated_at))
            await self._aliases.put(updated)
            return updated

    async def delete(self, arn: str) -> None:
        """Raises ResourceNotFound."""
        async with self._writing:
            if await self._aliases.get(arn) is None:
                raise not_found(arn)
            await self._aliases.remove(arn)

    async def _refuse_gone(self, machine_arn: str) -> None:
        machine = await self._machines.get(machine_arn)
        if machine is None:
            raise not_found(machine_arn)
        if machine.status == "DELETING":
            raise StateMachineDeleting(machine_arn)

    async def _refuse_missing(self, routes: Iterable[Route]) -> None:
        for route in routes:
            if await self._versions.get(route.version_arn) is None:
                raise not_found(route.version_arn)


def not_found(arn: str) -> ResourceNotFound:
    return ResourceNotFound(f"Resource not found: '{arn}'", resourceName=arn)
