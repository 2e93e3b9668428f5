"""One scope of a machine as it is compiled: its states, its variables, and what names mean in it."""

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import Code, Json
from stepwell.sdk.expressions import expressions
from stepwell.sdk.graph import Graph, Loose, Names, State
from stepwell.sdk.handlers import Handler, innermost_first
from stepwell.sdk.narrowing import assume
from stepwell.sdk.place import Place
from stepwell.sdk.problems import Problem, Refused
from stepwell.sdk.source import Source
from stepwell.sdk.syntax import assigned, names_in
from stepwell.sdk.translator import Translator
from stepwell.sdk.variables import RESERVED, Variables, variable_for

Statement = Callable[["Scope", ast.stmt], None]


class Machine:
    """What all scopes of a machine share."""

    def __init__(self, place: Place, statement: Statement) -> None:
        self.place = place
        self.statement = statement
        self.names = Names()
        self.problems: list[Problem] = []
        self.doubtful: set[str] = set()  # names whose assignments were refused
        self.given: set[str] = set()  # variables that we have named ourselves
        self.errors: dict[str, type[BaseException]] = {}  # by the names by which machines tell them apart


class Loop:
    """A loop around what is compiled."""

    def __init__(self, header: str | None) -> None:
        self.header = header  # the state that begins the next round; None: a round of a Map, which just ends
        self.broken: list[tuple[list[Loose], Variables]] = []
        self.continued: list[tuple[list[Loose], Variables]] = []


class Final:
    """The `finally` of a `try` around what is compiled."""

    def __init__(self, body: list[ast.stmt], handlers: int, loops: int) -> None:
        self.body = body
        self.handlers = handlers  # how many levels of them are around the `try`
        self.loops = loops


class Inlined:
    """A fragment that is being compiled in place of its call."""

    def __init__(self, variable: str | None) -> None:
        self.variable = variable  # that holds what it returns
        self.ends: list[Loose] = []
        self.types: list[t.Type] = []


