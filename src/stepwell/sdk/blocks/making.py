"""What programs call to make blocks: one function for each kind."""

import datetime
from collections.abc import Mapping
from typing import Any

from stepwell.sdk.blocks.block import (
    Blocklike,
    Caught,
    Chain,
    Choice,
    Each,
    Fail,
    On,
    Parallel,
    Pass,
    Prefixed,
    Retried,
    Step,
    Succeed,
    Wait,
    When,
    block_of,
)
from stepwell.sdk.blocks.values import Expression, Value
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.tasks import Duration, Retry, Task


def step(
    work: Task[..., Any] | StateMachine | Fragment[..., Any] | str,
    arguments: Mapping[str, Value] | Expression | str | None = None,
    *,
    name: str | None = None,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    timeout: Duration | Expression | str | None = None,
    heartbeat: Duration | Expression | str | None = None,
    comment: str | None = None,
) -> Step:
    """A Task state: a `@task`, another machine that is waited for, or a resource by its ARN; or a `@fragment`'s states.

    `arguments`: the parameters by their names, or all of them as one expression; the state's input where none are
    given. `assign`: variables to set. `output`: what follows gets this; the result where none is given.
    `timeout`, `heartbeat`: in place of the task's own.
    """
    return Step(
        work, arguments, name=name, assign=assign, output=output, timeout=timeout, heartbeat=heartbeat, comment=comment
    )


def pass_(
    output: Value = None,
    *,
    assign: Mapping[str, Value] | None = None,
    name: str | None = None,
    comment: str | None = None,
) -> Pass:
    """A Pass state: it gives `output` (its input where none is given), and sets variables."""
    return Pass(output=output, assign=assign, name=name, comment=comment)


def succeed(output: Value = None, *, name: str | None = None, comment: str | None = None) -> Succeed:
    """A Succeed state: ends the machine, a branch or a round with `output`; with its input where none is given."""
    return Succeed(output=output, name=name, comment=comment)


def fail(
    error: type[BaseException] | Expression | str | None = None,
    cause: Expression | str | None = None,
    *,
    name: str | None = None,
    comment: str | None = None,
) -> Fail:
    """A Fail state: `fail(Declined, "too much")`. A class stands for its name."""
    return Fail(error, cause, name=name, comment=comment)


def wait(
    seconds: int | Expression | str | None = None,
    *,
    minutes: float | Expression | str | None = None,
    hours: float | Expression | str | None = None,
    days: float | Expression | str | None = None,
    until: datetime.datetime | Expression | str | None = None,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    name: str | None = None,
    comment: str | None = None,
) -> Wait:
    """A Wait state: one of these time spans, or `until` a point in time (RFC 3339). Its input goes on."""
    return Wait(
        seconds=seconds,
        minutes=minutes,
        hours=hours,
        days=days,
        until=until.isoformat() if isinstance(until, datetime.datetime) else until,
        assign=assign,
        output=output,
        name=name,
        comment=comment,
    )


def when(
    condition: Expression | str,
    then: Blocklike | None = None,
    *,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    comment: str | None = None,
) -> When:
    """A rule of a `choice`. Without a block it leads to what follows the choice."""
    return When(None if then is None else block_of(then), assign, output, comment, condition)


def choice(
    *rules: When,
    otherwise: Blocklike | None = None,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    name: str | None = None,
    comment: str | None = None,
) -> Choice:
    """A Choice state: the first rule that holds counts. Where none does, `otherwise`; without that, what follows.

    `assign` and `output` are for that last case; each rule has its own.
    """
    rest = None if otherwise is None else block_of(otherwise)
    return Choice(rules, rest, assign=assign, output=output, name=name, comment=comment)


def parallel(
    *branches: Blocklike,
    arguments: Value = None,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    name: str | None = None,
    comment: str | None = None,
) -> Parallel:
    """A Parallel state: all branches at one time, each with the same input. The result is a list of what they give.

    `arguments`: the branches' input in place of the state's.
    """
    blocks = tuple(map(block_of, branches))
    return Parallel(blocks, arguments, assign=assign, output=output, name=name, comment=comment)


def group(
    *blocks: Blocklike,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    name: str | None = None,
    comment: str | None = None,
) -> Parallel:
    """Blocks that are retried and caught as a whole: a Parallel state with one branch, which gives what that gives.

    Variables that are set in it are its own.
    """
    result = output if output is not None else Expression("$states.result[0]")
    branch = (Chain(tuple(map(block_of, blocks))),)
    return Parallel(branch, None, "group", assign=assign, output=result, name=name, comment=comment)


def each(
    items: Value,
    do: Blocklike,
    *,
    select: Value = None,
    max_concurrency: int | Expression | str | None = None,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    name: str | None = None,
    comment: str | None = None,
) -> Each:
    """A Map state: `do` for each item, which is its input. The result is a list of what the rounds give.

    `select`: the input of a round, made of `states.context.Map.Item.Value` and `.Index`. `max_concurrency`: how many
    rounds at one time; 1 makes them one after the other.
    """
    return Each(items, block_of(do), select, max_concurrency, assign=assign, output=output, name=name, comment=comment)


def chain(*blocks: Blocklike) -> Chain:
    """One block after the other: what one gives is the input of the next."""
    return Chain(tuple(map(block_of, blocks)))


def retry(block: Blocklike, *rules: Retry) -> Retried:
    """The step, parallel, group or each, tried again on errors; without rules as `Retry()` says.

    Its rules count before those that a `@task` brings along.
    """
    return Retried(block_of(block), rules or (Retry(),))


def on(
    *errors: type[BaseException] | str,
    then: Blocklike | None = None,
    assign: Mapping[str, Value] | None = None,
    output: Value = None,
    comment: str | None = None,
) -> On:
    """A rule of a `catch`, for these errors and those derived from them; for all where none is named.

    `then` begins with the error as its input, `{"Error": …, "Cause": …}`, or with `output`. Without `then` the error
    is passed over: what follows gets it, or `output`, as its input.
    """
    return On(None if then is None else block_of(then), assign, output, comment, errors or (Exception,))


def catch(block: Blocklike, *rules: On) -> Caught:
    """The step, parallel, group or each, and where its errors lead once nothing tries it again."""
    return Caught(block_of(block), rules)


def prefix(name: str, block: Blocklike) -> Prefixed:
    """The block with `name: ` before the names of all its states, so that it may stand elsewhere too."""
    return Prefixed(block_of(block), name)
