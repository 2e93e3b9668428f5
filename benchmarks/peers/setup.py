"""Installs what the peers need, once, under benchmarks/.venv."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.lab import Unavailable

ROOT = Path(__file__).parent.parent.parent
VENV = ROOT / "benchmarks/.venv"
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
RESTATE = "@restatedev/restate-server@1.7.12"


def program(name: str) -> str:
    """The path of a program of the peers' virtualenv, made where it is missing. Raises Unavailable."""
    installed = VENV / "installed.txt"
    if not installed.exists() or installed.read_text() != REQUIREMENTS.read_text():
        _run("creating a virtualenv", [sys.executable, "-m", "venv", str(VENV)])
        _run("pip", [str(VENV / "bin/python"), "-m", "pip", "install", "-q", "-r", str(REQUIREMENTS)])
        installed.write_text(REQUIREMENTS.read_text())
    return str(VENV / "bin" / name)


def restate_server() -> str:
    """The path of Restate's server, from its npm package. Raises Unavailable."""
    binaries = "node_modules/@restatedev/restate-server-*/bin/restate-server"
    if not any(VENV.glob(binaries)):
        if shutil.which("npm") is None:
            raise Unavailable("npm is not installed, and Restate's server comes as an npm package")
        npm = ["npm", "install", "--no-fund", "--no-audit", "--ignore-scripts", "--prefix", str(VENV), RESTATE]
        _run("npm", npm)
    found = next(VENV.glob(binaries), None)
    if found is None:
        raise Unavailable(f"{RESTATE} has no server for this platform")
    return str(found)


def _run(what: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"{what} failed: {done.stderr.strip()[-500:]}")
