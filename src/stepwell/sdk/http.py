"""The API over HTTP: one operation called, tried again while that may help, and its errors as exceptions.

A client of a server elsewhere must expect three things: no answer, an answer that says "later", and an answer that got
lost after the work was done. All operations that the library uses may be repeated: see `Call`.
"""

import asyncio
import os
import random
from collections.abc import Callable, Iterator
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import msgspec

from stepwell.errors import ApiError, refusal
from stepwell.sdk.credentials import Sign, aws_session, own_key, signed, signed_for_aws, unsigned
from stepwell.version import __version__

DEFAULT_URL = "http://127.0.0.1:8083"
DEFAULT_REGION = "us-east-1"
AWS = "aws"
"""Stands for AWS itself where a URL is asked for."""

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
POLL_SECONDS = 75
"""A long poll takes up to 60 seconds (GetActivityTask, API reference, which asks for 65 at least)."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

LATER = frozenset({
    "ActivityWorkerLimitExceeded", "InternalFailure", "InternalServerError", "RequestLimitExceeded", "RequestTimeout",
    "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException",
})  # fmt: skip
"""Refusals that another try may not meet."""

AT_ONCE = LATER - {"InternalFailure", "InternalServerError", "RequestTimeout", "ServiceUnavailable"}
"""Those that say that nothing was begun."""

NOBODY = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""There was no connection, so nothing was sent."""

UNSIGNED = frozenset({"IncompleteSignatureException", "MissingAuthenticationTokenException"})
NO_KEY = (
    "The server asks for an access key: set STEPWELL_ACCESS_KEY_ID and STEPWELL_SECRET_ACCESS_KEY, or give one as key=."
)

_JSON = msgspec.json.Decoder()
Answer = dict[str, Any]


class Unreachable(ConnectionError):
    """Nobody answers at the address, or not as Step Functions does."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(
            f"No server answers at {url} ({reason}). Start one with: stepwell serve. One that runs elsewhere is named "
            "by connect(url) or STEPWELL_URL."
        )


class Where(msgspec.Struct, frozen=True):
    """Which server, and how requests to it are signed."""

    url: str
    region: str
    sign: Sign
    is_aws: bool = False
    is_signed: bool = True

    @classmethod
    def find(cls, url: str | None = None, region: str | None = None, key: tuple[str, str] | None = None) -> Self:
        """What is not said is taken from the environment: STEPWELL_URL, STEPWELL_REGION, AWS_REGION, access keys."""
        environ = os.environ
        url = url or environ.get("STEPWELL_URL") or DEFAULT_URL
        asked = region or environ.get("STEPWELL_REGION")
        if url == AWS:
            session = aws_session(asked)
            region = asked or session.get_config_variable("region") or DEFAULT_REGION
            suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
            return cls(f"https://states.{region}.{suffix}", region, signed_for_aws(session, region), True)
        region = asked or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
        key = key or own_key()
        url = (url if "://" in url else f"http://{url}").rstrip("/")
        if key is None:
            return cls(url, region, unsigned(region), is_signed=False)
        return cls(url, region, signed(*key, region))

    def url_for(self, operation: str) -> str:
        """AWS takes synchronous executions at a host of their own (API reference, StartSyncExecution)."""
        return self.url.replace("://", "://sync-", 1) if self.is_aws and operation == "StartSyncExecution" else self.url


class Api:
    """The operations of one server. Connections belong to an event loop: on another one there are new ones."""

    def __init__(self, where: Where, *, patience: float = 10) -> None:
        """`patience`: seconds for which a call is tried again while the server is away or busy."""
        self.where = where
        self.patience = patience
        self._host = urlsplit(where.url).netloc.rpartition("@")[2]
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, operation: str, **members: Any) -> Answer:
        """Call an operation; members that are None are left out.

        Raises ApiError (the class that `stepwell.errors` has for it) and Unreachable.
        """
        return await Call(self, operation, members).answer(self.patience)

    async def once(self, operation: str, members: dict[str, Any], seconds: float = ANSWER_SECONDS) -> Answer:
        """One try. Raises ApiError, Unreachable."""
        body = msgspec.json.encode({name: value for name, value in members.items() if value is not None})
        url = self.where.url_for(operation)
        host = self._host if url == self.where.url else urlsplit(url).netloc
        headers = self.where.sign(
            {
                "Host": host,
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": f"AWSStepFunctions.{operation}",
            },
            body,
        )
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._connections().post(
                self.where.url.replace(self._host, host, 1) + "/",
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                return self._read(response.status, await response.read())
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            if isinstance(problem, Unreachable):
                raise
            reason = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
            raise Unreachable(self.where.url, reason) from problem

    def _connections(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop:
            self._loop = loop
            # As many as are asked for: each waiting poll holds one.
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=15)
            agent = {"User-Agent": f"stepwell/{__version__}"}
            self._session = aiohttp.ClientSession(connector=connector, headers=agent, trust_env=self.where.is_aws)
        return self._session

    def _read(self, status: int, body: bytes) -> Answer:
        try:
            answer = _JSON.decode(body) if body else None
        except msgspec.DecodeError:
            answer = None
        if isinstance(answer, dict) and status == 200:
            return answer
        if isinstance(answer, dict) and "__type" in answer:
            code = str(answer["__type"]).rpartition("#")[2]
            message = str(answer.get("message", answer.get("Message", "")))
            raise refusal(code, message if self.where.is_signed or code not in UNSIGNED else f"{message} {NO_KEY}")
        raise Unreachable(self.where.url, f"status {status}, and not as Step Functions answers")


class Call:
    """A call that is tried again.

    Repeating is harmless since reading changes nothing, creating what is there already answers as the first time did,
    executions are started by names, and a task's second answer is refused: `repeated` tells how to take a refusal.
    """

    def __init__(
        self,
        api: Api,
        operation: str,
        members: dict[str, Any],
        seconds: float = ANSWER_SECONDS,
        *,
        once: bool = False,
    ) -> None:
        """`once`: repeating does harm, so that it is tried again only where nobody has begun with it."""
        self.api = api
        self.operation = operation
        self.members = members
        self.seconds = seconds
        self.once = once
        self.troubled: Callable[[Exception], None] = _nothing  # told of each try that was in vain
        self.repeated = False  # so an earlier try may have done its work without our hearing of it

    async def answer(self, patience: float | None) -> Answer:
        """Try for `patience` seconds, None: for ever. Raises ApiError, Unreachable."""
        loop = asyncio.get_running_loop()
        until = None if patience is None else loop.time() + patience
        for pause in pauses():
            try:
                return await self.api.once(self.operation, self.members, self.seconds)
            except (ApiError, Unreachable) as problem:
                if not self._may_help(problem):
                    raise
                self.troubled(problem)
                if until is not None and loop.time() + pause > until:
                    raise
            await asyncio.sleep(pause)
            self.repeated = True
        raise AssertionError("there is always one more pause")

    def _may_help(self, problem: ApiError | Unreachable) -> bool:
        """Whether another try may be made, and come to something else."""
        if isinstance(problem, ApiError):
            return problem.code in (AT_ONCE if self.once else LATER)
        return not self.once or isinstance(problem.__cause__, NOBODY)


def _nothing(problem: Exception) -> None:
    """Most callers need not know."""


def pauses() -> Iterator[float]:
    """Seconds to wait before each further try: longer and longer, and never two clients in step."""
    longest = FIRST_PAUSE
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 2, LONGEST_PAUSE)
