"""`@fragment`: a piece of a workflow with parameters, whose states stand wherever it is called."""

import ast
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from stepwell.sdk.declared import Read

P = ParamSpec("P")
R = TypeVar("R")


class Fragment(Read[P, R]):
    """A function that workflows call, compiled in place of each call. Called outside, it is the function itself."""

    kind = "fragment"

    @property
    def body(self) -> list[ast.stmt]:
        return list(self.source.definition.body)


def fragment(function: Callable[P, R], /) -> Fragment[P, R]:
    """Make a function a piece of workflows: each call stands for its states, with variables of their own."""
    return Fragment(function)
