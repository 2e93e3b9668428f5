"""The records of the catalog: state machines, their revisions, versions and aliases, and activities, as stored."""

from typing import Literal

import msgspec

from stepwell.arns import parse_arn, qualified_arn
from stepwell.clock import Milliseconds

MachineType = Literal["STANDARD", "EXPRESS"]


class Logging(msgspec.Struct, frozen=True):
    """LoggingConfiguration with its defaults filled in."""

    level: str = "OFF"
    include_execution_data: bool = False
    destinations: tuple[str, ...] = ()  # ARNs of log groups


class Encryption(msgspec.Struct, frozen=True):
    """EncryptionConfiguration. Remembered and shown; the data on our disk are the disk's to encrypt."""

    type: str = "AWS_OWNED_KEY"
    key: str | None = None
    reuse_seconds: int | None = None


class Settings(msgspec.Struct, frozen=True):
    """What configures a machine beside its definition and its role."""

    logging: Logging = Logging()
    tracing: bool = False
    encryption: Encryption = Encryption()


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution runs by: it never changes, and stays when its machine is updated or deleted."""

    machine_arn: str
    id: str  # a UUID
    first: bool  # AWS shows no revisionId for the first one, and calls it INITIAL
    type: MachineType
    definition: str
    role_arn: str
    created_at: Milliseconds
    settings: Settings = Settings()
    variable_references: dict[str, tuple[str, ...]] = {}  # names of the variables that each state reads

    @property
    def key(self) -> str:
        return revision_key(self.machine_arn, self.id)

    @property
    def scope(self) -> str:
        return self.machine_arn

    @property
    def name(self) -> str:
        return parse_arn(self.machine_arn).name


class StateMachineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A state machine. `revision` is the id of the current Revision."""

    arn: str
    name: str
    type: MachineType
    role_arn: str
    revision: str
    created_at: Milliseconds
    updated_at: Milliseconds
    status: Literal["ACTIVE", "DELETING"] = "ACTIVE"
    tags: dict[str, str] = {}
    publish: bool = False  # as it was asked for at its creation: asking for the same again is no error
    version_description: str | None = None  # likewise
    last_version: int = 0  # the highest number that a version has had: none is given twice
    published: int | None = None  # the version that is made of the current revision, if there is one

    @property
    def key(self) -> str:
        return self.arn

    @property
    def scope(self) -> str:
        return _region_and_account(self.arn)

    @property
    def express(self) -> bool:
        return self.type == "EXPRESS"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A revision under a number, for good."""

    machine_arn: str
    number: int
    revision: str
    role_arn: str  # the revision's
    created_at: Milliseconds
    description: str | None = None

    @property
    def arn(self) -> str:
        return qualified_arn(self.machine_arn, self.number)

    @property
    def key(self) -> str:
        return self.arn

    @property
    def scope(self) -> str:
        return self.machine_arn

    @property
    def name(self) -> str:
        return str(self.number)


class Route(msgspec.Struct, frozen=True):
    """A part of an alias's executions."""

    version_arn: str
    weight: int  # percent


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A name for one version, or for two that share the executions."""

    machine_arn: str
    name: str
    routes: tuple[Route, ...]
    created_at: Milliseconds
    updated_at: Milliseconds
    description: str | None = None

    @property
    def arn(self) -> str:
        return qualified_arn(self.machine_arn, self.name)

    @property
    def key(self) -> str:
        return self.arn

    @property
    def scope(self) -> str:
        return self.machine_arn


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A queue of tasks for workers that ask for them."""

    arn: str
    name: str
    created_at: Milliseconds
    encryption: Encryption = Encryption()
    tags: dict[str, str] = {}

    @property
    def key(self) -> str:
        return self.arn

    @property
    def scope(self) -> str:
        return _region_and_account(self.arn)


class _Deleted(msgspec.Struct, frozen=True, kw_only=True):
    arn: str
    created_at: Milliseconds  # when it was deleted

    @property
    def key(self) -> str:
        return f"{self.arn}#deleted"

    @property
    def scope(self) -> str:
        return _region_and_account(self.arn)

    @property
    def name(self) -> str:
        return parse_arn(self.arn).name


class DeletedActivity(_Deleted, frozen=True, kw_only=True):
    """An activity that is no more, as long as there may be tasks that wait for its workers."""


class DeletedMachine(_Deleted, frozen=True, kw_only=True):
    """A state machine that is no more, as long as there may be revisions of it."""


Tagged = StateMachineRecord | Activity


def revision_key(machine_arn: str, revision: str) -> str:
    return f"{machine_arn}#{revision}"


def _region_and_account(arn: str) -> str:
    parsed = parse_arn(arn)
    return f"{parsed.region}:{parsed.account}"
