"""`arn:aws:states:::apigateway:invoke`: a request to an API of API Gateway, signed or not."""

from importlib import import_module
from typing import Any

import msgspec

from stepwell.errors import InternalFailure
from stepwell.integrations.aws import web
from stepwell.integrations.aws.desk import Desk, Json, encode
from stepwell.integrations.aws.failures import refusals, unusable
from stepwell.integrations.aws.values import Unsuitable, to_json_text
from stepwell.integrations.call import Call, CallFailed

SIGNED_FOR = "execute-api"

REFUSED = frozenset(
    {
        "authorization", "connection", "content-md5", "expect", "host", "max-forwards", "proxy-authenticate", "server",
        "te", "transfer-encoding", "trailer", "upgrade", "via", "www-authenticate",
    }
)  # fmt: skip
"""Headers that a state may not set, and those that begin with `x-forwarded` or `x-amz` (developer guide)."""

WITH_BODY = ("PATCH", "POST", "PUT")


class ApiGatewayCalls:
    """Request and response; whoever has the task's token may answer for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def call(self, call: Call) -> str:
        """ResponseBody, Headers, StatusCode and StatusText. A status that is not 2XX fails the task."""
        return await self._desk.run(call, lambda: self._call(call))

    def _call(self, call: Call) -> str:
        given = msgspec.json.decode(call.input)
        try:
            _check(given)
        except Unsuitable as fault:
            raise unusable(call.input, str(fault)) from fault
        try:
            exchange = web.send(self._request(call, given), self._desk.clients.rule(call), self._desk.most)
        except refusals() as error:
            raise CallFailed(f"ApiGateway.{type(error).__name__}", str(error)) from error
        if not 200 <= exchange.status < 300:
            raise CallFailed(f"ApiGateway.{exchange.status}", exchange.body)
        return encode(exchange.shown()).decode()

    def _request(self, call: Call, given: Json) -> Any:
        rule = self._desk.clients.rule(call)
        path = "".join(f"/{part.strip('/')}" for part in (given.get("Stage"), given.get("Path")) if part)
        place = web.url(
            rule.endpoint_url or f"https://{given['ApiEndpoint']}", path, given.get("QueryParameters") or {}
        )
        body = _body(given)
        host = {"Host": given["ApiEndpoint"]}  # whoever stands at endpoint_url can tell the APIs apart
        headers = (
            host | ({"Content-Type": "application/json"} if body is not None else {}) | (given.get("Headers") or {})
        )
        request = web.request(given["Method"], place, headers, body)
        if given.get("AuthType", "NO_AUTH") != "NO_AUTH":
            self._sign(call, request)
        return request

    def _sign(self, call: Call, request: Any) -> None:
        """With Signature Version 4. RESOURCE_POLICY names the machine besides, which only AWS itself can vouch for."""
        clients = self._desk.clients
        credentials, region = clients.credentials(call, call.service), clients.region(call, call.service)
        import_module("botocore.auth").SigV4Auth(credentials, SIGNED_FOR, region).add_auth(request)

    async def poll(self, call: Call, submitted: str) -> str | None:
        raise InternalFailure("no request is waited for")

    async def stop(self, call: Call, submitted: str | None) -> None:
        raise InternalFailure("no request is waited for")


def _check(given: Json) -> None:
    for name in ("ApiEndpoint", "Method"):
        if name not in given:
            raise Unsuitable(f"The field '{name}' is required but was missing")
    if given["Method"] not in web.METHODS:
        raise Unsuitable(f"The value for the field 'Method' must be one of {', '.join(web.METHODS)}")
    for name in given.get("Headers") or {}:
        if name.lower() in REFUSED or name.lower().startswith(("x-forwarded", "x-amz")):
            raise Unsuitable(f"The header '{name}' is not allowed")


def _body(given: Json) -> str | None:
    body = given.get("RequestBody")
    if body is None or given["Method"] not in WITH_BODY:
        return None
    return to_json_text(body if given.get("AllowNullValues") else _without_nulls(body))


def _without_nulls(value: Any) -> Any:
    """Members that are null are not sent, unless asked for."""
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
