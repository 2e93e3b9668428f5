"""AWS's services on this machine: a process of moto's server, and what leads clients to it and nowhere else."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib.util import find_spec

from stepwell.cli.options import NotDone

PACKAGES = ("moto", "flask", "boto3")
"""What the extra `dev` installs; moto's server needs flask."""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
_WITHOUT_DOCKER = {"batch": {"use_docker": False}, "lambda": {"use_docker": False}}
_KEPT = frozenset({"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE"})


@contextmanager
def stand_ins(port: int, account: str) -> Iterator[str]:
    """The address of a moto server whose resources belong to `account`; port 0 takes a free one. Raises NotDone."""
    missing = [package for package in PACKAGES if find_spec(package) is None]
    if missing:
        raise NotDone(f"{' and '.join(missing)} stand in for AWS, and are not there: pip install 'stepwell[dev]'")
    command = [sys.executable, "-m", "stepwell.cli.dev.moto_process", str(port)]
    # A session of its own: Ctrl-C is for us, and we need the stand-ins until the last call has ended.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if port else subprocess.DEVNULL,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        | {"MOTO_ACCOUNT_ID": account},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise NotDone(f"The stand-ins for AWS cannot listen on port {port}. Try --moto-port 0 for a free port.")
            _tell(url, "config", _WITHOUT_DOCKER)
            yield url
        finally:
            process.kill()


def _tell(url: str, what: str, settings: object) -> None:
    body = json.dumps(settings).encode()
    request = urllib.request.Request(f"{url}/moto-api/{what}", body, {"Content-Type": "application/json"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


def environment_lines(url: str, region: str) -> dict[str, str]:
    """Variables with which any AWS client calls the server at `url`, for all services."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        **CREDENTIALS,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }


def lead_home(environ: MutableMapping[str, str], url: str, region: str) -> None:
    """Change our own environment, and so that of functions: no profile or endpoint leads to AWS by accident."""
    for name in [name for name in environ if name.startswith("AWS_") and name not in _KEPT]:
        del environ[name]
    # The profile in a file could name endpoints of its own, or say that those of the environment do not count.
    environ.update(environment_lines(url, region), AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="false")
