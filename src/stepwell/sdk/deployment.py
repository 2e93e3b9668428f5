"""Deploying: activities and state machines as a program wants them, created or changed only where they differ.

The plan is made first, as data with a readable difference; a dry run ends there.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from stepwell.errors import ActivityDoesNotExist, StateMachineAlreadyExists, StateMachineDoesNotExist
from stepwell.sdk.http import Api
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.place import Place
from stepwell.sdk.tasks import LOST, Task

MachineType = Literal["STANDARD", "EXPRESS"]

Definition = Mapping[str, Any] | str | Path
"""A definition in the States Language: parsed, as JSON text, or in a file."""

LOCAL_ROLE = "arn:aws:iam::{account}:role/stepwell"
DEFAULT_ACCOUNT = "123456789012"


class Change(msgspec.Struct, frozen=True):
    """One resource, and what deploying does to it."""

    kind: Literal["activity", "state machine"]
    name: str
    arn: str
    action: Literal["create", "update", "nothing"]
    diff: str = ""  # of the definition, as `diff -u` shows it

    def __str__(self) -> str:
        head = f"{_SIGNS[self.action]} {self.kind} {self.name}"
        return f"{head}\n{self.diff}" if self.diff else head


_SIGNS = {"create": "+", "update": "~", "nothing": "="}


class Deployment(msgspec.Struct, frozen=True):
    """What deploying changed; of a dry run: what it would change."""

    arn: str  # of the state machine
    changes: tuple[Change, ...]

    @property
    def changed(self) -> bool:
        return any(change.action != "nothing" for change in self.changes)

    def __str__(self) -> str:
        return "\n".join(str(change).rstrip() for change in self.changes)


class Wanted(msgspec.Struct, frozen=True):
    """A state machine as it is to be."""

    name: str
    definition: dict[str, Any]
    type: MachineType | None = None  # None: a STANDARD one, where none is there


def definition_of(given: Definition) -> dict[str, Any]:
    """Raises ValueError for what is no JSON object."""
    if isinstance(given, Path):
        given = given.read_text("utf-8")
    parsed = json.loads(given) if isinstance(given, str) else given
    if not isinstance(parsed, Mapping):
        raise ValueError("A definition is a JSON object.")
    return dict(parsed)


class Deployer:
    """Deploys to one server, into one account."""

    def __init__(self, api: Api, place: Place, role: str | None) -> None:
        self._api = api
        self._place = place
        self._role = role or LOCAL_ROLE.format(account=place.account)
        self._is_role_given = role is not None

    async def deploy(
        self,
        machine: StateMachine | Definition,
        name: str | None,
        resources: Mapping[str, str],
        dry_run: bool,
        type: MachineType | None = None,
    ) -> Deployment:
        """Raises ApiError, WorkflowError, ValueError."""
        *called, wanted = self._wanted(machine, name, resources)
        machines = [*called, msgspec.structs.replace(wanted, type=type)]
        changes = [await self._activity(arn, dry_run) for arn in _activities(machines)]
        changes += [await self._machine(wanted, dry_run) for wanted in machines]
        return Deployment(changes[-1].arn, tuple(changes))

    def _wanted(
        self, machine: StateMachine | Definition, name: str | None, resources: Mapping[str, str]
    ) -> Iterator[Wanted]:
        """The machine, after those that it starts."""
        if not isinstance(machine, StateMachine):
            if name is None:
                raise ValueError("A definition has no name: deploy(definition, name=…)")
            yield Wanted(name, definition_of(machine))
            return
        unknown = set(resources) - {used.name for used in machine.uses() if isinstance(used, Task)}
        if unknown:
            raise ValueError(f"{machine.name} has no task {', '.join(sorted(unknown))} to be served elsewhere.")
        called = {used.name: used for used in machine.uses() if isinstance(used, StateMachine)}
        moved = {self._place.arn("activity", task): self._resource(target) for task, target in resources.items()}
        for one in [*reversed(called.values()), machine]:
            definition = one.to_asl(region=self._place.region, account=self._place.account)
            yield Wanted((name if one is machine else None) or one.name, _moved(definition, moved))

    def _resource(self, target: str) -> str:
        """A Lambda function's ARN; by its name alone it is one of the same account."""
        if target.startswith("arn:"):
            return target
        return f"arn:{self._place.partition}:lambda:{self._place.region}:{self._place.account}:function:{target}"

    async def _activity(self, arn: str, dry_run: bool) -> Change:
        name = arn.rpartition(":")[2]
        try:
            await self._api.call("DescribeActivity", activityArn=arn)
        except ActivityDoesNotExist:
            if not dry_run:
                await self._api.call("CreateActivity", name=name)
            return Change("activity", name, arn, "create")
        return Change("activity", name, arn, "nothing")

    async def _machine(self, wanted: Wanted, dry_run: bool) -> Change:
        arn = self._place.arn("stateMachine", wanted.name)
        text = json.dumps(wanted.definition, ensure_ascii=False, indent=2)
        try:
            there = await self._api.call("DescribeStateMachine", stateMachineArn=arn)
        except StateMachineDoesNotExist:
            if not dry_run:
                try:
                    await self._api.call(
                        "CreateStateMachine",
                        name=wanted.name,
                        definition=text,
                        roleArn=self._role,
                        type=wanted.type,
                    )
                except StateMachineAlreadyExists:  # somebody else deploys too, and was faster
                    return await self._machine(wanted, dry_run)
            return Change("state machine", wanted.name, arn, "create", _difference("", text, wanted.name))
        if wanted.type not in (None, there["type"]):
            raise ValueError(
                f"{wanted.name} is there as a machine of the type {there['type']}, which cannot be changed. Deploy it "
                "under another name (name=…), or delete it first."
            )
        before = json.loads(there["definition"])
        other_role = self._is_role_given and there["roleArn"] != self._role
        if before == wanted.definition and not other_role:
            return Change("state machine", wanted.name, arn, "nothing")
        if not dry_run:
            role = self._role if self._is_role_given else None
            await self._api.call("UpdateStateMachine", stateMachineArn=arn, definition=text, roleArn=role)
        old = json.dumps(before, ensure_ascii=False, indent=2)
        diff = _difference(old, text, wanted.name)
        if other_role:
            diff += f"-role {there['roleArn']}\n+role {self._role}\n"
        return Change("state machine", wanted.name, arn, "update", diff)


def _difference(before: str, after: str, name: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name} (there)", f"{name} (here)", lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def _states(definition: Any) -> Iterator[dict[str, Any]]:
    """All states, those within Map and Parallel too."""
    for state in definition.get("States", {}).values():
        yield state
        for inner in [*state.get("Branches", []), state.get("ItemProcessor", {}), state.get("Iterator", {})]:
            yield from _states(inner)


def _activities(machines: list[Wanted]) -> list[str]:
    """ARNs, each once, in the order of the states."""
    found = [state.get("Resource", "") for machine in machines for state in _states(machine.definition)]
    return list(dict.fromkeys(arn for arn in found if ":states:" in arn and ":activity:" in arn))


def _moved(definition: dict[str, Any], moved: Mapping[str, str]) -> dict[str, Any]:
    """The definition with tasks served by functions, who send no heartbeats."""
    for state in _states(definition):
        if state.get("Resource") in moved:
            state["Resource"] = moved[state["Resource"]]
            state.pop("HeartbeatSeconds", None)
            retriers = [retrier for retrier in state.get("Retry", []) if retrier != LOST]
            state.pop("Retry", None)
            if retriers:
                state["Retry"] = retriers
    return definition
