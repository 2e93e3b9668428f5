"""Execution logs to CloudWatch Logs: into the log groups that the state machines name."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from stepwell.integrations.aws.clients import Clients
from stepwell.integrations.aws.failures import Refusal, is_answer, refusals
from stepwell.integrations.aws.models import NoModels
from stepwell.integrations.aws.pool import Pool
from stepwell.integrations.logs.writer import LogLine, NotWritten

BATCH_BYTES = 1_000_000
BATCH_EVENTS = 10_000
EVENT_BYTES = 26
"""Limits of PutLogEvents: 1 MiB in all, with 26 bytes for each event besides its text (API reference)."""

THREADS = 4


class CloudWatchWriter:
    """Puts lines into a stream of this process for each group and state machine, made when it is first needed."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._pool = Pool("logs", THREADS)
        began = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M")
        self._stream = f"{began}/{secrets.token_hex(4)}"  # named as AWS names its own

    async def write(self, lines: Sequence[LogLine]) -> None:
        failed: list[LogLine] = []
        why = ""
        failures: tuple[type[Exception], ...] = (NoModels, *refusals())
        for (group, machine), of_group in _by_group(lines).items():
            for batch in _batches(sorted(of_group, key=lambda line: line.at)):
                try:
                    await self._pool.run(lambda g=group, m=machine, b=batch: self._put(g, m, b))  # type: ignore[misc]
                except failures as error:
                    why = f"log group {group}: {error}"
                    # Of a line with several groups only those that failed are written again.
                    failed += [LogLine(line.at, line.text, line.machine, (group,)) for line in batch]
        if failed:
            raise NotWritten(why, failed)

    def _put(self, group: str, machine: str, lines: Sequence[LogLine]) -> None:
        _, _, _, region, _, _, name, *_ = group.split(":")
        client = self._clients.at("logs", region)
        stream = f"states/{machine}/{self._stream}"
        request: dict[str, Any] = {
            "logGroupName": name,
            "logStreamName": stream,
            "logEvents": [{"timestamp": line.at, "message": line.text} for line in lines],
        }
        try:
            client.put_log_events(**request)
        except refusals() as error:
            if not (is_answer(error) and Refusal(error).code == "ResourceNotFoundException"):
                raise
            client.create_log_stream(logGroupName=name, logStreamName=stream)
            client.put_log_events(**request)


def _by_group(lines: Iterable[LogLine]) -> dict[tuple[str, str], list[LogLine]]:
    found: dict[tuple[str, str], list[LogLine]] = {}
    for line in lines:
        for group in line.groups:
            found.setdefault((group, line.machine), []).append(line)
    return found


def _batches(lines: Iterable[LogLine]) -> Iterator[list[LogLine]]:
    batch: list[LogLine] = []
    size = 0
    for line in lines:
        bytes = len(line.text.encode()) + EVENT_BYTES
        if batch and (size + bytes > BATCH_BYTES or len(batch) == BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += bytes
    if batch:
        yield batch
