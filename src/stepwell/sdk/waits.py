"""`sleep` and `wait_until`: Wait states."""

import ast
import asyncio
import datetime
from typing import Any

from stepwell.sdk import calls
from stepwell.sdk.awaits import check_awaited
from stepwell.sdk.code import Code, wrapped
from stepwell.sdk.graph import State
from stepwell.sdk.invocations import hoisted
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
SLEEPS: tuple[Any, ...] = (calls.sleep, asyncio.sleep)


def wait(scope: Scope, node: ast.Call) -> bool:
    """Emit the Wait of such a call; False when this is none."""
    known, called = scope.constant(node.func)
    if not known or called not in (*SLEEPS, calls.wait_until):
        return False
    check_awaited(scope, node, called)
    state: State = {"Type": "Wait"}
    if called is calls.wait_until:
        state["Timestamp"] = _moment(scope, node)
    else:
        state["Seconds"] = _seconds(scope, node)
    scope.emit(ast.unparse(node), state)
    return True


def _moment(scope: Scope, node: ast.Call) -> Any:
    if len(node.args) != 1 or node.keywords:
        raise Refused(node, "wait_until takes one point in time.", 'Write wait_until("2026-12-24T18:00:00Z").')
    template, kind = scope.expressions.template(hoisted(scope, node.args[0]))
    if kind is not str:
        raise Refused(node.args[0], "A point in time is a string as in RFC 3339.", "Annotate it as str.")
    return template


def _seconds(scope: Scope, node: ast.Call) -> int | str:
    given = [("seconds", argument) for argument in node.args] + [(str(k.arg), k.value) for k in node.keywords]
    if len(given) != 1 or given[0][0] not in UNITS:
        raise Refused(node, "sleep takes one of seconds, minutes, hours and days.", "Write sleep(minutes=2).")
    unit, value = UNITS[given[0][0]], given[0][1]
    known, constant = (True, value.value) if isinstance(value, ast.Constant) else scope.constant(value)
    if known and isinstance(constant, datetime.timedelta):
        constant = constant.total_seconds()
    if known and isinstance(constant, int | float) and not isinstance(constant, bool):
        seconds = constant * unit
        if seconds != int(seconds) or not 0 <= seconds <= 99_999_999:
            raise Refused(node, "AWS waits for whole seconds, at most 99,999,999.", "Round it.")
        return int(seconds)
    code = scope.expressions.sure(hoisted(scope, value))
    if code.type is not int:
        raise Refused(value, f"{ast.unparse(value)} is not known to be an int.", "AWS waits for whole seconds.")
    return wrapped(code if unit == 1 else Code(f"{code.at(6)} * {unit}", int, 6))
