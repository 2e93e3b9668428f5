"""Each form of expression and statement means in a machine what it means in Python: values, and errors."""

# ruff: noqa: E501 (a line for each form)

import json
from typing import Any

import msgspec
import pytest

from sdk.driver import EXPRESSION, call, run
from sdk.test_round_trip import compiled

HEAD = """
import asyncio
import enum
from dataclasses import dataclass, field, replace
from typing import Literal, NotRequired, TypedDict

from stepwell import fragment, parallel, sleep, task, workflow


class Declined(Exception): pass
class Gone(Exception): pass


RATES = {"DE": 19, "FR": 20}
NAMES = ["one", "two"]


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class Color(enum.StrEnum):
    RED = "red"


@dataclass
class Line:
    sku: str
    price: int
    tags: list[str] = field(default_factory=list)
    note: str | None = None


@dataclass
class Order:
    id: str
    lines: list[Line]
    meta: dict[str, list[int]] = field(default_factory=dict)
    grid: list[list[int]] = field(default_factory=list)


class Row(TypedDict):
    k: str
    n: NotRequired[int]


@task
def plus(x: int, y: int = 1) -> int: return x + y

@task
async def slow(x: int) -> int: return x + 1

@task
def choosy(n: int) -> int:
    if n % 3 == 0: raise Declined(f"no {n}")
    if n % 5 == 0: raise Gone(f"gone {n}")
    return n

@task
def pair(n: int) -> tuple[int, str]: return (n, "x" * n)

@task
def numbers(n: int) -> list[int]: return list(range(n))

@workflow
"""

LINES = [{"sku": "a", "price": 3, "tags": ["x"]}, {"sku": "b", "price": 1, "tags": [], "note": "n"}]
ORDERS = [{"id": "1", "lines": lines, "meta": {"k": [5]}, "grid": [[1]]} for lines in ([], LINES[:1], LINES)]
BIG = 2**53

