"""Real `stepwell serve` processes, and commands as a shell would run them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stepwell.cli.client import Client

STEPWELL = (sys.executable, "-m", "stepwell")
ROLE = "arn:aws:iam::123456789012:role/any"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:"


def environment(**changes: str) -> dict[str, str]:
    """Ours without what would name another server, region or data."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("STEPWELL_", "AWS_"))}
    return plain | changes


class Server:
    """A server in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        self.announced = process.stdout.readline().strip()
        self.url = self.announced.split()[-1] if self.announced else ""
        self.client = Client(self.url)

    def run(self, *arguments: str, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
        """A command that asks this server, with its output in a pipe."""
        return run(*arguments, "--url", self.url, stdin=stdin)

    def says(self, *arguments: str, stdin: str | None = None) -> str:
        """What a command that succeeds prints."""
        done = self.run(*arguments, stdin=stdin)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def create(self, name: str, states: dict[str, Any], type: str = "STANDARD") -> str:
        """A state machine that begins with its first state."""
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        made = self.client.call("CreateStateMachine", name=name, definition=definition, roleArn=ROLE, type=type)
        return str(made["stateMachineArn"])

    def finished(self, machine: str, name: str, input: str = "{}") -> None:
        """An execution that has ended."""
        self.run("start", machine, "--name", name, "--input", input, "--wait")


def run(*arguments: str, stdin: str | None = None, **changes: str) -> "subprocess.CompletedProcess[str]":
    """A command with its output in a pipe."""
    return subprocess.run(
        (*STEPWELL, *arguments), input=stdin, capture_output=True, text=True, env=environment(**changes), timeout=60
    )


@contextmanager
def serving(data: Path | str, *arguments: str, **changes: str) -> Iterator[Server]:
    """A server on this directory and a free port; killed at the end at the latest."""
    command = (*STEPWELL, "serve", "--port", "0", "--data", str(data), *arguments)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**changes)
    ) as process:
        try:
            yield Server(process)
        finally:
            process.kill()
