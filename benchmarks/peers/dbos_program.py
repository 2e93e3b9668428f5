"""What DBOS runs, in its own process without HTTP: `dbos_program DATABASE-URL STEPS EXECUTIONS CLIENTS`.

Prints the milliseconds of each workflow and the seconds of all as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from dbos import DBOS


@DBOS.step()
async def nothing() -> None:
    """A step without work: what is measured is that it is durable."""


@DBOS.workflow()
async def steps(count: int) -> str:
    for _ in range(count):
        await nothing()
    return "done"


async def main(count: int, executions: int, clients: int) -> None:
    for _ in range(clients):
        await steps(count)
    times: list[float] = []
    left = iter(range(executions))
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client(count, left, times) for _ in range(clients)))
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "cpu_seconds": time.process_time() - cpu, "ms": times}))


async def client(count: int, left: Iterator[int], times: list[float]) -> None:
    for _ in left:
        began = time.perf_counter()
        await steps(count)
        times.append(1000 * (time.perf_counter() - began))


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    DBOS(config={"name": "benchmark", "system_database_url": url, "run_admin_server": False, "log_level": "ERROR"})
    DBOS.launch()
    asyncio.run(main(*map(int, numbers)))
    DBOS.destroy()
