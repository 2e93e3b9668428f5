"""A lean client of the AWS protocol: one connection, no retries, and it knows what was never answered."""

import http.client
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


class Unanswered(Exception):
    """The connection broke before the answer was there: the request may have been carried out, or not."""


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.unsure = False  # an earlier try of the same may have been carried out


class Client:
    """One connection to the server, for one thread."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._connection: http.client.HTTPConnection | None = None

    def __call__(self, operation: str, **members: Any) -> dict[str, Any]:
        """The answer. Raises Unanswered, Refused."""
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._address, timeout=90)
                self._connection.connect()
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.request("POST", "/", json.dumps(members), headers(operation))
            response = self._connection.getresponse()
            status, body = response.status, response.read()
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise Unanswered(str(problem)) from None
        answer: dict[str, Any] = json.loads(body) if body else {}
        if status != 200:
            raise Refused(answer.get("__type", str(status)).rpartition("#")[2], answer.get("message", ""))
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask_and_leave(self, operation: str, seconds: float, **members: Any) -> None:
        """Send the request on a connection of its own; hang up at the answer, or after some seconds without one."""
        body = json.dumps(members)
        lines = [f"POST / HTTP/1.1\r\nHost: {self._address}\r\nContent-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers(operation).items()]
        host, _, port = self._address.partition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall("\r\n".join([*lines, "", body]).encode())
                connection.settimeout(max(seconds, 0.001))
                connection.recv(1, socket.MSG_PEEK)  # an answer that came is left unread: the server sees a reset
        except TimeoutError:
            return
        except OSError as problem:
            raise Unanswered(str(problem)) from None


def headers(operation: str) -> dict[str, str]:
    return {"X-Amz-Target": f"AWSStepFunctions.{operation}", "Content-Type": "application/x-amz-json-1.0"}


class Sdk:
    """The real SDK, with the same two exceptions."""

    def __init__(self, url: str) -> None:
        options = Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=90, inject_host_prefix=False)
        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        self._client = boto3.client("stepfunctions", endpoint_url=url, region_name="us-east-1", config=options, **keys)

    def __call__(self, method: str, **members: Any) -> Any:
        """`method` as boto3 calls it. Raises Unanswered, Refused."""
        try:
            return getattr(self._client, method)(**members)
        except ClientError as error:
            raise Refused(error.response["Error"]["Code"], error.response["Error"]["Message"]) from None
        except BotoCoreError as problem:  # EndpointConnectionError, ConnectionClosedError, …
            raise Unanswered(str(problem)) from None
