"""Services for tests: moto's, and one that says what it is told to."""

import threading
from collections.abc import Iterator

import pytest

from conftest import tell_moto

from .caller import Caller
from .rude import Rude


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
    tell_moto(moto_url, "reset", {})
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
