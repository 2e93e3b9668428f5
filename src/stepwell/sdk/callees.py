"""What takes states of its own when it is called: tasks, workflows, fragments, and calls side by side."""

import ast
import asyncio
from typing import Any

from stepwell.sdk import calls
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.scope import Scope
from stepwell.sdk.syntax import calls_any
from stepwell.sdk.tasks import Task

SIDE_BY_SIDE: tuple[Any, ...] = (calls.parallel, asyncio.gather)


def is_workflow(value: Any) -> bool:
    """Whether this is a `@workflow`, which another one may call."""
    return getattr(value, "is_stepwell_workflow", False) is True


def called_by(scope: Scope, node: ast.AST) -> Any:
    """What takes states when it is called so: a task, a workflow, a fragment, `parallel`; None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    known, target = scope.constant(node.func)
    if known and (
        isinstance(target, Task) or target in SIDE_BY_SIDE or is_workflow(target) or isinstance(target, Fragment)
    ):
        return target
    return None


def calls_states(scope: Scope, node: ast.AST) -> bool:
    """Whether something that takes states is called in it, anywhere."""
    return calls_any(node, lambda inner: called_by(scope, inner) is not None)


def is_each(scope: Scope, node: ast.AST) -> bool:
    """Whether it is a comprehension that calls something for each item."""
    return isinstance(node, ast.ListComp) and calls_states(scope, node.elt)
