"""Definitions under test: from a file, a text, an object, or whatever has `to_asl()`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from stepwell.asl.diagnostics import Diagnostic
from stepwell.asl.parse import parse
from stepwell.asl.states import StateMachine
from stepwell.asl.yaml_loading import yaml_loader
from stepwell.engine.records import MachineType

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_.:-]+)\}")
_SUFFIXES = (".asl.json", ".asl.yaml", ".asl.yml", ".json", ".yaml", ".yml", ".asl")


class UnusableDefinition(Exception):
    """What is to be tested is no valid state machine. The message has everything that is wrong with it."""


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A valid definition."""

    name: str
    file: str | None  # where it was read
    type: MachineType
    raw: dict[str, Any]
    text: str
    machine: StateMachine
    home: Any = None  # the object that it is the `to_asl()` of


def read_definition(
    source: Any,
    *,
    name: str | None = None,
    type: MachineType = "STANDARD",
    substitutions: Mapping[str, Any] | None = None,
    directory: Path | None = None,
) -> Definition:
    """Read a definition. `source`: a path (from `directory` where it is relative), a text, a dict, or a workflow.

    `${Name}` is replaced by what `substitutions` has for it; a Resource that is nothing else, and is not there, is a
    Lambda function of this name. Raises UnusableDefinition.
    """
    file, found, own = _found(source, directory or Path())
    if not isinstance(found, dict):
        raise UnusableDefinition(f"{own} holds no definition: an object with StartAt and States is expected.")
    raw = _substituted(found, substitutions or {})
    text = json.dumps(raw)
    parsed = parse(text, type=type)
    if parsed.machine is None:
        errors = [each for each in parsed.diagnostics if each.severity == "ERROR"]
        raise UnusableDefinition(f"{own} is no valid state machine:\n" + "\n".join(map(_told, errors)))
    shown = None if file is None else str(file)
    return Definition(
        name=name or own,
        file=shown,
        type=type,
        raw=raw,
        text=text,
        machine=parsed.machine,
        home=source if hasattr(source, "to_asl") else None,
    )


def _told(problem: Diagnostic) -> str:
    return f"  {problem.location or '/'}: {problem.message}"


def _found(source: Any, directory: Path) -> tuple[Path | None, Any, str]:
    """The file, what is in it, and the machine's name."""
    if hasattr(source, "to_asl"):
        return None, source.to_asl(), str(getattr(source, "name", "workflow"))
    if isinstance(source, Mapping):
        return None, dict(source), "machine"
    if isinstance(source, str) and (source.lstrip().startswith("{") or "\n" in source):
        return None, _decoded(source, "the text", yaml=not source.lstrip().startswith("{")), "machine"
    if isinstance(source, str | Path):
        file = directory / source
        try:
            text = file.read_text("utf-8-sig")
        except (OSError, ValueError) as problem:
            raise UnusableDefinition(f"{file} cannot be read: {problem}") from None
        yaml = file.suffix in (".yaml", ".yml") or (file.suffix != ".json" and not text.lstrip().startswith("{"))
        return file, _decoded(text, str(file), yaml=yaml), machine_name(file)
    raise UnusableDefinition(
        f"{source!r} is no state machine. Give a path, a text, a dict, or an object that has to_asl()."
    )


def definition_files(path: Path) -> list[Path]:
    """The file, or the definitions in a directory and those below it, by their names."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.name.endswith((".asl.json", ".asl.yaml", ".asl.yml")))


def machine_name(file: Path) -> str:
    """`pizza` for `pizza.asl.json`: what a machine in this file is called."""
    suffix = next((suffix for suffix in _SUFFIXES if file.name.endswith(suffix)), "")
    return file.name.removesuffix(suffix) or file.name


def _decoded(text: str, where: str, *, yaml: bool) -> Any:
    try:
        return load_yaml(text) if yaml else json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise UnusableDefinition(f"{where} is no {'YAML' if yaml else 'JSON'}: {problem}") from None


def load_yaml(text: str) -> Any:
    """YAML as JSON. Raises ValueError."""
    import yaml

    try:
        return yaml.load(text, Loader=yaml_loader())
    except yaml.YAMLError as problem:
        raise ValueError(str(problem)) from None


def _substituted(value: Any, by: Mapping[str, Any], member: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _substituted(inner, by, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_substituted(inner, by) for inner in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole is not None and whole[1] in by:
        return by[whole[1]]
    if whole is not None and member == "Resource":
        return f"arn:aws:lambda:us-east-1:123456789012:function:{re.sub('[^A-Za-z0-9_-]', '-', whole[1])}"
    return _PLACEHOLDER.sub(lambda found: str(by.get(found[1], found[0])), value)
