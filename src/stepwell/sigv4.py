"""Signature Version 4: the arithmetic that who signs a request and who checks it have in common.

AWS's rules: IAM User Guide, "Create a signed AWS API request".
"""

import hmac
import time
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

import msgspec

from stepwell.clock import Milliseconds

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "states"
END = "aws4_request"

Headers = Mapping[bytes, bytes]
"""Names in lower case."""


class Signed(msgspec.Struct, frozen=True):
    """What the Authorization header says."""

    key_id: str
    date: str  # YYYYMMDD
    region: str
    headers: tuple[bytes, ...]  # the names of those signed, in their order
    signature: str
    moment: str  # X-Amz-Date: YYYYMMDDTHHMMSSZ
    service: str = SERVICE


class Request(msgspec.Struct, frozen=True):
    """What is signed."""

    headers: Headers
    body: bytes
    query: bytes = b""
    method: bytes = b"POST"
    path: bytes = b"/"  # as it was sent, with its escapes


def signature(signed: Signed, secret: str, request: Request) -> str:
    """The signature of a request by the holder of `secret`, in hexadecimal."""
    lines = [request.method, _canonical_path(request.path), _canonical_query(request.query)]
    lines += [b"%s:%s" % (name, b" ".join(request.headers.get(name, b"").split())) for name in signed.headers]
    lines += [b"", b";".join(signed.headers), sha256(request.body).hexdigest().encode()]
    digest = sha256(b"\n".join(lines)).hexdigest()
    text = f"{ALGORITHM}\n{signed.moment}\n{signed.date}/{signed.region}/{signed.service}/{END}\n{digest}"
    return hmac.digest(signing_key(secret, signed.date, signed.region, signed.service), text.encode(), "sha256").hex()


def sign(key_id: str, secret: str, region: str, headers: Headers, body: bytes, now: Milliseconds) -> Headers:
    """What to send beside `headers` to sign them all; they have `host` and `x-amz-target`."""
    moment = written(now // 1000)
    dated = {**headers, b"x-amz-date": moment.encode()}
    signed = Signed(key_id, moment[:8], region, tuple(sorted(dated)), "", moment)
    proof = signature(signed, secret, Request(dated, body))
    scope = f"{key_id}/{signed.date}/{region}/{SERVICE}/{END}"
    names = b";".join(signed.headers).decode()
    authorization = f"{ALGORITHM} Credential={scope}, SignedHeaders={names}, Signature={proof}"
    return {b"x-amz-date": dated[b"x-amz-date"], b"authorization": authorization.encode()}


def written(seconds: int) -> str:
    """A moment as signatures write it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def _canonical_path(path: bytes) -> bytes:
    """Escaped once more, as for every service but S3."""
    return path if path == b"/" else quote(path, safe="/~").encode()


def _canonical_query(query: bytes) -> bytes:
    return b"&".join(sorted(part if b"=" in part else part + b"=" for part in query.split(b"&") if part))


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str = SERVICE) -> bytes:
    """The key of one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, END):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
