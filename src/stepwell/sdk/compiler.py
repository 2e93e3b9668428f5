"""An ordinary function as a state machine: statement by statement, states are emitted and tied together."""

import ast
import copy
import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from stepwell.sdk import calls
from stepwell.sdk import types as t
from stepwell.sdk.analysis import assigned, called_first, case_test, is_independent, replaced, title, unawaited
from stepwell.sdk.expressions import Caught, Code, Translator, wrapped
from stepwell.sdk.graph import Graph, Loose, Names, State, setter
from stepwell.sdk.problems import Problem, Refused
from stepwell.sdk.source import Source
from stepwell.sdk.tasks import Task, error_names


class Variables:
    """What is known of the variables at one point."""

    def __init__(self) -> None:
        self.types: dict[str, t.Type] = {}  # of those that are surely assigned
        self.maybe: set[str] = set()  # assigned on some ways here

    def copy(self) -> "Variables":
        other = Variables()
        other.types, other.maybe = dict(self.types), set(self.maybe)
        return other

    def set(self, name: str, type: t.Type) -> None:
        self.types[name] = type
        self.maybe.discard(name)

    def join(self, other: "Variables | None") -> "Variables":
        """What is known where two ways meet; None: nothing comes by the other one."""
        if other is None:
            return self
        joined = Variables()
        joined.types = {n: t.union(k, other.types[n]) for n, k in self.types.items() if n in other.types}
        everything = self.types.keys() | other.types.keys() | self.maybe | other.maybe
        joined.maybe = everything - joined.types.keys()
        return joined

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variables) and (self.types, self.maybe) == (other.types, other.maybe)


class Handler:
    """An `except` clause that holds where code is compiled."""

    def __init__(self, errors: Sequence[type[BaseException]], variable: str | None) -> None:
        self.errors = errors
        self.names = error_names(errors)
        self.variable = variable  # that holds the error
        self.entries: list[Loose] = []
        self.known: Variables | None = None  # at its beginning: what all that lead here know

    def catcher(self) -> State:
        rule: State = {"ErrorEquals": self.names, "Next": ""}
        if self.variable is not None:
            rule["Assign"] = {self.variable: "{% $states.errorOutput %}"}
        self.entries.append(setter(rule, "Next"))
        return rule

    def takes(self, error: type[BaseException]) -> bool:
        return issubclass(error, tuple(self.errors))


class Loop:
    """A loop around what is compiled."""

    def __init__(self, header: str | None) -> None:
        self.header = header  # the state that begins the next round; None: a round of a Map, which just ends
        self.broken: list[tuple[Loose, ...]] = []
        self.known: list[Variables] = []
        self.rounds: list[Loose] = []


