"""Editors and type checkers know what tasks take, and what workflows give."""

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("typed_program.py")
SAID = re.compile(r'^[^:]+:(\d+): (?:note: Revealed type is "(.*)"|error: .*\[([\w-]+)\])$')


def test_a_program_is_checked_as_its_comments_say() -> None:
    mypy = (sys.executable, "-m", "mypy", "--strict", "--hide-error-context", "--no-error-summary", str(PROGRAM))
    said = subprocess.run(mypy, cwd=PROGRAM.parents[2], capture_output=True, text=True, timeout=300)
    found = {}
    for line in said.stdout.splitlines():
        if match := SAID.match(line):
            number, type, error = match.groups()
            found[int(number)] = f"error: {error}" if error else _short(type)
    expected = {
        number: line.rpartition("  # ")[2]
        for number, line in enumerate(PROGRAM.read_text().splitlines(), 1)
        if "reveal_type(" in line or "# error" in line
    }
    assert found == expected, said.stdout + said.stderr


def _short(type: str) -> str:
    """Names without their modules."""
    return re.sub(r"[\w.]+\.(\w+)", r"\1", type)
