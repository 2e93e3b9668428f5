"""`@fragment`: a piece of a workflow with parameters, whose states stand wherever it is called."""

import ast
import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypeVar, get_type_hints

from stepwell.sdk.source import Source

P = ParamSpec("P")
R = TypeVar("R")


class Fragment(Generic[P, R]):
    """A function that workflows call, compiled in place of each call. Called outside, it is the function itself."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function
        self.name = function.__name__
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self.__wrapped__ = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<fragment {self.name}>"

    @property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @property
    def types(self) -> dict[str, Any]:
        """Parameter -> its annotation, and `return`."""
        return get_type_hints(self.function, include_extras=True)

    @cached_property
    def source(self) -> Source:
        return Source(self.function)

    @property
    def body(self) -> list[ast.stmt]:
        return list(self.source.definition.body)


def fragment(function: Callable[P, R], /) -> Fragment[P, R]:
    """Make a function a piece of workflows: each call stands for its states, with variables of their own."""
    return Fragment(function)
