"""Machines and executions by ARN, by name, or by the beginning of a name that only one of them has."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from stepwell.cli import output
from stepwell.cli.client import Answer, Client, Refused

NEWEST = 1_000
"""Executions of a machine that are looked through for one whose name begins so."""


class Unknown(Exception):
    """Nothing, or more than one thing, is called so. The message says what there is."""


def machines(client: Client) -> list[Answer]:
    """All state machines, as ListStateMachines shows them: of all regions, or of the one that was asked for."""
    return [
        machine
        for each in client.in_every_region()
        for machine in each.pages("ListStateMachines", "stateMachines", maxResults=1000)
    ]


def find_machine(client: Client, name: str) -> Answer:
    """The state machine of this ARN, name or beginning, as ListStateMachines shows it. Raises Unknown, Refused."""
    if name.startswith("arn:"):
        return client.call("DescribeStateMachine", stateMachineArn=name)
    found: dict[str, list[Answer]] = {}
    for machine in machines(client):
        found.setdefault(machine["name"], []).append(machine)
    same = found[_only(name, list(found), "state machine")]
    if len(same) > 1:
        regions = ", ".join(output.region(machine["stateMachineArn"]) for machine in same)
        raise Unknown(f"More than one state machine is called {same[0]['name']}: in {regions}. Name the --region.")
    return same[0]


def find_execution(client: Client, name: str) -> str:
    """The ARN of the execution of this ARN, `MACHINE/NAME`, name or beginning. Raises Unknown, Refused."""
    if name.startswith("arn:"):
        return name
    machine, slash, own = name.rpartition("/")
    among = [find_machine(client, machine)] if slash else machines(client)
    standard = [each["stateMachineArn"] for each in among if each["type"] == "STANDARD"]
    exact = [arn for arn in (_execution_arn(each, own) for each in standard) if _exists(client, arn)]
    if len(exact) == 1:
        return exact[0]
    arns = exact or _beginning_with(client, [each["stateMachineArn"] for each in among], own)
    if len(arns) == 1:
        return arns[0]
    if arns:
        names = [arn if ":express:" in arn else "/".join(arn.split(":")[-2:]) for arn in arns]
        which = "Say which as MACHINE/NAME" + (", or by its ARN." if any(":express:" in arn for arn in arns) else ".")
        if len({*names}) < len(names):
            names = [f"{name} in {output.region(arn)}" for name, arn in zip(names, arns, strict=True)]
            which = "Name the --region."
        raise Unknown(f"More than one execution is called {name}: {_some(names)}. {which}")
    raise Unknown(f"There is no execution {name}. `stepwell list MACHINE` shows those there are.")


def _only(name: str, names: Sequence[str], what: str) -> str:
    if name in names:
        return name
    beginning = [each for each in names if each.startswith(name)]
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        raise Unknown(f"More than one {what} begins with {name}: {_some(beginning)}.")
    near = difflib.get_close_matches(name, names, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {_some(names)}." if names else "There are none yet."
    raise Unknown(f"There is no {what} {name}. {hint}")


def _some(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _execution_arn(machine_arn: str, name: str) -> str:
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def _exists(client: Client, execution_arn: str) -> bool:
    try:
        client.call("DescribeExecution", executionArn=execution_arn, includedData="METADATA_ONLY")
    except Refused as refusal:
        if refusal.code in ("ExecutionDoesNotExist", "InvalidArn", "ValidationException"):
            return False
        raise
    return True


def _beginning_with(client: Client, machine_arns: Iterable[str], beginning: str) -> list[str]:
    return [
        execution["executionArn"]
        for machine_arn in machine_arns
        for execution in islice(_executions(client, machine_arn), NEWEST)
        if execution["name"].startswith(beginning)
    ]


def _executions(client: Client, machine_arn: str) -> Iterator[Answer]:
    try:
        yield from client.pages("ListExecutions", "executions", stateMachineArn=machine_arn, maxResults=NEWEST)
    except Refused as refusal:
        if refusal.code != "StateMachineTypeNotSupported":  # Express executions, on a server that keeps none
            raise