EXPRESSIONS = [
    # -- ints near 2^53, and what is negative
    ("n: int", "[n % 3, n % -3, n // 7, -n, abs(n)]", [-BIG, -7, -6, 0, 6, 7, BIG]),
    ("n: int", f"[n % {BIG - 1}, n // {BIG - 1}, n % {1 - BIG}, n // {1 - BIG}]", [BIG - 2, 2 - BIG, 0, 5, -5]),
    ("n: int", "[7 // n, 7 % n, -7 // n, -7 % n]", [BIG, 1 - BIG, 2, -2, 7, -7, 9, 0]),
    ("n: int", "[n * n % 7, 2 * n // 3, (n - 1) * (n + 1)]", [0, 5, -5, 1_000_000]),
    ("x: float", "[int(x), round(x), x * 2, -x, abs(x), x / 4]",
     [0.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, -0.49999999999999994, 2.0, -1e15, 1e15 + 0.5]),
    ("x: float", "[x == 1, x < 2, min(x, 1), max(1, x, 2), min(3, x)]", [1.0, 0.5, 2.5]),
    # -- lists with one item, none, and lists in them
    ("xs: list[int]", "[xs[:1], xs[1:], xs[-1:], xs[:-1], xs[:], xs[5:], xs[2:1], xs[-2:9]]", [[], [1], [1, 2], [1, 2, 3]]),
    ("xs: list[list[int]]", "[xs[:1], xs[-1:], xs[1:], [x for x in xs if x], [x for x in xs if len(x) > 1 if x[0] == 1]]",
     [[], [[]], [[1]], [[1, 2]], [[1], [2, 3]], [[1, 2], []]]),
    ("xs: list[int], n: int", "[xs[n:], xs[:n], xs[n:n + 2]]", [([1, 2, 3], 1), ([1, 2, 3], -1), ([1, 2, 3], -5), ([], 0), ([1], 1)]),
    ("xs: list[int]", "[sum(xs), sum(xs, 5), min(xs, default=7), max(xs, default=None), sum(1 for x in xs if x > 1)]", [[], [1], [3, 1, 2]]),
    ("xs: list[int]", "[sorted(xs), sorted(xs, reverse=True), list(reversed(xs)), sorted(xs, key=lambda x: -x), sorted(x * 2 for x in xs)]",
     [[], [1], [2, 1], [1, 3, 2]]),
    ("xs: list[int]", "[any(x > 1 for x in xs), all(x > 1 for x in xs), 2 in xs, 2 not in xs, xs == [], xs == [1], bool(xs)]", [[], [1], [2], [1, 2]]),
    ("each: list[int]", "[[v, v] for v in each]", [[], [1], [1, 2]]),
    ("rows: list[list[int]]", "[[x for x in row if x > 1] for row in rows]", [[], [[1]], [[2]], [[1, 2], [3]]]),
    ("rows: list[list[int]]", "[sum(row) for row in rows] + [len(row) for row in rows if row != [1]]", [[], [[1]], [[2]], [[1, 2], []]]),
    ("rows: list[list[int]]", "[rows == [[1]], rows + [[1]], [*rows, [2]], [rows, [1]]]", [[], [[1]], [[1], [2]]]),
    # -- counting, pairing
    ("n: int", "[list(range(n)), list(range(1, n)), list(range(n, 0, -2)), list(range(0, n, 2)), [x for x in range(n) if x % 2]]", [0, 1, 2, 5, -3]),
    ("n: int", "[3 in range(n), sum(range(n)), [*range(n)], ','.join(str(i) for i in range(n))]", [0, 1, 4]),
    ("xs: list[int]", "[[i * x for i, x in enumerate(xs)], [[i, x] for i, x in enumerate(xs, 1)], {str(x): i for i, x in enumerate(xs, start=-1)}]",
     [[], [5], [5, 6]]),
    ("xs: list[int], ys: list[str]", "[[y + str(x) for x, y in zip(xs, ys)], list(zip(xs, ys)), {y: x for x, y in zip(xs, ys)}]",
     [([], []), ([1], ["a"]), ([1, 2], ["a"]), ([1, 2], ["a", "b"])]),
    ("xs: list[list[int]]", "[[a + b for a, b in zip(xs, xs[1:])], [[i, x] for i, x in enumerate(xs)]]", [[], [[1]], [[1], [2, 3]]]),
    ("xs: list[int]", "[x + y for x, (i, y) in zip(xs, enumerate(xs))]", [[], [1], [1, 2]]),
    # -- dicts
    ("d: dict[str, int]", "[list(d), list(d.keys()), list(d.values()), list(d.items()), len(d), sorted(d), sum(d.values())]", [{}, {"a": 1}, {"b": 2, "a": 1}]),
    ("d: dict[str, int]", "[{k: v + 1 for k, v in d.items()}, {k: v for k, v in d.items() if v > 1}, [k for k, v in d.items() if v > 1]]",
     [{}, {"a": 1}, {"b": 2, "a": 1}]),
    ("d: dict[str, int]", "[k for k, v in sorted(d.items(), key=lambda item: item[1], reverse=True)]", [{}, {"a": 1}, {"a": 1, "b": 2, "c": 1}]),
    ("d: dict[str, int]", "[max(d.values(), default=0), any(v > 1 for v in d.values()), 'a' in d.keys(), 1 in d.values()]", [{}, {"a": 1}, {"b": 2}]),
    ("d: dict[str, list[int]]", "[list(d.values()), list(d.items()), [sum(v) for v in d.values()], d.get('a', []), d.get('a') is None]",
     [{}, {"a": [1]}, {"a": []}, {"b": [1, 2], "a": [3]}]),
    ("key: dict[str, int]", "list(key.values())", [{"a": 1}]),
    ("r: Row", "[r['k'], r.get('n', 3), r.get('n'), 'n' in r]", [{"k": "a"}, {"k": "a", "n": 1}]),
    ("d: dict[str, int | None]", "[d.get('a', 5), d.get('a') or 7, 'a' in d]", [{}, {"a": None}, {"a": 0}, {"a": 2}]),
    # -- records
    ("o: Order", "[o.lines, o.meta, o.grid, [line.tags for line in o.lines], [len(line.tags) for line in o.lines], o.meta['k'], o.meta['k'][0]]", ORDERS),
    ("o: Order", "[sum(line.price for line in o.lines), max([line.price for line in o.lines], default=0), sorted(line.sku for line in o.lines)]", ORDERS),
    ("o: Order", "[[line for line in o.lines if line.price > 1], [line.tags for line in o.lines if line.note is None], o.lines[-1:]]", ORDERS),
    ("o: Order", "[line.sku for line in sorted(o.lines, key=lambda line: line.price)]", ORDERS),
    ("o: Order", "[line.note.upper() for line in o.lines if line.note is not None]", ORDERS),
    ("o: Order", "{line.sku: line for line in o.lines}", ORDERS),
    ("o: Order", "[o.lines[0].tags[0], o.lines[0].sku]", ORDERS),
    # -- strings
    ("s: str", "[s.strip(), s.lstrip(), s.rstrip(), s.upper(), s.lower(), s.split(','), len(s), s[:1], s[1:], s[-1:], s[:-1], s[1:-1]]",
     ["", " a,b ", "\t\x1cx\x85\u3000", "a  b\n", "😀ß,", "İ", "\ufeffx"]),
    ("s: str", "[s.startswith('a'), s.endswith('b'), 'a' in s, '' in s, s < 'b', s == 'a', not s, s or 'none', s * 1 if False else s]".replace(", s * 1 if False else s", ""),
     ["", "a", "ab", "ba", "b"]),
    ("s: str, n: int | None, b: bool", "f'{s}: {n}, {b} {str(None)} {{}}'", [("a", None, True), ("", 5, False)]),
    ("c: Color, l: Literal['a', 'b']", "[c == Color.RED, c == 'red', l == 'a', str(c), f'{c}-{l}']", [("red", "a")]),
    ("s: str", "[s.split(), len(s.split()), '-'.join(s.split())]", ["", " ", "a", " a  b\n", "\x1ca\u3000b"]),
    ("n: int", "[2 ** n if n >= 0 else 0, n ** 2]", [0, 1, 10, -3, 50]),
    ("s: str, b: bool", "[s.endswith(s if b else 'x'), s.startswith('x' if b else s), (s if b else 'y').upper(), s in (s if b else 'z')]", [("", True), ("", False), ("ab", True), ("x", False)]),
    ("n: int, b: bool", "[sum([n], 1 if b else 2), list(range(0 if b else 1, 4 if b else n)), list(range(0, 9 if b else n, 2))]", [(1, True), (3, False)]),
    ("rows: list[list[int]]", "[[*rows, list(range(3))], [list(range(1)), *rows], [list(range(2))], [[x for x in range(2)]]]", [[], [[1]]]),
    # -- one of several
    ("o: Order", "[max(o.lines, key=lambda line: line.price).sku, min(o.lines, key=lambda line: line.price).sku]", ORDERS),
    ("xs: list[int]", "[max(xs, key=lambda x: x % 3), min(xs, key=lambda x: x % 3)]", [[], [1], [1, 4, 2, 5, 3, 6]]),
    ("xs: list[int]", "[next((x for x in xs if x > 1), None), next((x * 2 for x in xs), 7)]", [[], [1], [1, 2, 3]]),
    ("o: Order", "next((line for line in o.lines if line.price > 1), None)", ORDERS),
    ("rows: list[list[int]]", "[[x for row in rows for x in row], [x + y for x in [1, 2] for y in [3] if x], sum(x for row in rows for x in row)]",
     [[], [[]], [[1]], [[1, 2], [3]]]),
    ("rows: list[list[int]]", "[[row, [x]] for row in rows for x in row if x > 1]", [[], [[2]], [[1, 2], [3]]]),
    ("n: int, m: int", "list(range(0, n, m))", [(5, 2), (5, -1), (-5, -2), (1, 0), (0, 3)]),
    # -- constants of the module, and new records
    ("c: str", "[RATES.get(c, 0), c in RATES, [k for k, v in RATES.items() if v > 19], NAMES[0].upper(), RATES['DE']]", ["DE", "XX"]),
    ("o: Order", "[replace(o, id='2').id, replace(o, lines=[]).lines, [replace(line, price=line.price + 1).price for line in o.lines]]", ORDERS),
    ("l: Level", "[l == Level.HIGH, l is Level.HIGH, l is not Level.LOW, l.value, l.value + 1]", [1, 2]),
    ("a: dict[str, int], b: dict[str, int]", "[a | b, len(a | b), (a | {'z': 1})['z']]", [({}, {}), ({"a": 1}, {"a": 2, "b": 3})]),
    # -- conditions
    ("x: int | None, y: int | None", "[x or y or 0, x is None and y is None, x == y, x if x is not None else -1, (x or 0) + (y or 0)]",
     [(None, None), (0, 1), (None, 1), (2, None)]),
    ("a: int, b: int, c: int", "[a < b < c, a == b == c, a < b > c, a <= b != c, not a < b, (a and b) or c]", [(1, 2, 3), (1, 1, 1), (0, 2, 1), (3, 2, 1)]),
    ("xs: list[int]", "xs and xs[0] > 1", [[], [1], [2]]),
    ("xs: list[int]", "0 if not xs else xs[-1]", [[], [1], [2, 3]]),
]  # fmt: skip

