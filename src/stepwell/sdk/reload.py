"""Starting a program again whenever its source changes, for development."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

RELOADED = "STEPWELL_RELOADED"
LOOK_SECONDS = 0.3
STOP_SECONDS = 10
SKIPPED = {"node_modules", "__pycache__", "site-packages"}


def watched(folder: Path) -> bool:
    """Run this very program in another process, again after each change in the folder, until Ctrl-C; then True.

    False at once in that other process, which is to go on.
    """
    if os.environ.pop(RELOADED, None):
        return False
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the other process ends with this one
    print(f"Watching {folder} for changes.", file=sys.stderr, flush=True)
    try:
        while True:
            _run_until_changed(folder)
    except KeyboardInterrupt:
        return True


def _run_until_changed(folder: Path) -> None:
    before = _marks(folder)
    with subprocess.Popen(sys.orig_argv, executable=sys.executable, env=os.environ | {RELOADED: "1"}) as program:
        try:
            while (now := _marks(folder)) == before:
                time.sleep(LOOK_SECONDS)
            changed = sorted(str(path.relative_to(folder)) for path, _ in now ^ before)
            print(f"Starting again: {', '.join(dict.fromkeys(changed))} changed.", file=sys.stderr, flush=True)
        finally:
            program.terminate()
            try:
                program.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()


def _marks(folder: Path) -> set[tuple[Path, int]]:
    """Every Python file with when it was changed."""
    found = set()
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith(".")]
        for name in files:
            if name.endswith(".py"):
                path = Path(root, name)
                try:
                    found.add((path, path.stat().st_mtime_ns))
                except OSError:
                    continue  # gone since: the next look sees that
    return found
