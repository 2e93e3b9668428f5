"""The Parameters of an HTTP Task: which make a request, and what is said of those that make none."""

import json
from typing import Any

import pytest

from stepwell.integrations.http.connection import Added
from stepwell.integrations.http.request import Unsuitable, merge, read_task

GIVEN = {"ApiEndpoint": "https://api.example", "Method": "GET", "Authentication": {"ConnectionArn": "api"}}
NOTHING = Added(headers={}, query={}, body={}, secrets=())
SOMETHING = Added(headers={}, query={"q": "connection"}, body={"b": "connection"}, secrets=())


def made(added: Added = NOTHING, **parameters: Any) -> Any:
    return merge(read_task(json.dumps(GIVEN | parameters), plain=False), added, "eu-west-1")


def cause(added: Added = NOTHING, **parameters: Any) -> str:
    with pytest.raises(Unsuitable) as caught:
        made(added, **parameters)
    assert caught.value.failure.error == "States.Runtime"
    return str(caught.value.failure.cause)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "A-IM",
            "Accept-Charset",
            "Accept-Encoding",
            "authorization",
            "Cache-Control",
            "Connection",
            "Date",
            "Expect",
        ),
        *("Host", "If-Match", "If-None-Match", "Origin", "Proxy-Authorization", "Referer", "TE", "Transfer-Encoding"),
        *("Upgrade", "Via", "Warning", "X-Forwarded-For", "x-amz-date", "X-Amzn-Trace-Id"),
    ],
)
def test_some_headers_are_not_a_states_to_set(name: str) -> None:
    assert cause(Headers={name: "x"}) == f"The header '{name}' is not allowed in an HTTP Task."


@pytest.mark.parametrize("headers", [{"X-A": "a\r\nHost: other"}, {"X A": "a"}, {"": "a"}, {"X-A": ["a", "b\n"]}])
def test_no_header_brings_another_one_in(headers: dict[str, Any]) -> None:
    assert cause(Headers=headers).endswith("cannot be sent: its name or its value has forbidden characters.")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"Method": "TRACE"}, "Method must be one of GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD: TRACE"),
        ({"ApiEndpoint": 1}, "ApiEndpoint must be a URL: 1"),
        ({"ApiEndpoint": "https://[x"}, "ApiEndpoint is no URL."),
        ({"ApiEndpoint": "https://a:99999/"}, "ApiEndpoint is no URL."),
        ({"ApiEndpoint": "https:///path"}, "ApiEndpoint must name a host, and no user: https:///path"),
        ({"ApiEndpoint": "https://me:geheim@a/b?c"}, "ApiEndpoint must name a host, and no user: a/b"),
        ({"Headers": "x"}, "Headers must be an object: x"),
        ({"QueryParameters": [1]}, "QueryParameters must be an object or a string: [1]"),
        ({"Authentication": {}}, "Authentication.ConnectionArn must be a string: {}"),
        (
            {"InvocationConfig": {"ConnectionArn": "b"}},
            "An HTTP Task needs a connection: InvocationConfig.ConnectionArn (or Authentication's).",
        ),
        (
            {"Transform": {"RequestBodyEncoding": "XML"}},
            'Transform.RequestBodyEncoding must be NONE or URL_ENCODED: {"RequestBodyEncoding":"XML"}',
        ),
        (
            {"Transform": {"RequestEncodingOptions": {"ArrayFormat": "DOTS"}}},
            "Transform.RequestEncodingOptions.ArrayFormat must be one of INDICES, REPEAT, COMMAS, BRACKETS:"
            ' {"ArrayFormat":"DOTS"}',
        ),
        (
            {"Transform": {"RequestBodyEncoding": "URL_ENCODED"}, "RequestBody": [1]},
            "A URL_ENCODED RequestBody must be an object: [1]",
        ),
    ],
)
def test_what_is_wrong_is_named(parameters: dict[str, Any], said: str) -> None:
    assert cause(**parameters) == said


def test_an_unknown_field_is_named() -> None:
    assert cause(Header={}).startswith("HTTP Tasks have no field Header. There are: ApiEndpoint, Authentication, ")


def test_a_text_cannot_be_merged_with_body_parameters() -> None:
    assert cause(SOMETHING, RequestBody="text").startswith("The connection has body parameters, and the RequestBody is")


@pytest.mark.parametrize(
    ("query", "url"),
    [
        ({}, "https://api.example/"),
        ({"a": "ü b", "list": [1, None]}, "https://api.example/?a=%C3%BC%20b&list=1&list="),
        ("?a=1&b=x+y", "https://api.example/?a=1&b=x%20y"),
    ],
)
def test_query_parameters_may_be_an_object_or_a_text(query: Any, url: str) -> None:
    assert made(QueryParameters=query).url == url


def test_the_connections_values_are_sent_where_the_state_has_none() -> None:
    request = made(SOMETHING)
    assert (request.url, request.body) == ("https://api.example/?q=connection", '{"b":"connection"}')
