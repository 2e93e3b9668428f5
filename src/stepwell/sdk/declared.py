"""What a decorator makes of a function: an object that is called, read and typed as the function itself."""

import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar, get_type_hints

from stepwell.sdk.source import Source

P = ParamSpec("P")
R = TypeVar("R")


class Declared(Generic[P, R]):
    """A function with a name in state machines. Called, it is the function itself, which runs here and now."""

    kind: ClassVar[str]  # what it is called: the decorator's name

    def __init__(self, function: Callable[P, R], name: str | None = None) -> None:
        self.function = function
        self.name = name or function.__name__
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self.__wrapped__ = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"

    @property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @property
    def types(self) -> dict[str, Any]:
        """Parameter -> its annotation, and `return`."""
        return get_type_hints(self.function, include_extras=True)


class Read(Declared[P, R]):
    """A function that is read to define something; its body is states."""

    @cached_property
    def source(self) -> Source:
        return Source(self.function)
