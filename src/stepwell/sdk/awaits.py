"""`await` where Python wants it: it would not run an async function without, and fail on anything else with it."""

import ast
import asyncio
import inspect
from typing import Any

from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope
from stepwell.sdk.source import place_of


def check_awaited(scope: Scope, node: ast.Call, called: Any) -> None:
    """Raises Refused for a call of an async function that nobody awaits, and for another one that somebody does."""
    place, name = place_of(node), ast.unparse(node.func)
    is_async = called is asyncio.gather or inspect.iscoroutinefunction(getattr(called, "function", called))
    if is_async and place not in scope.source.awaited | scope.source.gathered:
        raise Refused(node, f"{name} is async, and Python would not run it without `await`.",
                      f"Write await {name}(…), in an async def; side by side, await asyncio.gather(…).")  # fmt: skip
    if not is_async and place in scope.source.gathered:
        raise Refused(node, f"asyncio.gather takes what async functions give, and {name} is none.",
                      "Write parallel(…).")  # fmt: skip
    if not is_async and place in scope.source.awaited:
        raise Refused(node, f"{name} is not async: Python would fail to await what it gives.", "Leave out the await.")
