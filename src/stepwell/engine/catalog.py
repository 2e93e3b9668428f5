"""What exists: state machines, their revisions and activities, kept in the store and cached in memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from stepwell.arns import parse_arn
from stepwell.asl.parse import compile_definition
from stepwell.asl.states import StateMachine
from stepwell.clock import Clock, Milliseconds
from stepwell.engine.identity import new_uuid
from stepwell.engine.records import (
    Activity,
    Encryption,
    Logging,
    MachineType,
    Revision,
    Settings,
    StateMachineRecord,
    Tagged,
    revision_key,
)
from stepwell.errors import (
    ActivityAlreadyExists,
    ResourceNotFound,
    StateMachineAlreadyExists,
    StateMachineDeleting,
    StateMachineDoesNotExist,
    TooManyTags,
)
from stepwell.store.protocol import Resource, Store

__all__ = ["Activity", "Catalog", "Encryption", "Logging", "Revision", "StateMachineRecord"]

MOST_TAGS = 50
RECORDS = 10_000  # machines and activities kept in memory; 1 to 2 KB each
COMPILED = 1_000  # compiled definitions kept in memory
LARGE = 65_536  # characters of a definition that takes more than some ms to compile

Value = TypeVar("Value")


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


class Catalog:
    """State machines, revisions and activities. Writes are made one after another, so that names stay unique."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._writing = asyncio.Lock()
        self._machines: Recent[StateMachineRecord] = Recent(RECORDS)
        self._activities: Recent[Activity] = Recent(RECORDS)
        self._compiled: Recent[StateMachine] = Recent(COMPILED)

    async def machine(self, arn: str) -> StateMachineRecord | None:
        """The machine with this (unqualified) ARN, also while it is DELETING."""
        found = self._machines.get(arn)
        if found is None:
            found = _read(await self._store.get(arn), "stateMachine", StateMachineRecord)
            if found is not None:
                self._machines.put(arn, found)
        return found

    async def machines(self, region: str, account: str, after: str | None, limit: int) -> list[StateMachineRecord]:
        """A page of the machines of one region, ordered by ARN; `after` is the last ARN seen."""
        page = await self._store.list("stateMachine", f"{region}:{account}", after, limit)
        return [msgspec.msgpack.decode(resource.body, type=StateMachineRecord) for resource in page]

    async def revision(self, machine_arn: str, id: str) -> Revision | None:
        """A revision, also of a machine that is gone."""
        return _read(await self._store.get(revision_key(machine_arn, id)), "revision", Revision)

    async def create_machine(
        self,
        *,
        arn: str,
        type: MachineType,
        definition: str,
        role_arn: str,
        settings: Settings,
        tags: dict[str, str],
    ) -> StateMachineRecord:
        """A new machine, or the one that is there when all but role and tags are the same, as on AWS.

        Raises InvalidDefinition, StateMachineAlreadyExists, StateMachineDeleting.
        """
        compiled = await _compile(definition, type)
        async with self._writing:
            there = await self.machine(arn)
            if there is not None:
                await self._refuse_other(there, (type, definition, settings))
                return there
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
            )
            await self._keep_revision(revision, compiled)
            await self._keep_machine(machine)
            return machine

    async def _refuse_other(self, there: StateMachineRecord, asked: tuple[MachineType, str, Settings]) -> None:
        if there.status == "DELETING":
            raise StateMachineDeleting(there.arn)
        revision = await self.revision(there.arn, there.revision)
        if revision is None or asked != (revision.type, revision.definition, revision.settings):
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
    ) -> StateMachineRecord:
        """A new revision with what is given; the rest stays. Running executions keep the revision they began with.

        Raises InvalidDefinition, StateMachineDoesNotExist, StateMachineDeleting.
        """
        async with self._writing:
            machine = await self.machine(arn)
            before = None if machine is None else await self.revision(arn, machine.revision)
            if machine is None or before is None:
                raise StateMachineDoesNotExist(arn)
            if machine.status == "DELETING":
                raise StateMachineDeleting(arn)
            given = {"logging": logging, "tracing": tracing, "encryption": encryption}
            changes = {name: value for name, value in given.items() if value is not None}
            now = max(self._clock.now(), machine.updated_at)
            revision = msgspec.structs.replace(
                before,
                id=new_uuid(),
                first=False,
                created_at=now,
                definition=before.definition if definition is None else definition,
                role_arn=role_arn or before.role_arn,
                settings=msgspec.structs.replace(before.settings, **changes),
            )
            compiled = None if definition is None else await _compile(definition, machine.type)
            await self._keep_revision(revision, compiled)
            updated = msgspec.structs.replace(machine, revision=revision.id, role_arn=revision.role_arn, updated_at=now)
            await self._keep_machine(updated)
            return updated

    async def delete_machine(self, arn: str) -> StateMachineRecord | None:
        """Mark a machine as DELETING and return it; None when there is none. `forget_machine` ends it."""
        async with self._writing:
            machine = await self.machine(arn)
            if machine is None or machine.status == "DELETING":
                return machine
            deleting = msgspec.structs.replace(machine, status="DELETING")
            await self._keep_machine(deleting)
            return deleting

    async def forget_machine(self, arn: str) -> None:
        """Remove a DELETING machine whose executions are all closed. Its revisions stay, for their histories."""
        async with self._writing:
            machine = await self.machine(arn)
            if machine is None or machine.status != "DELETING":
                return
            self._machines.drop(arn)
            await self._store.remove(arn)

    async def deleting(self) -> set[str]:
        """ARNs of the machines of all regions that are to go: a starting server takes up their deletion again."""
        found: set[str] = set()
        after = None
        while page := await self._store.list("stateMachine", None, after, RECORDS):
            machines = (msgspec.msgpack.decode(resource.body, type=StateMachineRecord) for resource in page)
            found |= {machine.arn for machine in machines if machine.status == "DELETING"}
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
        return self._activities.get(arn) is not None

    async def activity(self, arn: str) -> Activity | None:
        found = self._activities.get(arn)
        if found is None:
            found = _read(await self._store.get(arn), "activity", Activity)
            if found is not None:
                self._activities.put(arn, found)
        return found

    async def activities(self, region: str, account: str, after: str | None, limit: int) -> list[Activity]:
        """A page of the activities of one region, ordered by ARN; `after` is the last ARN seen."""
        page = await self._store.list("activity", f"{region}:{account}", after, limit)
        return [msgspec.msgpack.decode(resource.body, type=Activity) for resource in page]

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
            await self._keep_activity(activity)
            return activity

    async def delete_activity(self, arn: str) -> None:
        async with self._writing:
            self._activities.drop(arn)
            await self._store.remove(arn)

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
            await self._keep_machine(msgspec.structs.replace(tagged, tags=tags))
        else:
            await self._keep_activity(msgspec.structs.replace(tagged, tags=tags))

    async def _keep_machine(self, machine: StateMachineRecord) -> None:
        await self._store.put(_resource("stateMachine", machine.arn, machine.name, machine.created_at, machine))
        self._machines.put(machine.arn, machine)

    async def _keep_activity(self, activity: Activity) -> None:
        await self._store.put(_resource("activity", activity.arn, activity.name, activity.created_at, activity))
        self._activities.put(activity.arn, activity)

    async def _keep_revision(self, revision: Revision, compiled: StateMachine | None) -> None:
        name = parse_arn(revision.machine_arn).name
        await self._store.put(_resource("revision", revision.key, name, revision.created_at, revision))
        if compiled is not None:
            self._compiled.put(revision.key, compiled)


async def _compile(definition: str, type: MachineType) -> StateMachine:
    """Compile a definition; a large one in a thread, so that others are served meanwhile."""
    if len(definition) < LARGE:
        return compile_definition(definition, type)
    return await asyncio.to_thread(compile_definition, definition, type)


def _resource(kind: str, arn: str, name: str, created_at: Milliseconds, body: msgspec.Struct) -> Resource:
    parsed = parse_arn(arn.partition("#")[0])
    scope = arn.partition("#")[0] if kind == "revision" else f"{parsed.region}:{parsed.account}"
    return Resource(
        arn=arn, kind=kind, scope=scope, name=name, created_at=created_at, body=msgspec.msgpack.encode(body)
    )


Body = TypeVar("Body", bound=msgspec.Struct)


def _read(resource: Resource | None, kind: str, type: type[Body]) -> Body | None:
    if resource is None or resource.kind != kind:
        return None
    return msgspec.msgpack.decode(resource.body, type=type)
