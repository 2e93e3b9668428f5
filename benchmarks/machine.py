"""The machine that is measured: its processor, its load, and what its disk does at an fsync."""

import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
import psutil

SYNCS = 100
MEMORY = frozenset({"tmpfs", "ramfs"})


class Machine(msgspec.Struct, frozen=True):
    """What the figures are worth anything with."""

    date: str
    processor: str
    cores: int
    load: float  # processes wanting a core in the last minute, before we began
    python: str
    file_system: str
    in_memory: bool
    fsync_ms: float  # median, of 4 KiB appended

    def lines(self) -> list[str]:
        """For people."""
        kept = "IN MEMORY, so nothing is durable" if self.in_memory else "on a disk"
        warning = "  (others are at work: the times mean little)" if self.load > 0.5 else ""
        return [
            f"{self.date}, {self.processor}, {self.cores} cores shared by server and clients, Python {self.python}",
            f"data on {self.file_system}, {kept}; an fsync of 4 KiB takes {self.fsync_ms:.2f} ms",
            f"load before: {self.load:.2f}{warning}",
        ]


def this_machine(data: Path) -> Machine:
    """Looks at the machine, and writes to the directory where data are to be kept."""
    data.mkdir(parents=True, exist_ok=True)
    file_system = _file_system(data)
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        processor=_processor(),
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0],
        python=platform.python_version(),
        file_system=file_system,
        in_memory=file_system in MEMORY,
        fsync_ms=_fsync_ms(data),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _file_system(path: Path) -> str:
    where = path.resolve()
    mounts = [p for p in psutil.disk_partitions(all=True) if where.is_relative_to(p.mountpoint)]
    return str(max(mounts, key=lambda p: len(p.mountpoint)).fstype) if mounts else "an unknown file system"


def _fsync_ms(directory: Path) -> float:
    block, times = os.urandom(4096), []
    with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        for _ in range(SYNCS):
            file.write(block)
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(1000 * (time.perf_counter() - began))
    return median(times)
