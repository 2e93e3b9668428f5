"""A server process on some data: started, killed without mercy, started again on the same port."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class ServerProcess:
    """`stepwell serve` on one store. `up` is set while it takes requests."""

    def __init__(self, where: str, log: Path) -> None:
        self.where = where
        self.log = log
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.up = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def start(self, **settings: object) -> None:
        """Start it and return once it takes requests. `settings` are those of `stepwell.toml`."""
        place = "--store" if "://" in self.where else "--data"
        command = [sys.executable, "-m", "stepwell", "serve", "--port", str(self.port), place, self.where]
        variables = {f"STEPWELL_{name.upper()}": str(value) for name, value in settings.items()}
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*command, "--log-level", "WARNING"],
                cwd=self.log.parent,
                env=os.environ | variables,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        watchdog.cancel()
        if not said.startswith("Stepwell listens on"):
            raise AssertionError(f"the server did not start; its log ends: {self.log.read_text()[-2000:]}")
        self.up.set()

    def kill(self) -> None:
        """SIGKILL: it has no chance to write anything more."""
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """SIGTERM; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        assert self._process is not None
        self.up.clear()
        self._process.send_signal(number)
        code = self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code

    def stop_anyway(self) -> None:
        """For the end of a test that failed."""
        if self._process is not None:
            self.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
