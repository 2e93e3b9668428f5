"""Where AWS's services are found, and with whose credentials: the tables [services.NAME] of stepwell.toml."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import msgspec

from stepwell.config import ConfigError, config_file, read_table

TABLE = "services"

Seconds = Annotated[float, msgspec.Meta(gt=0)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Services of some services. What is None is left to AWS's own environment variables and profiles."""

    endpoint_url: Annotated[str, msgspec.Meta(pattern="^https?://.")] | None = None
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
    for name, rule in table.items():
        _check(name, rule, str(file))
    return Services(table)


def _check(name: str, rule: Any, where: str) -> None:
    title = f'[{TABLE}."{name}"] in {where}'
    if not isinstance(rule, dict):
        raise ConfigError(f"{title} must be a table. Write [{TABLE}.sqs] on a line of its own, and settings under it.")
    known = Rule.__struct_fields__
    for unknown in rule.keys() - set(known):
        near = difflib.get_close_matches(unknown, known, 1)
        said = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
        raise ConfigError(f"Unknown setting {unknown} of {title}. {said}")
    try:
        msgspec.convert(rule, Rule)
    except msgspec.ValidationError as problem:
        raise ConfigError(f"{title}: {problem}.") from problem
