"""Events to a web address: a POST each, taken when the answer's status is 2xx."""

from collections.abc import Mapping

import aiohttp

from stepwell.integrations.targets.target import Event, NotSent

ASK_AGAIN = frozenset({408, 409, 425, 429})
"""Statuses of the client's fault that speak of now, not of this event (as EventBridge's API destinations see them)."""


class HttpSender:
    """POSTs to one address. Redirects are not followed: they are an answer that is not 2xx."""

    def __init__(self, url: str, headers: Mapping[str, str], seconds: float) -> None:
        self._url = url
        self._headers = {"User-Agent": "stepwell", "Content-Type": "application/json", **headers}
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, event: Event) -> None:
        try:
            async with self._opened().post(self._url, data=event.body, allow_redirects=False) as answer:
                status = answer.status
        except TimeoutError:
            raise NotSent(f"no answer within {self._seconds:g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise NotSent(f"{type(problem).__name__}: {problem}") from problem
        if not 200 <= status < 300:
            raise NotSent(f"status {status}", refused=300 <= status < 500 and status not in ASK_AGAIN)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
