"""The same task by a worker and as a Lambda function: moved by configuration alone."""

import asyncio
from pathlib import Path

import pytest

from api.live import LiveServer
from stepwell.sdk.outcomes import WorkflowFailed

from .conftest import working
from .kitchen import Dough, bake, bread, make_dough, pizza

FUNCTIONS = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import kitchen

bake = kitchen.bake.lambda_handler
make_dough = kitchen.make_dough.lambda_handler
"""


async def test_a_task_moves_there_and_back(tmp_path: Path, runner: asyncio.Runner) -> None:
    (tmp_path / "stepwell.toml").write_text(
        '[functions.make-dough]\nhandler = "tasks.py:make_dough"\n[functions.bake]\nhandler = "tasks.py:bake"\n'
    )
    (tmp_path / "tasks.py").write_text(FUNCTIONS)
    live = LiveServer(directory=tmp_path)
    live.start()
    try:
        async with working(live.url, {make_dough: 1, bake: 1}) as client:
            await client.deploy(bread)
            assert await client.run(bread, 100) == Dough(100)
            await client.deploy(bread, resources={"make_dough": "make-dough"})
            moved = await client.start(bread, 200)
            assert await moved.result(30) == Dough(200)
            assert not [event async for event in moved.events() if "Activity" in event.type]
            await client.deploy(pizza, resources={"bake": "bake"})
            with pytest.raises(WorkflowFailed, match=r"in state 'bake.dough.': Burnt: .*2000 g are too much"):
                await client.run(pizza, 2000)
            await client.deploy(bread)
            back = await client.start(bread, 300)
            assert await back.result(20) == Dough(300)
            assert [event async for event in back.events() if "Activity" in event.type]
    finally:
        live.stop()
