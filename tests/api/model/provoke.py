"""How each error that the model declares is provoked, by operation; and why some are not."""

import itertools
import json
from collections.abc import Callable
from typing import Any

from botocore import xform_name

from stepwell.engine import versions

from ..live import PASS, ROLE, WAIT
from . import walk

AT = "arn:aws:states:us-east-1:123456789012"
NOBODY = f"{AT}:stateMachine:nobody"
NOTHING = f"{AT}:execution:nobody:nothing"
NUMBERS = itertools.count(1)
TAGS = [{"key": f"k{n}", "value": "v"} for n in range(51)]
KEYLESS = {"type": "CUSTOMER_MANAGED_KMS_KEY"}
"""A key of one's own, and none named."""


class Surroundings:
    """A server's client, and things for operations to stumble over; each is made when it is asked for."""

    def __init__(self, client: Any, monkeypatch: Any) -> None:
        self.client = client
        self.monkeypatch = monkeypatch

    def ask(self, operation: str, **members: Any) -> Any:
        """The operation, with these members and the least that is valid of the others that it requires."""
        return getattr(self.client, xform_name(operation))(**{**walk.least(operation), **members})

    def name(self) -> str:
        return f"n{next(NUMBERS)}"

    def machine(self, definition: str = PASS, **members: Any) -> str:
        made = self.ask("CreateStateMachine", name=self.name(), definition=definition, roleArn=ROLE, **members)
        return str(made["stateMachineArn"])

    def express(self) -> str:
        return self.machine(type="EXPRESS")

    def version(self) -> str:
        return f"{self.machine(publish=True)}:1"

    def alias(self, version: str) -> str:
        made = self.ask("CreateStateMachineAlias", name="alias", routingConfiguration=routes(version))
        return str(made["stateMachineAliasArn"])

    def deleting(self, machine: str | None = None) -> str:
        """A machine that is on its way out, for as long as one of its executions waits."""
        arn = machine or self.machine(WAIT)
        self.ask("StartExecution", stateMachineArn=arn)
        self.ask("DeleteStateMachine", stateMachineArn=arn)
        return arn

    def deleting_alias(self) -> str:
        """An alias of such a machine."""
        alias = self.alias(self.version())
        machine = alias.removesuffix(":alias")
        self.ask("UpdateStateMachine", stateMachineArn=machine, definition=WAIT)
        self.deleting(machine)
        return alias

    def running(self) -> str:
        return str(self.ask("StartExecution", stateMachineArn=self.machine(WAIT))["executionArn"])

    def activity(self) -> str:
        return str(self.ask("CreateActivity", name=self.name())["activityArn"])

    def spent_token(self) -> str:
        """The token of a task that has ended."""
        activity = self.activity()
        work = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": activity, "End": True}}}
        self.ask("StartExecution", stateMachineArn=self.machine(json.dumps(work)))
        token = str(self.ask("GetActivityTask", activityArn=activity)["taskToken"])
        self.ask("SendTaskSuccess", taskToken=token, output="1")
        return token


Provocation = Callable[[Surroundings, str], Any]
"""Takes the surroundings and the operation's name, and ends in the error."""


