"""The command itself: what there is, and that it starts fast."""

import subprocess
import sys

from stepwell.cli import main

from .served import run

HEAVY = ("apsw", "asyncio", "http.client", "json", "msgspec", "prometheus_client", "rich", "starlette", "uvicorn")


def test_help_names_every_command_in_a_line() -> None:
    told = run("--help").stdout
    assert all(f"  {name} " in told for name in main.commands)


def test_commands_import_what_they_need_when_they_are_called() -> None:
    code = f"import sys, stepwell.cli.main; print([name for name in {HEAVY} if name in sys.modules])"
    # -S: what this environment itself imports at start is not ours.
    path = [entry for entry in sys.path if entry]
    loaded = subprocess.run(
        (sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {path}; {code}"), capture_output=True, text=True
    )
    assert (loaded.stdout, loaded.stderr) == ("[]\n", "")