class Compiler:
    """Compiles the statements of one scope into a graph."""

    def __init__(self, source: Source, names: Names, problems: list[Problem], place: calls.Place) -> None:
        self.source = source
        self.problems = problems
        self.place = place
        self.graph = Graph(names)
        self.known = Variables()
        self.aliases: dict[str, str] = {}  # Python's name -> the variable's, where an outer one has it already
        self.texts: dict[str, str] = {}  # name -> the JSONata for it, where it is no variable
        self.outer: set[str] = set()  # variables of enclosing scopes: they can be read only
        self.handlers: list[list[Handler]] = []
        self.loops: list[Loop] = []
        self.error: str | None = None  # the variable with the error that is being handled
        self.comment: str | None = None
        self.assigning: State | None = None  # the last state, if it only assigns

    # -- names in expressions ------------------------------------------------------------------------------------------

    def local(self, node: ast.Name) -> Code | None:
        name = node.id
        if name in self.texts:
            return Code(self.texts[name], self.known.types.get(name, Any))
        if name in self.known.types:
            return Code(f"${self.aliases.get(name, name)}", self.known.types[name])
        if name in self.known.maybe:
            raise Refused(node, f"{name} is not assigned on every way that leads here.", "Assign it before the branch.")
        return None

    def constant(self, node: ast.expr) -> tuple[bool, Any]:
        return self.source.outside(node)

    def bound(self, name: str, variable: str, type: t.Type) -> "Compiler":
        inner = copy.copy(self)
        inner.known = self.known.copy()
        inner.known.set(name, type)
        inner.texts = {**self.texts, name: f"${variable}"}
        return inner

    @property
    def expressions(self) -> Translator:
        return Translator(self)

    # -- emitting ------------------------------------------------------------------------------------------------------

    def emit(self, wanted: Sequence[str], state: State, *, ends: bool = False) -> State:
        name = self.graph.names.take(*wanted)
        if self.comment is not None:
            fields = dict(state)
            state.clear()
            state.update({"Type": fields.pop("Type"), "Comment": self.comment, **fields})
            self.comment = None
        self.assigning = None
        return self.graph.emit(name, state, ends=ends)

    def assign(self, name: str, template: Any, type: t.Type, node: ast.AST, wanted: str) -> None:
        """Assign a value that calls nobody: in the Pass state before this one, where that does not read it."""
        self._check_owned(name, node)
        variable = self.aliases.get(name, name)
        before = self.assigning
        fits = before is not None and variable not in before["Assign"] and self.comment is None
        if fits and before is not None and not any(f"${other}" in str(template) for other in before["Assign"]):
            before["Assign"][variable] = template
        else:
            self.assigning = self.emit([wanted], {"Type": "Pass", "Assign": {variable: template}})
        self.known.set(name, type)

    def _check_owned(self, name: str, node: ast.AST) -> None:
        if name in self.outer:
            raise Refused(node, f"{name} belongs to the code around, which this part runs beside.",
                          "Give the value back, as a comprehension's or parallel's result.")  # fmt: skip

    # -- statements ----------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Each statement; one that cannot be compiled is noted, and the others are looked at too."""
        for statement in statements:
            if not self.graph.reachable:
                return
            self.comment = self.source.comment(statement)
            compile: Callable[[Any], None] | None = getattr(self, f"_{type(statement).__name__.lower()}", None)
            try:
                if compile is None:
                    raise Refused(
                        statement, f"`{type(statement).__name__.lower()}` cannot be compiled.", "Do it in a @task."
                    )
                compile(statement)
            except Refused as refused:
                self._note(refused)
                self._suppose(statement)

    def _note(self, refused: Refused) -> None:
        node = refused.node
        where = (self.source.file, self.source.line(node), int(getattr(node, "col_offset", 0)))
        self.problems.append(Problem(*where, refused.what, refused.instead))

    def _suppose(self, statement: ast.stmt) -> None:
        """What it would have assigned is there, so that nobody complains of that too."""
        for name in assigned([statement]):
            self.known.set(name, Any)

    def _pass(self, statement: ast.Pass) -> None:
        return

    def _expr(self, statement: ast.Expr) -> None:
        value = unawaited(statement.value)
        if isinstance(value, ast.Constant):
            return
        if isinstance(value, ast.Call):
            if self._append(value) or self._wait(value):
                return
            if self.call(value, None):
                return
        if isinstance(value, ast.ListComp) and called_first(value.elt, self._is_call):
            self.each(value, None)
            return
        raise Refused(statement, "This computes a value that nobody uses.", "Assign it, or leave it out.")

    def _assign(self, statement: ast.Assign) -> None:
        if len(statement.targets) != 1:
            raise Refused(statement, "One assignment at a time.", "Write a line for each.")
        self._bind(statement.targets[0], statement.value, None)

    def _annassign(self, statement: ast.AnnAssign) -> None:
        if statement.value is None:
            return
        self._bind(statement.target, statement.value, self._annotation(statement.annotation))

    def _annotation(self, node: ast.expr) -> t.Type:
        try:
            return t.plain(self.source.evaluate(node))
        except Exception as problem:
            raise Refused(node, f"The annotation cannot be read: {problem}.") from problem

    def _augassign(self, statement: ast.AugAssign) -> None:
        if not isinstance(statement.target, ast.Name):
            raise Refused(statement, "Data are not changed in place.", "Make a new value and assign it to the name.")
        read = ast.copy_location(ast.Name(statement.target.id, ast.Load()), statement.target)
        value = ast.copy_location(ast.BinOp(read, statement.op, statement.value), statement)
        self._bind(statement.target, value, None)

    def _bind(self, target: ast.expr, value: ast.expr, declared: t.Type | None) -> None:
        value = unawaited(value)
        if isinstance(target, ast.Attribute | ast.Subscript):
            raise Refused(target, "Data are not changed in place.", "Make a new value: x = {**x, …}.")
        if isinstance(value, ast.Call) and self.call(value, target, declared):
            return
        if isinstance(value, ast.ListComp) and called_first(value.elt, self._is_call):
            self.each(value, target)
            return
        value = self.hoisted(value)
        if isinstance(target, ast.Tuple):
            self._unpack(target, value)
            return
        assert isinstance(target, ast.Name)
        template, type = self.expressions.template(value)
        if declared is not None:
            if not t.fits(type, declared):
                raise Refused(value, f"{target.id} is {t.shown(declared)}, and this is {t.shown(type)}.")
            type = declared
        self.assign(target.id, template, type, target, f"{target.id} = {ast.unparse(value)}")

    def _unpack(self, target: ast.Tuple, value: ast.expr) -> None:
        """`a, b = b, a` reads everything before it assigns."""
        if not isinstance(value, ast.Tuple) or len(value.elts) != len(target.elts):
            raise Refused(target, "Only as many values as names can be unpacked.", "Assign one after the other.")
        templates = [self.expressions.template(item) for item in value.elts]
        self.assigning = None
        assign = {}
        for name, (template, _) in zip(target.elts, templates, strict=True):
            if not isinstance(name, ast.Name):
                raise Refused(name, "Only names can be assigned here.")
            self._check_owned(name.id, name)
            assign[self.aliases.get(name.id, name.id)] = template
        self.emit([f"{ast.unparse(target)} = {ast.unparse(value)}"], {"Type": "Pass", "Assign": assign})
        for name, (_, type) in zip(target.elts, templates, strict=True):
            assert isinstance(name, ast.Name)
            self.known.set(name.id, type)

    def _append(self, value: ast.Call) -> bool:
        """`xs.append(x)` on a list that has no second name."""
        function = value.func
        if not (
            isinstance(function, ast.Attribute) and function.attr == "append" and isinstance(function.value, ast.Name)
        ):
            return False
        name = function.value
        code = self.local(name)
        if code is None or not t.is_list(code.type) or len(value.args) != 1:
            return False
        spread = ast.Starred(ast.Name(name.id, ast.Load()), ast.Load())
        longer = ast.List([spread, self.hoisted(value.args[0])], ast.Load())
        for node in ast.walk(longer):
            ast.copy_location(node, value)
        new, kind = self.expressions.template(longer)
        self.assign(name.id, new, kind, name, ast.unparse(value))
        return True

    def _return(self, statement: ast.Return) -> None:
        if any(loop.header is None for loop in self.loops):
            raise Refused(statement, "A round that runs beside others cannot return.", "Collect the values first.")
        self.result(statement.value or ast.copy_location(ast.Constant(None), statement))

    def result(self, value: ast.expr) -> None:
        """End the scope with this value."""
        value = unawaited(value)
        if isinstance(value, ast.Call) and self.call(value, None, ends=True):
            return
        if isinstance(value, ast.ListComp) and called_first(value.elt, self._is_call):
            self.each(value, None, ends=True)
            return
        value = self.hoisted(value)
        template, _ = self.expressions.template(value)
        if template is None:
            template = "{% null %}"
        self.emit(["return", f"return {ast.unparse(value)}"], {"Type": "Succeed", "Output": template}, ends=True)

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _is_call(self, node: ast.expr) -> bool:
        """Whether this is a call that takes a state of its own."""
        if not isinstance(node, ast.Call):
            return False
        known, target = self.constant(node.func)
        return known and (isinstance(target, Task) or target is calls.parallel or calls.is_workflow(target))

    def hoisted(self, value: ast.expr) -> ast.expr:
        """The expression with its calls made before, each in a state of its own."""
        while (found := called_first(value, self._is_call)) is not None:
            call, conditional = found
            if conditional:
                raise Refused(
                    call, "This call may or may not be made.", "Make it in a statement of its own, under an `if`."
                )
            _, target = self.constant(call.func)
            name = self._fresh(getattr(target, "__name__", "result"))
            self.call(call, ast.copy_location(ast.Name(name, ast.Store()), call))
            value = replaced(value, call, ast.copy_location(ast.Name(name, ast.Load()), call))
        return value

    def _fresh(self, name: str) -> str:
        number, wanted = 1, name
        while wanted in self.known.types or wanted in self.known.maybe or wanted in self.outer:
            number += 1
            wanted = f"{name}_{number}"
        return wanted

    def call(
        self, node: ast.Call, target: ast.expr | None, declared: t.Type | None = None, *, ends: bool = False
    ) -> bool:
        """A call that takes a state of its own; False when this is none."""
        if not self._is_call(node):
            return False
        _, called = self.constant(node.func)
        if called is calls.parallel:
            self._parallel(node, target, ends)
            return True
        comment, self.comment = self.comment, None
        for index, argument in enumerate(node.args):
            node.args[index] = self.hoisted(unawaited(argument))
        for keyword in node.keywords:
            keyword.value = self.hoisted(unawaited(keyword.value))
        self.comment = comment
        arguments = calls.arguments(called, node, self.expressions)
        state = calls.state_of(called, arguments, self.place)
        kind = t.plain(called.types.get("return", Any))
        result = calls.result_of(called)
        if declared is not None and not t.fits(kind, declared):
            raise Refused(node, f"{called.name} gives {t.shown(kind)}, and {t.shown(declared)} is wanted.")
        self._work(state, node, target, called.name, kind if declared is None else declared, result, ends)
        return True

    def _work(
        self, state: State, node: ast.expr, target: ast.expr | None, name: str, kind: t.Type, result: str, ends: bool
    ) -> None:
        """Emit a Task, Parallel or Map: what it gives is assigned, what it raises goes to the handlers."""
        wanted = [name, f"{ast.unparse(target)} = {name}"] if target is not None else [name]
        bound = None
        if target is not None:
            bound = self._targets(target, kind, result)
            state["Assign"] = {variable: text for variable, text, _, _ in bound}
        elif ends and result != "$states.result":
            state["Output"] = f"{{% {result} %}}"
        before = self.known.copy()
        rules = []
        for handlers in reversed(self.handlers):
            for handler in handlers:
                rules.append(handler.catcher())
                handler.known = before.join(handler.known)
        rules.sort(key=lambda rule: rule["ErrorEquals"] == ["States.ALL"])
        everything = [rule for rule in rules if rule["ErrorEquals"] == ["States.ALL"]]
        if rules:
            state["Catch"] = [rule for rule in rules if rule not in everything] + everything[:1]
        if ends:
            state["End"] = True
        self.emit(wanted, state, ends=ends)
        for _, _, python, type in bound or ():
            self.known.set(python, type)

    def _targets(self, target: ast.expr, kind: t.Type, result: str) -> list[tuple[str, str, str, t.Type]]:
        """Variable, its value, Python's name for it, its type: for a name, or for each of a tuple."""
        if isinstance(target, ast.Name):
            self._check_owned(target.id, target)
            return [(self.aliases.get(target.id, target.id), f"{{% {result} %}}", target.id, kind)]
        if not isinstance(target, ast.Tuple):
            raise Refused(target, "Only names can be assigned here.")
        found = []
        for index, name in enumerate(target.elts):
            if not isinstance(name, ast.Name):
                raise Refused(name, "Only names can be assigned here.")
            self._check_owned(name.id, name)
            type = t.item_of(kind, index) if t.is_list(kind) else Any
            found.append((self.aliases.get(name.id, name.id), f"{{% {result}[{index}] %}}", name.id, type))
        return found

    # -- scopes within -------------------------------------------------------------------------------------------------

    def inner(self) -> "Compiler":
        """A compiler for a part that runs beside others: it reads our variables and has its own."""
        inner = Compiler(self.source, self.graph.names, self.problems, self.place)
        inner.known = self.known.copy()
        inner.outer = self.outer | self.known.types.keys() | self.known.maybe
        inner.aliases, inner.texts = dict(self.aliases), dict(self.texts)
        return inner

    def own(self, name: str) -> None:
        """A name that is this scope's own, whatever the code around calls so."""
        if name in self.outer:
            self.outer = self.outer - {name}
            number = 2
            while f"{name}_{number}" in self.outer or f"{name}_{number}" in self.aliases.values():
                number += 1
            self.aliases[name] = f"{name}_{number}"
        self.texts.pop(name, None)

    def _parallel(self, node: ast.Call, target: ast.expr | None, ends: bool) -> None:
        if node.keywords or not node.args:
            raise Refused(
                node, "parallel takes the calls that are to be made side by side.", "Write parallel(a(), b())."
            )
        comment, self.comment = self.comment, None
        branches, kinds = [], []
        for argument in node.args:
            inner = self.inner()
            if isinstance(argument, ast.Starred):
                raise Refused(argument, "How many branches there are must be known.", "Use a comprehension.")
            inner.result(argument)
            branches.append(inner.graph.to_asl())
            kinds.append(self._kind_of(argument, inner))
        self.comment = comment
        kind = t.tuple_of(*kinds)
        state = {"Type": "Parallel", "Branches": branches}
        named = [title(argument) for argument in node.args]
        self._work(state, node, target, " | ".join(named), kind, "$states.result", ends)

    def _kind_of(self, value: ast.expr, inner: "Compiler") -> t.Type:
        value = unawaited(value)
        _, called = self.constant(value.func) if isinstance(value, ast.Call) else (False, None)
        if called is not None and (isinstance(called, Task) or calls.is_workflow(called)):
            return t.plain(called.types.get("return", Any))
        return Any

    def each(self, node: ast.ListComp, target: ast.expr | None, *, ends: bool = False) -> None:
        """A comprehension that calls tasks: a Map."""
        if len(node.generators) != 1:
            raise Refused(
                node, "One `for` at a time can be compiled here.", "Use a comprehension within a comprehension."
            )
        generator = node.generators[0]
        items, kind = self._items(generator)
        inner = self.inner()
        inner.loops = [Loop(None)]
        body = unawaited(node.elt)
        single = isinstance(body, ast.Call) and self._is_call(body) and not any(
            called_first(each, self._is_call) for each in [*body.args, *(k.value for k in body.keywords)]
        )  # fmt: skip
        self._item(inner, generator.target, kind, "$states.input" if single else None)
        inner.result(node.elt)
        state = {"Type": "Map", "Items": items, "ItemProcessor": inner.graph.to_asl()}
        result = t.list_of(self._kind_of(node.elt, inner))
        self._work(state, node, target, f"each {title(node.elt)}", result, "$states.result", ends)

    def _items(self, generator: ast.comprehension) -> tuple[Any, t.Type]:
        generator.iter = self.hoisted(generator.iter)
        code = self.expressions.sure(generator.iter)
        if not t.is_list(code.type):
            raise Refused(generator.iter, f"{ast.unparse(generator.iter)} is not known to be a list.", "Annotate it.")
        if generator.ifs:
            name = ast.Name(generator.target.id if isinstance(generator.target, ast.Name) else "", ast.Load())
            taken = ast.copy_location(
                ast.ListComp(ast.copy_location(name, generator.iter), [generator]), generator.iter
            )
            code = self.expressions.code(taken)
        if isinstance(generator.iter, ast.List | ast.Tuple) and not generator.ifs:
            template, _ = self.expressions.template(generator.iter)
            return template, t.item_of(code.type)
        return wrapped(code), t.item_of(code.type)

    def _item(self, inner: "Compiler", target: ast.expr, kind: t.Type, text: str | None) -> None:
        """Name the item: what the round's first state is given, or a variable."""
        if isinstance(target, ast.Name):
            inner.own(target.id)
            if text is not None:
                inner.texts[target.id] = text
                inner.known.set(target.id, kind)
            else:
                inner.assign(target.id, "{% $states.input %}", kind, target, f"for {target.id}")
                inner.assigning = None
            return
        if not isinstance(target, ast.Tuple) or not all(isinstance(name, ast.Name) for name in target.elts):
            raise Refused(target, "Only names can be assigned here.")
        assign = {}
        for index, name in enumerate(target.elts):
            assert isinstance(name, ast.Name)
            inner.own(name.id)
            assign[inner.aliases.get(name.id, name.id)] = f"{{% $states.input[{index}] %}}"
            inner.known.set(name.id, t.item_of(kind, index) if t.is_list(kind) else Any)
        inner.emit([f"for {ast.unparse(target)}"], {"Type": "Pass", "Assign": assign})

    # -- branches ------------------------------------------------------------------------------------------------------

    def _if(self, statement: ast.If) -> None:
        test = self.hoisted(statement.test)
        choice: State = {"Type": "Choice", "Choices": []}
        self.emit([f"if {ast.unparse(test)}"], choice, ends=True)
        self._ways(choice, [(test, statement.body)], statement.orelse)

    def _ways(self, choice: State, ways: list[tuple[ast.expr, list[ast.stmt]]], otherwise: list[ast.stmt]) -> None:
        """The ways out of a Choice: each condition with its block; an `elif` that calls nobody is one more."""
        while (
            len(otherwise) == 1
            and isinstance(otherwise[0], ast.If)
            and not called_first(otherwise[0].test, self._is_call)
        ):
            ways.append((otherwise[0].test, otherwise[0].body))
            otherwise = otherwise[0].orelse
        rules = []
        for test, _ in ways:
            rule = {"Condition": wrapped(self.expressions.truth(test)), "Next": ""}
            choice["Choices"].append(rule)
            rules.append(rule)
        begin, after = self.known, None
        loose: list[Loose] = []
        for rule, (test, body) in zip(rules, ways, strict=True):
            self.graph.loose = [setter(rule, "Next")]
            self.known = begin.copy()
            self._narrow(test, True)
            self.block(body)
            after = self._end_of_way(loose, after)
        self.graph.loose = [setter(choice, "Default")]
        self.known = begin.copy()
        if len(ways) == 1:
            self._narrow(ways[0][0], False)
        self.block(otherwise)
        after = self._end_of_way(loose, after)
        self.graph.loose = loose
        self.known = after if after is not None else begin
        self.assigning = None

    def _end_of_way(self, loose: list[Loose], after: Variables | None) -> Variables | None:
        self.assigning = None
        if not self.graph.reachable:
            return after
        loose += self.graph.take_loose()
        return self.known.join(after)

    def _narrow(self, test: ast.expr, holds: bool) -> None:
        """`x is None` says what x is on each way."""
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name)):
            return
        name, other = test.left.id, test.comparators[0]
        if not (isinstance(other, ast.Constant) and other.value is None) or name not in self.known.types:
            return
        is_none = isinstance(test.ops[0], ast.Is | ast.Eq) == holds
        kinds = t.choices(self.known.types[name])
        left = [kind for kind in kinds if (kind is t.NONE) == is_none]
        if left and t.NONE in kinds:
            self.known.types[name] = t.union(*left)

    def _match(self, statement: ast.Match) -> None:
        subject = self.hoisted(statement.subject)
        if not isinstance(subject, ast.Name):
            name = self._fresh("subject")
            self._bind(ast.copy_location(ast.Name(name, ast.Store()), subject), subject, None)
            subject = ast.copy_location(ast.Name(name, ast.Load()), subject)
        ways, otherwise = [], []
        for case in statement.cases:
            test = case_test(case, subject)
            if test is None:
                otherwise = case.body
                break
            ways.append((test, case.body))
        if not ways:
            self.block(otherwise)
            return
        choice: State = {"Type": "Choice", "Choices": []}
        self.emit([f"match {ast.unparse(statement.subject)}"], choice, ends=True)
        self._ways(choice, ways, otherwise)

    # -- loops ---------------------------------------------------------------------------------------------------------

    def _while(self, statement: ast.While) -> None:
        if statement.orelse:
            raise Refused(statement, "`else` of a loop cannot be compiled.", "Use a flag.")
        forever = isinstance(statement.test, ast.Constant) and bool(statement.test.value)
        self._rounds(
            lambda: None if forever else self.hoisted(statement.test),
            statement.body,
            f"while {ast.unparse(statement.test)}",
        )

    def _rounds(self, test: Callable[[], ast.expr | None], body: list[ast.stmt], wanted: str) -> None:
        """A loop of Choice states. What is known at its head must hold in every round: look again until it does."""
        comment = self.comment
        while True:
            attempt = self._attempt()
            before = self.known.copy()
            self.comment = comment
            after = self._round(test, body, wanted)
            if after is None:
                return
            joined = before.join(after)
            joined.maybe &= before.maybe | self.source.names  # what we have named ourselves is the round's own
            if joined == before:
                return
            attempt()
            self.known = joined

    def _attempt(self) -> Callable[[], None]:
        """Remember where we are; the function returned goes back there."""
        graph, names = self.graph, set(self.graph.names.taken)
        states, loose, problems = dict(graph.states), list(graph.loose), len(self.problems)

        def back() -> None:
            graph.names.taken = names
            graph.states, graph.loose = states, loose
            del self.problems[problems:]
            self.assigning = None

        return back

    def _round(self, test: Callable[[], ast.expr | None], body: list[ast.stmt], wanted: str) -> Variables | None:
        """One round; returns what is known when it comes round again, None when it never does."""
        there = len(self.graph.states)
        condition = test()
        choice: State = {"Type": "Choice", "Choices": []}
        begin = self.known.copy()
        loop = Loop("")
        if condition is not None:
            rule = {"Condition": wrapped(self.expressions.truth(condition)), "Next": ""}
            choice["Choices"].append(rule)
            self.emit([wanted], choice, ends=True)
            self.graph.loose = [setter(rule, "Next")]
        else:
            self.emit([wanted], {"Type": "Pass"})
        self.assigning = None
        head = list(self.graph.states)[there]
        loop.header = head
        self.loops.append(loop)
        self.block(body)
        self.loops.pop()
        after = self.known if self.graph.reachable else None
        for there_known in loop.known[: len(loop.rounds)]:
            after = there_known.join(after)
        self.graph.tie(head)
        for end in loop.rounds:
            end(head)
        exits = [end for ends in loop.broken for end in ends]
        known: Variables | None = None
        if condition is not None:
            exits.append(setter(choice, "Default"))
            known = begin
        for broken in loop.known[len(loop.rounds) :]:
            known = broken.join(known)
        self.graph.loose = exits
        self.known = known if known is not None else begin
        self.assigning = None
        return after

    def _break(self, statement: ast.Break) -> None:
        loop = self.loops[-1]
        if loop.header is None:
            raise Refused(statement, "A round that runs beside others cannot break the loop.")
        loop.broken.append(tuple(self.graph.take_loose()))
        loop.known.append(self.known.copy())
        self.assigning = None

    def _continue(self, statement: ast.Continue) -> None:
        loop = self.loops[-1]
        loop.rounds += self.graph.take_loose()
        loop.known.insert(0, self.known.copy())
        self.assigning = None

    def _for(self, statement: ast.For) -> None:
        if statement.orelse:
            raise Refused(statement, "`else` of a loop cannot be compiled.", "Use a flag.")
        if is_independent(statement, self.source.definition):
            self._for_each(statement)
        else:
            self._for_in_turn(statement)

    def _for_each(self, statement: ast.For) -> None:
        """No round knows of another: a Map, one round at a time, as Python runs them."""
        items, kind = self._items(ast.comprehension(statement.target, statement.iter, [], 0))
        inner = self.inner()
        loop = Loop(None)
        inner.loops = [loop]
        comment, self.comment = self.comment, None
        self._item(inner, statement.target, kind, None)
        for name in assigned(statement.body):
            inner.own(name)
        inner.block(statement.body)
        inner.graph.loose += loop.rounds
        if inner.graph.reachable:
            inner.emit(
                [f"next {ast.unparse(statement.target)}"], {"Type": "Succeed", "Output": "{% null %}"}, ends=True
            )
        self.comment = comment
        state = {"Type": "Map", "Items": items, "MaxConcurrency": 1, "ItemProcessor": inner.graph.to_asl(),
                 "Output": "{% null %}"}  # fmt: skip
        self._work(state, statement.iter, None, f"for {ast.unparse(statement.target)} in {ast.unparse(statement.iter)}",
                   t.NONE, "$states.result", ends=False)  # fmt: skip

    def _for_in_turn(self, statement: ast.For) -> None:
        """Each round goes on from what the one before has left: a loop over an index."""
        target = statement.target
        if not isinstance(target, ast.Name):
            raise Refused(target, "Only one name can be assigned here.", "Unpack it in the loop.")
        items, index = self._fresh(f"{target.id}_items"), self._fresh(f"{target.id}_index")
        iterated = self.hoisted(statement.iter)
        template, kind = self.expressions.template(iterated)
        if not t.is_list(kind):
            raise Refused(statement.iter, f"{ast.unparse(statement.iter)} is not known to be a list.", "Annotate it.")
        shown = f"for {target.id} in {ast.unparse(statement.iter)}"
        self.assign(items, template, kind, target, shown)
        self.assign(index, 0, int, target, shown)
        self.assigning = None
        parsed = ast.parse(f"{index} < len({items})\n{target.id} = {items}[{index}]\n{index} += 1").body
        for node in parsed:
            for each in ast.walk(node):
                ast.copy_location(each, target)
        test, take, count = parsed
        assert isinstance(test, ast.Expr)
        self._rounds(lambda: test.value, [take, count, *statement.body], shown)

    # -- time ----------------------------------------------------------------------------------------------------------

    def _wait(self, node: ast.Call) -> bool:
        known, called = self.constant(node.func)
        if not known or called not in (calls.sleep, calls.wait_until):
            return False
        state: State = {"Type": "Wait"}
        if called is calls.wait_until:
            if len(node.args) != 1 or node.keywords:
                raise Refused(node, "wait_until takes one point in time.")
            template, _ = self.expressions.template(self.hoisted(node.args[0]))
            state["Timestamp"] = template
        else:
            state["Seconds"] = self._seconds(node)
        self.emit([ast.unparse(node)], state)
        return True

    def _seconds(self, node: ast.Call) -> int | str:
        units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
        given = [("seconds", argument) for argument in node.args] + [(k.arg, k.value) for k in node.keywords]
        if len(given) == 1 and given[0][0] in units:
            unit, value = given[0]
            known, constant = self.constant(value)
            if isinstance(value, ast.Constant):
                constant, known = value.value, True
            if known and isinstance(constant, datetime.timedelta):
                constant = constant.total_seconds()
            if known and isinstance(constant, int | float) and not isinstance(constant, bool):
                seconds = constant * units[str(unit)]
                if seconds == int(seconds) and seconds >= 0:
                    return int(seconds)
                raise Refused(node, "AWS waits for whole seconds.", "Round it.")
            code = self.expressions.sure(self.hoisted(value))
            if code.type is int:
                return wrapped(code if unit == "seconds" else Code(f"{code.at(6)} * {units[str(unit)]}", int, 6))
        raise Refused(node, "sleep takes one of seconds, minutes, hours and days, as an int.")

    # -- errors --------------------------------------------------------------------------------------------------------

    def _raise(self, statement: ast.Raise) -> None:
        if statement.exc is None:
            if self.error is None:
                raise Refused(statement, "There is no error here to raise again.")
            again = {"Error": f"{{% ${self.error}.Error %}}", "Cause": f"{{% ${self.error}.Cause %}}"}
            self.emit(["raise"], {"Type": "Fail", **again}, ends=True)
            return
        made = statement.exc
        arguments = made.args if isinstance(made, ast.Call) else []
        known, error = self.constant(made.func if isinstance(made, ast.Call) else made)
        if not known or not (isinstance(error, type) and issubclass(error, BaseException)):
            raise Refused(statement, "Only an exception of a known class can be raised.", "Write raise TheClass(…).")
        if len(arguments) > 1 or (isinstance(made, ast.Call) and made.keywords):
            raise Refused(statement, "An error has a name and one text.", f'Write raise {error.__name__}("…").')
        cause: Any = ""
        if arguments:
            text = self.hoisted(arguments[0])
            cause = text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else wrapped(
                self.expressions._as_text(text))  # fmt: skip
        handler = next((h for handlers in reversed(self.handlers) for h in handlers if h.takes(error)), None)
        if handler is None:
            self.emit([f"raise {error.__name__}"], {"Type": "Fail", "Error": error.__name__, "Cause": cause}, ends=True)
            return
        if handler.variable is not None:
            value = {"Error": error.__name__, "Cause": cause}
            self.emit([f"raise {error.__name__}"], {"Type": "Pass", "Assign": {handler.variable: value}})
        handler.entries += self.graph.take_loose()
        handler.known = self.known.copy().join(handler.known)
        self.assigning = None

    def _try(self, statement: ast.Try) -> None:
        if statement.finalbody:
            raise Refused(statement, "`finally` cannot be compiled.", "Do it after the try, and in each except.")
        handlers = [self._handler(clause) for clause in statement.handlers]
        with self._guarded(handlers):
            self.block(statement.body)
        self.block(statement.orelse)
        loose: list[Loose] = []
        after = self._end_of_way(loose, None)
        for handler, clause in zip(handlers, statement.handlers, strict=True):
            if not handler.entries or handler.known is None:
                continue  # nothing in the body can raise it
            self.graph.loose = handler.entries
            self.known = handler.known
            if handler.variable is not None:
                self.known.set(clause.name or handler.variable, Caught)
            outer, self.error = self.error, handler.variable
            self.block(clause.body)
            self.error = outer
            after = self._end_of_way(loose, after)
        self.graph.loose = loose
        if after is not None:
            self.known = after

    def _handler(self, clause: ast.ExceptHandler) -> Handler:
        nodes = clause.type.elts if isinstance(clause.type, ast.Tuple) else [clause.type] if clause.type else []
        errors: list[type[BaseException]] = [] if nodes else [Exception]
        for node in nodes:
            known, error = self.constant(node)
            if not known or not (isinstance(error, type) and issubclass(error, BaseException)):
                raise Refused(node, f"{ast.unparse(node)} is not known to be a class of exceptions.")
            errors.append(error)
        raises_again = any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(clause))
        name = clause.name or (self._fresh("error") if raises_again else None)
        return Handler(errors, None if name is None else self.aliases.get(name, name))

    @contextmanager
    def _guarded(self, handlers: list[Handler]) -> Iterator[None]:
        self.handlers.append(handlers)
        try:
            yield
        finally:
            self.handlers.pop()
