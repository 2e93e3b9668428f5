"""The whole example in one go: a server, the workers in a process of their own, an order, and what happened."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
STEPWELL = (sys.executable, "-m", "stepwell")


@contextmanager
def process(*command: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that says when it is ready; gives it and its first line, and ends it with SIGTERM."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            first = running.stdout.readline().strip()
            if not first:
                sys.exit(running.wait() or 1)  # it has said why on stderr
            print(first, flush=True)
            yield running, first
        finally:
            running.terminate()
            with suppress(KeyboardInterrupt):
                running.wait()


def main() -> None:
    data = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STEPWELL_DATA", "stepwell-data")
    serve = (*STEPWELL, "serve", "--port", "0", "--data", data, "--log-level", "WARNING")
    with process(*serve) as (_, listens):
        url = listens.split()[-1]
        with process(sys.executable, str(HERE / "workers.py"), "--url", url):
            ordered = subprocess.run((sys.executable, str(HERE / "order.py"), "--url", url))
        there = dict(os.environ, STEPWELL_URL=url, STEPWELL_REGION="us-east-1")
        newest = subprocess.run(
            (*STEPWELL, "list", "pizza", "--limit", "1"), env=there, check=True, text=True, capture_output=True
        )
        print(flush=True)
        subprocess.run((*STEPWELL, "show", newest.stdout.split("\t")[0]), env=there, check=True)
    print(
        f"\nServer and workers are stopped; the execution stays in {data}. Look at it again, in two terminals:\n"
        f"    {here('stepwell')} serve --data {data}\n"
        f"    {here('stepwell')} list pizza\n"
        f"To be rid of everything: rm -r {data} .venv"
    )
    sys.exit(ordered.returncode)


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
