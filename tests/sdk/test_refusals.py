"""What cannot be compiled exactly is refused: where, why, and what to write instead."""

# ruff: noqa: E501 (messages as they are)

import linecache
from typing import Any

import pytest

from stepwell.sdk import Workflow, WorkflowError

HEAD = """import asyncio, time
from dataclasses import dataclass
from types import SimpleNamespace
from stepwell import fragment, parallel, sleep, task, workflow

elsewhere = SimpleNamespace(Declined=type("Declined", (Exception,), {"__module__": "elsewhere"}))

GROUPS = {"k": [1]}

class Declined(Exception): pass

class Rich(Exception):
    def __init__(self, code): super().__init__(f"code {code}")

@dataclass
class Order:
    size: int
    note: str | None

@task
def bake(size: int) -> str: ...

@task
async def slow(n: int) -> int: ...

@fragment
def same(xs: list[int]) -> list[int]:
    return xs

@task
def choose(text: str) -> bool: ...

@workflow
def other(n: int) -> int:
    return n

@workflow
def flow(n: int, x: float, s: str, xs: list[int], rows: list[list[int]], d: dict[str, int], anything, order: Order):
"""

CASES = [
    # -- statements: they are told by name, with what to write instead
    ("with open(s) as file: pass", "`with` cannot be compiled. Do it in a @task, or call one before and another one in a "
     "`finally`."),
    ("def inner(): pass", "A function within a workflow cannot be compiled. Define it outside, as a @task."),
    ("import os", "An import within a workflow cannot be compiled. Import at the top of the module."),
    ("global G", "`global` cannot be compiled. A workflow has its own variables only: pass values on."),
    ("del xs", "`del` cannot be compiled. Leave it out, or make a new value."),
    ("assert n", "`assert` cannot be compiled. Write `if not …: raise …`."),
    ("a, b = c = 1, 2", "One assignment at a time. Write a line for each."),
    ("a, *b = xs", "A name with a star cannot be assigned. Write first, rest = xs[0], xs[1:]."),
    ("n + 1", "This computes a value that nobody uses. Assign it, or leave it out."),
    ("for each in xs:\n        try:\n            bake(each)\n        finally:\n            break",
     "A `finally` that is left early would hide the error. Let it come to its end."),
    ("try:\n        y = d['k']\n    finally:\n        bake(n)", "d['k'] may raise KeyError, which the `finally` here would "
     "catch, and no Catch can. Compute it before the `try`, or test before."),
    # -- data are not changed in place, unless nobody can tell
    ("order.size = 2",
     "Data are not changed in place. Make a new value: order = dataclasses.replace(order, size=…)."),
    ("d['k'][0] = 2", "Data are not changed in place. Make a new value: x = {**x, …}."),
    ("xs[0] = 2", "xs is not known to be a dict, and nothing else is changed in place. Make a new value: xs = […]."),
    ("e = d\n    e['k'] = 2",
     "The dict e may have a second name, under which Python would change it too. Make a new dict: e = {**e, …}."),
    ("e = f = {'k': 1}\n    e['k'] = 2",
     "The dict e may have a second name, under which Python would change it too. Make a new dict: e = {**e, …}."),
    ("for k, v in d.items():\n        d[k + s] = v", "The loop goes through d, which grows under it. Collect in another one."),
    ("d[bake(n)] += 1", "What is called here would be called twice. Assign it to a name first."),
    ("d.setdefault('k', []).append(1)", "Only a name's list can be appended to. Make a new list: xs = [*xs, x]; in a dict, "
     "d[key] = [*d.get(key, []), x]."),
    ("ys = xs\n    ys.append(1)",
     "The list ys may have a second name, under which Python would change it too. Make a new list: ys = [*ys, …]."),
    ("ys = [1]\n    zs = [ys]\n    ys.append(1)",
     "The list ys may have a second name, under which Python would change it too. Make a new list: ys = [*ys, …]."),
    ("ys = [1]\n    zs = same(ys)\n    ys.append(1)",
     "The list ys may have a second name, under which Python would change it too. Make a new list: ys = [*ys, …]."),
    ("ys = [1]\n    zs = same(ys)\n    zs.append(1)",
     "The list zs may have a second name, under which Python would change it too. Make a new list: zs = [*zs, …]."),
    ("ys = [1]\n    z = {'a': ys for n in xs}\n    ys.append(1)",
     "The list ys may have a second name, under which Python would change it too. Make a new list: ys = [*ys, …]."),
    ("ys = {'k': [1]}.get('k', [])\n    ys.append(1)",
     "The list ys may have a second name, under which Python would change it too. Make a new list: ys = [*ys, …]."),
    ("ys = GROUPS.get('k', [])\n    ys.append(1)",
     "The list ys may have a second name, under which Python would change it too. Make a new list: ys = [*ys, …]."),
    ("ys = [1]\n    for y in ys:\n        ys.append(y)",
     "The loop goes through ys, which grows under it. Collect in another one."),
    # -- numbers
    ("n = 9007199254740993", "9007199254740993 is beyond 2^53, where JSON numbers are not exact. Carry it as a string."),
    ("y = x % 2", "`%` and `//` of floats cannot be compiled exactly. Use ints, or compute it in a @task."),
    ("y = n ** 3", "A power but n ** 2 and 2 ** n of ints cannot be compiled. Compute it in a @task."),
    ("y = n & 2", "A bitwise operator cannot be compiled. Compute it in a @task."),
    ("y = anything + 1", "anything is not known to be a number. Annotate it as int or float."),
    ("y = round(x, 2)", "round with these arguments cannot be compiled. Call it in a @task."),
    ("y = int(s)", "int of a string cannot be compiled. Convert it in a @task."),
    ("y = sum([x])", "sum of anything but a list of ints cannot be compiled exactly. Add up in a @task."),
    ("y = list(enumerate(xs, n))", "Where to begin to count must be a literal. Add it in the loop."),
    # -- equality and truth
    ("y = n == True", "A bool equals a number in Python, and never in JSON. Compare like with like."),
    ("y = anything == 1", "The type of what is compared is not known: a bool would equal a number in Python, and never "
     "in JSON. Annotate it."),
    ("y = (1, 2) == xs", "A tuple equals no list in Python, and in JSON both are arrays. Write a list."),
    ("y = xs == [True]", "A bool equals a number in Python, and never in JSON. Compare like with like."),
    ("y = order == order", "Order and Order may be unequal in Python where JSON sees no difference. Compare the members "
     "that matter."),
    ("y = (1, 2)[1:] == [2]", "A tuple equals no list in Python, and in JSON both are arrays. Write a list."),
    ("y = (1, 2) + [3]", "(1, 2) is not known to be a number. Annotate it as int or float."),
    ("y = parallel(*[bake(n) for n in xs]) == [s]", "A tuple equals no list in Python, and in JSON both are arrays. Write a "
     "list."),
    ("y = xs is xs", "`is` compares identities, which data have not. Write == or !=."),
    ("y = xs in rows", "Only numbers, strings, bools and None can be looked for in a list. Annotate it, or write any(each.id "
     "== … for each in …)."),
    # -- strings
    ("y = f'{x}'",
     "x is float, which Python and JSON write differently. Use strings, ints and bools here, or format it in a @task."),
    ("y = f'{n:03}'", "A format cannot be compiled. Format it in a @task."),
    ("y = s.title()", "s.title is no @task, and not among the functions that can be compiled. Make it a @task."),
    ("y = s[0]", "One character of a string cannot be taken here. Write a slice: s[:1], s[-1:]."),
    ("y = time.time()", "time.time is no @task, and not among the functions that can be compiled. Ask for it in a @task: what "
     "that gives stays the same for the execution."),
    ("y = next(n // m for m in xs)", "next with these arguments cannot be compiled. Call it in a @task."),
    ("y = next((n // m for m in xs), 0)", "next stops at the first, and this would be computed for all of them. Write a loop."),
    ("print(s)", "print is no @task, and not among the functions that can be compiled. Leave it out: `stepwell show` tells "
     "what an execution does."),
    # -- lists
    ("y = [anything for n in xs]", "Whether this is a list is not known, and a list in a list would be flattened. "
     "Annotate it."),
    ("y = [each for each in anything['k'] if each]", "anything['k'] is not known to be a list. Annotate it."),
    ("y = xs[::2]", "A slice with a step cannot be compiled. Take it in a @task."),
    ("y = {1, 2}", "A set cannot be compiled. Write a list."),
    ("y = d.values()", "d.values() is no list, and no data. Write list(d.values())."),
    ("y = (n for n in xs)", "(n for n in xs) is no list, and no data. Write list(n for n in xs)."),
    ("y = [range(n)]", "range(n) is no list, and no data. Write list(range(n))."),
    ("y = lambda: n", "A lambda cannot be compiled. Do it in a @task."),
    # -- names
    ("y = nowhere", "nowhere is not known here. Assign it before, or make it a parameter."),
    ("y = z\n    z = 1", "z is not assigned here. Assign it before."),
    ("if n:\n        y = 1\n    z = y", "y is not assigned on every way that leads here. Assign it before the branch."),
    ("try:\n        y = bake(n)\n    except Declined as e:\n        y = ''\n    z = str(e)",
     "e is not assigned here. Assign it before."),
    # -- calls
    ("y = n and bake(n)", "This call may or may not be made. Make it in a statement of its own, under an `if`."),
    ("y = len([bake(n) for n in xs])", "A task is called for each item here, within a larger expression. Assign the "
     "comprehension to a name of its own first."),
    ("y = [bake(n) for n in xs if choose('a')]", "A condition here cannot call a task. Call it in a comprehension before."),
    ("y = bake(*xs)", "Arguments cannot be spread here. Name each of them."),
    ("parallel(*[1, 2])", "How many calls are made side by side must be known. Write parallel(a(), b()), or a "
     "comprehension."),
    ("total = 0\n    y = [bake(total := n) for n in xs]", "An assignment within an expression cannot be compiled. Assign "
     "it in a line of its own before."),
    ("y = slow(n)", "slow is async, and Python would not run it without `await`. Write await slow(…), in an async def; side "
     "by side, await asyncio.gather(…)."),
    ("y = parallel(slow(n), bake(n))", "slow is async, and Python would not run it without `await`. Write await slow(…), in "
     "an async def; side by side, await asyncio.gather(…)."),
    ("y = asyncio.gather(slow(n))", "asyncio.gather is async, and Python would not run it without `await`. Write await "
     "asyncio.gather(…), in an async def; side by side, await asyncio.gather(…)."),
    ("asyncio.sleep(1)", "asyncio.sleep is async, and Python would not run it without `await`. Write await "
     "asyncio.sleep(…), in an async def; side by side, await asyncio.gather(…)."),
    ("y = {s: bake(n) for n in xs}", "A task is called for each item here, within a larger expression. Call it in a list "
     "comprehension before: values = […]; {k: v for k, v in zip(keys, values)}."),
    ("sleep(0.5)", "AWS waits for whole seconds, at most 99,999,999. Round it."),
    # -- errors
    ("try:\n        y = d['k']\n    except KeyError:\n        y = 0", "d['k'] may raise KeyError, which the `except` here "
     "would catch, and no Catch can. Compute it before the `try`, or test before."),
    ("try:\n        y = bake(n // len(xs))\n    except Exception:\n        y = ''", "n // len(xs) may raise "
     "ZeroDivisionError, which the `except` here would catch, and no Catch can. Compute it before the `try`, or test "
     "before."),
    ("raise Rich(1)", "The text of a Rich is not just its argument. Raise an exception that defines no __init__ and no "
     "__str__."),
    ("raise KeyError(s)", "The text of a KeyError is not just its argument. Raise an exception that defines no __init__ "
     "and no __str__."),
    ("try:\n        bake(n)\n    except Declined:\n        raise elsewhere.Declined(s)", "elsewhere.Declined and "
     "refused.Declined are two errors, and machines tell errors apart by their names. Rename one of them."),
    ("raise Declined(s, n)", 'An error has a name and one text. Write raise Declined("…").'),
    ("raise s", "Only an exception of a known class can be raised. Write raise TheClass(…)."),
    ("try:\n        bake(n)\n    except Declined as e:\n        choose(e)", "An exception is no data. Write str(e)."),
    ("try:\n        other(n)\n    except Declined:\n        pass", "An error of the workflow other comes as "
     "States.TaskFailed, whatever it was. Catch Exception without a name, or make it a @fragment."),
    ("y = d.get('k', d['x'])", "Python computes this default even where it is not needed, and it may fail. Assign it to "
     "a name first."),
    # -- match
    ("match order:\n        case Order(): pass",
     "Only values, several of them with `|`, and `_` can be matched. Use if and elif."),
]  # fmt: skip

