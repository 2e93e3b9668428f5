"""The HTTP client: sends a request, and connects to addresses only that may be reached.

The address is looked at where the socket for it is made, after every name has been resolved, so no name can lead
elsewhere between looking and connecting. Redirects are answers like any other and are not followed.
"""

import contextvars
import ipaddress
import os
import socket
import ssl
from typing import Any

import aiohttp

from stepwell.errors import States
from stepwell.integrations.call import CallFailed
from stepwell.integrations.http.reach import may_reach
from stepwell.integrations.http.request import Request
from stepwell.integrations.http.response import Response
from stepwell.integrations.http.settings import HttpSettings

SOCKET = "States.Http.Socket"
"""No answer came: time-out after 60 seconds (developer guide, error handling); here also every other lack of one."""

_refused: contextvars.ContextVar[list[str]] = contextvars.ContextVar("refused")
"""Addresses that the request under way was not allowed to reach."""


class NotAllowed(OSError):
    """An address that may not be reached."""


class Client:
    """Sends requests over connections that are kept for the next ones."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, request: Request, most: int) -> Response:
        """The answer, with up to `most` bytes of its body and one more. Raises CallFailed.

        Whatever goes wrong, no header and no query is told of: they may be secrets.
        """
        refused: list[str] = []
        _refused.set(refused)
        try:
            return await self._send(request, most)
        except TimeoutError:
            seconds = self._settings.timeout_seconds
            raise _no_answer(request, f"no answer within {seconds:g} seconds") from None
        except aiohttp.InvalidURL:
            raise CallFailed(States.RUNTIME, f"{request.shown}: this is no URL.") from None
        except aiohttp.ClientConnectorError as problem:
            if refused:
                raise _not_allowed(request, refused) from None
            raise _no_answer(request, _why(problem)) from None
        except (aiohttp.ClientError, OSError) as problem:
            raise _no_answer(request, f"the answer is no HTTP, or breaks off ({type(problem).__name__})") from None
        except ValueError:  # aiohttp's refusal of a line break in a header, which it would repeat
            raise CallFailed(
                States.RUNTIME, f"{request.shown}: a header of the connection has forbidden characters."
            ) from None

    async def _send(self, request: Request, most: int) -> Response:
        body = None if request.body is None else request.body.encode()
        async with self._opened().request(
            request.method, request.url, headers=request.headers, data=body, allow_redirects=False
        ) as answer:
            read = bytearray()
            async for part in answer.content.iter_any():
                read += part
                if len(read) > most:
                    break
            version = answer.version
            return Response(
                protocol=f"HTTP/{version.major}.{version.minor}" if version else "HTTP/1.1",
                status=answer.status,
                reason=_text(answer.reason or ""),
                headers=[(name, _text(value)) for name, value in answer.headers.items()],
                body=bytes(read[: most + 1]),
            )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=ssl.create_default_context(cafile=self._settings.ca_file),
                    socket_factory=self._socket,
                    limit=0,  # how many calls there are at one time is the engine's to say
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout_seconds),
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type"),
                auto_decompress=False,
            )
        return self._session

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket for an address that has been resolved. Raises NotAllowed."""
        family, kind, protocol, _, to = address
        if not may_reach(to[0], self._settings.allow):
            _refused.get().append(to[0])
            raise NotAllowed(f"{to[0]} may not be reached")
        return socket.socket(family=family, type=kind, proto=protocol)


def _text(sent: str) -> str:
    """A header or status text: UTF-8, else ISO-8859-1 (RFC 9110, 5.5), which aiohttp leaves as half surrogates."""
    try:
        sent.encode()
    except UnicodeEncodeError:
        return sent.encode("utf-8", "surrogateescape").decode("latin-1")
    return sent


def _no_answer(request: Request, why: str) -> CallFailed:
    return CallFailed(SOCKET, f"{request.shown}: {why}.")


def _not_allowed(request: Request, addresses: list[str]) -> CallFailed:
    there = ", ".join(dict.fromkeys(addresses))
    example = ipaddress.ip_address(addresses[0].partition("%")[0])
    return CallFailed(
        States.PERMISSIONS,
        f"{request.shown}: HTTP Tasks reach public addresses only, and this leads to {there}. Where that is meant,"
        f' allow it in stepwell.toml: allow = ["{example}"] under [http].',
    )


def _why(problem: aiohttp.ClientConnectorError) -> str:
    cause: BaseException = problem.os_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return "the server speaks no TLS that we understand"
    if isinstance(problem, aiohttp.ClientConnectorDNSError):
        return f"there is no host {problem.host}"
    return f"cannot connect ({os.strerror(problem.errno) if problem.errno else type(cause).__name__})"
