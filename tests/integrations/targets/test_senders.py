"""Events are brought to real places: web servers that are up, slow, broken or away, and files."""

import asyncio
import json
from pathlib import Path

import pytest

from stepwell.integrations.targets.file import FileSender
from stepwell.integrations.targets.http import HttpSender
from stepwell.integrations.targets.target import Event, NotSent

DETAIL = {"detail": {"name": "e", "status": "RUNNING"}}
EVENT = Event(
    id="315c1398-40ff-a850-213b-158f73e60175",
    execution_arn="arn:aws:states:eu-west-1:123456789012:execution:m:e",
    machine_arn="arn:aws:states:eu-west-1:123456789012:stateMachine:m",
    status="RUNNING",
    at=1_700_000_000_000,
    body=json.dumps(DETAIL).encode(),
)


async def sent(sender: HttpSender | FileSender, times: int = 1) -> list[tuple[str, bool] | None]:
    """What comes of sending: why not, and whether the event was refused."""
    results: list[tuple[str, bool] | None] = []
    for _ in range(times):
        try:
            await sender.send(EVENT)
            results.append(None)
        except NotSent as problem:
            results.append((str(problem), problem.refused))
    await sender.close()
    return results


async def test_an_event_is_posted_with_the_headers_given(runner, receiver):
    assert await sent(HttpSender(receiver.url, {"Authorization": "Bearer x"}, 5)) == [None]
    assert receiver.events == [DETAIL]
    given = {name: receiver.headers[name] for name in ("Content-Type", "User-Agent", "Authorization")}
    assert given == {"Content-Type": "application/json", "User-Agent": "stepwell", "Authorization": "Bearer x"}


@pytest.mark.parametrize(("status", "refused"), [(500, False), (503, False), (429, False), (400, True), (302, True)])
async def test_a_status_that_is_not_2xx_is_no_success(runner, receiver, status, refused):
    receiver.status = status
    assert await sent(HttpSender(receiver.url, {}, 5)) == [(f"status {status}", refused)]


async def test_a_slow_answer_is_not_waited_for_any_longer(runner, receiver):
    receiver.open.clear()
    assert await sent(HttpSender(receiver.url, {}, 0.1)) == [("no answer within 0.1 seconds", False)]
    receiver.open.set()


async def test_a_server_that_is_away_is_found_again(runner, receiver):
    sender = HttpSender(receiver.url, {}, 5)
    receiver.down()
    (problem,) = await sent(sender)
    assert problem is not None
    assert "Connect" in problem[0]
    assert not problem[1]
    await asyncio.to_thread(receiver.up)
    assert await sent(sender, 2) == [None, None]


async def test_a_file_gets_a_line_for_each_event(runner, tmp_path: Path):
    file = tmp_path / "events.jsonl"
    assert await sent(FileSender(file), 2) == [None, None]
    assert [json.loads(line) for line in file.read_text().splitlines()] == [DETAIL, DETAIL]


async def test_a_file_that_cannot_be_written_says_why(runner, tmp_path: Path):
    (result,) = await sent(FileSender(tmp_path / "missing" / "events.jsonl"))
    assert result == (f"{tmp_path}/missing/events.jsonl: No such file or directory", False)
