"""Definitions in files, as JSON or YAML."""

import json
import sys
from pathlib import Path
from typing import Any

from stepwell.asl.yaml_loading import yaml_loader
from stepwell.cli.options import NotDone


def read_definition(file: str) -> dict[str, Any]:
    """What a file holds, `-` being standard input. It need not be valid, only an object. Raises NotDone."""
    text = read_text(file)
    found = _yaml(file, text) if is_yaml(file, text) else _json(file, text)
    if not isinstance(found, dict):
        raise NotDone(f"{_name(file)} holds no definition: an object with StartAt and States is expected.")
    return found


def read_text(file: str) -> str:
    """The text of a file, `-` being standard input. Raises NotDone."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
    except (OSError, ValueError) as problem:
        raise NotDone(f"{file} cannot be read: {problem}") from None


def is_yaml(file: str, text: str) -> bool:
    """By the file's name, or by how the text begins."""
    if file.lower().endswith((".yaml", ".yml", ".json")):
        return not file.lower().endswith(".json")
    return not text.lstrip().startswith(("{", "["))


def _name(file: str) -> str:
    return "Standard input" if file == "-" else file


def _json(file: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise NotDone(f"{_name(file)} is no JSON: {problem.msg} at {where}.") from None
    except RecursionError:
        raise NotDone(f"{_name(file)} is nested too deep to be read.") from None


def _yaml(file: str, text: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=yaml_loader())
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise NotDone(f"{_name(file)} is no YAML: {problem.problem or problem.context}{where}.") from None
    except (yaml.YAMLError, ValueError) as problem:
        raise NotDone(f"{_name(file)} is no YAML: {problem}") from None
    except RecursionError:
        raise NotDone(f"{_name(file)} is nested too deep to be read.") from None
