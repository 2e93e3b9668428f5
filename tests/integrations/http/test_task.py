"""HTTP Tasks over real sockets: what is sent, what comes of the answer, and who is never reached."""

import asyncio
import json
import socket
import ssl
from typing import Any

import pytest

from stepwell.integrations.call import CallFailed
from stepwell.integrations.http.task import HttpTask

from .apis import Api, Asked, answer
from .conftest import Task, call


async def failed(task: HttpTask, *arguments: Any, **parameters: Any) -> tuple[str | None, str | None]:
    """The error and its cause."""
    with pytest.raises(CallFailed) as caught:
        await task.call(call(*arguments, **parameters))
    return caught.value.failure.error, caught.value.failure.cause


# -- answers -----------------------------------------------------------------------------------------------------------


async def test_the_result_is_the_body_with_headers_and_status(http: Task) -> None:
    async with Api(answer({"id": 12345678901234567890}, "201 Created", X_Seen="a")) as api:
        result = json.loads(await http().call(call(f"{api.url}/orders", "POST", RequestBody={"n": 1})))
    assert result == {
        "Headers": {"content-length": ["28"], "content-type": ["application/json"], "x-seen": ["a"]},
        "ResponseBody": {"id": 12345678901234567890},
        "StatusCode": 201,
        "StatusText": "Created",
    }


async def test_a_header_and_a_status_text_that_are_no_utf_8_are_iso_8859_1(http: Task) -> None:
    said = b"HTTP/1.1 200 d\xe9j\xe0\r\nX-Seen: caf\xe9\r\nX-Too: caf\xc3\xa9\r\nContent-Length: 0\r\n\r\n"
    async with Api(said) as api:
        result = json.loads(await http().call(call(api.url)))
    assert (result["StatusText"], result["Headers"]["x-seen"], result["Headers"]["x-too"]) == (
        "d\xe9j\xe0",
        ["caf\xe9"],
        ["caf\xe9"],
    )
    async with Api(b"HTTP/1.1 500 z\xfcrnt\r\nContent-Length: 0\r\n\r\n") as api:
        assert await failed(http(), api.url) == ("States.Http.StatusCode.500", "z\xfcrnt")


@pytest.mark.parametrize("charset", ["unicode_escape", "undefined", "punycode"])
async def test_a_charset_that_makes_no_text_of_the_body_fails_the_task(http: Task, charset: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset={charset}\r\nContent-Length: 6\r\n\r\n"
    async with Api(head.encode() + b"\\ud800") as api:
        assert (await failed(http(), api.url))[0] == "States.Runtime"


async def test_headers_that_come_twice_have_two_values(http: Task) -> None:
    said = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    async with Api(said) as api:
        task = http()
        result = json.loads(await task.call(call(api.url)))
        await task.call(call(api.url))
        assert "cookie" not in api.asked[1].headers
    assert result["Headers"]["set-cookie"] == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (b'{"a": [1]}', "application/json; charset=utf-8", {"a": [1]}),
        (b"3", "application/problem+json", 3),
        (b"{no json", "application/json", "{no json"),
        (b'{"a": 1}', "text/plain", '{"a": 1}'),
        ("häuser".encode("latin-1"), "text/html; charset=ISO-8859-1", "häuser"),
        (b"", "application/json", ""),
    ],
)
async def test_a_body_is_json_where_the_answer_says_so_and_else_text(
    http: Task, body: bytes, kind: str, told: Any
) -> None:
    async with Api(answer(body, Content_Type=kind)) as api:
        assert json.loads(await http().call(call(api.url)))["ResponseBody"] == told


@pytest.mark.parametrize("kind", ["application/octet-stream", "image/png", "video/mp4", "audio/ogg"])
async def test_binary_content_fails_the_execution(http: Task, kind: str) -> None:
    async with Api(answer(b"abc", Content_Type=kind)) as api:
        error, cause = await failed(http(), api.url)
    assert (error, cause) == ("States.Runtime", f"The content type of the response is not supported: {kind}")


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=klingon"])
async def test_what_is_no_text_fails_the_execution(http: Task, kind: str) -> None:
    async with Api(answer(b"\xff\xfe\x00", Content_Type=kind)) as api:
        assert await failed(http(), api.url) == ("States.Runtime", "The response cannot be read as text.")


@pytest.mark.parametrize("status", ["404 Not Found", "429 Too Many Requests", "503 Service Unavailable"])
async def test_a_status_that_is_no_success_is_an_error_of_its_own(http: Task, status: str) -> None:
    async with Api(answer({"secret": "detail"}, status)) as api:
        number, _, text = status.partition(" ")
        assert await failed(http(), api.url) == (f"States.Http.StatusCode.{number}", text)


