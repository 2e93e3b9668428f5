"""The command itself: what there is, and that it starts fast."""

import subprocess
import sys
from pathlib import Path

from stepwell.cli import main

from .served import environment, run

HEAVY = ("apsw", "asyncio", "http.client", "json", "msgspec", "prometheus_client", "rich", "starlette", "uvicorn")

SELDOM = ("aiohttp", "asyncpg", "boto3", "botocore", "multidict", "opentelemetry", "rich", "yarl")
"""What a server needs for some settings and calls only: 120 ms for aiohttp alone."""


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


def test_a_server_starts_without_what_only_some_settings_and_calls_need(tmp_path: Path) -> None:
    shown = f"print([name for name in {SELDOM} if name in sys.modules])"
    code = f"import atexit, sys, stepwell.cli; atexit.register(lambda: {shown}); stepwell.cli.main()"
    command = (sys.executable, "-c", code, "serve", "--port", "0", "--data", str(tmp_path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(2)]
        process.terminate()
        told += process.stdout
    assert (told[0].split(" http")[0], *told[2:]) == ("Stepwell listens on", "[]\n")