CONTRACTS = [
    ("y = bake(s)", "bake wants size to be int, and this is str. Give it that, or change one of the two annotations."),
    ("y = bake()", "bake(size: int) -> str: missing a required argument: 'size'. Call it as it is defined."),
    ("y: int = bake(n)", "bake gives str, and int is wanted. Change it, or one of the two annotations."),
    ("y = order.taste", "Order has no field taste. It has size, note."),
    ("y = Order(s, None)", "Order.size is int, and this is str. Give it that, or change one of the two annotations."),
    ("y = Order(1)", "Order needs note. Write Order(note=…)."),
    ("choose(order.note)", "choose wants text to be str, and this is str | None. Give it that, or change one of the two "
     "annotations."),
]  # fmt: skip


def problems(body: str, head: str = HEAD) -> list[Any]:
    """What is wrong with a workflow of this body."""
    text = f"{head}    {body}\n"
    name = f"<{body}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module: dict[str, Any] = {"__name__": "refused"}
    exec(compile(text, name, "exec"), module)
    flow = module["flow"]
    assert isinstance(flow, Workflow)
    with pytest.raises(WorkflowError) as raised:
        flow.to_asl()
    return list(raised.value.problems)


@pytest.mark.parametrize(("body", "message"), CASES, ids=lambda text: text.splitlines()[-1][:40])
def test_it_says_why_and_what_to_write_instead(body: str, message: str) -> None:
    [problem] = problems(body)
    assert (problem.kind, f"{problem.what} {problem.instead}") == ("unsupported", message)


