"""Where AWS's services are found, and with whose credentials: the tables [services.NAME] of stepwell.toml."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec

from stepwell.config import ADDRESS, ConfigError, Problems, config_file, converted, read_table
from stepwell.integrations.aws.models import NoModels, service_names, service_of

TABLE = "services"

Seconds = Annotated[float, msgspec.Meta(gt=0)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Services of some services. What is None is left to AWS's own environment variables and profiles."""

    endpoint_url: Annotated[str, msgspec.Meta(pattern="^https?://.", description=ADDRESS)] | None = None
    region: str | None = None  # None: that of the execution's ARN
    profile: str | None = None
    connect_timeout: Seconds = 10
    read_timeout: Seconds = 60
    attempts: Annotated[int, msgspec.Meta(ge=1)] = 3  # of a request, by the SDK, before the task's own Retry
    threads: Annotated[int, msgspec.Meta(ge=1)] = 50  # requests to a service at one time


class Services:
    """The rules by the patterns they stand under; of several that fit, the longer pattern goes first."""

    def __init__(self, rules: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._rules = sorted((rules or {}).items(), key=lambda item: len(item[0]))

    def of(self, names: Sequence[str]) -> Rule:
        """The settings of a call that goes by any of these names: `sqs`, `aws-sdk:sqs`, `sqs:sendMessage`."""
        merged: dict[str, Any] = {}
        for pattern, rule in self._rules:
            if any(fnmatchcase(name, pattern) for name in names):
                merged |= rule
        return Rule(**merged)


def load_services(directories: Iterable[Path]) -> Services:
    """The tables of the first stepwell.toml in `directories`. Raises ConfigError."""
    file = config_file(directories)
    table = {} if file is None else read_table(file, TABLE)
    problems = Problems()
    for name, rule in table.items():
        problems.of(partial(_check, name, rule, f'{file}, [{TABLE}."{name}"]'), None)
    problems.tell()
    return Services(table)


def _check(name: str, rule: Any, where: str) -> None:
    if not isinstance(rule, dict):
        raise ConfigError(f"{where} must be a table. Write [{TABLE}.sqs] on a line of its own, and settings under it.")
    problems = Problems()
    problems.of(lambda: converted(rule, Rule, where), None)
    problems.of(lambda: _check_name(name, where), None)
    problems.tell()


def _check_name(name: str, where: str) -> None:
    """Refuse a rule that no call would ever go by."""
    service = name.removeprefix("aws-sdk:").partition(":")[0]
    try:
        unknown = not set(service) & set("*?[") and service_of(service) is None
    except NoModels:  # nobody can tell; and no call is made without them
        return
    if unknown:
        near = difflib.get_close_matches(service, service_names(), 1)
        mend = f"Did you mean {near[0]}?" if near else "Write it as in a Resource: sqs, aws-sdk:costexplorer."
        raise ConfigError(f"{where}: AWS has no service of this name. {mend}")
