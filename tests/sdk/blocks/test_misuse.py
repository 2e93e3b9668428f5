"""Blocks that make no machine: one error with all problems, each with its block, its line and what to do."""

from typing import Any

import pytest

from stepwell import Problem, Retry, WorkflowError, fragment, task
from stepwell.blocks import (
    Blocklike,
    catch,
    chain,
    choice,
    each,
    fail,
    group,
    machine,
    on,
    parallel,
    pass_,
    prefix,
    retry,
    states,
    step,
    succeed,
    var,
    wait,
    when,
)


@task
def charge(cents: int) -> str: ...


@fragment
def insist(text: str) -> str:
    return text


def problems(block: Blocklike) -> list[str]:
    with pytest.raises(WorkflowError) as refused:
        machine("wrong", block).to_asl()
    return [f"{each.what} {each.instead}".strip() for each in refused.value.problems]


GUARDS = "Retry and Catch are for one state that does something. They go around a step, parallel, group or each: "

CASES: list[tuple[Any, str]] = [
    (lambda: chain(), "'chain' has no block in it. Give it at least one."),
    (lambda: group(), "'chain' has no block in it. Give it at least one."),
    (lambda: parallel(), "'parallel' has no branch. Give it at least one block."),
    (lambda: choice(), "'choice' has no rule. Give it when(condition, block)."),
    (lambda: catch(charge), "'charge' is caught without a rule. Give it on(SomeError, then=…)."),
    (
        lambda: catch(wait(5), on(ValueError)),
        f"'wait 5 seconds' is retried or caught, and {GUARDS}group(…) makes one of several blocks.",
    ),
    (
        lambda: retry(chain(charge, charge)),
        f"'charge' is retried or caught, and {GUARDS}group(…) makes one of several blocks.",
    ),
    (
        lambda: retry(prefix("x", pass_())),
        f"'pass' is retried or caught, and {GUARDS}group(…) makes one of several blocks.",
    ),
    (
        lambda: catch(insist, on()),
        "'insist' is a fragment of several states, and Retry and Catch are for one. Put it into a group.",
    ),
    (
        lambda: step(insist, {"text": "x"}, assign={"a": states.result}),
        "'insist' is a fragment, whose states have fields of their own. "
        "Put pass_(assign=…) behind it: what it returns is states.input there.",
    ),
    (
        lambda: retry(catch(charge, on())),
        "'charge' is tried again around its catch, but what a catch takes is tried again before it. "
        "Write catch(retry(…), …); or put the catch into a group.",
    ),
    (
        lambda: retry(retry(charge), Retry(times=1)),
        "'charge' has two retry around it. Give all rules to one: retry(block, Retry(…), Retry(…)).",
    ),
    (
        lambda: catch(catch(charge, on(ValueError)), on(KeyError)),
        "'charge' has two catch around it, and the outer one would not see errors of the inner one's. "
        "Give all rules to one, or put the inner one into a group.",
    ),
    (
        lambda: catch(charge, on(), on(KeyError)),
        "'charge' has a rule behind one that takes all errors. Put on(Exception, …) last.",
    ),
    (
        lambda: chain(fail("X"), pass_()),
        "'pass' is never reached: nothing goes on after 'fail X'. Leave it out, or move it.",
    ),
    (
        lambda: chain(choice(when(var.x > 1, fail("X")), otherwise=succeed()), wait(1)),
        "'wait 1 seconds' is never reached: nothing goes on after 'if $x > 1'. Leave it out, or move it.",
    ),
    (
        lambda: choice(when("$x > 1", pass_())),
        "'if $x > 1' asks for '$x > 1', which is no expression. "
        'Write when(states.input.total > 100, …) or when("{% … %}", …).',
    ),
    (
        lambda: wait(),
        "'wait' is told no time to wait for. Give one of seconds, minutes, hours, days and until.",
    ),
    (
        lambda: wait(1, minutes=2),
        "'wait 1 seconds 2 minutes' is told two times to wait for. "
        "Give one of seconds, minutes, hours, days and until.",
    ),
    (
        lambda: wait(1.5),
        "'wait 1.5 seconds' waits for no number of whole seconds from 0 to 99,999,999, as AWS does. Round it.",
    ),
    (
        lambda: step("dynamodb:putItem", {}),
        "'dynamodb:putItem' names 'dynamodb:putItem', which is no ARN. Write arn:aws:states:::SERVICE:ACTION.",
    ),
    (
        lambda: step(charge, "cents"),
        "'charge' has the arguments 'cents'. Give parameters by their names, or an expression.",
    ),
    (
        lambda: step(charge, {"cent": 1}),
        "'charge' calls charge(cents: int) -> str: missing a required argument: 'cents'. Call it as it is defined.",
    ),
    (
        lambda: step(insist, {"txt": 1}),
        "'insist' calls insist(text: str) -> str: missing a required argument: 'text'. Call it as it is defined.",
    ),
    (
        lambda: step(charge, {"cents": "1"}),
        "'charge' breaks a contract: charge.cents: Expected `int`, got `str`. Give it what the annotation says.",
    ),
    (
        lambda: step(charge, timeout=0.5),
        "'charge' has a TimeoutSeconds that is none: 0.5 is no positive whole number of seconds, which is what AWS "
        "counts in. Round it.",
    ),
    (
        lambda: pass_({"x": object}),
        "'pass' has output that is no JSON: <class 'object'> has no form in JSON. Give it JSON values and expressions.",
    ),
    (
        lambda: pass_(name="x" * 81),
        f"'{'x' * 81}' has a name of 81 characters. AWS takes 80: shorten it.",
    ),
    (
        lambda: pass_("{% $x + %}"),
        "'pass' is refused at pass/Output: Unexpected end of expression.",
    ),
    (
        lambda: chain(pass_(assign={"x": 1}), each([1], prefix("in", pass_(assign={"x": 2})))),
        "'set x' is refused at in: set x/Assign: Variable 'x' is assigned in an outer scope; use another name here.",
    ),
]