@pytest.mark.parametrize(("body", "message"), CONTRACTS, ids=lambda text: text[:40])
def test_a_broken_contract_is_an_error_of_that_name(body: str, message: str) -> None:
    [problem] = problems(body)
    assert (problem.kind, f"{problem.what} {problem.instead}") == ("contract", message)


def test_a_fragment_does_not_change_its_callers_list() -> None:
    text = "@fragment\ndef grow(xs: list[int]) -> int:\n    xs.append(1)\n    return len(xs)\n\n@workflow\ndef flow("
    [problem] = problems("y = grow(xs)", HEAD.replace("@workflow\ndef flow(", text))
    assert problem.what == "The list xs may have a second name, under which Python would change it too."


def test_awaiting_what_is_not_async_is_refused_too() -> None:
    head = HEAD.replace("def flow(", "async def flow(")
    [one, other] = problems("y = await bake(n)\n    z = await asyncio.gather(bake(n), slow(n))", head)
    assert one.what == "bake is not async: Python would fail to await what it gives."
    assert other.what == "asyncio.gather takes what async functions give, and bake is none."


def test_every_problem_is_told_with_its_place() -> None:
    found = problems("y = x % 2\n    z = bake(s)\n    w = y + z")
    line = HEAD.count("\n")
    assert [(each.line, each.column) for each in found] == [(line + 1, 8), (line + 2, 13)]
    assert str(found[1]).startswith(f"<y = x % 2\n    z = bake(s)\n    w = y + z>:{line + 2}:14: contract: bake wants")
