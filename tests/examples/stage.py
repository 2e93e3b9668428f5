"""An example as its reader runs it: a copy of its folder, a server, workers in processes of their own."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.served import STEPWELL, Server, environment, serving
from stepwell import Stepwell, connect

EXAMPLES = Path(__file__).parents[2] / "examples"

GALLERY = {"onboarding": "onboarding", "trip": "travel", "sales": "report", "mailroom": "mailroom", "credit": "credit"}
"""Example, a folder with a module of the same name -> its workflow."""


class Stage:
    """A copy of an example, and a server that knows nothing yet."""

    def __init__(self, name: str, folder: Path, server: Server) -> None:
        self.name = name
        self.folder = folder
        self.server = server
        self.client: Stepwell = connect(server.url)
        self.here = environment(STEPWELL_URL=server.url, PYTHONUNBUFFERED="1")

    @contextmanager
    def worker(self, *options: str) -> Iterator["subprocess.Popen[str]"]:
        """`stepwell worker NAME` in the example's folder; killed at the end at the latest."""
        command = (*STEPWELL, "worker", self.name, *options)
        with subprocess.Popen(command, cwd=self.folder, env=self.here, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().startswith("stepwell worker serves ")
                yield process
            finally:
                process.kill()

    def python(self, *arguments: str) -> str:
        """What a program in the folder prints."""
        done = subprocess.run(
            (sys.executable, *arguments), cwd=self.folder, env=self.here, capture_output=True, text=True, timeout=120
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def definition(self) -> str:
        """What the workflow compiles to."""
        return self.python("-m", "stepwell", "build", f"{self.name}:{GALLERY[self.name]}")

    def deploy(self) -> None:
        self.client.deploy(self.definition(), name=GALLERY[self.name])


@contextmanager
def staged(name: str, tmp_path: Path, port: int = 0) -> Iterator[Stage]:
    """The example on a server of its own."""
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
    with serving(tmp_path / "data", "--port", str(port)) as server:
        yield Stage(name, folder, server)
