"""Real writer processes, to be killed without mercy."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def writer(address: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the store at this address and writes; killed with SIGKILL at the end at the latest."""
    command = [sys.executable, "-m", "tests.store.writer_process", address]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.kill()


def acknowledged(process: "subprocess.Popen[str]", at_least: int) -> int:
    """Kill the writer once it has acknowledged so many executions; how many they were in the end."""
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= at_least:
            break
    process.kill()
    rest = process.stdout.read().split("\n")[:-1]  # what comes after the last line break was not said in full
    return int(rest[-1] if rest else line)
