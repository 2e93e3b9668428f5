"""A live server, and every selected case run against it at the same time."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from .recordings import Case
from .runner import Outcome, run
from .service import Service

_AT_ONCE = 8  # most cases wait most of the time


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the server in `STEPWELL_ENDPOINT`, or of one started for this session."""
    if url := os.environ.get("STEPWELL_ENDPOINT"):
        yield url
        return
    data = tmp_path_factory.mktemp("conformance")
    command = [sys.executable, "-m", "stepwell.cli", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        watchdog = threading.Timer(20, server.kill)
        watchdog.start()
        try:
            url = _printed_url(server)
            watchdog.cancel()
            yield url
        finally:
            watchdog.cancel()
            server.terminate()


def _printed_url(server: "subprocess.Popen[str]") -> str:
    assert server.stdout
    for line in server.stdout:
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.,")
    raise RuntimeError("the server ended, or was silent for 20 s, before it printed its URL")


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, endpoint: str) -> Iterator[dict[str, "Future[Outcome]"]]:
    """One outcome for each selected case, by its id; waiting for one is waiting for that case only."""
    service = Service(endpoint)
    selected: list[Case] = [
        item.callspec.params["case"]  # type: ignore[misc]
        for item in request.session.items
        if isinstance(item, pytest.Function) and "outcomes" in item.fixturenames
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield {case["id"]: pool.submit(run, case, service) for case in selected}
        pool.shutdown(cancel_futures=True)
