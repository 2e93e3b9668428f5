"""The request of an HTTP Task: the state's Parameters merged with what the connection adds.

Fields, forbidden headers and the merging are those of the developer guide, "Call HTTPS APIs".
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from stepwell.errors import States
from stepwell.integrations.call import CallFailed
from stepwell.integrations.http.address import url_fault
from stepwell.integrations.http.connection import Added
from stepwell.integrations.http.form import ARRAY_FORMATS, encode_form, encode_pairs, text

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
RANGE = "bytes=0-262144"
JSON = "application/json; charset=UTF-8"
FORM = "application/x-www-form-urlencoded"

_FORBIDDEN = frozenset((
    "a-im", "accept-charset", "accept-datetime", "accept-encoding", "authorization", "cache-control", "connection",
    "content-encoding", "content-md5", "date", "expect", "forwarded", "from", "host", "http2-settings", "if-match",
    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "max-forwards", "origin", "pragma",
    "proxy-authorization", "referer", "server", "te", "trailer", "transfer-encoding", "upgrade", "via", "warning",
))  # fmt: skip
_FORBIDDEN_PREFIXES = ("x-forwarded-", "x-amz-", "x-amzn-")
_SET_BY_US = ("user-agent", "range", "content-length")
_FIELDS = frozenset(
    {
        "ApiEndpoint",
        "Method",
        "Authentication",
        "InvocationConfig",
        "Headers",
        "QueryParameters",
        "RequestBody",
        "Transform",
    }
)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Unsuitable(CallFailed):
    """The Parameters make no request: States.Runtime."""

    def __init__(self, cause: str) -> None:
        super().__init__(States.RUNTIME, cause)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it is sent."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: str | None

    @property
    def shown(self) -> str:
        """For people: without the query, which may carry secrets."""
        return f"{self.method} {self.url.partition('?')[0]}"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """The state's Parameters, checked."""

    connection: str  # ARN or name
    method: str
    endpoint: str
    headers: list[tuple[str, str]]
    query: list[tuple[str, str]]
    body: Any  # UNSET: none
    array_format: str | None  # of form data; None: JSON


def read_task(input: str, plain: bool) -> Task:
    """The Parameters of a state. `plain`: whether http:// is allowed. Raises Unsuitable."""
    members = msgspec.json.decode(input)
    if not isinstance(members, dict):
        raise Unsuitable("The Parameters of an HTTP Task must be an object.")
    for unknown in members.keys() - _FIELDS:
        raise Unsuitable(f"HTTP Tasks have no field {unknown}. There are: {', '.join(sorted(_FIELDS))}.")
    return Task(
        connection=_connection(members),
        method=_method(members),
        endpoint=_endpoint(members, plain),
        headers=_headers(members.get("Headers", {})),
        query=_query(members.get("QueryParameters", {})),
        body=members.get("RequestBody", msgspec.UNSET),
        array_format=_array_format(members.get("Transform", {})),
    )


def merge(task: Task, added: Added, region: str) -> Request:
    """The request: where both have a key, the connection's value. Raises Unsuitable."""
    headers = [
        ("User-Agent", f"Amazon|StepFunctions|HttpInvoke|{region}"),
        ("Range", RANGE),
        *_without(task.headers, [name.lower() for name in added.headers]),
        *added.headers.items(),
    ]
    kind = next((value for name, value in headers if name.lower() == "content-type"), None)
    body = _body(task, added, kind)
    if body is not None and kind is None:
        headers.append(("Content-Type", JSON if task.array_format is None else FORM))
    query = [pair for pair in task.query if pair[0] not in added.query] + [*added.query.items()]
    return Request(method=task.method, url=_with_query(task.endpoint, query), headers=headers, body=body)


# -- the fields --------------------------------------------------------------------------------------------------------


def _connection(members: dict[str, Any]) -> str:
    given = [name for name in ("Authentication", "InvocationConfig") if name in members]
    if len(given) != 1:
        raise Unsuitable("An HTTP Task needs a connection: InvocationConfig.ConnectionArn (or Authentication's).")
    config = members[given[0]]
    arn = config.get("ConnectionArn") if isinstance(config, dict) else None
    if not isinstance(arn, str):
        raise Unsuitable(f"{given[0]}.ConnectionArn must be a string: {text(config)}")
    return arn