async def test_a_body_above_the_limit_is_not_read_to_its_end(http: Task) -> None:
    # Given a server that promises a gigabyte and sends what it can
    async def endless(asked: Asked) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 500_000

    async with Api(endless) as api:
        error, cause = await failed(http(), api.url)
    assert error == "States.DataLimitExceeded"
    assert cause is not None
    assert "'Ask'" in cause


# -- requests ----------------------------------------------------------------------------------------------------------


async def test_the_request_tells_who_asks_and_merges_what_the_connection_adds(http: Task) -> None:
    task = http(
        api_key={"name": "ApiKey", "value": "key_value"},
        headers={"Header-Param": "connection"},
        query={"QueryParam": "connection"},
        body={"BodyParam": "connection"},
    )
    async with Api(answer()) as api:
        await task.call(
            call(
                f"{api.url}/path?fixed=1",
                "POST",
                Headers={"Request-Id": "mine", "header-param": "state", "Many": ["a", "b"], "Range": "bytes=0-1"},
                QueryParameters={"QueryParam": "state", "list": ["x", "y z"], "n": 1},
                RequestBody={"Job": "Engineer", "BodyParam": "state"},
            )
        )
    [asked] = api.asked
    assert asked.method == "POST"
    assert asked.target == "/path?fixed=1&list=x&list=y%20z&n=1&QueryParam=connection"
    assert json.loads(asked.body) == {"Job": "Engineer", "BodyParam": "connection"}
    assert asked.headers == {
        "host": f"127.0.0.1:{api.port}",
        "user-agent": "Amazon|StepFunctions|HttpInvoke|eu-west-1",
        "range": "bytes=0-262144",
        "request-id": "mine",
        "many": "b",  # the second of two lines
        "header-param": "connection",
        "apikey": "key_value",
        "content-type": "application/json; charset=UTF-8",
        "content-length": str(len(asked.body)),
    }


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_each_method_is_sent(http: Task, method: str) -> None:
    async with Api(b"HTTP/1.1 204 No Content\r\n\r\n") as api:
        result = json.loads(await http().call(call(api.url, method)))
    assert ([asked.method for asked in api.asked], result["StatusCode"]) == ([method], 204)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "text/xml"}, "<a>ü</a>"),
        ({"content-type": "application/vnd.api+json"}, '"<a>ü</a>"'),
        ({}, '"<a>ü</a>"'),
    ],
)
async def test_a_text_is_json_unless_the_state_names_another_type(
    http: Task, headers: dict[str, str], body: str
) -> None:
    async with Api(answer()) as api:
        await http().call(call(api.url, "POST", RequestBody="<a>ü</a>", Headers=headers))
    assert api.asked[0].body == body


async def test_form_data_are_sent_as_such(http: Task) -> None:
    async with Api(answer()) as api:
        await http(body={"key": "k"}).call(
            call(api.url, "POST", RequestBody={"a": [1, 2]}, Transform={"RequestBodyEncoding": "URL_ENCODED"})
        )
    assert api.asked[0].body == "a%5B0%5D=1&a%5B1%5D=2&key=k"
    assert api.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"


async def test_connections_are_kept_for_the_next_request(http: Task) -> None:
    async with Api(answer()) as api:
        task = http()
        for _ in range(3):
            await task.call(call(api.url))
        assert (len(api.asked), api.connections) == (3, 1)


# -- authorization -----------------------------------------------------------------------------------------------------


async def test_basic_authorization_reads_its_secret_at_each_request(http: Task, tmp_path: Any) -> None:
    file = tmp_path / "password"
    task = http(basic={"username": "ada", "password": {"file": str(file)}})
    async with Api(answer()) as api:
        for password in ("one\n", "two\n"):
            file.write_text(password)
            await task.call(call(api.url))
    assert [asked.headers["authorization"] for asked in api.asked] == ["Basic YWRhOm9uZQ==", "Basic YWRhOnR3bw=="]


