"""A small client of the Step Functions API: what the command line needs, with the standard library alone."""

import base64
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

DEFAULT_URL = "http://127.0.0.1:8083"
PATIENCE = 330
"""Seconds to wait for an answer: a synchronous Express execution may take 300."""

Answer = dict[str, Any]


class Refused(Exception):
    """The server refused a request. `code` is the error's name in the API, "" for an answer that is none of its."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code


class Unreachable(Exception):
    """Nobody answers at the address. The message says how to start a server."""

    def __init__(self, url: str, reason: object) -> None:
        from stepwell.api.hosts import CURE, PREFIX

        mend = "Start one with: stepwell serve. One that runs elsewhere is named by --url or STEPWELL_URL."
        prefixed = url.partition("://")[2].startswith(PREFIX)
        super().__init__(f"No server answers at {url} ({reason}). {CURE if prefixed else mend}")


class Client:
    """Calls operations of one server. It goes there directly: proxies of the environment are not for a server here."""

    def __init__(
        self, url: str = DEFAULT_URL, region: str | None = None, key: tuple[str | None, str | None] = (None, None)
    ) -> None:
        """`key`: an access key's id and secret, where the server asks for one."""
        self.url = url if "://" in url else f"http://{url}"
        self._key_id, self._secret = key
        self.region = region
        self._region = region or "us-east-1"
        self._headers = {"Content-Type": "application/x-amz-json-1.0"}
        if region is not None:
            # Signed by nobody: a server without access keys takes any credentials and reads the region in them.
            scope = f"stepwell/20000101/{region}/states/aws4_request"
            self._headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"

    def in_every_region(self) -> "list[Client]":
        """Clients of the regions that have something; this one alone where a region was asked for.

        Raises Unreachable.
        """
        if self.region is not None:
            return [self]
        key = (self._key_id, self._secret)
        return [Client(self.url, region, key) for region in self._regions()] or [self]

    def _regions(self) -> list[str]:
        """None where the server does not tell: the API itself then says what is wrong."""
        status, body = self._get("/regions")
        return list(json.loads(body)["regions"]) if status == 200 else []

    def shown(self, path: str) -> Answer:
        """What the server shows there, beside the API. Raises Refused, Unreachable."""
        status, body = self._get(path)
        if status in (401, 403):
            raise Refused(
                "", f"{body.decode().strip()} The key is named by STEPWELL_ACCESS_KEY_ID and _SECRET_ACCESS_KEY."
            )
        return self._read(status, body)

    def _get(self, path: str) -> tuple[int, bytes]:
        headers = {}
        if self._key_id and self._secret:
            holder = base64.b64encode(f"{self._key_id}:{self._secret}".encode()).decode()
            headers["Authorization"] = f"Basic {holder}"
        return self._exchange("GET", path, None, headers)

    def call(self, operation: str, **request: Any) -> Answer:
        """Call an operation with members as the API names them; those that are None are left out.

        Raises Refused, Unreachable.
        """
        body = json.dumps({name: value for name, value in request.items() if value is not None}).encode()
        headers = self._headers | self._signed({"X-Amz-Target": f"AWSStepFunctions.{operation}"}, body)
        return self._read(*self._exchange("POST", "/", body, headers))

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer. Raises Unreachable."""
        connection = self._connection()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as problem:
            reason = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
            raise Unreachable(self.url, reason) from None
        finally:
            connection.close()

    def pages(self, operation: str, member: str, **request: Any) -> Iterator[Answer]:
        """Everything in `member` of all pages, read as far as it is consumed."""
        token: str | None = None
        while True:
            answer = self.call(operation, **request, nextToken=token)
            yield from answer[member]
            token = answer.get("nextToken")
            if token is None:
                return

    def _signed(self, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """The headers with a signature, if there is a key to sign with."""
        if not self._key_id or not self._secret:
            return headers
        from stepwell.sigv4 import sign

        told = headers | {"Host": urlsplit(self.url).netloc.rpartition("@")[2]}
        raw = {name.lower().encode(): value.encode() for name, value in told.items()}
        proof = sign(self._key_id, self._secret, self._region, raw, body, time.time_ns() // 1_000_000)
        return told | {name.decode().title(): value.decode() for name, value in proof.items()}

    def _connection(self) -> http.client.HTTPConnection:
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError as problem:
            raise Unreachable(self.url, problem) from None
        if parts.scheme not in ("http", "https") or not host:
            raise Unreachable(self.url, "this is no http:// address")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(host, port, timeout=PATIENCE)

    def _read(self, status: int, body: bytes) -> Answer:
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Refused("", f"{self.url} answered with status {status}, but not as Step Functions does.")
        if status != 200:
            raise Refused(str(answer.get("__type", "")).rpartition("#")[2], str(answer.get("message", "")))
        return answer
