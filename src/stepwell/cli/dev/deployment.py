"""Has a directory's state machines, functions and resources be on the server as they are on disk."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stepwell.api.front import Front
from stepwell.api.http_events import HttpEvent
from stepwell.cli.client import Client, Refused
from stepwell.cli.definitions import read_definition
from stepwell.cli.dev.project import definitions, stem, templates
from stepwell.cli.dev.stack import Stack
from stepwell.cli.dev.templates import Machine, Template, filled, read_template
from stepwell.cli.options import NotDone
from stepwell.cli.validate import checked_in
from stepwell.config import Config, Settings
from stepwell.integrations.functions.projects import ProjectError, read_project

log = logging.getLogger(__name__)

ROLE = "arn:aws:iam::{account}:role/stepwell-dev"


class ProjectSettings(Settings):
    """stepwell.toml, and besides its functions those of the templates that were found."""

    def __init__(self, directories: list[Path]) -> None:
        super().__init__(directories)
        self._found: dict[str, Any] = {}

    def found(self, functions: dict[str, Any]) -> None:
        """Tables `[functions.NAME]` as they are now."""
        self._found = functions

    def table(self, name: str) -> dict[str, Any]:
        table = super().table(name)
        return {**self._found, **table} if name == "functions" else table

    def mark(self) -> object:
        return super().mark(), json.dumps(self._found, sort_keys=True)


@dataclass(frozen=True)
class Faulty:
    """A definition that was not deployed, with findings as `stepwell validate` has them."""

    definition: dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """Something else that was not deployed, and why."""

    reason: str


@dataclass
class Round:
    """What one look at the directory came to."""

    deployed: list[str] = field(default_factory=list)  # names of machines that are new or other than before
    refused: list[Faulty | Refusal] = field(default_factory=list)


class Deployment:
    """One directory on one server."""

    def __init__(
        self,
        directory: Path,
        config: Config,
        client: Client,
        settings: ProjectSettings,
        front: Front,
        clients: dict[str, Any],
    ) -> None:
        self._directory = directory
        self._config = config
        self._client = client
        self._settings = settings
        self._front = front
        self._clients = clients
        self._stacks: dict[Path, Stack] = {}
        self._functions: dict[Path, dict[str, Any]] = {}
        self._http_events: dict[Path, list[HttpEvent]] = {}
        self._deployed: dict[str, tuple[str, str]] = {}
        self.machines: dict[str, str] = {}  # ARNs by name

    def deploy(self) -> Round:
        """Deploy what has changed. What is wrong is told, and stays as it was."""
        done = Round()
        claimed: set[Path] = set()
        for file in templates(self._directory):
            self._attempt(done, self._deploy_template, file, claimed)
        for file in definitions(self._directory):
            if file.resolve() not in claimed:
                self._attempt(done, self._deploy_file, file)
        self._settings.found({name: table for found in self._functions.values() for name, table in found.items()})
        self._front.http_events[:] = self.http_events
        return done

    @property
    def functions(self) -> list[str]:
        """Names of the templates' functions."""
        return sorted({name for found in self._functions.values() for name in found})

    @property
    def http_events(self) -> list[HttpEvent]:
        """Paths that functions get the requests of."""
        return [event for found in self._http_events.values() for event in found]

    def resources(self) -> Iterator[tuple[str, str, str]]:
        """What the templates' resources are called, as `Stack.made`."""
        for stack in self._stacks.values():
            yield from stack.made()

    @staticmethod
    def _attempt(done: Round, work: Callable[..., None], *what: object) -> None:
        try:
            work(done, *what)
        except (NotDone, Refused) as problem:
            done.refused.append(Refusal(str(getattr(problem, "message", problem))))
        except (AttributeError, KeyError, TypeError, ValueError) as problem:  # half a template is not of its shape
            log.info("%s could not be understood", what, exc_info=problem)
            reason = f"{what[0]} is not built as it should be ({type(problem).__name__}: {problem})."
            done.refused.append(Refusal(f"{reason} `stepwell validate` and cfn-lint say more."))

    def _deploy_file(self, done: Round, file: Path) -> None:
        [checked] = checked_in(str(file))
        if checked["result"] == "FAIL":
            done.refused.append(Faulty(checked))
        else:
            self._deploy_machine(done, stem(file), json.dumps(read_definition(str(file))), "STANDARD")

    def _deploy_template(self, done: Round, file: Path, claimed: set[Path]) -> None:
        """`claimed` gets the files that the template takes its definitions from."""
        template = read_template(file, self._config)
        claimed.update(machine.file for machine in template.machines if machine.file is not None)
        stack = self._stacks.get(file) or Stack(self._clients, str(file.parent.relative_to(self._directory)))
        stack.deploy(template)
        self._stacks[file] = stack
        self._functions[file] = self._tables(template, stack)
        self._http_events[file] = template.http_events
        faulty = set()
        for checked in checked_in(str(file)) if "template" in file.name else ():
            if checked["result"] == "FAIL":
                done.refused.append(Faulty(checked))
                faulty.add(checked["resource"])
        for machine in template.machines:
            if machine.resource not in faulty:
                self._attempt(done, self._deploy_declared, template, stack, machine)

    def _tables(self, template: Template, stack: Stack) -> dict[str, Any]:
        """`[functions.NAME]` of the template's functions, with environments that lead to the resources."""
        if not template.functions:
            return {}
        try:
            names = read_project(template.file)
        except ProjectError as problem:
            raise NotDone(str(problem)) from None
        tables: dict[str, Any] = {}
        for name in names:
            given = stack.value(template.functions.get(name, {}), template)
            tables[name] = {"project": str(template.file.resolve()), "environment": given}
        return tables

    def _deploy_declared(self, done: Round, template: Template, stack: Stack, machine: Machine) -> None:
        definition = machine.definition if machine.file is None else read_definition(str(machine.file))
        value = stack.value(definition, template) if machine.file is None else definition
        if value is None:
            raise NotDone(f"{template.file}: {machine.resource} has no definition on this machine.")
        text = value if isinstance(value, str) else json.dumps(value)
        given = {name: str(v) for name, v in stack.value(machine.substitutions, template).items()}
        self._deploy_machine(done, machine.name, filled(text, given), machine.type)

    def _deploy_machine(self, done: Round, name: str, definition: str, type: str) -> None:
        if self._deployed.get(name) == (definition, type):
            return
        role = ROLE.format(account=self._config.account)
        arn = f"arn:aws:states:{self._config.region}:{self._config.account}:stateMachine:{name}"
        try:
            self._client.call("UpdateStateMachine", stateMachineArn=arn, definition=definition, roleArn=role)
        except Refused as refusal:
            if refusal.code != "StateMachineDoesNotExist":
                raise NotDone(f"{name}: {refusal}") from None
            self._create(name, definition, type, role)
        self._deployed[name] = definition, type
        self.machines[name] = arn
        done.deployed.append(name)

    def _create(self, name: str, definition: str, type: str, role: str) -> None:
        try:
            self._client.call("CreateStateMachine", name=name, definition=definition, roleArn=role, type=type)
        except Refused as refusal:
            raise NotDone(f"{name}: {refusal}") from None
