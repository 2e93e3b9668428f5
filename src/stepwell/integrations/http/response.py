"""What an HTTP Task makes of an answer: its result, or an error that Retry and Catch may take."""

from email.message import Message
from typing import Any

import msgspec

from stepwell.core.dataflow import DataLimitExceeded
from stepwell.errors import States
from stepwell.integrations.call import CallFailed

_BINARY = ("application/octet-stream", "image/", "video/", "audio/")
"""Content that fails the task (developer guide, "Unsupported HTTP Task responses")."""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came; `body` is cut after as many bytes as were asked for, and one."""

    protocol: str
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


def result_of(response: Response, state: str, most: int) -> str:
    """The task's result as JSON text: Headers, ResponseBody, StatusCode, StatusText. Raises CallFailed."""
    if not 200 <= response.status < 300:
        raise CallFailed(f"States.Http.StatusCode.{response.status}", response.reason)
    if len(response.body) > most:
        too_large = DataLimitExceeded(state)
        raise CallFailed(too_large.error, too_large.cause)
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        headers.setdefault(name.lower(), []).append(value)
    result = {
        "Headers": headers,
        "ResponseBody": _body(response),
        "StatusCode": response.status,
        "StatusText": response.reason,
    }
    return msgspec.json.encode(result).decode()


def _body(response: Response) -> Any:
    """JSON where the answer says that it is some, else text."""
    kind = Message()
    kind["Content-Type"] = next((value for name, value in response.headers if name.lower() == "content-type"), "")
    media = kind.get_content_type()
    if media.startswith(_BINARY):
        raise CallFailed(States.RUNTIME, f"The content type of the response is not supported: {media}")
    text = readable(response.body, kind.get_content_charset("utf-8"))
    if text is None:
        raise CallFailed(States.RUNTIME, "The response cannot be read as text.")
    if media == "application/json" or media.endswith("+json"):
        try:
            return msgspec.json.decode(text)
        except (ValueError, RecursionError):
            return text
    return text


def readable(body: bytes, charset: str) -> str | None:
    """The body as text; None when it is none."""
    try:
        text = body.decode(charset)
        text.encode()  # some of Python's charsets can write half a surrogate pair
    except (LookupError, UnicodeError):
        return None
    return text