def routes(*versions: str) -> list[dict[str, Any]]:
    return [{"stateMachineVersionArn": arn, "weight": 100 // len(versions)} for arn in versions]


def routed(alias: str) -> str:
    """The version that an alias of `Surroundings` leads to."""
    return alias.replace(":alias", ":1")


def asking(**members: Any) -> Provocation:
    """Members that are enough by themselves; those that are callable are asked for within the surroundings."""

    def ask(there: Surroundings, operation: str) -> Any:
        settled = {name: value(there) if callable(value) else value for name, value in members.items()}
        return there.ask(operation, **settled)

    return ask


def no_members(there: Surroundings, operation: str) -> Any:
    return getattr(there.client, xform_name(operation))()


def twice(**members: Any) -> Provocation:
    """The same name again, with something else."""

    def ask(there: Surroundings, operation: str) -> Any:
        name = there.name()
        there.ask(operation, name=name, **{"definition": PASS, "roleArn": ROLE} if "definition" in members else {})
        return there.ask(operation, name=name, **members)

    return ask


def another_alias(there: Surroundings, operation: str) -> Any:
    version = there.version()
    there.alias(version)
    return there.ask(operation, name="alias", routingConfiguration=routes(version), description="another")


def one_alias_too_many(there: Surroundings, operation: str) -> Any:
    version = there.version()
    for n in range(versions.MOST_ALIASES + 1):
        there.ask(operation, name=f"alias{n}", routingConfiguration=routes(version))


def one_version_too_many(there: Surroundings, operation: str) -> Any:
    there.monkeypatch.setattr(versions, "MOST_VERSIONS", 1)
    arn = there.machine(publish=True)
    there.ask("UpdateStateMachine", stateMachineArn=arn, definition=WAIT)
    return there.ask(operation, stateMachineArn=arn)


def updated_to_one_too_many(there: Surroundings, operation: str) -> Any:
    there.monkeypatch.setattr(versions, "MOST_VERSIONS", 1)
    arn = there.machine(publish=True)
    return there.ask(operation, stateMachineArn=arn, definition=WAIT, publish=True)


def same_execution_with_other_input(there: Surroundings, operation: str) -> Any:
    arn = there.machine(WAIT)
    there.ask(operation, stateMachineArn=arn, name="n", input="1")
    return there.ask(operation, stateMachineArn=arn, name="n", input="2")


def created_while_it_is_deleted(there: Surroundings, operation: str) -> Any:
    name = there.deleting().rpartition(":")[2]
    return there.ask(operation, name=name, definition=WAIT, roleArn=ROLE)


MACHINE = {"stateMachineArn": NOBODY}
EXECUTION = {"executionArn": NOTHING}
ALIAS = {"stateMachineAliasArn": f"{NOBODY}:alias"}
MAP_RUN = {"mapRunArn": f"{AT}:mapRun:nobody/Label:0"}
ACTIVITY = {"activityArn": f"{AT}:activity:nobody"}
NEW = {"name": "new", "definition": PASS, "roleArn": ROLE}


def _wherever(error: str, **members: Any) -> dict[tuple[str, str], Provocation]:
    """The error, of every operation that declares it and takes these members."""
    return {
        (operation, declared): asking(**members)
        for operation, declared in walk.declared_errors()
        if declared == error and members.keys() <= walk.MODEL.operation_model(operation).input_shape.members.keys()
    }


def _of_all(error: str, provocation: Provocation) -> dict[tuple[str, str], Provocation]:
    """The error, of every operation that declares it, by the same means."""
    return {pair: provocation for pair in walk.declared_errors() if pair[1] == error}


PROVOKED: dict[tuple[str, str], Provocation] = {
    # What is wrong with many operations in one way; what follows below is more special, and counts.
    **_of_all("ValidationException", no_members),
    **_wherever("InvalidArn", stateMachineArn="nonsense"),
    **_wherever("InvalidArn", stateMachineVersionArn="nonsense"),
    **_wherever("InvalidArn", stateMachineAliasArn="nonsense"),
    **_wherever("InvalidArn", executionArn="nonsense"),
    **_wherever("InvalidArn", activityArn="nonsense"),
    **_wherever("InvalidArn", mapRunArn="nonsense"),
    **_wherever("InvalidArn", resourceArn="nonsense"),
    **_wherever("StateMachineDoesNotExist", **MACHINE),
    **_wherever("ExecutionDoesNotExist", **EXECUTION),
    **_wherever("ActivityDoesNotExist", **ACTIVITY),
    **_wherever("ResourceNotFound", **ALIAS),
    **_wherever("ResourceNotFound", **MAP_RUN),
    **_wherever("ResourceNotFound", resourceArn=NOBODY),
    **_wherever("StateMachineDeleting", stateMachineArn=Surroundings.deleting),
    **_wherever("InvalidToken", nextToken="nonsense"),
    **_wherever("InvalidToken", taskToken="nonsense"),
    **_wherever("TaskTimedOut", taskToken=Surroundings.spent_token),
    **_wherever("InvalidEncryptionConfiguration", encryptionConfiguration=KEYLESS),
    **_wherever("TooManyTags", tags=TAGS),
    # Activities and tasks
    ("SendTaskSuccess", "InvalidToken"): asking(taskToken="nonsense", output="1"),
    ("SendTaskSuccess", "TaskTimedOut"): asking(taskToken=Surroundings.spent_token, output="1"),
    ("CreateActivity", "ActivityAlreadyExists"): twice(encryptionConfiguration={**KEYLESS, "kmsKeyId": "k"}),
    ("CreateActivity", "InvalidName"): asking(name="a b"),
    ("SendTaskSuccess", "InvalidOutput"): asking(taskToken=Surroundings.spent_token, output="no json"),
    ("TagResource", "TooManyTags"): asking(resourceArn=Surroundings.activity, tags=TAGS),
    # State machines
    ("CreateStateMachine", "InvalidArn"): asking(**NEW | {"roleArn": "nonsense"}),
    ("CreateStateMachine", "InvalidDefinition"): asking(**NEW | {"definition": "{}"}),
    ("CreateStateMachine", "InvalidEncryptionConfiguration"): asking(**NEW, encryptionConfiguration=KEYLESS),
    ("CreateStateMachine", "InvalidLoggingConfiguration"): asking(**NEW, loggingConfiguration={"level": "ALL"}),
    ("CreateStateMachine", "InvalidName"): asking(**NEW | {"name": "a b"}),
    ("CreateStateMachine", "StateMachineAlreadyExists"): twice(definition=WAIT, roleArn=ROLE),
    ("CreateStateMachine", "StateMachineDeleting"): created_while_it_is_deleted,
    ("CreateStateMachine", "TooManyTags"): asking(**NEW, tags=TAGS),
    ("UpdateStateMachine", "InvalidDefinition"): asking(stateMachineArn=Surroundings.machine, definition="{}"),
    ("UpdateStateMachine", "InvalidEncryptionConfiguration"): asking(**MACHINE, encryptionConfiguration=KEYLESS),
    ("UpdateStateMachine", "InvalidLoggingConfiguration"): asking(**MACHINE, loggingConfiguration={"level": "ALL"}),
    ("UpdateStateMachine", "MissingRequiredParameter"): asking(**MACHINE),
    ("UpdateStateMachine", "ServiceQuotaExceededException"): updated_to_one_too_many,
    ("UpdateStateMachine", "StateMachineDeleting"): asking(stateMachineArn=Surroundings.deleting, definition=PASS),
    ("UpdateStateMachine", "StateMachineDoesNotExist"): asking(**MACHINE, definition=PASS),
    # Versions and aliases
    ("CreateStateMachineAlias", "ConflictException"): another_alias,
    ("CreateStateMachineAlias", "InvalidArn"): asking(name="alias", routingConfiguration=routes("nonsense")),
    ("CreateStateMachineAlias", "ResourceNotFound"): asking(name="alias", routingConfiguration=routes(f"{NOBODY}:1")),
    ("CreateStateMachineAlias", "ServiceQuotaExceededException"): one_alias_too_many,
    ("CreateStateMachineAlias", "StateMachineDeleting"): asking(
        name="second", routingConfiguration=lambda there: routes(routed(there.deleting_alias()))
    ),
    ("DeleteStateMachineVersion", "ConflictException"): asking(
        stateMachineVersionArn=lambda there: routed(there.alias(there.version()))
    ),
    ("ListStateMachineAliases", "InvalidToken"): asking(stateMachineArn=Surroundings.machine, nextToken="nonsense"),
    ("ListStateMachineAliases", "ResourceNotFound"): asking(stateMachineArn=lambda there: f"{there.machine()}:7"),
    ("ListStateMachineVersions", "InvalidToken"): asking(stateMachineArn=Surroundings.machine, nextToken="nonsense"),
    ("PublishStateMachineVersion", "ConflictException"): asking(
        stateMachineArn=Surroundings.machine, revisionId="another"
    ),
    ("PublishStateMachineVersion", "ServiceQuotaExceededException"): one_version_too_many,
    ("UpdateStateMachineAlias", "ResourceNotFound"): asking(**ALIAS, description="new"),
    ("UpdateStateMachineAlias", "StateMachineDeleting"): asking(
        stateMachineAliasArn=Surroundings.deleting_alias, description="new"
    ),
    # Executions
    ("GetExecutionHistory", "InvalidToken"): asking(executionArn=Surroundings.running, nextToken="nonsense"),
    ("ListExecutions", "InvalidToken"): asking(stateMachineArn=Surroundings.machine, nextToken="nonsense"),
    ("ListExecutions", "StateMachineTypeNotSupported"): asking(stateMachineArn=Surroundings.express),
    ("ListMapRuns", "InvalidToken"): asking(executionArn=Surroundings.running, nextToken="nonsense"),
    ("StartExecution", "ExecutionAlreadyExists"): same_execution_with_other_input,
    ("StartExecution", "InvalidExecutionInput"): asking(stateMachineArn=Surroundings.machine, input="no json"),
    ("StartExecution", "InvalidName"): asking(stateMachineArn=Surroundings.machine, name="a b"),
    ("StartSyncExecution", "InvalidExecutionInput"): asking(stateMachineArn=Surroundings.express, input="no json"),
    ("StartSyncExecution", "InvalidName"): asking(stateMachineArn=Surroundings.express, name="a b"),
    ("StartSyncExecution", "StateMachineTypeNotSupported"): asking(stateMachineArn=Surroundings.machine),
    **_wherever("ExecutionNotRedrivable", executionArn=Surroundings.running),
    # TestState
    ("TestState", "InvalidArn"): asking(definition='{"Type": "Pass", "End": true}', roleArn="nonsense"),
    ("TestState", "InvalidDefinition"): asking(definition="{}"),
    ("TestState", "InvalidExecutionInput"): asking(definition='{"Type": "Pass", "End": true}', input="no json"),
}

NOT_ENCRYPTED = "data are not encrypted, so no key is asked for"
NO_SUCH_LIMIT = "there is no such limit"
ONE_AT_A_TIME = "writes to the catalog are made one after another, so that none conflicts with another"

NEVER: dict[str | tuple[str, str], str] = {
    "KmsAccessDeniedException": NOT_ENCRYPTED,
    "KmsInvalidStateException": NOT_ENCRYPTED,
    "KmsThrottlingException": NOT_ENCRYPTED,
    "ActivityLimitExceeded": NO_SUCH_LIMIT,
    "ActivityWorkerLimitExceeded": "too many workers at one time are told ThrottlingException, which SDKs try again",
    "ExecutionLimitExceeded": NO_SUCH_LIMIT,
    "StateMachineLimitExceeded": NO_SUCH_LIMIT,
    "InvalidTracingConfiguration": "tracing is a boolean: what is none cannot be read (SerializationException)",
    "TaskDoesNotExist": "recorded: a spent token is TaskTimedOut, an unknown one InvalidToken",
    (
        "CreateStateMachine",
        "StateMachineTypeNotSupported",
    ): "both types are supported, and no third one can be asked for",
    ("CreateStateMachineAlias", "InvalidName"): "the model's pattern comes first (ValidationException)",
    ("CreateStateMachine", "ConflictException"): ONE_AT_A_TIME,
    ("UpdateStateMachine", "ConflictException"): ONE_AT_A_TIME,
    ("UpdateStateMachineAlias", "ConflictException"): ONE_AT_A_TIME,
    ("DeleteStateMachineAlias", "ConflictException"): ONE_AT_A_TIME,
}
"""Why an error is not to be seen here: of all operations, or of one."""
