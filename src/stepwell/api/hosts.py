"""Names by which this server may be called: a web page whose name leads here (DNS rebinding) is sent away."""

import ipaddress
from collections.abc import Iterable

from stepwell.errors import MisdirectedRequest

PREFIX = "sync-"
"""What the SDKs put in front of the host for StartSyncExecution and TestState."""
CURE = (
    "The SDKs put sync- in front of the host name for StartSyncExecution and TestState. What keeps them from it: "
    "AWS_DISABLE_HOST_PREFIX_INJECTION=true in the environment, in boto3 Config(inject_host_prefix=False), in "
    "JavaScript disableHostPrefix: true."
)
REMEMBERED = 1_000


class Hosts:
    """Loopback's names and addresses, the bound address, and names that were allowed; any port.

    A server bound to all addresses (0.0.0.0, ::) may be called by any address: a rebound page can only call by name.
    """

    def __init__(self, bound: Iterable[str] = (), allowed: Iterable[str] = ()) -> None:
        bound = tuple(bound)
        self._names = {"localhost", *map(_plain, bound), *map(_plain, allowed)}
        self._any_address = any(_unspecified(name) for name in bound)
        self._known: set[bytes] = set()

    def check(self, host: bytes) -> None:
        """Raises MisdirectedRequest unless a Host header names this server."""
        if host in self._known:
            return
        text = host.decode("latin-1")
        name = _plain(_without_port(text))
        if not (self._allows(name) or (name.startswith(PREFIX) and self._allows(name.removeprefix(PREFIX)))):
            raise MisdirectedRequest(_refusal(text, name))
        if len(self._known) < REMEMBERED:
            self._known.add(host)

    def _allows(self, name: str) -> bool:
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._any_address or address.is_loopback


def _refusal(host: str, name: str) -> str:
    if not host:
        return "The request has no Host header, so it cannot be told whether it is meant for this server."
    allowed = name.removeprefix(PREFIX)[:255]
    return (
        f"The request is for {host[:255]!r}, which is no name of this server. "
        f"If it should be, start it with --allow-host {allowed}, or ask for access keys (--access-keys)."
    )


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() and ":" not in name else host


def _plain(name: str) -> str:
    return name.strip().strip("[]").rstrip(".").lower()


def _unspecified(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return False
