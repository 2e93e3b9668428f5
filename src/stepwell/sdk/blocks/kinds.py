"""Who writes each kind of block: the states that it becomes."""

from typing import Any

from stepwell.sdk.blocks import block as b
from stepwell.sdk.blocks.steps import write_step
from stepwell.sdk.blocks.values import Expression, is_expression, source_of
from stepwell.sdk.blocks.writing import Guard, Kinds, Writer
from stepwell.sdk.code import TERNARY
from stepwell.sdk.graph import Loose, State, setter

LONGEST_WAIT = 99_999_999
"""Seconds (developer guide, "Wait")."""

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


def _chain(writer: Writer, chain: b.Chain, guard: Guard) -> None:
    if not chain.blocks:
        writer.problem(chain, "has no block in it.", "Give it at least one.")
        writer.placeholder(chain)
    for index, block in enumerate(chain.blocks):
        if index and not writer.graph.reachable:
            before = b.name_of(chain.blocks[index - 1])
            writer.problem(block, f"is never reached: nothing goes on after {before!r}.", "Leave it out, or move it.")
            writer.graph.loose = [_nowhere]  # so that the others are looked at too
        writer.write(block)


def _nowhere(name: str) -> None:
    """The loose end before a block that nothing leads to."""


def _pass(writer: Writer, block: b.Pass, guard: Guard) -> None:
    writer.emit(block, {"Type": "Pass"})


def _succeed(writer: Writer, block: b.Succeed, guard: Guard) -> None:
    writer.emit(block, {"Type": "Succeed"}, ends=True)


def _fail(writer: Writer, block: b.Fail, guard: Guard) -> None:
    said = {"Error": block.error_name, "Cause": block.cause}
    fields = {name: writer.json(block, name.lower(), value) for name, value in said.items() if value is not None}
    writer.emit(block, {"Type": "Fail", **fields}, ends=True)


def _wait(writer: Writer, block: b.Wait, guard: Guard) -> None:
    given = block.given
    if len(given) != 1:
        many = "two times" if given else "no time"
        writer.problem(block, f"is told {many} to wait for.", "Give one of seconds, minutes, hours, days and until.")
        given = {"seconds": 0}
    [(unit, value)] = given.items()
    if unit == "until":
        writer.emit(block, {"Type": "Wait", "Timestamp": writer.json(block, "until", value)})
    else:
        writer.emit(block, {"Type": "Wait", "Seconds": _seconds(writer, block, unit, value)})


def _seconds(writer: Writer, block: b.Wait, unit: str, value: Any) -> Any:
    if is_expression(value):
        given = value if isinstance(value, Expression) else Expression(source_of(value), TERNARY)
        return str(given if unit == "seconds" else given * UNITS[unit])
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value * UNITS[unit]
        if seconds == int(seconds) and 0 <= seconds <= LONGEST_WAIT:
            return int(seconds)
    writer.problem(block, "waits for no number of whole seconds from 0 to 99,999,999, as AWS does.", "Round it.")
    return 0


def _choice(writer: Writer, block: b.Choice, guard: Guard) -> None:
    if not block.rules:
        writer.problem(block, "has no rule.", "Give it when(condition, block).")
        writer.placeholder(block)
        return
    rules: list[State] = []
    state = writer.emit(block, {"Type": "Choice", "Choices": rules}, ends=True)
    ends: list[Loose] = []
    for rule in block.rules:
        ends += writer.branch([setter(_rule(writer, block, rule, rules), "Next")], rule.then)
    writer.graph.loose = ends + writer.branch([setter(state, "Default")], block.otherwise)


def _rule(writer: Writer, block: b.Choice, rule: b.When, rules: list[State]) -> State:
    condition = writer.json(block, "a condition", rule.condition)
    if not is_expression(condition):
        writer.problem(block, f"asks for {rule.condition!r}, which is no expression.",
                       'Write when(states.input.total > 100, …) or when("{% … %}", …).')  # fmt: skip
        condition = "{% true %}"
    written: State = {"Condition": condition}
    if rule.comment:
        written["Comment"] = rule.comment
    writer.data(block, rule, written)
    rules.append(written)
    return written


def _parallel(writer: Writer, block: b.Parallel, guard: Guard) -> None:
    if not block.branches:
        writer.problem(block, "has no branch.", "Give it at least one block.")
        writer.placeholder(block)
        return
    fields: State = {"Type": "Parallel"}
    if block.arguments is not None:
        fields["Arguments"] = writer.json(block, "arguments", block.arguments)
    fields["Branches"] = [writer.scope(branch) for branch in block.branches]
    writer.work(block, fields, guard)


def _each(writer: Writer, block: b.Each, guard: Guard) -> None:
    fields: State = {"Type": "Map", "Items": writer.json(block, "items", block.items)}
    if block.select is not None:
        fields["ItemSelector"] = writer.json(block, "select", block.select)
    if block.max_concurrency is not None:
        fields["MaxConcurrency"] = writer.json(block, "max_concurrency", block.max_concurrency)
    fields["ItemProcessor"] = writer.scope(block.do)
    writer.work(block, fields, guard)


def _retried(writer: Writer, block: b.Retried, guard: Guard) -> None:
    if isinstance(block.block, b.Caught):
        writer.problem(block, "is tried again around its catch, but what a catch takes is tried again before it.",
                       "Write catch(retry(…), …); or put the catch into a group.")  # fmt: skip
    elif guard.retries:
        writer.problem(block, "has two retry around it.", "Give all rules to one: retry(block, Retry(…), Retry(…)).")
    writer.write(block.block, Guard((*block.retries, *guard.retries), guard.rules))


def _caught(writer: Writer, block: b.Caught, guard: Guard) -> None:
    if not block.rules:
        writer.problem(block, "is caught without a rule.", "Give it on(SomeError, then=…).")
    if guard.rules:
        writer.problem(block, "has two catch around it, and the outer one would not see errors of the inner one's.",
                       "Give all rules to one, or put the inner one into a group.")  # fmt: skip
    writer.write(block.block, Guard(guard.retries, (*block.rules, *guard.rules)))


def _prefixed(writer: Writer, block: b.Prefixed, guard: Guard) -> None:
    with writer.prefixed(block.prefix):
        writer.write(block.block, guard)


KINDS: Kinds = {
    b.Chain: _chain,
    b.Step: write_step,
    b.Pass: _pass,
    b.Succeed: _succeed,
    b.Fail: _fail,
    b.Wait: _wait,
    b.Choice: _choice,
    b.Parallel: _parallel,
    b.Each: _each,
    b.Retried: _retried,
    b.Caught: _caught,
    b.Prefixed: _prefixed,
}
