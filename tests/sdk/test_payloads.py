"""Large payloads travel by reference, without handlers noticing."""

import asyncio
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

import pytest
from botocore.session import Session
from moto.server import ThreadedMotoServer

from stepwell.sdk import task, workflow
from stepwell.sdk.client import connect_async
from stepwell.sdk.outcomes import WorkflowFailed
from stepwell.sdk.payloads import MARK, PayloadLost, Payloads

from .conftest import Serving

BIG = "flour " * 100_000


class Milled(TypedDict):
    flour: str
    times: int


@task
def mill(text: str, times: int) -> Milled:
    return {"flour": text, "times": times}


@task
def weigh(flour: str) -> int:
    return len(flour)


@task
def pass_on(flour: str) -> str:
    return flour


@workflow
def bakery(text: str) -> str:
    milled = mill(text, 3)
    grams = weigh(milled["flour"])
    if milled["times"] == 3 and grams > 0:
        return pass_on(milled["flour"])
    return "none"


def named(url: str, value: Any) -> dict[str, Any]:
    """The reference to a value."""
    text = json.dumps(value)
    return {MARK: f"{url}/{sha256(text.encode()).hexdigest()}", "bytes": len(text)}


def test_the_largest_members_are_left_first_and_small_ones_stay_to_be_seen(tmp_path: Path) -> None:
    url = f"folder:{tmp_path}/shelf"
    payloads = Payloads(url, threshold=500)
    value = {"a": "x" * 900, "b": "y" * 60, "n": 1}
    left = payloads.leave(value)
    assert left == {"a": named(url, "x" * 900), "b": "y" * 60, "n": 1}
    assert payloads.fetch(left) == value
    assert payloads.leave("x" * 900) == named(url, "x" * 900)
    assert payloads.leave({"small": 1}) == {"small": 1}
    assert payloads.fetch({"deep": [payloads.leave([0] * 900)]}) == {"deep": [[0] * 900]}


def test_an_object_of_many_small_members_is_left_as_a_whole(tmp_path: Path) -> None:
    payloads = Payloads(f"folder:{tmp_path}", threshold=500)
    value = {str(n): n for n in range(200)}
    left = payloads.leave(value)
    assert list(left) == [MARK, "bytes"]
    assert payloads.fetch(left) == value


def test_only_what_a_program_was_told_to_read_is_read(tmp_path: Path) -> None:
    secret = tmp_path / ("a" * 64)
    secret.write_text('"secret"')
    payloads = Payloads(f"folder:{tmp_path}/shelf")
    for place in (f"folder:{tmp_path}/{'a' * 64}", f"folder:{tmp_path}/shelf/../{'a' * 64}", "s3://other/key"):
        with pytest.raises(PayloadLost, match="is not kept in folder:"):
            payloads.fetch({MARK: place})
    with pytest.raises(PayloadLost, match="No such file"):
        payloads.fetch({MARK: f"folder:{tmp_path}/shelf/{'b' * 64}"})


@pytest.mark.parametrize("url", ["/tmp", "folder:", "s3:", "https://example.com"])
def test_other_places_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"is no place for payloads: folder:/path or s3://bucket/prefix"):
        Payloads(url)


async def test_a_workflow_takes_and_gives_more_than_may_travel(
    serving: Serving, runner: asyncio.Runner, tmp_path: Path
) -> None:
    url = f"folder:{tmp_path}"
    async with serving([bakery], payloads=url) as client:
        await client.deploy(bakery)
        async with connect_async(client.api.where.url, payloads=url) as buyer:
            execution = await buyer.start(bakery, BIG)
            assert await execution.result(20) == BIG
            assert await buyer.get(execution.arn, bakery).result() == BIG
        described = await execution.describe()
        assert json.loads(described["input"]) == {"text": named(url, BIG)}
        assert json.loads(described["output"]) == named(url, BIG)


async def test_a_payload_that_is_gone_is_the_tasks_error(
    serving: Serving, runner: asyncio.Runner, tmp_path: Path
) -> None:
    async with serving([bakery], payloads=f"folder:{tmp_path}/here") as client:
        await client.deploy(bakery)
        async with connect_async(client.api.where.url, payloads=f"folder:{tmp_path}/there") as buyer:
            with pytest.raises(WorkflowFailed) as caught:
                await buyer.run(bakery, BIG)
    assert (caught.value.error, caught.value.state) == ("PayloadLost", "mill(text, 3)")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3 bucket of a server that speaks S3's protocol."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    Session().create_client("s3").create_bucket(Bucket="kitchen")
    yield "kitchen"
    server.stop()


def test_a_bucket_keeps_payloads_too(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"s3://{bucket}/shelf"
    payloads = Payloads(url)
    left = payloads.leave({"text": BIG})
    assert left == {"text": named(url, BIG)}
    assert payloads.fetch(left) == {"text": BIG}
    with pytest.raises(PayloadLost, match="NoSuchKey"):
        payloads.fetch({MARK: f"{url}/{'b' * 64}"})
    monkeypatch.setenv("STEPWELL_PAYLOADS", url)
    assert pass_on.lambda_handler({"flour": left["text"]}) == named(url, BIG)
    assert os.environ["STEPWELL_PAYLOADS"] == url
