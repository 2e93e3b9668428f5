"""The server under test: clients for it, each in a region of its own, and answers as recordings show them."""

import itertools
import random
import re
import threading
from typing import Any

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/sfn-role"
_JSON_TEXTS = ("definition", "input")


class Refusal(Exception):
    """The server refused a request, as `{code, message}`."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.answer = {"code": code, "message": message}


class Service:
    """One server; every case gets a region of its own there, so that cases see nothing of each other."""

    def __init__(self, endpoint: str):
        self.endpoint = endpoint
        self._session = boto3.Session(aws_access_key_id="conformance", aws_secret_access_key="conformance")
        self._lock = threading.Lock()  # a boto3 session may be used by one thread at a time
        self._regions = (f"us-east-{number}" for number in itertools.count(random.randrange(10**6, 10**8)))
        self._account: str | None = None

    def region(self) -> "Region":
        with self._lock:
            name = next(self._regions)
            client = self._session.client(
                "stepfunctions",
                region_name=name,
                endpoint_url=self.endpoint,
                config=Config(
                    inject_host_prefix=False,
                    parameter_validation=False,
                    retries={"total_max_attempts": 1},
                    connect_timeout=5,
                    read_timeout=70,
                    # Else botocore goes through os.environ, to which pytest writes in another thread.
                    proxies={},
                ),
            )
        return Region(name, client)

    @property
    def account(self) -> str:
        """The account that the server's own ARNs name."""
        if self._account is None:
            arn = self.region().call("CreateActivity", {"name": "whose-account"})["activityArn"]
            self._account = arn.split(":")[4]
        return self._account


class Region:
    """One region's operations under their names in the API."""

    def __init__(self, name: str, client: Any):
        self.name = name
        self._client = client

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request as recordings write it; return the answer without its ResponseMetadata.

        Raises Refusal when the server answers with an error.
        """
        method = getattr(self._client, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
        try:
            answer: dict[str, Any] = method(**as_sent(request))
        except ClientError as refusal:
            error = refusal.response["Error"]
            raise Refusal(error["Code"], error["Message"]) from refusal
        answer.pop("ResponseMetadata", None)
        return answer

    def history(self, request: dict[str, Any]) -> dict[str, Any]:
        """GetExecutionHistory with all its pages as one."""
        answer = self.call("GetExecutionHistory", request)
        while token := answer.pop("nextToken", None):
            page = self.call("GetExecutionHistory", {**request, "nextToken": token})
            answer = {**page, "events": [*answer["events"], *page["events"]]}
        return answer


def as_sent(request: dict[str, Any]) -> dict[str, Any]:
    """Definition and input as texts: on the wire they are strings."""
    sent: dict[str, Any] = {}
    for name, value in request.items():
        if name.endswith("_text"):
            sent[name.removesuffix("_text")] = value
        else:
            sent[name] = msgspec.json.encode(value).decode() if name in _JSON_TEXTS else value
    return sent
