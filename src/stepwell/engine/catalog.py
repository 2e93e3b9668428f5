"""What exists: state machines, their revisions and activities, kept in the store and cached in memory."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from stepwell.arns import beyond_region, parse_arn
from stepwell.asl.parse import compile_definition
from stepwell.asl.states import StateMachine
from stepwell.clock import Clock
from stepwell.engine.aliases import Aliases
from stepwell.engine.identity import new_uuid
from stepwell.engine.leftovers import Leftovers
from stepwell.engine.records import (
    Activity,
    Alias,
    DeletedActivity,
    Encryption,
    Logging,
    MachineType,
    Revision,
    Settings,
    StateMachineRecord,
    Tagged,
    Version,
    revision_key,
)
from stepwell.engine.shelf import Recent, Shelf
from stepwell.engine.versions import Versions
from stepwell.errors import (
    ActivityAlreadyExists,
    ResourceNotFound,
    StateMachineAlreadyExists,
    StateMachineDeleting,
    StateMachineDoesNotExist,
    TooManyTags,
)
from stepwell.store.protocol import Store

__all__ = ["Activity", "Catalog", "Encryption", "Logging", "Revision", "StateMachineRecord"]

MOST_TAGS = 50
RECORDS = 10_000  # machines, and activities, kept in memory; 1 to 2 KB each
REVISIONS = 20  # kept in memory: with their definitions, up to 1 MiB each
COMPILED = 1_000  # compiled definitions kept in memory
LARGE = 65_536  # characters of a definition that takes more than some ms to compile


class Catalog:
    """State machines, revisions and activities. Writes are made one after another, so that names stay unique."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._clock = clock
        self._writing = asyncio.Lock()
        self._machines = Shelf(store, "stateMachine", StateMachineRecord, RECORDS)
        self._revisions = Shelf(store, "revision", Revision, REVISIONS)
        versions = Shelf(store, "version", Version, RECORDS)
        aliases = Shelf(store, "alias", Alias, RECORDS)
        self.versions = Versions(clock, self._writing, self._machines, self._revisions, versions, aliases)
        self.aliases = Aliases(clock, self._writing, self._machines, versions, aliases)
        self.leftovers = Leftovers(store, clock, self._writing, self._machines, self._revisions)
        self._activities = Shelf(store, "activity", Activity, RECORDS)
        self._deleted_activities = Shelf(store, "deletedActivity", DeletedActivity, RECORDS)
        self._compiled: Recent[StateMachine] = Recent(COMPILED)

    async def machine(self, arn: str) -> StateMachineRecord | None:
        """The machine with this (unqualified) ARN, also while it is DELETING."""
        return await self._machines.get(arn)

    async def machines(self, region: str, account: str, after: str | None, limit: int) -> list[StateMachineRecord]:
        """A page of the machines of one region, ordered by ARN; `after` is the last ARN seen."""
        return await self._machines.page(f"{region}:{account}", after, limit)

    async def all_machines(self, after: str | None, limit: int) -> list[StateMachineRecord]:
        """A page of those of all regions, ordered by ARN."""
        return await self._machines.page(None, after, limit)

    async def regions(self) -> list[str]:
        """Where there are machines or activities, in the order of the alphabet."""
        found = set()
        for shelf in (self._machines, self._activities):
            after = None
            while page := await shelf.page(None, after, 1):
                region = parse_arn(page[0].arn).region
                found.add(region)
                after = beyond_region(region)
        return sorted(found)

    async def revision(self, machine_arn: str, id: str) -> Revision | None:
        """A revision, also of a machine that is gone."""
        return await self._revisions.get(revision_key(machine_arn, id))

    async def create_machine(
        self,
        *,
        arn: str,
        type: MachineType,
        definition: str,
        role_arn: str,
        settings: Settings,
        tags: dict[str, str],
        publish: bool = False,
        version_description: str | None = None,
        compiled: StateMachine | None = None,
    ) -> StateMachineRecord:
        """A new machine, or the one that is there when all but role and tags are the same, as on AWS.

        `publish`: with its first revision as version 1. `compiled`: what the definition is compiled to, where that is
        known. Raises InvalidDefinition, StateMachineAlreadyExists,
        StateMachineDeleting.
        """
        compiled = compiled or await _compile(definition, type)
        async with self._writing:
            there = await self.machine(arn)
            if there is not None:
                await self._refuse_other(there, (type, definition, settings, publish, version_description))
                unfinished = publish and not there.last_version  # the server ended before it had published it
                return await self.versions.publish_in_turn(there, version_description) if unfinished else there
            now = self._clock.now()
            revision = Revision(
                machine_arn=arn,
                id=new_uuid(),
                first=True,
                type=type,
                definition=definition,
                role_arn=role_arn,
                created_at=now,
                settings=settings,
                variable_references=compiled.variable_references,
            )
            machine = StateMachineRecord(
                arn=arn,
                name=parse_arn(arn).name,
                type=type,
                role_arn=role_arn,
                revision=revision.id,
                created_at=now,
                updated_at=now,
                tags=tags,
                publish=publish,
                version_description=version_description,
            )
            await self._keep_revision(revision, compiled)
            await self._machines.put(machine)
            return await self.versions.publish_in_turn(machine, version_description) if publish else machine

    async def _refuse_other(
        self, there: StateMachineRecord, asked: tuple[MachineType, str, Settings, bool, str | None]
    ) -> None:
        if there.status == "DELETING":
            raise StateMachineDeleting(there.arn)
        revision = await self.revision(there.arn, there.revision)
        made = None if revision is None else (revision.type, revision.definition, revision.settings)
        if made is None or asked != (*made, there.publish, there.version_description):
            raise StateMachineAlreadyExists(there.arn)

    async def update_machine(
        self,
        arn: str,
        *,
        definition: str | None = None,
        role_arn: str | None = None,
        logging: Logging | None = None,
        tracing: bool | None = None,
        encryption: Encryption | None = None,
        publish: bool = False,
        version_description: str | None = None,
    ) -> StateMachineRecord:
        """A new revision with what is given; the rest stays. Running executions keep the revision they began with.

        What changes nothing makes no revision (recorded). `publish`: with a version of the current revision. Raises
        InvalidDefinition, ServiceQuotaExceededException, StateMachineDoesNotExist, StateMachineDeleting.
        """
        async with self._writing:
            machine = await self.machine(arn)
            before = None if machine is None else await self.revision(arn, machine.revision)
            if machine is None or before is None:
                raise StateMachineDoesNotExist(arn)
            if machine.status == "DELETING":
                raise StateMachineDeleting(arn)
            settings = replace(before.settings, **_given(logging=logging, tracing=tracing, encryption=encryption))
            after = replace(before, settings=settings, **_given(definition=definition, role_arn=role_arn))
            updated = replace(machine, updated_at=max(self._clock.now(), machine.updated_at))
            if after != before:
                after = replace(after, id=new_uuid(), first=False, created_at=updated.updated_at)
                updated = replace(updated, revision=after.id, role_arn=after.role_arn, published=None)
            if publish:
                await self.versions.refuse_too_many(updated)
            if after != before:
                await self._revise(before, after)
            await self._machines.put(updated)
            return await self.versions.publish_in_turn(updated, version_description) if publish else updated

    async def _revise(self, before: Revision, after: Revision) -> None:
        """Keep a new revision. Raises InvalidDefinition."""
        if after.definition == before.definition:
            await self._keep_revision(after, None)
            return
        compiled = await _compile(after.definition, after.type)
        await self._keep_revision(replace(after, variable_references=compiled.variable_references), compiled)

    async def delete_machine(self, arn: str) -> StateMachineRecord | None:
        """Mark a machine as DELETING and return it; None when there is none. `forget_machine` ends it."""
        async with self._writing:
            machine = await self.machine(arn)
            if machine is None or machine.status == "DELETING":
                return machine
            deleting = replace(machine, status="DELETING")
            await self._machines.put(deleting)
            return deleting

    async def forget_machine(self, arn: str) -> None:
        """Remove a DELETING machine whose executions are all closed. Its revisions are `leftovers`, for histories."""
        while True:
            async with self._writing:  # for some versions at a time, so that others may write in between
                machine = await self.machine(arn)
                if machine is None or machine.status != "DELETING":
                    return
                if not await self.versions.forget_some(arn):
                    await self.leftovers.left_by(arn)
                    await self._machines.remove(arn)

    async def deleting(self) -> set[str]:
        """ARNs of the machines of all regions that are to go: a starting server takes up their deletion again."""
        found: set[str] = set()
        after = None
        while page := await self._machines.page(None, after, 1000):
            found |= {machine.arn for machine in page if machine.status == "DELETING"}
            after = page[-1].arn
        return found

    def cached(self, machine_arn: str, revision: str) -> StateMachine | None:
        """The compiled definition of a revision, if it is in memory."""
        return self._compiled.get(revision_key(machine_arn, revision))

    async def compiled(self, machine_arn: str, revision: str) -> StateMachine:
        """The compiled definition of a revision. Raises StateMachineDoesNotExist when there is no such revision."""
        there = self.cached(machine_arn, revision)
        if there is not None:
            return there
        found = await self.revision(machine_arn, revision)
        if found is None:
            raise StateMachineDoesNotExist(machine_arn)
        there = await _compile(found.definition, found.type)
        self._compiled.put(found.key, there)
        return there

    def knows_activity(self, arn: str) -> bool:
        """Whether there surely is this activity; False when the store must be asked."""
        return self._activities.cached(arn) is not None

    async def activity(self, arn: str) -> Activity | None:
        return await self._activities.get(arn)

    async def activities(self, region: str, account: str, after: str | None, limit: int) -> list[Activity]:
        """A page of the activities of one region, ordered by ARN; `after` is the last ARN seen."""
        return await self._activities.page(f"{region}:{account}", after, limit)

    async def all_activities(self, after: str | None, limit: int) -> list[Activity]:
        """A page of those of all regions, ordered by ARN."""
        return await self._activities.page(None, after, limit)

    async def create_activity(self, arn: str, encryption: Encryption, tags: dict[str, str]) -> Activity:
        """A new activity, or the one that is there. Raises ActivityAlreadyExists when its encryption differs."""
        async with self._writing:
            there = await self.activity(arn)
            if there is not None:
                if there.encryption != encryption:
                    raise ActivityAlreadyExists(arn)
                return there
            activity = Activity(
                arn=arn,
                name=parse_arn(arn).name,
                created_at=self._clock.now(),
                encryption=encryption,
                tags=tags,
            )
            await self._activities.put(activity)
            return activity

    async def delete_activity(self, arn: str) -> DeletedActivity | None:
        """Remove an activity; None when there is none. `forget_deleted_activity` ends it."""
        async with self._writing:
            if await self.activity(arn) is None:
                return None
            deleted = DeletedActivity(arn=arn, created_at=self._clock.now())
            await self._deleted_activities.put(deleted)
            await self._activities.remove(arn)
            return deleted

    async def deleted_activities(self) -> list[DeletedActivity]:
        """Those whose tasks a starting server must look for again."""
        found: list[DeletedActivity] = []
        while page := await self._deleted_activities.page(None, found[-1].key if found else None, 1000):
            found += page
        return found

    async def forget_deleted_activity(self, deleted: DeletedActivity) -> None:
        """None of its tasks waits any more. What was deleted once more since then is remembered."""
        async with self._writing:
            if await self._deleted_activities.get(deleted.key) == deleted:
                await self._deleted_activities.remove(deleted.key)

    async def tags(self, arn: str) -> dict[str, str]:
        """The tags of a machine or an activity. Raises InvalidArn, ResourceNotFound."""
        return (await self._tagged(arn)).tags

    async def tag(self, arn: str, tags: dict[str, str]) -> None:
        """Add tags, replacing those of the same key. Raises InvalidArn, ResourceNotFound, TooManyTags."""
        async with self._writing:
            tagged = await self._tagged(arn)
            together = tagged.tags | tags
            if len(together) > MOST_TAGS:
                raise TooManyTags(f"Too many tags: a resource takes at most {MOST_TAGS}.", resourceName=arn)
            await self._keep_tags(tagged, together)

    async def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Take tags away, where there. Raises InvalidArn, ResourceNotFound."""
        async with self._writing:
            tagged = await self._tagged(arn)
            await self._keep_tags(tagged, {k: v for k, v in tagged.tags.items() if k not in keys})

    async def _tagged(self, arn: str) -> Tagged:
        kind = parse_arn(arn, "stateMachine", "activity").kind
        found = await (self.machine(arn) if kind == "stateMachine" else self.activity(arn))
        if found is None:
            raise ResourceNotFound(f"Resource not found: '{arn}'", resourceName=arn)
        return found

    async def _keep_tags(self, tagged: Tagged, tags: dict[str, str]) -> None:
        if isinstance(tagged, StateMachineRecord):
            await self._machines.put(replace(tagged, tags=tags))
        else:
            await self._activities.put(replace(tagged, tags=tags))

    async def _keep_revision(self, revision: Revision, compiled: StateMachine | None) -> None:
        await self._revisions.put(revision)
        if compiled is not None:
            self._compiled.put(revision.key, compiled)


def _given(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


async def _compile(definition: str, type: MachineType) -> StateMachine:
    """Compile a definition; a large one in a thread, so that others are served meanwhile."""
    if len(definition) < LARGE:
        return compile_definition(definition, type)
    return await asyncio.to_thread(compile_definition, definition, type)
