"""Amazon Resource Names of everything the API names: made here, read here."""

import msgspec

from stepwell.errors import InvalidArn

ANY_PARTITION = "aws[a-z-]*"
"""How partitions look in regular expressions: aws, aws-cn, aws-us-gov, aws-eusc, the isolated ones."""


class Arn(msgspec.Struct, frozen=True):
    """`arn:aws:states:<region>:<account>:<kind>:<rest>`."""

    region: str
    account: str
    kind: str  # stateMachine, execution, express, activity, mapRun
    parts: tuple[str, ...]  # name first; then version, alias, execution name, …

    @property
    def name(self) -> str:
        return self.parts[0]

    def __str__(self) -> str:
        return f"arn:aws:states:{self.region}:{self.account}:{self.kind}:{':'.join(self.parts)}"


_LENGTHS = {"stateMachine": (1, 2), "execution": (2, 2), "express": (3, 4), "activity": (1, 1), "mapRun": (2, 2)}


def parse_arn(text: str, *kinds: str) -> Arn:
    """Read an ARN of one of these kinds.

    Raises InvalidArn with AWS's texts: `Invalid ARN prefix: <text>`,
    `Resource type not valid in this context: <kind>`.
    """
    fields = text.split(":")
    if len(fields) < 7 or fields[0] != "arn" or fields[2] != "states":
        raise InvalidArn(f"Invalid ARN prefix: {text}")
    _, _, _, region, account, kind, *parts = fields
    if kind not in _LENGTHS or (kinds and kind not in kinds):
        raise InvalidArn(f"Resource type not valid in this context: {kind}")
    fewest, most = _LENGTHS[kind]
    if not fewest <= len(parts) <= most or not all(parts):
        raise InvalidArn(f"Invalid ARN prefix: {text}")
    return Arn(region, account, kind, tuple(parts))


def state_machine_arn(region: str, account: str, name: str) -> str:
    return f"arn:aws:states:{region}:{account}:stateMachine:{name}"


def beyond_region(region: str) -> str:
    """A text that is sorted behind every ARN of a region, and before those of any other region behind it."""
    return f"arn:aws:states:{region}:~"  # an account begins with a digit


def qualified_arn(machine_arn: str, qualifier: object) -> str:
    """The ARN of a machine's version (by its number) or alias (by its name)."""
    return f"{machine_arn}:{qualifier}"


def split_qualifier(arn: str) -> tuple[str, str | None]:
    """A machine's ARN without version number or alias name, and this, None where there is none."""
    fields = arn.split(":", 7)
    return (arn, None) if len(fields) < 8 else (arn[: -len(fields[7]) - 1], fields[7])


def split_test_case(arn: str) -> tuple[str, str | None]:
    """A machine's ARN without `#` and the test case that mocks its tasks, and this, None where there is none."""
    plain, hash, test_case = arn.partition("#")
    return plain, test_case if hash else None


def is_version(qualifier: str | None) -> bool:
    """Whether this is a version's number; no alias is named like one (API model, CharacterRestrictedName)."""
    return qualifier is not None and qualifier.isascii() and qualifier.isdigit()


def activity_arn(region: str, account: str, name: str) -> str:
    return f"arn:aws:states:{region}:{account}:activity:{name}"


def execution_arn(region: str, account: str, machine: str, name: str) -> str:
    return f"arn:aws:states:{region}:{account}:execution:{machine}:{name}"


def express_arn(region: str, account: str, machine: str, name: str, run: str) -> str:
    """`run` is a UUID: Express executions may share a name."""
    return f"arn:aws:states:{region}:{account}:express:{machine}:{name}:{run}"