@pytest.mark.parametrize(("made", "told"), CASES, ids=[told[:60] for _, told in CASES])
def test_what_makes_no_machine_is_said_with_a_way_out(made: Any, told: str) -> None:
    assert problems(made()) == [told]


def test_a_name_that_was_given_twice_is_told_at_both_places() -> None:
    twice = [wait(1, name="Rest") for _ in range(2)]
    told = "'Rest' is one of 2 of this name. Give it another one, or put prefix('…', …) around one of them."
    assert problems(chain(*twice)) == [told, told]
    assert machine("right", chain(twice[0], prefix("again", twice[1]))).to_asl()


def test_all_problems_are_told_at_once_in_the_order_of_the_program() -> None:
    with pytest.raises(WorkflowError) as refused:
        machine(
            "wrong",
            chain(
                wait(),
                parallel(chain(fail("X"), pass_("{% $x + %}")), step(charge, {})),
                catch(pass_(), on(then=chain())),
            ),
        ).to_asl()
    found = [(each.line - refused.value.problems[0].line, each.kind) for each in refused.value.problems]
    assert found == [(0, "misuse"), (1, "misuse"), (1, "misuse"), (1, "contract"), (2, "misuse")]
    assert str(refused.value).startswith(f"workflow wrong has 5 problems:\n  {__file__}:")


def test_a_problem_points_at_the_block_in_the_program() -> None:
    empty = parallel(
    )  # fmt: skip
    with pytest.raises(WorkflowError) as refused:
        machine("wrong", empty).to_asl()
    line = test_a_problem_points_at_the_block_in_the_program.__code__.co_firstlineno + 1
    [problem] = refused.value.problems
    assert problem == Problem(__file__, line, 12, problem.what, problem.instead, "misuse")


@pytest.mark.parametrize("given", [5, wait, None, "charge"])
def test_what_is_no_block_is_refused_at_once(given: Any) -> None:
    with pytest.raises(TypeError, match="is no block, no task and no workflow"):
        chain(charge, given)
