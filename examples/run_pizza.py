"""The pizza workflow in one go: a server, a worker in a process of its own, an order, and what happened."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pizza_workflow import order

from stepwell import Event, Execution, WorkflowFailed, connect

HERE = Path(__file__).parent
STEPWELL = (sys.executable, "-m", "stepwell")


@contextmanager
def process(*command: str, log: Path | None = None) -> Iterator[str]:
    """A process that says when it is ready; gives its first line, and ends it with SIGTERM. Its log goes to a file."""
    errors = None if log is None else log.open("w")
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=errors, text=True) as running:
        try:
            assert running.stdout is not None
            first = running.stdout.readline().strip()
            if not first:
                sys.exit(running.wait() or 1)  # it has said why on stderr
            print(first, flush=True)
            yield first
        finally:
            running.terminate()
            with suppress(KeyboardInterrupt):
                running.wait()


TOLD = {
    "ActivityStarted": "is in the hands of a worker",
    "ActivityFailed": "failed: {error}: {cause}",
    "StateExited": "is done",
}
"""End of an event's type -> what is told of it."""


def follow(execution: "Execution[str]") -> None:
    """Tell what happens until the execution has ended."""
    states = {0: ""}
    for event in execution.events():
        state = states[event.id] = event.state or states.get(event.previous, "")
        _tell(event, state)


def _tell(event: Event, state: str) -> None:
    for ending, words in TOLD.items():
        if event.type.endswith(ending):
            told = words.format_map({"error": "?", "cause": "?"} | event.details)
            print(f"  {event.time:%H:%M:%S}  {state} {told}", flush=True)


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STEPWELL_DATA", "stepwell-data")).absolute()
    serve = (*STEPWELL, "serve", "--port", "0", "--data", str(data), "--log-level", "WARNING")
    with process(*serve) as listens:
        url = listens.split()[-1]
        os.environ |= {"STEPWELL_URL": url, "STEPWELL_REGION": "us-east-1"}
        with process(*STEPWELL, "worker", "pizza_workflow", log=data / "worker.log"), connect() as client:
            client.deploy(order)
            execution = client.start(order, 32, ["mozzarella", "basil"])
            print(f"Ordered. Watch it at {url}/#/executions/{execution.arn}", flush=True)
            follow(execution)
            try:
                print(f"\nHere is {execution.result()}.\n", flush=True)
            except WorkflowFailed as problem:
                sys.exit(f"There is no pizza: {problem}")
        subprocess.run((*STEPWELL, "show", execution.arn), check=True)
        if sys.stdin.isatty() and sys.stdout.isatty():
            print(f"\nThe server goes on at {url} until you press Ctrl-C.", flush=True)
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
    print(
        f"\nServer and worker are stopped; the execution stays in {shown(data)}. Look at it again, in a browser too:\n"
        f"    {here('stepwell')} serve --data {shown(data)}\n"
        f"To be rid of everything: rm -r {shown(data)} .venv"
    )


def shown(path: Path) -> Path:
    """From the current directory, where it is in there."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def here(command: str) -> str:
    """The command beside this Python, as somebody in the current directory would type it."""
    with suppress(ValueError):
        return str(Path(sys.executable).parent.relative_to(Path.cwd()) / command)
    return command


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # what was started has had the same Ctrl-C
