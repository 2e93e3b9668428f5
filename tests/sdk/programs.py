"""Random workflows as source text: programs of the supported subset, which no one has thought of."""

# ruff: noqa: E501, RUF005 (a line for each form of expression)

import random

HEAD = '''"""A generated program."""

from stepwell import parallel, sleep, task, workflow


class Declined(Exception):
    pass


class CardDeclined(Declined):
    pass


class Other(Exception):
    pass


@task
def plus(x: int, y: int = 1) -> int:
    return x + y


@task
def shout(text: str) -> str:
    return text.upper() + "!"


@task
def choosy(n: int) -> int:
    if n % 3 == 0:
        raise Declined(f"no {n}")
    if n % 5 == 0:
        raise CardDeclined(f"no card {n}")
    if n % 7 == 0:
        raise Other(f"other {n}")
    return n * 2


@task
def spell(n: int) -> list[str]:
    return [str(each) for each in range(n % 4)]


@task
def maybe(n: int) -> int | None:
    return None if n % 2 else n


@workflow
def program(
    a: int, b: int, s: str, flag: bool, xs: list[int], names: list[str], d: dict[str, int], rows: list[list[int]],
    o: int | None, c: int = 3
):
'''

PARAMETERS = {
    "int": ["a", "b", "c"],
    "str": ["s"],
    "bool": ["flag"],
    "ints": ["xs"],
    "strs": ["names"],
    "dict": ["d"],
    "rows": ["rows"],
    "maybe": ["o"],
}
TYPES = ["int", "int", "str", "bool", "ints", "strs", "dict", "rows", "float"]


