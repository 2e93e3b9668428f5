"""HTTP requests that tasks describe themselves: to API Gateway, and to the Kubernetes of EKS."""

from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from stepwell.integrations.aws.desk import Json
from stepwell.integrations.aws.services import Rule
from stepwell.integrations.aws.values import to_json_text

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")

Headers = dict[str, list[str]]


class Exchange(NamedTuple):
    """What came back."""

    status: int
    text: str  # the status line's
    headers: Headers
    body: str

    def shown(self, headers: bool = True) -> Json:
        """As states see it (developer guide, "Output format"): a body that is JSON is no text."""
        try:
            body: Any = msgspec.json.decode(self.body) if self.body else ""
        except msgspec.DecodeError:
            body = self.body
        told = {"ResponseBody": body, "StatusCode": self.status, "StatusText": self.text}
        return told | ({"Headers": self.headers} if headers else {})


def listed(values: Any) -> list[str]:
    """A header or parameter may be one value or several."""
    several = values if isinstance(values, list) else [values]
    return [to_json_text(value) for value in several]


def url(endpoint: str, path: str, parameters: Json) -> str:
    """`endpoint` with a path and parameters, escaped."""
    query = urlencode(
        [(name, value) for name, values in parameters.items() for value in listed(values)], quote_via=quote
    )
    return endpoint.rstrip("/") + quote(path, safe="/~%$-._") + (f"?{query}" if query else "")


def send(request: Any, rule: Rule, most: int, verify: str | bool = True) -> Exchange:
    """Send a request of botocore's (`request` makes one); no more than `most` bytes of a body are taken in.

    Raises BotoCoreError when nothing comes back.
    """
    session = import_module("botocore.httpsession").URLLib3Session(
        verify=verify, timeout=(rule.connect_timeout, rule.read_timeout)
    )
    try:
        answer = session.send(request.prepare())
        headers: Headers = {}
        for name, value in answer.raw.headers.items():
            headers.setdefault(name, []).append(value)
        body = _read(answer.raw, most)
        return Exchange(answer.status_code, answer.raw.reason or "", headers, body)
    finally:
        session.close()


def _read(raw: Any, most: int) -> str:
    """The body; half of one is none. urllib3 does not look at that by itself."""
    read = b""
    missing = None
    try:
        while len(read) < most and (more := raw.read(most - len(read), decode_content=True)):
            read += more
    except import_module("urllib3.exceptions").HTTPError as error:
        missing = error
    if missing is not None or (len(read) < most and raw.length_remaining):
        broken = missing or f"the connection broke {raw.length_remaining} bytes before the end of the answer"
        raise import_module("botocore.exceptions").HTTPClientError(error=broken)
    return read.decode(errors="replace")


def request(method: str, url: str, headers: Json, body: str | None) -> Any:
    """A request that can be signed."""
    folded = {name: ",".join(listed(values)) for name, values in headers.items()}
    return import_module("botocore.awsrequest").AWSRequest(
        method=method,
        url=url,
        headers=folded,
        data=None if body is None else body.encode(),
        stream_output=True,
    )
