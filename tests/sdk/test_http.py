"""Calls over HTTP: what is tried again, for how long, and how requests are signed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.live import LiveServer
from stepwell.api.keys import AccessKey, Keys
from stepwell.errors import ApiError, ThrottlingException
from stepwell.sdk.credentials import aws_session, signed_for_aws
from stepwell.sdk.http import Api, Call, Unreachable, Where, pauses

Answers = list[tuple[int, bytes]]


def error(code: str, message: str = "told so") -> bytes:
    return json.dumps({"__type": f"com.amazonaws#{code}", "message": message}).encode()


@asynccontextmanager
async def answering(*answers: tuple[int, bytes]) -> AsyncIterator[Callable[..., Api]]:
    """A server that gives these answers, one for each request; then it hangs up."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        if left:
            status, body = left.pop(0)
            writer.write(
                b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body
            )
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    apis: list[Api] = []

    def connect(patience: float = 10) -> Api:
        apis.append(Api(Where.find(url), patience=patience))
        return apis[-1]

    try:
        yield connect
    finally:
        for api in apis:
            await api.close()
        server.close()


async def test_what_another_try_may_not_meet_is_tried_again(runner: asyncio.Runner) -> None:
    async with answering(
        (400, error("ThrottlingException")), (503, b"<html>"), (500, error("InternalFailure")), (200, b'{"ok": true}')
    ) as connect:
        call = Call(connect(), "ListActivities", {})
        troubles: list[Exception] = []
        call.troubled = troubles.append
        assert await call.answer(None) == {"ok": True}
        assert call.repeated
        assert [type(problem).__name__ for problem in troubles] == [
            "ThrottlingException",
            "Unreachable",
            "InternalFailure",
        ]


async def test_a_refusal_is_told_at_once(runner: asyncio.Runner) -> None:
    async with answering((400, error("AccessDeniedException", "not you")), (200, b"{}")) as connect:
        with pytest.raises(ApiError, match=r"^not you$") as caught:
            await connect().call("ListActivities")
        assert caught.value.code == "AccessDeniedException"


async def test_a_name_that_is_new_to_us_is_a_class_of_its_own(runner: asyncio.Runner) -> None:
    async with answering((400, error("BrandNewException"))) as connect:
        with pytest.raises(ApiError) as caught:
            await connect().call("ListActivities")
        assert (caught.value.code, caught.value.message) == ("BrandNewException", "told so")


async def test_patience_ends(runner: asyncio.Runner) -> None:
    async with answering((400, error("ThrottlingException")), (200, b"{}")) as connect:
        with pytest.raises(ThrottlingException):
            await connect(patience=0).call("ListActivities")
    async with answering() as connect:
        with pytest.raises(Unreachable, match=r"^No server answers at http://127.0.0.1:\d+ \(Server disconnected\)"):
            await connect(patience=0).call("ListActivities")


async def test_an_answer_of_another_kind_of_server_is_no_answer(runner: asyncio.Runner) -> None:
    async with answering((200, b"Hello"), (404, b"")) as connect:
        api = connect(patience=0)
        for status in (200, 404):
            with pytest.raises(Unreachable, match=f"status {status}, and not as Step Functions answers"):
                await api.call("ListActivities")


def test_pauses_grow_to_five_seconds() -> None:
    drawn: Iterator[float] = pauses()
    found = [next(drawn) for _ in range(10)]
    assert all(
        limit / 2 <= pause <= limit
        for limit, pause in zip([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5, 5], found, strict=True)
    )


def test_where_is_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEPWELL_URL", "STEPWELL_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert (Where.find().url, Where.find().region) == ("http://127.0.0.1:8083", "us-east-1")
    monkeypatch.setenv("STEPWELL_URL", "pizza.example:9000/")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert (Where.find().url, Where.find().region) == ("http://pizza.example:9000", "eu-west-1")
    monkeypatch.setenv("STEPWELL_REGION", "eu-west-2")
    assert (Where.find().region, Where.find(region="eu-west-3").region) == ("eu-west-2", "eu-west-3")


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


def test_aws_itself_is_a_place_too(credentials: None) -> None:
    here = Where.find("aws", "eu-west-1")
    assert (here.url, here.region, here.is_aws) == ("https://states.eu-west-1.amazonaws.com", "eu-west-1", True)
    assert Where.find("aws", "cn-north-1").url == "https://states.cn-north-1.amazonaws.com.cn"
    assert here.url_for("StartExecution") == here.url
    assert here.url_for("StartSyncExecution") == "https://sync-states.eu-west-1.amazonaws.com"
    headers = here.sign({"Host": "states.eu-west-1.amazonaws.com", "X-Amz-Target": "AWSStepFunctions.X"}, b"{}")
    scope = headers["Authorization"].split("Credential=")[1].split(",")[0]
    assert scope.split("/")[0::2] == ["AKIDTEST", "eu-west-1", "aws4_request"]


async def test_a_request_signed_by_awss_own_library_is_what_it_says(credentials: None, runner: asyncio.Runner) -> None:
    """Checked by a server that checks signatures, with the right secret and with another one."""
    for secret, right in (("secret", True), ("other", False)):
        live = LiveServer(keys=Keys(None, (AccessKey(name="tests", id="AKIDTEST", secret=secret),)))
        live.start()
        api = Api(Where(live.url, "us-east-1", signed_for_aws(aws_session(None), "us-east-1")))
        try:
            if right:
                assert await api.call("ListActivities") == {"activities": []}
            else:
                with pytest.raises(ApiError, match="The request signature we calculated does not match"):
                    await api.call("ListActivities")
        finally:
            await api.close()
            live.stop()


def test_no_credentials_for_aws_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody:
        def get_credentials(self) -> Any:
            return None

    with pytest.raises(ValueError, match=r"No AWS credentials were found. Set AWS_PROFILE, or run: aws configure"):
        signed_for_aws(Nobody(), "us-east-1")
