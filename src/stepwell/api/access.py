"""The door: who may call the server, and by which name and how often."""

import base64
import binascii
import hmac
from collections.abc import Mapping, MutableMapping
from typing import Any

import msgspec

from stepwell.api.hosts import Hosts
from stepwell.api.keys import AccessKey, Keys
from stepwell.api.pace import Address, Pace
from stepwell.api.signature import FUNCTIONS, check_signature, find_signer, read_signature
from stepwell.clock import Clock, WallClock
from stepwell.errors import AccessDeniedException
from stepwell.sigv4 import ALGORITHM, SERVICE, Headers, Request, Signed

REALM = "Stepwell"
OPEN = frozenset({"/healthz", "/", "/favicon.svg", "/favicon.ico"})
OPEN_BELOW = "/assets/"
"""What is there for everyone, also where access keys are asked for: whoever watches the server has none, and the
console's page, which holds no data, asks for a key itself."""
DATA = "/console/"
"""What stands in front of the paths that the console reads: only pages of ours may ask for them, even to look."""
TOKEN = "/console/token"
"""Where a GET gives the right to answer a task."""
RIGHTS = "stepwell.rights"
"""Where a request's ASGI scope has the rights of the access key that it was sent with."""
SAFE = frozenset({"GET", "HEAD"})
RUNTIME = "/2018-06-01/runtime/"
"""What stands in the paths of Lambda's Runtime API, where a GET takes work: whoever asks for it is to do it."""
OWN_SITE = frozenset({b"same-origin", b"none"})
"""Sec-Fetch-Site of what a page of ours, or the user, asks for."""


class NotSignedIn(Exception):
    """Access keys are asked for. Give one: its id as the user, its secret as the password (HTTP Basic)."""

    def __str__(self) -> str:
        return str(self.__doc__)


class Caller(msgspec.Struct, frozen=True):
    """Whoever says to have signed a request, until its body proves it."""

    key: AccessKey
    signed: Signed

    def prove(self, request: Request) -> None:
        """Raises InvalidSignatureException unless the key's holder signed exactly this."""
        check_signature(self.signed, self.key, request)

    def check_right(self, operation: str, account: str) -> None:
        """Raises AccessDeniedException unless the key has the right to the operation."""
        if not self.key.may(operation):
            raise AccessDeniedException(
                f"User: arn:aws:iam::{account}:user/{self.key.name} is not authorized to perform: states:{operation} "
                f"because the access key {self.key.id} is {self.key.rights}"
            )


class Access:
    """Who is let in: holders of access keys where there are some, else whoever calls by one of the server's names."""

    def __init__(
        self,
        keys: Keys | None = None,
        hosts: Hosts | None = None,
        pace: Pace | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._keys = keys
        self._hosts = hosts or Hosts()
        self._pace = pace
        self._now = (clock or WallClock()).now

    def meet(self, client: Address | None, headers: Headers) -> Caller | None:
        """Whoever calls the API, as far as the headers tell; None where no keys are asked for.

        Raises ThrottlingException, MisdirectedRequest, and the errors of `signature`.
        """
        if self._pace is not None:
            self._pace.take(client)
        if self._keys is None:
            self._hosts.check(headers.get(b"host", b""))
            return None
        signed = read_signature(headers)
        return Caller(find_signer(signed, self._keys, self._now()), signed)

    def meet_visitor(self, scope: MutableMapping[str, Any]) -> Caller | None:
        """Let somebody see what is not the API; whoever says to have signed the request must prove it yet.

        Raises ThrottlingException, MisdirectedRequest, NotSignedIn, AccessDeniedException, and `signature`'s errors.
        """
        headers = dict(scope["headers"])
        if self._pace is not None:
            self._pace.take(scope["client"])
        if self._keys is None:
            self._hosts.check(headers.get(b"host", b""))
        elif not _is_open(scope):
            authorization, caller = headers.get(b"authorization", b""), None
            if authorization.startswith(ALGORITHM.encode()):
                service = FUNCTIONS if f"/{FUNCTIONS}/".encode() in authorization else SERVICE
                signed = read_signature(headers, service)
                caller = Caller(find_signer(signed, self._keys, self._now()), signed)
            key = caller.key if caller is not None else _holder(authorization, self._keys)
            if key.rights != "full" and not _looks(scope):
                method = scope.get("method", "")
                raise AccessDeniedException(f"The access key {key.id} is {key.rights}: it may not {method} this.")
            scope[RIGHTS] = key.rights
            _refuse_other_sites(scope, headers)
            return caller
        _refuse_other_sites(scope, headers)
        return None


def _is_open(scope: Mapping[str, Any]) -> bool:
    path = scope["path"]
    return scope.get("method") in SAFE and (path in OPEN or path.startswith(OPEN_BELOW))


def _looks(scope: Mapping[str, Any]) -> bool:
    """Whether a request only looks at what is there. A WebSocket has no method."""
    return scope.get("method") in SAFE and RUNTIME not in scope["path"] and scope["path"] != TOKEN


def _refuse_other_sites(scope: Mapping[str, Any], headers: Headers) -> None:
    """Raises AccessDeniedException when a browser sends, for another site's page, what has something done.

    A page may send simple requests anywhere, with the password that the browser remembers, and only not read the
    answer. Browsers tell where a page is from in Origin, and in Sec-Fetch-Site where they send no Origin (Fetch, 3.2;
    Fetch Metadata). No API call is a simple request: those need X-Amz-Target.

    What the console reads is refused to them as well: they could not read it either, but have the server search.
    """
    if _looks(scope) and not scope["path"].startswith(DATA):
        return
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site", b"none")
    foreign = origin.rpartition(b"//")[2] != headers.get(b"host") if origin is not None else site not in OWN_SITE
    if foreign:
        page = "another site" if origin is None else origin.decode("latin-1")[:255]
        raise AccessDeniedException(f"A web page of {page} sent this, and only pages of this server may.")


def _holder(authorization: bytes, keys: Keys) -> AccessKey:
    """Whose id and secret these are. Raises NotSignedIn."""
    kind, _, encoded = authorization.partition(b" ")
    try:
        id, _, secret = base64.b64decode(encoded, validate=True).partition(b":")
    except binascii.Error:
        raise NotSignedIn from None
    key = keys.find(id.decode("latin-1"))
    if kind.lower() != b"basic" or key is None or not hmac.compare_digest(key.secret.encode(), secret):
        raise NotSignedIn
    return key
