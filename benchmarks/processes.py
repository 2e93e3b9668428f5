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


class DidNotStart(Exception):
    """A process ended or was silent instead of saying that it is ready. The message ends with what it said."""


class Process:
    """A process that says on its standard output when it is ready."""

    def __init__(self, command: Sequence[str], ready: str, environ: Mapping[str, str], cwd: Path | None = None) -> None:
        began = time.perf_counter()
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  lives as long as the process
        self._popen = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._said, text=True, env={**os.environ, **environ}, cwd=cwd
        )
        self.announced = self._wait_for(re.compile(ready))
        self.seconds_to_ready = time.perf_counter() - began
        self._seen = psutil.Process(self._popen.pid)

    def _wait_for(self, ready: re.Pattern[str]) -> re.Match[str]:
        assert self._popen.stdout is not None
        lines: list[str] = []
        for line in self._popen.stdout:
            lines.append(line)
            if found := ready.search(line):
                return found
        self._popen.wait()
        self._said.seek(0)
        raise DidNotStart(f"{self._popen.args!r}: {''.join(lines)}{self._said.read()[-2000:]}")

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
        if self._popen.stdout is not None:
            self._popen.stdout.close()
        self._said.close()


class StepwellServer(Process):
    """Stepwell on a free port, its data in `data`; `settings` as in stepwell.toml."""

    def __init__(self, data: Path, **settings: int) -> None:
        serve = ["serve", "--port", "0", "--data", str(data), "--log-level", "WARNING"]
        environ = {f"STEPWELL_{name.upper()}": str(value) for name, value in settings.items()}
        super().__init__([sys.executable, "-m", "stepwell.cli", *serve], r"listens on (http://\S+)", environ)
        self.url = self.announced[1]
