"""A machine that is put together of blocks: its definition, or all that is wrong with it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from stepwell.asl.diagnostics import Code, Diagnostic
from stepwell.asl.parse import parse
from stepwell.sdk.blocks import block as b
from stepwell.sdk.blocks.kinds import KINDS
from stepwell.sdk.blocks.writing import Writer
from stepwell.sdk.compiler import compile_statement
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.graph import LONGEST_NAME
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.place import Place
from stepwell.sdk.problems import WorkflowError
from stepwell.sdk.scope import Machine
from stepwell.sdk.tasks import Duration, Task, whole_seconds
from stepwell.sdk.workflows import used_by

_FOLLOW = {Code.MISSING_TARGET, Code.MISSING_END_STATE, Code.INVALID_STATE_NAME}
"""What the validator says too where a block is not reached or not there."""


class Assembled(StateMachine):
    """A state machine that is put together of blocks."""

    def __init__(
        self, name: str, block: b.Block, *, timeout: Duration | None = None, comment: str | None = None
    ) -> None:
        self.name = name
        self.block = block
        self.timeout = None if timeout is None else whole_seconds(timeout)
        self.comment = comment

    def __repr__(self) -> str:
        return f"<machine {self.name}>"

    def to_asl(self, *, region: str = "us-east-1", account: str = "123456789012") -> dict[str, Any]:
        machine = Machine(Place(region, account), compile_statement)
        writer = Writer(machine, KINDS, {})
        self._take_names(writer)
        writer.write(self.block)
        writer.finish(self.block)
        definition = {
            **({"Comment": self.comment} if self.comment else {}),
            "QueryLanguage": "JSONata",
            **({"TimeoutSeconds": self.timeout} if self.timeout is not None else {}),
            **writer.graph.to_asl(),
        }
        _validate(writer, definition)
        if machine.problems:
            raise WorkflowError(self.name, machine.problems)
        return definition

    def _take_names(self, writer: Writer) -> None:
        """Names that were given are theirs, wherever they stand; the others are made around them."""
        names = list(_names(self.block, ""))
        counted = Counter(name for name, _ in names)
        for name, block in names:
            if counted[name] > 1:
                writer.problem(block, f"is one of {counted[name]} of this name.",
                               "Give it another one, or put prefix('…', …) around one of them.")  # fmt: skip
            elif len(name) > LONGEST_NAME:
                writer.problem(
                    block, f"has a name of {len(name)} characters.", f"AWS takes {LONGEST_NAME}: shorten it."
                )
        writer.machine.names.taken |= counted.keys()
        for block in b.all_of(self.block):
            rules = [block, *getattr(block, "rules", ())]
            writer.machine.given.update(*(getattr(rule, "assign", None) or () for rule in rules))

    def used(self, seen: set[int]) -> Iterator[Task[..., Any] | StateMachine]:
        for block in b.all_of(self.block):
            work = block.work if isinstance(block, b.Step) else None
            if work is None or isinstance(work, str) or id(work) in seen:
                continue
            if isinstance(work, Task):
                yield from work.used(seen)
                continue
            seen.add(id(work))
            if isinstance(work, Fragment):
                yield from used_by(work.source, seen)
            else:
                yield work
                yield from work.used(seen)


def machine(name: str, block: b.Blocklike, *, timeout: Duration | None = None, comment: str | None = None) -> Assembled:
    """A state machine of this block, to be deployed, started, built and tested as a `@workflow` is.

    `timeout` bounds an execution. `to_asl()` raises WorkflowError with all that is wrong, each with its block and line.
    """
    return Assembled(name, b.block_of(block), timeout=timeout, comment=comment)


def _names(block: b.Block, prefix: str) -> Iterator[tuple[str, b.Block]]:
    """The names that were given to states, as they will be."""
    if isinstance(block, b.State) and block.name is not None:
        yield prefix + block.name, block
    if isinstance(block, b.Prefixed):
        prefix += f"{block.prefix}: "
    for part in block.parts():
        yield from _names(part, prefix)


def _validate(writer: Writer, definition: dict[str, Any]) -> None:
    """Have it read as a server reads it: an expression may be wrong, a variable belong to a scope around."""
    troubled = bool(writer.machine.problems)
    errors = [each for each in parse(json.dumps(definition)).diagnostics if each.severity == "ERROR"]
    for found in errors:
        block = _at(writer.blocks, found)
        if troubled and (block is None or found.code in _FOLLOW):
            continue
        where = re.sub(r".*/States/", "", found.location or "/")
        writer.problem(block or next(iter(writer.blocks.values())), f"is refused at {where}: {found.message}.", "")


def _at(blocks: dict[str, b.Block], found: Diagnostic) -> b.Block | None:
    """The block whose state a diagnostic is about: the innermost one that its location names."""
    location = found.location or ""
    named = [(location.rfind(f"/States/{name}"), len(name), name) for name in blocks if f"/States/{name}" in location]
    return blocks[max(named)[2]] if named else None
