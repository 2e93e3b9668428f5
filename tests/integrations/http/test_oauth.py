"""OAuth connections: a token is fetched once, used until shortly before its end, and forgotten when it is refused."""

import asyncio
from typing import Any

import pytest

from stepwell.clock import VirtualClock
from stepwell.integrations.call import CallFailed
from stepwell.integrations.http.task import HttpTask

from .apis import Api, Asked, answer
from .conftest import Task, call

CLIENT = {"client_id": "shop", "client_secret": "geheim"}


def tokens(*texts: str, **members: Any) -> Api:
    return Api(*(answer({"access_token": text, "token_type": "Bearer"} | members) for text in texts))


async def refused(task: HttpTask, url: str) -> tuple[str | None, str | None]:
    with pytest.raises(CallFailed) as caught:
        await task.call(call(url))
    return caught.value.failure.error, caught.value.failure.cause


async def test_the_token_is_fetched_with_the_clients_credentials(http: Task) -> None:
    async with tokens("t1") as door, Api(answer()) as api:
        oauth = {**CLIENT, "endpoint": f"{door.url}/token", "body": {"audience": "a"}, "headers": {"X-Tenant": "t"}}
        await http(oauth=oauth).call(call(api.url))
    [asked] = door.asked
    assert (asked.method, asked.target, asked.body) == ("POST", "/token", "grant_type=client_credentials&audience=a")
    assert asked.headers["authorization"] == "Basic c2hvcDpnZWhlaW0="
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["x-tenant"] == "t"
    assert api.asked[0].headers["authorization"] == "Bearer t1"


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_the_credentials_may_stand_among_the_parameters(http: Task, method: str) -> None:
    async with tokens("t1") as door, Api(answer()) as api:
        oauth = {**CLIENT, "endpoint": f"{door.url}/token", "send": "body", "method": method}
        await http(oauth=oauth).call(call(api.url))
    given = "client_id=shop&client_secret=geheim&grant_type=client_credentials"
    [asked] = door.asked
    assert (asked.target, asked.body) == (("/token", given) if method == "POST" else (f"/token?{given}", ""))
    assert "authorization" not in asked.headers


async def test_a_token_is_kept_until_a_minute_before_its_end(http: Task, clock: VirtualClock) -> None:
    async with tokens("t1", "t2", expires_in=3600) as door, Api(answer()) as api:
        task = http(oauth={**CLIENT, "endpoint": door.url})
        for passed in (0, 3_539, 1):
            clock.advance_to(clock.now() + passed * 1000)
            await task.call(call(api.url))
    assert [asked.headers["authorization"] for asked in api.asked] == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize("status", ["401 Unauthorized", "407 Proxy Authentication Required"])
async def test_a_token_that_the_api_refuses_is_replaced_for_the_next_request(http: Task, status: str) -> None:
    async def check(asked: Asked) -> bytes:
        return answer(1) if asked.headers["authorization"] == "Bearer new" else answer(None, status)

    async with tokens("old", "new") as door, Api(check) as api:
        task = http(oauth={**CLIENT, "endpoint": door.url})
        assert (await refused(task, api.url))[0] == f"States.Http.StatusCode.{status[:3]}"
        await task.call(call(api.url))
        assert len(door.asked) == 2


async def test_many_calls_at_once_fetch_one_token(http: Task) -> None:
    async with tokens("t1") as door, Api(answer()) as api:
        task = http(oauth={**CLIENT, "endpoint": door.url})
        await asyncio.gather(*(task.call(call(api.url)) for _ in range(5)))
        assert (len(door.asked), len(api.asked)) == (1, 5)


async def test_those_that_wait_for_a_token_share_its_failure_and_the_next_one_tries_again(http: Task) -> None:
    async with Api(answer(None, "503 Busy"), answer({"access_token": "t1"})) as door, Api(answer()) as api:
        task = http(oauth={**CLIENT, "endpoint": door.url})
        ended = await asyncio.gather(*(task.call(call(api.url)) for _ in range(5)), return_exceptions=True)
        assert [type(end).__name__ for end in ended] == ["ConnectionFault"] * 5
        assert len(door.asked) == 1
        await task.call(call(api.url))
        assert len(door.asked) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer({"error": "geheim"}, "400 Bad Request"), "{door} answered 400 Bad Request instead of a token."),
        (answer({"token": "geheim"}), "{door} answered without an access_token."),
        (answer(b"geheim"), "{door} answered without an access_token."),
        (answer([]), "{door} answered without an access_token."),
    ],
)
async def test_without_a_token_the_connection_is_at_fault_and_nothing_is_called(
    http: Task, said: bytes, why: str
) -> None:
    async with Api(said) as door, Api(answer()) as api:
        assert await refused(http(oauth={**CLIENT, "endpoint": door.url}), api.url) == (
            "Events.ConnectionResource.InvalidConnectionState",
            f"The connection api cannot be authorized: {why.format(door=door.url)}",
        )
        assert api.connections == 0


async def test_the_token_endpoint_is_no_way_around_what_may_be_reached(http: Task) -> None:
    async with tokens("t1") as door:
        task = http({"plain": True}, oauth={**CLIENT, "endpoint": door.url})
        error, cause = await refused(task, "http://api.example")
        assert (error, door.connections) == ("Events.ConnectionResource.InvalidConnectionState", 0)
    assert cause is not None
    assert "HTTP Tasks reach public addresses only, and this leads to 127.0.0.1." in cause
