"""One address for all services: what is signed for a service that is not ours goes on to a stand-in for AWS."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager

from starlette.types import Receive, Scope, Send

from stepwell.api.http_events import HttpEvent

OURS = frozenset({b"states", b"lambda"})
"""Services, as signatures name them, that this server is itself."""
_SIGNED = re.compile(rb"/\d{8}/[a-z0-9-]+/([a-z0-9-]+)/aws4_request")
"""The credential scope of Signature Version 4, in a header or in the query of a presigned URL."""
_PRESIGNED = re.compile(rb"[?&]AWSAccessKeyId=")
"""S3's presigned URLs before Version 4, which boto3 makes still."""

LARGEST = 5 * 1024**3
"""Bytes of a request's body: as many as S3 takes in one."""

RawHeaders = Iterable[tuple[bytes, bytes]]


def service_of(headers: RawHeaders, url: bytes) -> bytes | None:
    """The service that a request is signed for; None: it is not signed."""
    said = next((value for name, value in headers if name == b"authorization"), b"")
    found = _SIGNED.search(said) or _SIGNED.search(url.replace(b"%2F", b"/"))
    if found is not None:
        return found[1]
    return b"s3" if _PRESIGNED.search(url) else None


class Front(AbstractAsyncContextManager["Front"], ABC):
    """Whoever has the requests that are not for us. A context manager: it takes requests while entered."""

    def __init__(self) -> None:
        self.http_events: list[HttpEvent] = []
        """Functions that get requests which nobody signed; may change."""

    def takes(self, headers: RawHeaders, url: bytes) -> bool:
        """Whether a request is for somebody else."""
        return (service_of(headers, url) or b"states") not in OURS

    @abstractmethod
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is for somebody else."""