class Programs:
    """Writes one program; `chance` is all it depends on."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines: list[str] = []
        self.count = 0
        self.trying = 0  # within a `try` that expressions must not fail in
        self.within: list[str] = []  # loops and Maps around

    def text(self) -> str:
        known = {kind: list(names) for kind, names in PARAMETERS.items()}
        self.block(known, 1, self.chance.randint(1, 3))
        if self.chance.random() < 0.9:
            self.say(1, f"return {self.result(known)}")
        return HEAD + "\n".join(self.lines) + "\n"

    def say(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind[0]}{self.count}"

    # -- expressions ---------------------------------------------------------------------------------------------------

    def result(self, known: dict[str, list[str]]) -> str:
        kinds = [self.chance.choice(TYPES) for _ in range(self.chance.randint(1, 4))]
        return f"[{', '.join(self.expression(known, kind) for kind in kinds)}]"

    def expression(self, known: dict[str, list[str]], kind: str, depth: int = 2) -> str:
        names = known.get(kind, [])
        if names and (depth <= 0 or self.chance.random() < 0.35):
            return self.chance.choice(names)
        if depth <= 0:
            return self.constant(kind)
        e = lambda of: self.expression(known, of, depth - 1)  # noqa: E731
        return self.chance.choice(self.makers(known, kind, e) or [lambda: self.constant(kind)])()

    def constant(self, kind: str) -> str:
        chance = self.chance
        match kind:
            case "int":
                return str(chance.randint(-9, 12))
            case "str":
                return repr(chance.choice(["", "x", "ab", "{% no %}", "ä\"'", "a,b"]))
            case "bool":
                return chance.choice(["True", "False"])
            case "float":
                return chance.choice(["0.5", "-2.25", "3.0"])
            case "ints":
                return chance.choice(["[]", "[4]", "[1, 2]", "[3, 5, 7]"])
            case "strs":
                return chance.choice(["[]", "['q']", "['a', 'stop', 'b']"])
            case "dict":
                return chance.choice(["{'k': 1}", "{'k': 2, 'x': 0}"])
            case _:
                return chance.choice(["[[1]]", "[[], [2, 3]]", "[[4], [5]]"])

    def makers(self, known: dict[str, list[str]], kind: str, e):  # type: ignore[no-untyped-def]
        chance, safe = self.chance, self.trying == 0
        n = lambda: chance.choice(["2", "3", "-4"])  # noqa: E731
        v = f"v{chance.randint(1, 3)}"
        match kind:
            case "int":
                made = [
                    lambda: f"({e('int')} + {e('int')})", lambda: f"({e('int')} - {e('int')})",
                    lambda: f"{e('int')} * {n()}", lambda: f"{e('int')} % 3", lambda: f"-({e('int')})",
                    lambda: f"abs({e('int')})", lambda: f"len({e(chance.choice(['str', 'ints', 'rows', 'dict']))})",
                    lambda: f"max({e('int')}, {e('int')})", lambda: f"sum({e('ints')})",
                    lambda: f"({e('int')} if {e('bool')} else {e('int')})", lambda: f"{e('dict')}.get('k', {e('int')})",
                    lambda: f"({e('int')} or {e('int')})", lambda: f"int({e('bool')})", lambda: f"int({e('float')})",
                    lambda: f"round({e('float')})", lambda: f"{e('int')} % -5", lambda: f"min({e('int')}, {e('int')}, {e('int')})",
                    lambda: f"max({e('ints')}, default={e('int')})", lambda: f"sum({e('dict')}.values())",
                    lambda: f"next(({v} for {v} in {e('ints')} if {v} > 2), {e('int')})", lambda: f"({e('int')}) ** 2", lambda: f"2 ** abs({e('int')})",
                    lambda: f"sum(1 for {v} in {e('ints')} if {v} > {chance.randint(-1, 4)})", lambda: f"sum({e('ints')}, {e('int')})",
                    lambda: f"{e('int')} * {chance.choice([2**30, 2**52, -(2**53)])}", lambda: f"({e('int')} - {2**53})",
                ]  # fmt: skip
                if safe:
                    made += [lambda: f"{e('int')} // {n()}", lambda: f"{e('int')} // ({e('int')})",
                             lambda: f"{e('ints')}[{chance.randint(-2, 2)}]", lambda: f"{e('dict')}['k']",
                             lambda: f"{e('ints')}[{e('int')}]", lambda: f"min({e('ints')})"]  # fmt: skip
                if known["maybe"]:
                    o = chance.choice(known["maybe"])
                    made += [lambda: f"({o} if {o} is not None else {e('int')})", lambda: f"({o} or {e('int')})"]
                return made
            case "str":
                return [
                    lambda: f"({e('str')} + {e('str')})", lambda: f"f'{{{self.plain(known, 'int')}}} and {{{self.plain(known, 'str')}}}'",
                    lambda: f"str({e('int')})", lambda: f"str({e('bool')})", lambda: f"{e('str')}.upper()",
                    lambda: f"({e('str')} or {e('str')})", lambda: f"'-'.join({e('strs')})", lambda: f"{e('str')}[:2]",
                    lambda: f"{e('str')}.replace('a', 'b')", lambda: f"{e('str')}.strip()", lambda: f"{e('str')}[{e('int')}:]",
                    lambda: f"{e('str')}[-2:]", lambda: f"{e('str')}[:-1]", lambda: f"','.join(str({v}) for {v} in {e('ints')})",
                    lambda: f"f'<{{{chance.choice(known['maybe'])}}}>'", lambda: f"({e('str')} if {e('bool')} else {e('str')})",
                    lambda: f"'+'.join(sorted({e('dict')}))",
                ]  # fmt: skip
            case "bool":
                return [
                    lambda: f"{e('int')} < {e('int')}", lambda: f"{e('int')} == {e('int')}", lambda: f"not {e('str')}",
                    lambda: f"({e('bool')} and {e('bool')})", lambda: f"({e('bool')} or {e('bool')})",
                    lambda: f"{e('str')} in {e('strs')}", lambda: f"bool({e('ints')})", lambda: f"bool({e('dict')})",
                    lambda: f"{e('ints')} == {e('ints')}", lambda: f"'k' in {e('dict')}", lambda: f"{e('str')} < {e('str')}",
                    lambda: f"0 <= {e('int')} < 9", lambda: f"{e('str')}.startswith({e('str')})",
                    lambda: f"{e('str')}.endswith({e('str')})", lambda: f"{e('rows')} == {e('rows')}",
                    lambda: f"any({v} > {chance.randint(0, 4)} for {v} in {e('ints')})",
                    lambda: f"all({v} != 'a' for {v} in {e('strs')})",
                    lambda: f"{chance.choice(known['maybe'])} is None", lambda: f"{e('int')} < {e('int')} <= {e('int')}",
                    lambda: f"{e('int')} in {e('ints')}", lambda: f"{e('int')} not in (1, 2, 3)", lambda: f"{e('dict')} == {e('dict')}",
                    lambda: f"{e('int')} in {e('dict')}.values()", lambda: f"{e('strs')} != {e('strs')}", lambda: f"{e('float')} > {e('int')}",
                    lambda: f"any({v} == 'x' and {n()} > 0 for {v}, v4 in {e('dict')}.items())",
                ]  # fmt: skip
            case "float":
                made = [
                    lambda: f"{e('int')} / {n()}",
                    lambda: f"({e('float')} + {e('int')})",
                    lambda: f"{e('float')} * 1.5",
                ]
                return made + [lambda: f"{e('int')} / ({e('int')})"] if safe else made
            case "ints":
                made = [
                    lambda: f"[{e('int')}, *{e('ints')}]", lambda: f"({e('ints')} + {e('ints')})", lambda: f"[{e('int')}]",
                    lambda: f"[{v} + {n()} for {v} in {e('ints')}]", lambda: f"[len({v}) for {v} in {e('strs')}]",
                    lambda: f"[{v} for {v} in {e('ints')} if {v} > {chance.randint(-1, 4)}]", lambda: f"sorted({e('ints')})",
                    lambda: f"list(range({chance.randint(0, 3)}))", lambda: f"{e('ints')}[1:3]",
                    lambda: f"({e('ints')} if {e('bool')} else {e('ints')})", lambda: f"[len({v}) for {v} in {e('rows')}]",
                    lambda: f"[{v} + v4 for {v}, v4 in zip({e('ints')}, {e('ints')})]", lambda: f"({e('ints')} or {e('ints')})",
                    lambda: f"[{v} * v4 for {v}, v4 in enumerate({e('ints')}, {chance.randint(-1, 2)})]", lambda: f"[*{e('dict')}.values()]",
                    lambda: f"list(range({e('int')} % 4, {e('int')} % 9, {chance.choice([1, 2, 3, -1, -2])}))",
                    lambda: f"sorted({e('ints')}, reverse=True)", lambda: f"sorted({e('ints')}, key=lambda {v}: {v} % 3)",
                    lambda: f"list(reversed({e('ints')}))", lambda: f"{e('ints')}[:-1]", lambda: f"{e('ints')}[-2:]",
                    lambda: f"{e('ints')}[{e('int')}:{e('int')}]", lambda: f"[v4 for {v}, v4 in {e('dict')}.items() if v4 > 0]",
                    lambda: f"[sum({v}) for {v} in {e('rows')} if {v}]",
                    lambda: f"[{v} for r1 in {e('rows')} for {v} in r1]", lambda: f"[{v} * 2 for r1 in {e('rows')} if r1 for {v} in r1 if {v} > 0]",
                    lambda: f"next(({v} for {v} in {e('rows')} if {v}), {e('ints')})", lambda: f"[{v} for {v} in {e('ints')} if {v} if {v} < 9]",
                ]  # fmt: skip
                return made + [lambda: f"{e('rows')}[{chance.randint(-1, 1)}]"] if safe else made
            case "strs":
                return [
                    lambda: f"[{e('str')}]", lambda: f"[*{e('strs')}, {e('str')}]", lambda: f"list({e('dict')})",
                    lambda: f"[{v} + '.' for {v} in {e('strs')}]", lambda: f"{e('str')}.split(',')",
                    lambda: f"sorted({e('strs')})", lambda: f"{e('strs')}[1:]", lambda: f"{e('strs')}[-1:]",
                    lambda: f"[{v} for {v}, v4 in sorted({e('dict')}.items(), key=lambda p: p[1])]",
                    lambda: f"[{v} + str(v4) for {v}, v4 in {e('dict')}.items()]", lambda: f"sorted({e('strs')}, key=lambda t: len(t))",
                    lambda: f"[{v} for {v} in {e('strs')} if {v} in {e('dict')}]",
                ]  # fmt: skip
            case "dict":
                return [
                    lambda: f"{{'k': {e('int')}}}", lambda: f"{{**{e('dict')}, 'x': {e('int')}}}",
                    lambda: f"{{{v}: len({v}) for {v} in {e('strs')}}}", lambda: f"{{{v}: v4 + 1 for {v}, v4 in {e('dict')}.items()}}",
                    lambda: f"{{{v}: v4 for v4, {v} in enumerate({e('strs')}) if {v}}}", lambda: f"({e('dict')} if {e('bool')} else {e('dict')})",
                    lambda: f"{{**{e('dict')}, **{e('dict')}}}",
                    lambda: f"({e('dict')} | {e('dict')})",
                ]  # fmt: skip
            case _:
                return [
                    lambda: f"[{e('ints')}]", lambda: f"[{e('ints')}, {e('ints')}]", lambda: f"({e('rows')} + {e('rows')})",
                    lambda: f"[[{v}, {v}] for {v} in {e('ints')}]", lambda: f"[*{e('rows')}, {e('ints')}]",
                    lambda: f"[[{v}] for {v} in {e('ints')} if {v} > 1]", lambda: f"{e('rows')}[1:]", lambda: f"{e('rows')}[-1:]",
                    lambda: f"[{v} for {v} in {e('rows')} if {v}]", lambda: f"[[{v}, v4] for {v}, v4 in zip({e('ints')}, {e('ints')})]",
                    lambda: f"sorted({e('rows')}, key=lambda r: -len(r))",
                    lambda: f"[r2 for r1 in {e('rows')} for r2 in [r1, {e('ints')}]]", lambda: f"list(reversed({e('rows')}))",
                    lambda: f"[[v4 for v4 in {v} if v4 > 0] for {v} in {e('rows')}]", lambda: f"{e('rows')}[:{e('int')}]",
                ]  # fmt: skip

    def plain(self, known: dict[str, list[str]], kind: str) -> str:
        """What may stand in an f-string, which takes no quotes of its own kind."""
        return self.chance.choice(known[kind])

    # -- statements ----------------------------------------------------------------------------------------------------

    def block(self, known: dict[str, list[str]], depth: int, most: int) -> None:
        for _ in range(max(1, most)):
            self.statement(known, depth)

    def statement(self, known: dict[str, list[str]], depth: int) -> None:
        chance = self.chance
        kinds = [self.assign, self.assign, self.unpack, self.again, self.call, self.call, self.each, self.side_by_side]
        if depth < 3:
            kinds += [self.branch, self.branch, self.loop, self.loop, self.attempt, self.rounds, self.choose]
        if self.within and depth > 2:
            kinds += [self.leave]
        if depth > 1:
            kinds += [self.throw]
        chance.choice(kinds)(known, depth)

    def assign(self, known: dict[str, list[str]], depth: int) -> None:
        kind = self.chance.choice(TYPES)
        name = self.fresh(kind)
        self.say(depth, f"{name} = {self.expression(known, kind)}")
        known.setdefault(kind, []).append(name)

    def unpack(self, known: dict[str, list[str]], depth: int) -> None:
        """Two names at one time; they may change places."""
        kinds = [self.chance.choice(["int", "str", "ints"]) for _ in range(2)]
        names = [self.fresh(kind) for kind in kinds]
        self.say(depth, f"{', '.join(names)} = {', '.join(self.expression(known, kind, 1) for kind in kinds)}")
        if kinds[0] == kinds[1]:
            self.say(depth, f"{names[0]}, {names[1]} = {names[1]}, {names[0]}")
        for kind, name in zip(kinds, names, strict=True):
            known[kind].append(name)

    def again(self, known: dict[str, list[str]], depth: int) -> None:
        """Assign to a name that is there already."""
        chance = self.chance
        kind = chance.choice(["int", "str", "ints", "bool"])
        own = [name for name in known[kind] if name[-1].isdigit()]
        if not own:
            self.assign(known, depth)
            return
        name = chance.choice(own)
        if kind == "int" and chance.random() < 0.5:
            self.say(depth, f"{name} {chance.choice(['+=', '-='])} {self.expression(known, 'int')}")
        elif kind == "bool" and chance.random() < 0.5:
            grown = self.fresh("made")
            self.say(depth, f"{grown} = {{'k': {self.expression(known, 'int', 1)}}}")
            self.say(depth, f"{grown}[{self.expression(known, 'str', 1)}] = {self.expression(known, 'int', 1)}")
            self.say(depth, f"{grown}['k'] += {self.expression(known, 'int', 1)}")
            known["dict"].append(grown)
        elif kind == "ints" and chance.random() < 0.4:
            grown = self.fresh("list")
            self.say(depth, f"{grown} = [{self.expression(known, 'int', 1)}]")
            self.say(depth, f"{grown}.append({self.expression(known, 'int', 1)})")
            known["ints"].append(grown)
        else:
            self.say(depth, f"{name} = {self.expression(known, kind)}")

    def call(self, known: dict[str, list[str]], depth: int) -> None:
        made, kind = self.made(known)
        form = self.chance.random()
        if form < 0.15:
            self.say(depth, made)
            return
        name = self.fresh("task")
        if form < 0.4 and kind == "int":
            made = f"{self.expression(known, 'int', 1)} + {made} * 2"
        self.say(depth, f"{name} = {made}")
        known[kind].append(name)

    def made(self, known: dict[str, list[str]]) -> tuple[str, str]:
        e = lambda kind: self.expression(known, kind, 1)  # noqa: E731
        return self.chance.choice(
            [
                lambda: (f"plus({e('int')})", "int"),
                lambda: (f"plus({e('int')}, y={e('int')})", "int"),
                lambda: (f"plus(plus({e('int')}), {e('int')})", "int"),
                lambda: (f"shout({e('str')})", "str"),
                lambda: (f"choosy({e('int')})", "int"),
                lambda: (f"spell(abs({e('int')}))", "strs"),
                lambda: (f"maybe({e('int')})", "maybe"),
            ]
        )()

    def each(self, known: dict[str, list[str]], depth: int) -> None:
        name = self.fresh("each")
        form = self.chance.choice(
            [
                lambda: (f"[plus(n) for n in {self.expression(known, 'ints', 1)}]", "ints"),
                lambda: (f"[choosy(n) for n in {self.expression(known, 'ints', 1)} if n > 1]", "ints"),
                lambda: (f"[plus(i, n) for i, n in enumerate({self.expression(known, 'ints', 1)})]", "ints"),
                lambda: (f"[shout(n + str(len(n))) for n in {self.expression(known, 'strs', 1)}]", "strs"),
                lambda: (f"[[plus(n), n] for n in {self.expression(known, 'ints', 1)}]", "rows"),
                lambda: (f"[[plus(n) for n in row] for row in {self.expression(known, 'rows', 1)}]", "rows"),
                lambda: (f"[plus(n, len(k)) for k, n in {self.expression(known, 'dict', 1)}.items()]", "ints"),
                lambda: (
                    f"[plus(n, m) for n, m in zip({self.expression(known, 'ints', 1)}, {self.expression(known, 'ints', 1)})]",
                    "ints",
                ),
                lambda: (f"list(parallel(*[plus(n) for n in {self.expression(known, 'ints', 1)}]))", "ints"),
            ]
        )
        text, kind = form()
        self.say(depth, f"{name} = {text}")
        known[kind].append(name)

    def side_by_side(self, known: dict[str, list[str]], depth: int) -> None:
        one, other = self.fresh("one"), self.fresh("other")
        self.trying += 1  # which of two branches fails first is nobody's promise
        first, kind = self.made(known)
        second, that = self.made(known)
        self.trying -= 1
        self.say(depth, f"{one}, {other} = parallel({first}, {second})")
        known[kind].append(one)
        known[that].append(other)

    def inner(self, known: dict[str, list[str]]) -> dict[str, list[str]]:
        return {kind: list(names) for kind, names in known.items()}

    def branch(self, known: dict[str, list[str]], depth: int) -> None:
        self.say(depth, f"if {self.expression(known, 'bool')}:")
        self.block(self.inner(known), depth + 1, self.chance.randint(1, 2))
        if self.chance.random() < 0.3:
            self.say(depth, f"elif {self.expression(known, 'bool')}:")
            self.block(self.inner(known), depth + 1, 1)
        if self.chance.random() < 0.5:
            self.say(depth, "else:")
            self.block(self.inner(known), depth + 1, 1)

    def choose(self, known: dict[str, list[str]], depth: int) -> None:
        self.say(depth, f"match {self.chance.choice(known['int'])}:")
        for pattern in ("1 | 2", "-3", "_"):
            self.say(depth + 1, f"case {pattern}:")
            self.block(self.inner(known), depth + 2, 1)

    def loop(self, known: dict[str, list[str]], depth: int) -> None:
        """A loop whose rounds know of each other."""
        total = self.fresh("int")
        self.say(depth, f"{total} = 0")
        inner = self.inner(known)
        if self.chance.random() < 0.5:
            name = self.fresh("int")
            form = self.chance.choice([f"for {name} in {self.expression(known, 'ints', 1)}:",
                                       f"for {name}, _ in enumerate({self.expression(known, 'strs', 1)}, {self.chance.randint(0, 2)}):",
                                       f"for _, {name} in {self.expression(known, 'dict', 1)}.items():",
                                       f"for {name} in {self.expression(known, 'dict', 1)}.values():",
                                       f"for {name}, _ in zip({self.expression(known, 'ints', 1)}, {self.expression(known, 'rows', 1)}):",
                                       f"for {name} in range({self.chance.randint(0, 3)}):"])  # fmt: skip
            self.say(depth, form)
            inner["int"].append(name)
            self.say(depth + 1, f"{total} += {name}")
        else:
            self.say(depth, f"while {total} < {self.chance.randint(1, 4)}:")
            self.say(depth + 1, f"{total} += 1")
        self.within.append("loop")
        self.block(inner, depth + 1, self.chance.randint(1, 2))
        self.within.pop()
        known["int"].append(total)

    def rounds(self, known: dict[str, list[str]], depth: int) -> None:
        """A loop whose rounds are independent."""
        name = self.fresh("str")
        self.say(depth, f"for {name} in {self.expression(known, 'strs', 1)}:")
        inner = self.inner(known)
        inner["str"].append(name)
        within, self.within = self.within, []
        self.say(depth + 1, f"shout({name})")
        for _ in range(self.chance.randint(0, 2)):
            self.chance.choice([self.assign, self.call])(inner, depth + 1)
        self.within = within

    def leave(self, known: dict[str, list[str]], depth: int) -> None:
        self.say(depth, f"if {self.expression(known, 'bool', 1)}:")
        self.say(depth + 1, self.chance.choice(["break", "continue", f"return {self.result(known)}"]))

    def attempt(self, known: dict[str, list[str]], depth: int) -> None:
        caught = self.chance.choice(["Declined", "CardDeclined", "(CardDeclined, Other)", "Exception"])
        outcome = self.fresh("str")
        self.say(depth, f"{outcome} = 'none'")
        self.say(depth, "try:")
        finishes = self.chance.random() < 0.3
        self.trying += caught == "Exception" or finishes
        inner = self.inner(known)
        self.say(depth + 1, f"{self.fresh('tried')} = choosy({self.expression(known, 'int', 1)})")
        self.block(inner, depth + 1, 1)
        self.trying -= caught == "Exception" or finishes
        name = self.fresh("error")
        self.say(depth, f"except {caught} as {name}:")
        self.say(depth + 1, f"{outcome} = str({name})")
        if self.chance.random() < 0.3:
            self.say(depth + 1, self.chance.choice(["raise", f"raise Other('not ' + str({name})) from {name}", "pass"]))
        if self.chance.random() < 0.3:
            self.say(depth, "else:")
            self.say(depth + 1, f"{outcome} = 'well'")
        if finishes:
            self.finish(known, depth)
        known["str"].append(outcome)

    def finish(self, known: dict[str, list[str]], depth: int) -> None:
        """What is done on every way out, and told by a task that may fail itself."""
        self.say(depth, "finally:")
        self.say(depth + 1, self.chance.choice(["shout('done')", f"choosy({self.chance.randint(1, 9)})", "plus(1)"]))

    def throw(self, known: dict[str, list[str]], depth: int) -> None:
        self.say(depth, f"if {self.expression(known, 'bool', 1)}:")
        error = self.chance.choice(["Declined", "CardDeclined", "Other"])
        self.say(depth + 1, f"raise {error}({self.expression(known, 'str', 1)})")
