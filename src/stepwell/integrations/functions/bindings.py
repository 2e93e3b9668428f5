"""Who runs which function: the tables `[functions.NAME]` of stepwell.toml, as they are now."""

import fnmatch
import logging
import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec

from stepwell.config import FILE, ConfigError, Problems, Settings, converted, mark
from stepwell.integrations.functions.names import FunctionName
from stepwell.integrations.functions.process import Spec
from stepwell.integrations.functions.projects import Definition, ProjectError, read_project

log = logging.getLogger(__name__)

LOOK_EVERY = 0.2
"""Seconds between two looks at whether the files have changed."""
LONGEST = 900
"""Seconds that a function may take (Lambda quotas)."""

Seconds = Annotated[float, msgspec.Meta(gt=0, le=LONGEST)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[functions.NAME]`: one of handler, project, endpoint and workers says who runs it."""

    handler: str | None = None  # FILE.py:FUNCTION, or MODULE.FUNCTION within `code`
    code: str = "."  # directory of `handler`, where that is MODULE.FUNCTION
    project: str | list[str] | None = None  # SAM's template.yaml or a serverless.yml
    endpoint: str | None = None  # a URL, or "aws"
    workers: bool = False  # whoever asks for its invocations
    python: str = sys.executable
    environment: dict[str, str | int | float | bool] = {}
    timeout: Seconds | None = None  # seconds of an invocation; else the template's, 3 for a handler, 900 for workers
    memory: Annotated[int, msgspec.Meta(ge=128, le=10_240)] | None = None  # MiB; else the template's, 128
    concurrency: Count = 10  # processes, or calls of an endpoint at a time
    queue: Annotated[int, msgspec.Meta(ge=0)] = sys.maxsize  # calls that may wait; above, TooManyRequestsException
    idle: Annotated[float, msgspec.Meta(gt=0)] = 300  # seconds after which a process without work ends


class Local(msgspec.Struct, frozen=True):
    """Processes of this server run it."""

    spec: Spec
    concurrency: int
    queue: int
    idle: float


class Served(msgspec.Struct, frozen=True):
    """Workers run it."""

    timeout: float = LONGEST
    queue: int = sys.maxsize


class Elsewhere(msgspec.Struct, frozen=True):
    """An endpoint runs it."""

    endpoint: str
    concurrency: int


class Unusable(msgspec.Struct, frozen=True):
    """It is there, and cannot be run here."""

    reason: str


Bound = Local | Served | Elsewhere | Unusable


class Bindings:
    """Finds out who runs a function. The name's own table comes first, then patterns in the order of the file."""

    def __init__(self, settings: Settings) -> None:
        """Raises ConfigError."""
        self._settings = settings
        self._looked = 0.0
        self._mark: object = None
        self._tables: dict[str, Table] = {}
        self._projects: dict[str, dict[str, Definition]] = {}
        self._found: dict[tuple[str, str | None, str], Bound | None] = {}
        self._read()

    @property
    def names(self) -> list[str]:
        """Functions that are named outright, here or in projects."""
        named = {name for name in self._tables if not set(name) & set("*?[")}
        return sorted(named.union(*(functions for functions in self._projects.values())))

    def find(self, function: FunctionName) -> Bound | None:
        """Who runs it; None: no table says so."""
        key = function.name, function.qualifier, function.unqualified_arn
        if key not in self._found:
            self._found[key] = self._search(function)
        return self._found[key]

    def changed(self) -> bool:
        """Read the files again if one of them has changed; whether they had. What cannot be used is not taken over."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        if self._marks() == self._mark:
            return False
        try:
            self._read()
        except ConfigError as problem:
            log.error("The functions stay as they were: %s", problem)
            self._mark = self._marks()
            return False
        log.info("Functions are now: %s", ", ".join(self._tables) or "those of workers")
        return True

    def _marks(self) -> object:
        return self._settings.mark(), *(mark(Path(project)) for project in self._projects)

    def _read(self) -> None:
        file = self._settings.directory / FILE
        problems = Problems()
        read = {
            name: problems.of(partial(_table, name, table, file), None)
            for name, table in self._settings.table("functions").items()
        }
        problems.tell()
        tables = {name: table for name, table in read.items() if table is not None}
        projects: dict[str, dict[str, Definition]] = {}
        for name, table in tables.items():
            for path in self._project_files(table):
                try:
                    projects[path] = read_project(Path(path))
                except ProjectError as problem:
                    raise ConfigError(f"{file}, [functions.{name}]: {problem}") from None
        self._tables, self._projects, self._found = tables, projects, {}
        self._mark = self._marks()

    def _project_files(self, table: Table) -> list[str]:
        given = [table.project] if isinstance(table.project, str) else table.project or []
        return [str(self._settings.directory / path) for path in given]

    def _search(self, function: FunctionName) -> Bound | None:
        forms = [function.arn, function.unqualified_arn, function.name]
        if function.qualifier:
            forms.insert(1, f"{function.name}:{function.qualifier}")
        exact = [self._tables[form] for form in forms if form in self._tables]
        patterns = [
            table
            for pattern, table in self._tables.items()
            if any(fnmatch.fnmatchcase(form, pattern) for form in forms) and table not in exact
        ]
        found = (self._bound(table, function) for table in (*exact, *patterns))
        return next((bound for bound in found if bound is not None), None)

    def _bound(self, table: Table, function: FunctionName) -> Bound | None:
        """None: the table is for a project that does not have the function."""
        if table.endpoint is not None:
            return Elsewhere(table.endpoint, table.concurrency)
        if table.workers:
            return Served(table.timeout or LONGEST, table.queue)
        if table.handler is not None:
            return self._local(table, handler_of(table.handler, self._settings.directory, table.code))
        for path in self._project_files(table):
            definition = self._projects[path].get(function.name)
            if definition is not None:
                return Unusable(definition.unusable) if definition.unusable else self._local(table, definition)
        return None

    def _local(self, table: Table, definition: Definition) -> Local:
        environment = {**definition.environment, **{k: _text(v) for k, v in table.environment.items()}}
        python = table.python if table.python == sys.executable else str(self._settings.directory / table.python)
        spec = Spec(
            handler=definition.handler,
            root=str(Path(definition.root).resolve()),
            python=python,
            environment=tuple(sorted(environment.items())),
            timeout=table.timeout or definition.timeout,
            memory=table.memory or definition.memory,
        )
        return Local(spec, table.concurrency, table.queue, table.idle)


def handler_of(text: str, directory: Path, code: str = ".") -> Definition:
    """`FILE.py:FUNCTION` within a directory, or `MODULE.FUNCTION` within its `code`."""
    file, colon, name = text.rpartition(":")
    if not colon:
        return Definition(handler=text, root=str(directory / code))
    path = directory / file
    return Definition(handler=f"{path.stem}.{name}", root=str(path.parent))


def _table(name: str, raw: Any, file: Path) -> Table:
    shown = name if name.isidentifier() else f'"{name}"'
    where = f"{file}, [functions.{shown}]"
    table: Table = converted(raw, Table, where)
    given = [
        what
        for what, said in (
            ("handler", table.handler), ("project", table.project), ("endpoint", table.endpoint),
            ("workers", table.workers),
        )
        if said
    ]  # fmt: skip
    if len(given) != 1:
        said = "nothing says who runs it" if not given else f"{' and '.join(given)} exclude each other"
        raise ConfigError(
            f'{where}: {said}. Give one of: handler = "FILE.py:FUNCTION", project = "template.yaml", '
            'endpoint = "https://…", workers = true.'
        )
    if table.endpoint is not None and table.endpoint != "aws" and "://" not in table.endpoint:
        raise ConfigError(f'{where}: endpoint = "{table.endpoint}" is no address. Write https://…, or "aws".')
    if table.handler is not None and (reason := _not_python(table.handler)):
        raise ConfigError(f"{where}: {reason}")
    return table


def _not_python(handler: str) -> str | None:
    file, colon, name = handler.rpartition(":")
    if colon and not file.endswith(".py"):
        return (
            f'handler = "{handler}" is not Python, and only Python runs in the server. Serve it with a worker '
            "(workers = true): any Lambda runtime client can be one."
        )
    if (colon and not name.isidentifier()) or (not colon and "." not in handler):
        return f'handler = "{handler}" names no function. Write FILE.py:FUNCTION, or MODULE.FUNCTION with code = "DIR".'
    return None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
