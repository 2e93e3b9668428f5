"""A process that writes to a store until it is killed, and says on its output what has been acknowledged."""

import asyncio
import sys

from stepwell.store.opening import store_at

from .rows import start


async def main(address: str) -> None:
    store = store_at(address)
    await store.open()
    print("open", flush=True)
    number = 0
    while True:
        number += 10
        await store.commit([start(n) for n in range(number - 9, number + 1)])
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