BODIES = [
    # -- unpacking
    ("n: int", "a, b = pair(n)\nreturn [b, a]", [0, 2]),
    ("t: tuple[int, str]", "a, b = t\na, b = b, a\nreturn [a, b]", [(1, "x")]),
    ("ts: list[tuple[int, str]]", "out = []\nfor n, s in ts:\n    out.append(s + str(n))\nreturn out", [[], [(1, "a")], [(1, "a"), (2, "b")]]),
    ("d: dict[str, int]", "total = 0\nfor k, v in d.items():\n    total += len(k) * v\nreturn total", [{}, {"a": 1}, {"a": 1, "bb": 2}]),
    ("d: dict[str, int]", "return [plus(v, len(k)) for k, v in d.items()]", [{}, {"a": 1}, {"a": 1, "bb": 2}]),
    ("xs: list[int], ys: list[int]", "return [plus(x, y) for x, y in zip(xs, ys)]", [([], []), ([1], [2]), ([1, 2], [3, 4])]),
    ("xs: list[int]", "return [plus(i, x) for i, x in enumerate(xs, 1)]", [[], [1], [1, 2]]),
    ("xs: list[int]", "out = []\nfor i, x in enumerate(xs, start=1):\n    out.append(i * plus(x))\nreturn out", [[], [1], [1, 2]]),
    ("xs: list[int]", "out = []\nfor i, (x, y) in enumerate(zip(xs, xs)):\n    out.append(i + x + y)\nreturn out", [[], [1], [1, 2]]),
    ("n: int", "out = []\nfor i in range(n, 0, -2):\n    out.append(plus(i))\nreturn out", [0, 1, 4]),
    # -- loops
    ("xs: list[int]", "found = None\nfor x in xs:\n    if x > 2:\n        found = x\n        break\n    if x == 1:\n        continue\n    plus(x)\nreturn found",
     [[], [1], [3], [0, 1, 2, 3, 4]]),
    ("rows: list[list[int]]", "out = []\nfor row in rows:\n    for x in row:\n        if x < 0:\n            break\n        if x == 0:\n            continue\n        out.append(plus(x))\n    if len(out) > 3:\n        return out\nreturn [out]",
     [[], [[]], [[1, -1, 2], [0, 3]], [[1, 2, 3, 4, 5], [6]]]),
    ("n: int", "i = 0\nwhile True:\n    i += 1\n    if i > n:\n        break\n    try:\n        choosy(i)\n    except Declined:\n        continue\n    except Gone as error:\n        return str(error)\nreturn i", [0, 2, 4, 9]),
    ("n: int", "result = []\nresult.append(n)\nresult.append(plus(n))\nreturn sum(result)", [1]),
    ("xs: list[int]", "out = []\nfor x in xs:\n    if x > 1:\n        out.append(x)\nreturn [len(out), sum(out), max(out, default=0)]", [[], [1], [2, 3]]),
    ("xs: list[int]", "n = 0\nfor x in xs:\n    if x > 2:\n        break\n    n += plus(x)\nelse:\n    n = -1\nreturn n", [[], [1], [3], [1, 3]]),
    ("xs: list[int]", "for x in xs:\n    plus(x)\nelse:\n    return 'else'\nreturn 'end'", [[], [1]]),
    ("n: int", "while n > 3:\n    n -= plus(1)\n    if n == 5:\n        break\nelse:\n    n = 100\nreturn n", [2, 4, 7, 8]),
    # -- dicts that grow
    ("xs: list[str]", "d = {}\nfor x in xs:\n    d[x] = d.get(x, 0) + 1\nreturn d", [[], ["a"], ["a", "b", "a"]]),
    ("xs: list[str]", "d: dict[str, int] = {}\nfor x in xs:\n    if x not in d:\n        d[x] = plus(len(x))\n    d[x] += plus(1)\nreturn [d, sum(d.values())]", [[], ["a"], ["a", "b", "a"]]),
    ("xs: list[str]", "d: dict[str, list[str]] = {}\nfor x in xs:\n    d[x[:1]] = [*d.get(x[:1], []), x]\nreturn d", [[], ["a"], ["a", "ab", "b"]]),
    ("d: dict[str, int]", "e = {k: v for k, v in d.items()}\nfor k in d:\n    e[k + 'x'] = d[k]\ne |= {'z': 1}\nreturn [d, e]", [{}, {"a": 1}]),
    ("d: dict[str, int]", "d['k'] -= 1\nd['n'] = d['k'] * 2\nreturn d", [{"k": 1}, {}]),
    ("n: int", "d = {'a': n}\nd = {**d, 'b': 2}\nd['c'] = 3\nreturn d", [1]),
    ("n: int", "a = b = n + 1\na += 1\nreturn [a, b]", [1]),
    # A statement must not get lost when a loop is compiled for the second time, because of the loop around it
    ("names: list[str], b: int", "i1 = 0\nfor i2 in range(1):\n    i1 += i2\n    i3 = 0\n    for i4 in [len(name) for name in names]:\n        i3 += i4\n        i4 += 1 // b\n        s5 = b",
     [([""], 0), (["a"], 1)]),
    # -- async
    ("n: int", "a, b = await asyncio.gather(slow(n), slow(2))\nawait asyncio.sleep(3)\nreturn a * await slow(b)", [1]),
    ("xs: list[int]", "a = await asyncio.gather(*[slow(x) for x in xs if x > 1])\nb = [await slow(x) for x in xs]\nreturn a + b", [[], [1], [1, 2, 3]]),
    ("xs: list[int]", "return await asyncio.gather(*(slow(x) for x in xs))", [[], [1], [1, 2]]),
    ("xs: list[int]", "a = parallel(*[plus(x) for x in xs])\nreturn [sum(a), len(a)]", [[], [1], [1, 2]]),
    # -- errors
    ("n: int", "try:\n    if n == 1:\n        return plus(n)\n    choosy(n)\nfinally:\n    plus(n)\nreturn 'end'", [1, 2, 3, 5]),
    ("xs: list[int]", "out = []\nfor x in xs:\n    try:\n        if x == 1:\n            continue\n        if x == 2:\n            break\n        out.append(choosy(x))\n    except Declined as error:\n        out.append(-x)\n        if x == 6:\n            raise Gone('six') from error\n    finally:\n        out.append(100)\nreturn out",
     [[], [1], [2, 4], [3, 4], [6], [5], [4, 1, 3, 2, 7]]),
    ("n: int", "log = [n]\ntry:\n    try:\n        choosy(n)\n    finally:\n        log.append(1)\nexcept Declined:\n    log.append(2)\nelse:\n    log.append(3)\nfinally:\n    log.append(4)\nreturn log",
     [1, 3]),
    ("n: int", "for i in range(3):\n    try:\n        return choosy(n + i)\n    except Declined:\n        if i == 2:\n            raise\nreturn None", [1, 3, 5]),
]  # fmt: skip