async def test_a_secret_may_stand_in_the_environment(http: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    task = http(api_key={"name": "X-Key", "value": {"env": "API_KEY_OF_TEST"}})
    async with Api(answer()) as api:
        assert await failed(task, api.url) == (
            "Events.ConnectionResource.InvalidConnectionState",
            "The connection api needs the environment variable API_KEY_OF_TEST, which is not set.",
        )
        monkeypatch.setenv("API_KEY_OF_TEST", "k")
        await task.call(call(api.url))
    assert [asked.headers["x-key"] for asked in api.asked] == ["k"]


async def test_a_connection_that_is_not_there_is_named(http: Task) -> None:
    other = {"ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/other/1"}
    assert await failed(http(), "http://127.0.0.1:1", InvocationConfig=other) == (
        "Events.ConnectionResource.ResourceNotFound",
        "There is no connection other. Add a table [connections.other] to stepwell.toml. There are: api.",
    )


# -- no answer ---------------------------------------------------------------------------------------------------------


async def test_a_server_that_is_down_is_told_of(http: Task) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/here?key=secret"
        error, cause = await failed(http(query={"key": "secret"}), url)
    assert error == "States.Http.Socket"
    assert cause == f"GET {url.partition('?')[0]}: cannot connect (Connection refused)."


async def test_a_host_that_is_not_there_is_told_of(http: Task) -> None:
    assert await failed(http(), "http://nowhere.invalid/") == (
        "States.Http.Socket",
        "GET http://nowhere.invalid/: there is no host nowhere.invalid.",
    )


async def test_a_slow_server_is_waited_for_no_longer_than_the_limit(http: Task) -> None:
    async def never(asked: Asked) -> bytes:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async with Api(never) as api:
        error, cause = await failed(http({"plain": True, "allow": ["127.0.0.1"], "timeout_seconds": 0.05}), api.url)
    assert (error, cause) == ("States.Http.Socket", f"GET {api.url}/: no answer within 0.05 seconds.")


@pytest.mark.parametrize(
    "said",
    [
        b"220 mail.example ESMTP\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"",
    ],
)
async def test_what_is_no_http_or_breaks_off_is_no_answer(http: Task, said: bytes) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error, cause = await failed(http(), f"http://127.0.0.1:{port}/")
    assert error == "States.Http.Socket"
    assert cause is not None
    assert cause.startswith(f"GET http://127.0.0.1:{port}/: the answer is no HTTP, or breaks off (")


async def test_a_line_break_in_a_secret_sends_nothing_and_tells_nothing(http: Task, monkeypatch: Any) -> None:
    monkeypatch.setenv("BROKEN_SECRET", "geheim\r\nX-Injected: 1")
    async with Api(answer()) as api:
        error, cause = await failed(http(api_key={"name": "K", "value": {"env": "BROKEN_SECRET"}}), api.url)
        assert api.asked == []
    assert error == "States.Runtime"
    assert cause == f"GET {api.url}/: a header of the connection has forbidden characters."


# -- who is never reached ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"])
async def test_this_machine_is_not_reached_by_whatever_name(http: Task, host: str) -> None:
    async with Api(answer()) as api:
        error, cause = await failed(http({"plain": True}), f"http://{host}:{api.port}/")
        assert api.connections == 0
    assert error == "States.Permissions"
    assert cause is not None
    assert "HTTP Tasks reach public addresses only, and this leads to " in cause


@pytest.mark.parametrize("host", ["2130706433", "127.1"])
async def test_a_number_is_no_host(http: Task, host: str) -> None:
    async with Api(answer()) as api:
        error, _ = await failed(http(), f"http://{host}:{api.port}/")
        assert (error, api.connections) == ("States.Runtime", 0)


async def test_a_redirect_is_an_answer_and_leads_nowhere(http: Task) -> None:
    async with Api(answer()) as inside:
        async with Api(answer(b"", "302 Found", Location=f"{inside.url}/metadata")) as outside:
            assert await failed(http(), outside.url) == ("States.Http.StatusCode.302", "Found")
        assert inside.connections == 0


@pytest.fixture
def tls(certificate: tuple[str, str]) -> ssl.SSLContext:
    """A server's side of the certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


async def test_https_is_spoken_with_servers_whose_certificate_is_trusted(
    http: Task, certificate: tuple[str, str], tls: ssl.SSLContext
) -> None:
    async with Api(answer("hello"), tls=tls) as api:
        task = http({"allow": ["127.0.0.1"], "ca_file": certificate[0]})
        assert json.loads(await task.call(call(api.url)))["ResponseBody"] == "hello"


async def test_a_server_whose_certificate_is_not_trusted_gets_no_request(http: Task, tls: ssl.SSLContext) -> None:
    async with Api(answer(), tls=tls) as api:
        error, cause = await failed(http({"allow": ["127.0.0.1"]}), api.url)
        assert api.asked == []
    assert (error, cause) == (
        "States.Http.Socket",
        f"GET {api.url}/: the server's certificate is not trusted: self-signed certificate.",
    )


async def test_plain_http_is_refused_unless_it_is_allowed(http: Task) -> None:
    async with Api(answer()) as api:
        error, cause = await failed(http({"allow": ["127.0.0.1"]}), f"{api.url}/a?key=secret")
        assert api.connections == 0
    assert error == "States.Runtime"
    assert cause == (
        f"ApiEndpoint must begin with https://: {api.url}/a. For development, plain = true under [http] in"
        " stepwell.toml allows http:// too."
    )