class Scope:
    """The states of a machine, a Parallel's branch or a Map's processor, as far as they are compiled."""

    def __init__(self, machine: Machine, source: Source) -> None:
        self.machine = machine
        self.source = source
        self.graph = Graph(machine.names)
        self.known = Variables()
        self.aliases: dict[str, str] = {}  # Python's name -> the variable's, where that is another one
        self.texts: dict[str, Code] = {}  # names that are no variables
        self.outer: set[str] = set()  # names of enclosing scopes' variables: they can only be read
        self.handlers: list[list[Handler]] = []
        self.around: list[list[Handler]] = []  # those of enclosing scopes
        self.loops: list[Loop] = []
        self.finals: list[Final] = []
        self.iterated: list[str] = []  # lists that loops around are going through
        self.inlined: Inlined | None = None
        self.inlining: tuple[Any, ...] = ()  # the fragments around what is compiled
        self.known_around: tuple[Variables, ...] = ()  # what is known where each of them is called
        self.prefix = ""  # of state names
        self.error: str | None = None  # the variable with the error that is being handled
        self.returns: t.Type = Any
        self.comment: str | None = None
        self.assigning: State | None = None  # the last state, if it only assigns

    # -- what names mean -----------------------------------------------------------------------------------------------

    def local(self, name: str, node: ast.AST) -> Code | None:
        if name in self.texts:
            return self.texts[name]
        if name in self.known.types:
            filled = not self.inlining and name in self.source.taken
            small = name in self.source.counters
            return Code(f"${self.variable(name)}", self.known.types[name], small=small, filled=filled)
        if name in self.known.maybe:
            raise Refused(node, f"{name} is not assigned on every way that leads here.", "Assign it before the branch.")
        if name in self.source.locals:
            raise Refused(node, f"{name} is not assigned here.", "Assign it before.")
        return None

    def constant(self, node: ast.expr) -> tuple[bool, Any]:
        return self.source.outside(node)

    def bound(self, variables: dict[str, Code]) -> "Scope":
        inner = copy.copy(self)
        inner.known = self.known.copy()
        for name in variables:
            inner.known.forget(name)
        inner.texts = {**self.texts, **variables}
        return inner

    def assuming(self, test: ast.expr, holds: bool) -> "Scope":
        inner = copy.copy(self)
        inner.known = self.known.copy()
        inner.assume(test, holds)
        return inner

    def assume(self, test: ast.expr, holds: bool) -> None:
        """From here on a condition is known to hold, or not to."""
        for node, kind in assume(test, holds, self._type_of):
            self.known.narrowed[ast.unparse(node)] = kind

    def _type_of(self, node: ast.expr) -> t.Type:
        try:
            return self.expressions.code(node).type
        except Refused:
            return Any

    def narrowed(self, text: str) -> t.Type | None:
        return self.known.narrowed.get(text)

    def variable(self, name: str) -> str:
        """How a Python name is called in this scope."""
        if name not in self.aliases and (name in RESERVED or name.startswith("_")):
            self.aliases[name] = self.fresh(name)
        return self.aliases.get(name, name)

    def fresh(self, name: str) -> str:
        """A name for a value of ours, which nobody else has."""
        made = variable_for(name, self.source.names | self.source.parameters | self.machine.given)
        self.machine.given.add(made)
        return made

    def known_for(self, handler: Handler) -> Variables:
        """What is known in the function that a handler stands in."""
        return (*self.known_around, self.known)[handler.depth].copy()

    def risk(self, node: ast.AST, error: type[Exception]) -> None:
        for handler in innermost_first([*self.around, *self.handlers]):
            if handler.takes(error):
                what = f"{ast.unparse(node)} may raise {error.__name__}, which the `{handler.word}` here would catch"
                raise Refused(node, f"{what}, and no Catch can.", "Compute it before the `try`, or test before.")

    @property
    def expressions(self) -> Translator:
        return expressions(self)

    # -- emitting ------------------------------------------------------------------------------------------------------

    def emit(self, wanted: str, state: State, *, ends: bool = False) -> State:
        """Add a state that is called as its code is."""
        if self.comment is not None:
            fields = dict(state)
            state.clear()
            state.update({"Type": fields.pop("Type"), "Comment": self.comment, **fields})
            self.comment = None
        self.assigning = None
        return self.graph.emit(self.machine.names.take(self.prefix + wanted), state, ends=ends)

    def assign(self, name: str, template: Json, kind: t.Type, node: ast.AST, wanted: str) -> None:
        """Assign a value that calls nobody: in the Pass state before this one, where that does not read it."""
        self.check_owned(name, node)
        variable = self.variable(name)
        before = self.assigning
        fits = before is not None and variable not in before["Assign"] and self.comment is None
        if fits and before is not None and not any(f"${other}" in str(template) for other in before["Assign"]):
            before["Assign"][variable] = template
        else:
            self.assigning = self.emit(wanted, {"Type": "Pass", "Assign": {variable: template}})
        self.known.learn(name, kind)

    def check_owned(self, name: str, node: ast.AST) -> None:
        """Raises Refused for a variable of an enclosing scope."""
        if name in self.outer:
            raise Refused(node, f"{name} belongs to the code around, which this part runs beside.",
                          "Give the value back, as a comprehension's or parallel's result.")  # fmt: skip

    def take_way(self) -> tuple[list[Loose], Variables] | None:
        """The end of a way, which goes on somewhere else; None where nothing leads."""
        self.assigning = None
        return (self.graph.take_loose(), self.known.copy()) if self.graph.reachable else None

    def meet(self, ways: Sequence[tuple[list[Loose], Variables] | None]) -> None:
        """Go on where these ways meet."""
        self.assigning = None
        self.graph.loose = [end for way in ways if way is not None for end in way[0]]
        known: Variables | None = None
        for way in ways:
            known = way[1].join(known) if way is not None else known
        self.known = known if known is not None else self.known

    # -- statements ----------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Each statement; one that cannot be compiled is noted, and the others are looked at too."""
        for statement in statements:
            if not self.graph.reachable:
                return
            self.comment = self.source.comment(statement)
            try:
                self.machine.statement(self, statement)
            except Refused as refused:
                if not self.machine.doubtful & names_in(statement):
                    self.note(refused)
                for name in assigned([statement]):  # suppose that it is there, so that nobody complains of that too
                    self.known.learn(name, Any)
                    self.machine.doubtful.add(name)

    def note(self, refused: Refused) -> None:
        node = refused.node
        where = (self.source.file, self.source.line(node), int(getattr(node, "col_offset", 0)) + self.source.indent)
        self.machine.problems.append(Problem(*where, refused.what, refused.instead, refused.kind))

    # -- scopes within, and second thoughts ----------------------------------------------------------------------------

    def inner(self) -> "Scope":
        """A scope for a part that runs beside others: it reads our variables and has its own."""
        inner = Scope(self.machine, self.source)
        inner.known = self.known.copy()
        inner.outer = self.outer | self.known.types.keys() | self.known.maybe
        inner.aliases, inner.texts = dict(self.aliases), dict(self.texts)
        inner.around = [*self.around, *self.handlers]
        inner.prefix, inner.inlining, inner.known_around = self.prefix, self.inlining, self.known_around
        return inner

    def own(self, name: str, part: ast.AST) -> None:
        """A name that is this part's own: AWS wants no variable of an enclosing scope to be called so."""
        clashes = (
            name in self.outer or name in self.aliases or name in self.source.parameters or name in self.machine.given
        )
        if clashes or name in assigned([self.source.definition], part) or variable_for(name, set()) != name:
            self.aliases[name] = self.fresh(name)
        self.outer = self.outer - {name}
        self.known.forget(name)
        self.texts.pop(name, None)

    @contextmanager
    def guarded(self, handlers: list[Handler]) -> Iterator[None]:
        self.handlers.append(handlers)
        try:
            yield
        finally:
            self.handlers.pop()

    def attempt(self) -> Callable[[], None]:
        """Remember where we are; the function returned goes back there."""
        machine, graph = self.machine, self.graph
        taken, given, problems = set(machine.names.taken), set(machine.given), len(machine.problems)
        doubtful = set(machine.doubtful)
        states, loose, known, comment = dict(graph.states), list(graph.loose), self.known.copy(), self.comment
        aliases, assigning = dict(self.aliases), self.assigning
        assigned = None if assigning is None else dict(assigning["Assign"])
        handlers = [(each, list(each.entries), each.known) for level in self.handlers for each in level]
        loops = [(each, list(each.broken), list(each.continued)) for each in self.loops]
        returned = None if self.inlined is None else (list(self.inlined.ends), list(self.inlined.types))

        def back() -> None:
            machine.names.taken, machine.given, machine.doubtful = set(taken), set(given), set(doubtful)
            del machine.problems[problems:]
            graph.states, graph.loose, self.known, self.comment = dict(states), list(loose), known.copy(), comment
            self.aliases, self.assigning = dict(aliases), assigning
            if assigning is not None and assigned is not None:
                assigning["Assign"] = dict(assigned)
            for handler, entries, there in handlers:
                handler.entries, handler.known = list(entries), there
            for loop, broken, continued in loops:
                loop.broken, loop.continued = list(broken), list(continued)
            if self.inlined is not None and returned is not None:
                self.inlined.ends, self.inlined.types = list(returned[0]), list(returned[1])

        return back