def compare(signature: str, body: str, given: Any) -> None:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    how = "async def" if "await " in body else "def"
    flow = compiled(f"{HEAD}{how} program({signature}):\n{lines}")
    values = given if isinstance(given, tuple) and len(flow.types) > 1 else (given,)
    arguments = [msgspec.convert(value, kind) for value, kind in zip(values, flow.types.values(), strict=True)]
    machine, python = run(flow, *arguments), call(flow, *arguments)
    if EXPRESSION in (machine[0], python[0]):
        machine, python = (machine[0], None), (python[0], None)  # their texts are JSONata's and Python's
    assert json.loads(json.dumps(machine)) == json.loads(json.dumps(python)), f"{values}"


@pytest.mark.parametrize(("signature", "expression", "inputs"), EXPRESSIONS, ids=lambda each: str(each)[:60])
def test_an_expression_means_what_it_means_in_python(signature: str, expression: str, inputs: list[Any]) -> None:
    for given in inputs:
        compare(signature, f"return {expression}", given)


@pytest.mark.parametrize(("signature", "body", "inputs"), BODIES, ids=lambda each: str(each)[:60])
def test_statements_mean_what_they_mean_in_python(signature: str, body: str, inputs: list[Any]) -> None:
    for given in inputs:
        compare(signature, body, given)
