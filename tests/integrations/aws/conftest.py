"""moto's servers, and a server for tests that says what it is told to."""

import json
import logging
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from .caller import Caller
from .rude import Rude


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """The address of a moto server, which runs no containers."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    configure(url, "config", {"batch": {"use_docker": False}, "lambda": {"use_docker": False}})
    yield url
    server.stop()


def configure(url: str, what: str, settings: object) -> None:
    """Tell moto how to behave."""
    body = json.dumps(settings).encode()
    request = urllib.request.Request(f"{url}/moto-api/{what}", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials as AWS's tools find them, and nothing of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def aws(moto_url: str) -> Caller:
    """Calls at moto, with nothing in it yet."""
    caller = Caller(moto_url)
    urllib.request.urlopen(urllib.request.Request(f"{moto_url}/moto-api/reset", b"")).close()
    return caller


@pytest.fixture
def rude() -> Iterator[Rude]:
    """A service that misbehaves."""
    server = Rude()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.release()
    server.shutdown()
    server.server_close()
