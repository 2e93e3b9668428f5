"""A worker: polls for tasks of an activity and answers each at once.

python -m benchmarks.worker URL ACTIVITY-ARN TASKS CONNECTIONS
"""

import asyncio
import re
import sys

import uvloop

from benchmarks.client import Connection, Refused, aws_request, connected

_TOKEN = re.compile(rb'"taskToken": ?"([^"]+)"')
_PLACEHOLDER = b"T" * 56


async def work(url: str, activity: str, tasks: int, count: int) -> None:
    """Return after so many tasks, then wait to be ended: whoever measures reads our CPU time first."""
    poll = aws_request("GetActivityTask", activityArn=activity, workerName="benchmark")
    async with connected(url, count) as connections:
        print("polls", flush=True)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        left = tasks

        def work_on(connection: Connection) -> None:
            def given(status: int, body: bytes) -> None:
                if status != 200:
                    fail(status, body)
                elif token := _TOKEN.search(body):
                    connection.send(success(token[1]), taken)
                else:
                    connection.send(poll, given)

            def taken(status: int, body: bytes) -> None:
                nonlocal left
                if status != 200:
                    fail(status, body)
                    return
                left -= 1
                if left == 0 and not done.done():
                    done.set_result(None)
                connection.send(poll, given)

            connection.send(poll, given)

        def fail(status: int, body: bytes) -> None:
            if not done.done():
                done.set_exception(Refused(f"{status}: {body[:500].decode(errors='replace')}"))

        for connection in connections:
            work_on(connection)
        await done
        await asyncio.Event().wait()


def success(token: bytes) -> bytes:
    """SendTaskSuccess for this token, made from a request for a token of the usual length where that fits."""
    if len(token) == len(_PLACEHOLDER):
        return _SUCCESS.replace(_PLACEHOLDER, token)
    return aws_request("SendTaskSuccess", taskToken=token.decode(), output="{}")


_SUCCESS = aws_request("SendTaskSuccess", taskToken=_PLACEHOLDER.decode(), output="{}")

if __name__ == "__main__":
    uvloop.run(work(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
