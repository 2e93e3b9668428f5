"""Blocks: pieces of state machines as data. What is wrong with them shows when a machine is built."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, TypeAlias

import msgspec

from stepwell.sdk.blocks.values import Expression, Value, source_of
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.tasks import Duration, Retry, Task

HOME = __name__.rpartition(".")[0]


class Origin(msgspec.Struct, frozen=True):
    """Where a program makes a block: for its errors. Lines count from 1, columns from 0."""

    file: str
    line: int
    column: int
    module: str


def _origin() -> Origin:
    """The first caller who is not of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith(HOME):
        frame = frame.f_back
    places = list(frame.f_code.co_positions())
    line, _, column, _ = places[frame.f_lasti // 2] if 0 <= frame.f_lasti // 2 < len(places) else (None,) * 4
    module = str(frame.f_globals.get("__name__", ""))
    return Origin(frame.f_code.co_filename, line or frame.f_lineno, column or 0, module)


@dataclass(frozen=True, eq=False)
class Block:
    """A piece of a state machine: it begins with one state, and what follows it is led to by all its ends."""

    _: KW_ONLY
    origin: Origin = field(default_factory=_origin, repr=False)
    guardable: ClassVar[bool] = False  # whether it is one state that Retry and Catch know

    @property
    def called(self) -> str:
        """What its first state is called where no name is given."""
        raise NotImplementedError

    def parts(self) -> "Iterator[Block]":
        """The blocks directly in it."""
        yield from ()


Blocklike: TypeAlias = Block | Task[..., Any] | StateMachine | Fragment[..., Any]
"""A block; or what `step` makes one of: a task, a workflow or another machine, a fragment."""


def block_of(given: Any) -> Block:
    """Raises TypeError for what is none."""
    if isinstance(given, Block):
        return given
    if isinstance(given, Task | StateMachine | Fragment):
        return Step(given)
    called = " Call it: it is a function that returns one." if callable(given) else ""
    raise TypeError(f"{given!r} is no block, no task and no workflow.{called}")


@dataclass(frozen=True, eq=False)
class State(Block):
    """A block that is one state, with the fields that all of them may have."""

    _: KW_ONLY
    name: str | None = None
    comment: str | None = None
    assign: Mapping[str, Value] | None = None
    output: Value = None


@dataclass(frozen=True, eq=False)
class Step(State):
    """A Task; or a fragment's states."""

    work: Task[..., Any] | StateMachine | Fragment[..., Any] | str
    arguments: Mapping[str, Value] | Expression | str | None = None
    _: KW_ONLY
    timeout: Duration | Expression | str | None = None
    heartbeat: Duration | Expression | str | None = None
    guardable = True

    @property
    def called(self) -> str:
        return self.work.rpartition(":::")[2] if isinstance(self.work, str) else self.work.name


@dataclass(frozen=True, eq=False)
class Pass(State):
    @property
    def called(self) -> str:
        return f"set {', '.join(self.assign)}" if self.assign else "pass"


@dataclass(frozen=True, eq=False)
class Wait(State):
    _: KW_ONLY
    seconds: Value = None
    minutes: Value = None
    hours: Value = None
    days: Value = None
    until: Value = None

    @property
    def given(self) -> dict[str, Value]:
        """What was said of how long; it should be one."""
        said = {name: getattr(self, name) for name in ("seconds", "minutes", "hours", "days", "until")}
        return {name: value for name, value in said.items() if value is not None}

    @property
    def called(self) -> str:
        said = (f"until {source_of(v)}" if n == "until" else f"{source_of(v)} {n}" for n, v in self.given.items())
        return " ".join(["wait", *said])


@dataclass(frozen=True, eq=False)
class Succeed(State):
    called = "succeed"


@dataclass(frozen=True, eq=False)
class Fail(State):
    error: type[BaseException] | Expression | str | None = None
    cause: Expression | str | None = None

    @property
    def error_name(self) -> Expression | str | None:
        return self.error.__name__ if isinstance(self.error, type) else self.error

    @property
    def called(self) -> str:
        return f"fail {source_of(self.error_name)}" if self.error is not None else "fail"


@dataclass(frozen=True, eq=False)
class Rule:
    """A way that a Choice or a Catch may take. Without a block it leads to what follows."""

    then: Block | None
    assign: Mapping[str, Value] | None
    output: Value
    comment: str | None
    origin: Origin = field(default_factory=_origin, kw_only=True, repr=False)


@dataclass(frozen=True, eq=False)
class When(Rule):
    condition: Expression | str


@dataclass(frozen=True, eq=False)
class On(Rule):
    errors: tuple[type[BaseException] | str, ...]


@dataclass(frozen=True, eq=False)
class Choice(State):
    rules: tuple[When, ...] = ()
    otherwise: Block | None = None

    @property
    def called(self) -> str:
        return f"if {source_of(self.rules[0].condition)}" if self.rules else "choice"

    def parts(self) -> Iterator[Block]:
        yield from (rule.then for rule in self.rules if rule.then is not None)
        yield from () if self.otherwise is None else (self.otherwise,)


@dataclass(frozen=True, eq=False)
class Parallel(State):
    branches: tuple[Block, ...]
    arguments: Value = None
    word: str = "parallel"
    guardable = True

    @property
    def called(self) -> str:
        return f"{self.word}: {', '.join(name_of(branch) for branch in self.branches)}" if self.branches else self.word

    def parts(self) -> Iterator[Block]:
        yield from self.branches


@dataclass(frozen=True, eq=False)
class Each(State):
    items: Value
    do: Block
    select: Value = None
    max_concurrency: int | Expression | str | None = None
    guardable = True

    @property
    def called(self) -> str:
        return f"each: {name_of(self.do)}"

    def parts(self) -> Iterator[Block]:
        yield self.do


@dataclass(frozen=True, eq=False)
class Chain(Block):
    blocks: tuple[Block, ...]

    @property
    def called(self) -> str:
        return name_of(self.blocks[0]) if self.blocks else "chain"

    def parts(self) -> Iterator[Block]:
        yield from self.blocks


@dataclass(frozen=True, eq=False)
class Wrapper(Block):
    """A block around one other."""

    block: Block

    @property
    def called(self) -> str:
        return name_of(self.block)

    def parts(self) -> Iterator[Block]:
        yield self.block


@dataclass(frozen=True, eq=False)
class Retried(Wrapper):
    retries: tuple[Retry, ...]


@dataclass(frozen=True, eq=False)
class Caught(Wrapper):
    rules: tuple[On, ...]

    def parts(self) -> Iterator[Block]:
        yield self.block
        yield from (rule.then for rule in self.rules if rule.then is not None)


@dataclass(frozen=True, eq=False)
class Prefixed(Wrapper):
    prefix: str

    @property
    def called(self) -> str:
        return f"{self.prefix}: {name_of(self.block)}"


def name_of(block: Block) -> str:
    """What a message, or a block around it, calls a block."""
    return (block.name if isinstance(block, State) else None) or block.called


GUARDABLE = "a step, parallel, group or each"


def all_of(block: Block) -> Iterator[Block]:
    """The block and all in it, in the order in which they are written."""
    yield block
    for part in block.parts():
        yield from all_of(part)
