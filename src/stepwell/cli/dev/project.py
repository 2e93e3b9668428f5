"""A directory with definitions and templates: which files count, and when one of them has changed."""

import os
from collections.abc import Iterator
from pathlib import Path

from stepwell.config import mark

DEFINITIONS = (".asl.json", ".asl.yaml", ".asl.yml")
TEMPLATES = frozenset({"template.yaml", "template.yml", "template.json", "serverless.yml", "serverless.yaml"})
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv", "dist", "build"})


def definitions(directory: Path) -> list[Path]:
    """Definitions in files of their own."""
    return [file for file in _files(directory) if file.name.endswith(DEFINITIONS)]


def templates(directory: Path) -> list[Path]:
    return [file for file in _files(directory) if file.name in TEMPLATES]


def stem(file: Path) -> str:
    """The name that a definition's file gives its state machine."""
    ending = next(ending for ending in DEFINITIONS if file.name.endswith(ending))
    return file.name.removesuffix(ending)


def marks(directory: Path) -> dict[Path, object]:
    """What differs once one of the files has been saved, has come or gone."""
    return {file: mark(file) for file in (*definitions(directory), *templates(directory))}


def _files(directory: Path) -> Iterator[Path]:
    for where, below, names in os.walk(directory):
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in _PASSED_OVER)
        yield from (Path(where, name) for name in sorted(names))
