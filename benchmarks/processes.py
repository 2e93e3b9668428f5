"""Servers in processes of their own: started, looked at, and killed."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

MEBIBYTE = 1024 * 1024
PATIENCE = 60  # seconds for a process to become ready
LOOK_EVERY = 0.002  # seconds


class DidNotStart(Exception):
    """A process ended, or was silent for a minute, instead of being ready. The message ends with what it said."""


class Process:
    """A process that says when it is ready, on its standard output or standard error."""

    def __init__(self, command: Sequence[str], ready: str, environ: Mapping[str, str], cwd: Path | None = None) -> None:
        began = time.perf_counter()
        # A file and no pipe: nobody reads on, and a talkative server must not be held up by a full one.
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  lives as long as the process
        self._popen = subprocess.Popen(
            command, stdout=self._said, stderr=subprocess.STDOUT, env={**os.environ, **environ}, cwd=cwd
        )
        self.announced = self._wait_for(re.compile(ready), began + PATIENCE)
        self.seconds_to_ready = time.perf_counter() - began
        self._seen = psutil.Process(self._popen.pid)

    def _wait_for(self, ready: re.Pattern[str], deadline: float) -> re.Match[str]:
        while True:
            ended = self._popen.poll() is not None
            if found := ready.search(said := self.said()):
                return found
            if ended or time.perf_counter() > deadline:
                self.kill()
                raise DidNotStart(f"{' '.join(self._popen.args)} did not become ready: {said[-800:]}")  # type: ignore[arg-type]
            time.sleep(LOOK_EVERY)

    def said(self) -> str:
        """All its output so far."""
        size = os.fstat(self._said.fileno()).st_size
        return os.pread(self._said.fileno(), size, 0).decode(errors="replace")

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def rss_mib(self) -> float:
        """Memory it holds now, in MiB."""
        return float(self._seen.memory_info().rss) / MEBIBYTE

    @property
    def cpu_seconds(self) -> float:
        """CPU time that it and its children have used."""
        every = [self._seen, *self._seen.children(recursive=True)]
        return float(sum(one.cpu_times().user + one.cpu_times().system for one in every))

    def kill(self) -> None:
        """SIGKILL, as a crash would be."""
        self._popen.kill()
        self._reap()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL when it does not end within ten seconds."""
        self._popen.terminate()
        try:
            self._popen.wait(10)
        except subprocess.TimeoutExpired:
            self._popen.kill()
        self._reap()

    def _reap(self) -> None:
        self._popen.wait()
        self._said.close()


class StepwellServer(Process):
    """Stepwell on a free port, its data in a directory or a database; `settings` as in stepwell.toml."""

    def __init__(self, data: Path | str, **settings: float) -> None:
        place = "--store" if "://" in str(data) else "--data"
        serve = ["serve", "--port", "0", place, str(data), "--log-level", "WARNING"]
        environ = {f"STEPWELL_{name.upper()}": str(value) for name, value in settings.items()}
        super().__init__([sys.executable, "-m", "stepwell.cli", *serve], r"listens on (http://\S+)", environ)
        self.url = self.announced[1]
