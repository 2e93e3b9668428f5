"""apigateway:invoke: the request that goes out, and what comes back of it."""

import asyncio
import json
from typing import Any

import pytest

from .caller import Caller
from .rude import Rude

API = {"ApiEndpoint": "abc.execute-api.eu-west-1.amazonaws.com", "Method": "GET"}


async def test_the_answer_is_json_with_status_and_headers(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(201, '{"bills": [1]}')]
    rude.headers = {"x-pizza": "quattro"}
    answer = await Caller(rude.url).call("apigateway:invoke", API | {"Stage": "prod", "Path": "bills"})
    headers = {name.lower(): values for name, values in answer.pop("Headers").items()}
    assert answer == {"ResponseBody": {"bills": [1]}, "StatusCode": 201, "StatusText": "Created"}
    assert headers["x-pizza"] == ["quattro"]
    assert (rude.seen[0].method, rude.seen[0].path) == ("GET", "/prod/bills")
    assert rude.seen[0].headers["Host"] == API["ApiEndpoint"]
    assert "Authorization" not in rude.seen[0].headers


async def test_a_body_that_is_no_json_is_a_text(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(200, "thanks")]
    assert (await Caller(rude.url).call("apigateway:invoke", API))["ResponseBody"] == "thanks"


async def test_no_more_is_read_than_a_result_may_have(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(200, "x" * 5000)]
    assert len((await Caller(rude.url, most=100).call("apigateway:invoke", API))["ResponseBody"]) == 101


async def test_parameters_headers_and_body_go_out(runner: asyncio.Runner, rude: Rude) -> None:
    given = API | {
        "Method": "POST",
        "Path": "/a b",
        "QueryParameters": {"id": ["1", "2"], "q": "x&y"},
        "Headers": {"accept": ["text/plain", "text/html"]},
        "RequestBody": {"price": 1, "category": None},
    }
    await Caller(rude.url).call("apigateway:invoke", given)
    seen = rude.seen[0]
    assert seen.path == "/a%20b?id=1&id=2&q=x%26y"
    assert seen.headers["accept"] == "text/plain,text/html"
    assert (seen.headers["Content-Type"], json.loads(seen.body)) == ("application/json", {"price": 1})
    await Caller(rude.url).call("apigateway:invoke", given | {"AllowNullValues": True})
    assert json.loads(rude.seen[1].body) == {"price": 1, "category": None}


async def test_a_request_as_a_role_is_signed(runner: asyncio.Runner, rude: Rude) -> None:
    await Caller(rude.url).call("apigateway:invoke", API | {"AuthType": "IAM_ROLE"})
    signature = rude.seen[0].headers["Authorization"]
    assert signature.startswith("AWS4-HMAC-SHA256 Credential=any/")
    assert "/eu-west-1/execute-api/aws4_request" in signature


@pytest.mark.parametrize(("status", "body"), [(403, '{"message":"Missing Authentication Token"}'), (500, "oops")])
async def test_any_status_but_2xx_fails_the_task_with_the_body_as_cause(
    runner: asyncio.Runner, rude: Rude, status: int, body: str
) -> None:
    rude.answers = [(status, body)]
    assert await Caller(rude.url).failure("apigateway:invoke", API) == (f"ApiGateway.{status}", body)


async def test_an_api_that_is_away_fails_the_task(runner: asyncio.Runner) -> None:
    error, cause = await Caller("http://127.0.0.1:9").failure("apigateway:invoke", API)
    assert error == "ApiGateway.EndpointConnectionError"
    assert cause.startswith("Could not connect")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"Method": "GET"}, "The field 'ApiEndpoint' is required but was missing"),
        (API | {"Method": "TRACE"}, "The value for the field 'Method' must be one of"),
        (API | {"Headers": {"Authorization": "x"}}, "The header 'Authorization' is not allowed"),
        (API | {"Headers": {"X-Amz-Date": "x"}}, "The header 'X-Amz-Date' is not allowed"),
    ],
)
async def test_what_aws_would_not_send_is_refused(
    runner: asyncio.Runner, rude: Rude, given: dict[str, Any], fault: str
) -> None:
    error, cause = await Caller(rude.url).failure("apigateway:invoke", given)
    assert error == "States.Runtime"
    assert fault in cause
    assert rude.seen == []
