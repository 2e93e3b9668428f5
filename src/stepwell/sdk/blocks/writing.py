"""One scope as it is written from blocks: what is misused is noted, and the rest is looked at too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from stepwell.sdk.blocks import block as b
from stepwell.sdk.blocks.values import rendered
from stepwell.sdk.graph import Graph, Loose, Setter, State, setter
from stepwell.sdk.problems import Kind, Problem
from stepwell.sdk.scope import Machine
from stepwell.sdk.tasks import Retry, error_names


class Guard:
    """The retry and the catch around a block: what the one state that it is will have."""

    def __init__(self, retries: Sequence[Retry] = (), rules: Sequence[b.On] = ()) -> None:
        self.retries = retries
        self.rules = rules

    def __bool__(self) -> bool:
        return bool(self.retries or self.rules)


class Writer:
    """One scope of a machine as it is written: the machine itself, a Parallel's branch, a Map's processor."""

    def __init__(self, machine: Machine, kinds: "Kinds", blocks: dict[str, b.Block], prefix: str = "") -> None:
        self.machine = machine
        self.kinds = kinds  # handed in: who writes a kind of block needs this class
        self.blocks = blocks  # state's name -> the block that it is for
        self.prefix = prefix
        self.graph = Graph(machine.names)

    # -- what writers of blocks need -----------------------------------------------------------------------------------

    def placeholder(self, block: b.Block) -> None:
        """Add a state in place of a block that was refused, so that the others are looked at as if it were there."""
        self.add(block, {"Type": "Pass"})

    def problem(self, about: b.Block | b.Rule, what: str, instead: str, kind: Kind = "misuse") -> None:
        """`about`: where it is; the message begins with the block's name."""
        origin = about.origin
        named = f"{b.name_of(about)!r} " if isinstance(about, b.Block) else ""
        self.machine.problems.append(Problem(origin.file, origin.line, origin.column, named + what, instead, kind))

    def write(self, block: b.Block, guard: Guard | None = None) -> None:
        """Emit the states of a block."""
        if guard and not (block.guardable or isinstance(block, b.Wrapper)):
            what = "is retried or caught, and Retry and Catch are for one state that does something."
            self.problem(block, what, f"They go around {b.GUARDABLE}: group(…) makes one of several blocks.")
            guard = None
        self.kinds[type(block)](self, block, guard or Guard())

    def emit(self, block: b.State, fields: State, *, ends: bool = False) -> State:
        """Add the state that a block is."""
        state: State = {"Type": fields.pop("Type"), **({"Comment": block.comment} if block.comment else {}), **fields}
        self.data(block, block, state)
        return self.add(block, state, self.prefix + block.name if block.name else None, ends=ends)

    def add(self, block: b.Block, state: State, name: str | None = None, *, ends: bool = False) -> State:
        """Add a state for a block; its name is made of what the block is where none was given."""
        if name is None or name in self.blocks:
            name = self.machine.names.take(name or self.prefix + b.name_of(block))
        self.blocks[name] = block
        return self.graph.emit(name, state, ends=ends)

    def data(self, about: b.Block, holder: b.State | b.Rule, state: State) -> None:
        """Assign and Output, as a block or a rule says."""
        if holder.assign is not None:
            state["Assign"] = self.json(about, "assign", holder.assign)
        if holder.output is not None:
            state["Output"] = self.json(about, "output", holder.output)

    def json(self, block: b.Block, what: str, value: Any) -> Any:
        """A value as a field has it."""
        try:
            return rendered(value)
        except (TypeError, ValueError) as refused:
            self.problem(block, f"has {what} that is no JSON: {refused}.", "Give it JSON values and expressions.")
            return {}

    def scope(self, block: b.Block) -> dict[str, Any]:
        """The states of a block that runs by itself: a branch, a round."""
        inner = Writer(self.machine, self.kinds, self.blocks, self.prefix)
        inner.write(block)
        inner.finish(block)
        return inner.graph.to_asl()

    def finish(self, block: b.Block) -> None:
        """Let all ends that are left be the scope's."""
        rest: list[Loose] = []
        for end in self.graph.take_loose():
            if isinstance(end, Setter) and end.is_of_state:
                end.holder["End"] = True
            else:
                rest.append(end)
        if rest:
            self.graph.loose = rest
            self.add(block, {"Type": "Succeed"}, self.machine.names.take(f"{self.prefix}succeed"), ends=True)

    def branch(self, ends: list[Loose], then: b.Block | None) -> list[Loose]:
        """Write what these ends lead to; returns the ends that it has."""
        self.graph.loose = ends
        if then is not None:
            self.write(then)
        return self.graph.take_loose()

    @contextmanager
    def prefixed(self, prefix: str) -> Iterator[None]:
        before, self.prefix = self.prefix, f"{self.prefix}{prefix}: "
        try:
            yield
        finally:
            self.prefix = before

    def work(self, block: b.State, fields: State, guard: Guard, retriers: Sequence[State] = ()) -> None:
        """Emit a Task, Parallel or Map, with the retriers of its guard before those it brings along, and its Catch."""
        retry = _in_order([*(rule.to_asl() for rule in guard.retries), *retriers])
        if retry:
            fields["Retry"] = retry
        state = self.emit(block, fields)
        self.catch(block, state, guard.rules)

    def catch(self, block: b.State, state: State, rules: Sequence[b.On]) -> None:
        """The Catch rules of a state that was just emitted, and the blocks that they lead to."""
        ends = self.graph.take_loose()
        catchers: list[State] = []
        for rule in rules:
            if any(catcher["ErrorEquals"] == ["States.ALL"] for catcher in catchers):
                self.problem(block, "has a rule behind one that takes all errors.", "Put on(Exception, …) last.")
                break
            catcher: State = {"ErrorEquals": error_names(rule.errors, rule.origin.module)}
            if rule.comment:
                catcher["Comment"] = rule.comment
            self.data(block, rule, catcher)
            catchers.append(catcher)
            ends += self.branch([setter(catcher, "Next")], rule.then)
        if catchers:
            state["Catch"] = catchers
        self.graph.loose = ends


def _in_order(retriers: Sequence[State]) -> list[State]:
    """States.ALL stands alone and last, or AWS refuses the state; the first one of all that take all counts."""
    some = [dict(each) for each in retriers if each["ErrorEquals"] != ["States.ALL"]]
    return some + [dict(each) for each in retriers if each["ErrorEquals"] == ["States.ALL"]][:1]


Kinds = Mapping[type[b.Block], Callable[[Writer, Any, Guard], None]]
"""Who writes each kind of block."""