def _method(members: dict[str, Any]) -> str:
    method = members.get("Method")
    if method not in METHODS:
        raise Unsuitable(f"Method must be one of {', '.join(METHODS)}: {text(method)}")
    return str(method)


def _endpoint(members: dict[str, Any], plain: bool) -> str:
    endpoint = members.get("ApiEndpoint")
    if not isinstance(endpoint, str):
        raise Unsuitable(f"ApiEndpoint must be a URL: {text(endpoint)}")
    if (fault := url_fault(endpoint, plain)) is not None:
        raise Unsuitable(f"ApiEndpoint {fault}")
    return endpoint


def _headers(given: Any) -> list[tuple[str, str]]:
    if not isinstance(given, dict):
        raise Unsuitable(f"Headers must be an object: {text(given)}")
    headers = [(name, item) for name, value in given.items() for item in _texts(value)]
    for name, value in headers:
        low = name.lower()
        if low in _FORBIDDEN or low.startswith(_FORBIDDEN_PREFIXES):
            raise Unsuitable(f"The header '{name}' is not allowed in an HTTP Task.")
        if not _HEADER.fullmatch(name) or any(character in value for character in "\r\n\0"):
            raise Unsuitable(f"The header '{name}' cannot be sent: its name or its value has forbidden characters.")
    return _without(headers, _SET_BY_US)


def _without(headers: list[tuple[str, str]], names: Iterable[str]) -> list[tuple[str, str]]:
    names = set(names)
    return [(name, value) for name, value in headers if name.lower() not in names]


def _query(given: Any) -> list[tuple[str, str]]:
    match given:
        case str():
            return parse_qsl(given.removeprefix("?"), keep_blank_values=True)
        case dict():
            return [(name, item) for name, value in given.items() for item in _texts(value)]
    raise Unsuitable(f"QueryParameters must be an object or a string: {text(given)}")


def _texts(value: Any) -> list[str]:
    """The values of a header or of a query parameter: several, if it is an array."""
    return [text(item) for item in value] if isinstance(value, list) else [text(value)]


def _array_format(transform: Any) -> str | None:
    """How form data write arrays; None: the body is JSON."""
    encoding = transform.get("RequestBodyEncoding", "NONE") if isinstance(transform, dict) else None
    if encoding not in ("NONE", "URL_ENCODED"):
        raise Unsuitable(f"Transform.RequestBodyEncoding must be NONE or URL_ENCODED: {text(transform)}")
    options = transform.get("RequestEncodingOptions", {})
    chosen = options.get("ArrayFormat", "INDICES") if isinstance(options, dict) else None
    if chosen not in ARRAY_FORMATS:
        formats = ", ".join(ARRAY_FORMATS)
        raise Unsuitable(f"Transform.RequestEncodingOptions.ArrayFormat must be one of {formats}: {text(options)}")
    return chosen if encoding == "URL_ENCODED" else None


# -- merging -----------------------------------------------------------------------------------------------------------


def _body(task: Task, added: Added, kind: str | None) -> str | None:
    """The body, of this content type where one is given."""
    body = task.body
    if added.body:
        if not isinstance(body, dict | msgspec.UnsetType):
            raise Unsuitable(
                "The connection has body parameters, and the RequestBody is no object with which they could be merged."
            )
        body = {**(body or {}), **added.body}
    if body is msgspec.UNSET:
        return None
    if isinstance(body, str) and kind is not None and "json" not in kind.lower():  # ready as it is: XML, say
        return body
    if task.array_format is None:
        return msgspec.json.encode(body).decode()
    if not isinstance(body, dict):
        raise Unsuitable(f"A URL_ENCODED RequestBody must be an object: {text(body)[:100]}")
    return encode_form(body, task.array_format)


def _with_query(endpoint: str, pairs: list[tuple[str, str]]) -> str:
    parts = urlsplit(endpoint)
    query = "&".join(filter(None, (parts.query, encode_pairs(pairs))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))
