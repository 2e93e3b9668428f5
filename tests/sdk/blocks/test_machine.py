"""Machines of blocks: what states they become, how these are called, and that they run as they read."""

import json
from typing import Any

import pytest

from stepwell import Retry, fragment, task, workflow
from stepwell.asl.parse import parse
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
    text,
    var,
    wait,
    when,
)
from stepwell.testing import Run, TaskFailed, run

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:"


class Declined(Exception):
    """A card that has nothing left."""


class Expired(Declined):
    """A card that is too old."""


@task(heartbeat=None)
def charge(cents: int) -> str:
    if cents > 100:
        raise Declined(f"{cents} are too much")
    return f"paid {cents}"


@task(heartbeat=None)
def mail(text: str) -> str:
    return f"sent {text}"


@fragment
def insist(text: str, times: int = 2) -> str:
    told = ""
    while times > 0:
        told = mail(text)
        times -= 1
    return told


@workflow
def refund(cents: int) -> int:
    return cents


def asl(block: Blocklike) -> dict[str, Any]:
    definition = machine("shop", block).to_asl()
    assert parse(json.dumps(definition)).diagnostics == ()
    return definition


def names(block: Blocklike) -> list[str]:
    return list(asl(block)["States"])


def ended(block: Blocklike, input: Any = None, **tasks: Any) -> Any:
    """The output; or the error and its cause."""
    done: Run = run(machine("shop", block), input, tasks=tasks)
    return done.output if done.status == "SUCCEEDED" else (done.error, done.cause)


# -- what states they become -------------------------------------------------------------------------------------------


def test_a_chain_is_its_states_one_after_the_other() -> None:
    shop = machine(
        "shop",
        chain(
            step(charge, {"cents": states.input.total}, assign={"receipt": states.result}, comment="Once"),
            wait(minutes=5),
            succeed(output={"receipt": var.receipt}),
        ),
        timeout=3600,
        comment="Sells",
    )
    assert shop.to_asl(region="eu-west-1", account="210987654321") == {
        "Comment": "Sells",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": 3600,
        "StartAt": "charge",
        "States": {
            "charge": {
                "Type": "Task",
                "Comment": "Once",
                "Resource": "arn:aws:states:eu-west-1:210987654321:activity:charge",
                "Arguments": {"cents": "{% $states.input.total %}"},
                "Assign": {"receipt": "{% $states.result %}"},
                "Next": "wait 5 minutes",
            },
            "wait 5 minutes": {"Type": "Wait", "Seconds": 300, "Next": "succeed"},
            "succeed": {"Type": "Succeed", "Output": {"receipt": "{% $receipt %}"}},
        },
    }


def test_retry_and_catch_are_fields_of_the_one_state_that_they_are_around() -> None:
    guarded = catch(
        retry(step(charge, {"cents": 7}), Retry(TimeoutError, times=2)),
        on(Declined, then=step(mail, {"text": states.input.Cause})),
        on(output={"text": "?"}, assign={"error": states.errorOutput}, comment="Whatever else"),
    )
    assert asl(chain(guarded, pass_()))["States"] == {
        "charge": {
            "Type": "Task",
            "Resource": f"{ACTIVITY}charge",
            "Arguments": {"cents": 7},
            "Retry": [
                {
                    "ErrorEquals": ["TimeoutError", "States.Timeout"],
                    "IntervalSeconds": 1,
                    "MaxAttempts": 2,
                    "BackoffRate": 2.0,
                }
            ],
            "Catch": [
                {"ErrorEquals": ["Declined", "Expired"], "Next": "mail"},
                {
                    "ErrorEquals": ["States.ALL"],
                    "Comment": "Whatever else",
                    "Assign": {"error": "{% $states.errorOutput %}"},
                    "Output": {"text": "?"},
                    "Next": "pass",
                },
            ],
            "Next": "pass",
        },
        "mail": {
            "Type": "Task",
            "Resource": f"{ACTIVITY}mail",
            "Arguments": {"text": "{% $states.input.Cause %}"},
            "Next": "pass",
        },
        "pass": {"Type": "Pass", "End": True},
    }


def test_rules_around_a_task_count_before_its_own_and_what_takes_all_stands_last() -> None:
    @task(retry=[Retry(MemoryError, times=9), Retry(times=1)])
    def work() -> None: ...

    retriers = asl(retry(work, Retry(Exception, times=5), Retry(KeyError, times=7)))["States"]["work"]["Retry"]
    assert [(each["ErrorEquals"], each["MaxAttempts"]) for each in retriers] == [
        (["KeyError"], 7),
        (["States.HeartbeatTimeout", "WorkerLost"], 3),
        (["MemoryError"], 9),
        (["States.ALL"], 5),
    ]


def test_a_resource_and_a_machine_are_steps_too() -> None:
    shipping = machine("shipping", pass_())
    listed = step("arn:aws:states:::aws-sdk:dynamodb:listTables", {"Limit": 5}, timeout=30, heartbeat="{% $beat %}")
    assert asl(chain(pass_(assign={"beat": 5}), listed, shipping, step(refund, {"cents": 7})))["States"] == {
        "set beat": {"Type": "Pass", "Assign": {"beat": 5}, "Next": "aws-sdk:dynamodb:listTables"},
        "aws-sdk:dynamodb:listTables": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:dynamodb:listTables",
            "Arguments": {"Limit": 5},
            "TimeoutSeconds": 30,
            "HeartbeatSeconds": "{% $beat %}",
            "Next": "shipping",
        },
        "shipping": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Arguments": {
                "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:shipping",
                "Input": "{% $states.input %}",
            },
            "Output": "{% $states.result.Output %}",
            "Next": "refund",
        },
        "refund": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Arguments": {
                "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:refund",
                "Input": {"cents": 7},
            },
            "Output": "{% $states.result.Output %}",
            "End": True,
        },
    }


def test_a_shorter_timeout_takes_the_heartbeat_of_the_task_with_it() -> None:
    @task
    def slow() -> None: ...

    for timeout, heartbeat in ((100, 60), (10, 9), (1, None)):
        state = asl(step(slow, timeout=timeout))["States"]["slow"]
        assert (state["TimeoutSeconds"], state.get("HeartbeatSeconds")) == (timeout, heartbeat)


def test_a_map_has_its_items_and_how_a_round_begins() -> None:
    toppings = each(
        states.input.toppings,
        mail,
        select={"text": states.context.Map.Item.Value},
        max_concurrency=1,
        output={"told": states.result},
    )
    assert asl(toppings)["States"] == {
        "each: mail": {
            "Type": "Map",
            "Items": "{% $states.input.toppings %}",
            "ItemSelector": {"text": "{% $states.context.Map.Item.Value %}"},
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "StartAt": "mail",
                "States": {"mail": {"Type": "Task", "Resource": f"{ACTIVITY}mail", "End": True}},
            },
            "Output": {"told": "{% $states.result %}"},
            "End": True,
        }
    }


def test_a_choice_without_otherwise_leads_to_what_follows_and_at_the_end_to_a_succeed() -> None:
    states_ = asl(choice(when(var.rich | (var.age > 3), pass_(), assign={"who": "x"})))["States"]
    assert states_ == {
        "if $rich or $age > 3": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $rich or $age > 3 %}", "Assign": {"who": "x"}, "Next": "pass"}],
            "Default": "succeed",
        },
        "pass": {"Type": "Pass", "End": True},
        "succeed": {"Type": "Succeed"},
    }


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (wait(7), {"Seconds": 7}),
        (wait(hours=0.5), {"Seconds": 1800}),
        (wait(days="{% $n + 1 %}"), {"Seconds": "{% ($n + 1) * 86400 %}"}),
        (wait(var.delay), {"Seconds": "{% $delay %}"}),
        (wait(until="2026-12-24T18:00:00Z"), {"Timestamp": "2026-12-24T18:00:00Z"}),
        (wait(until=states.input.moment), {"Timestamp": "{% $states.input.moment %}"}),
    ],
)
def test_a_wait_is_told_in_any_unit(block: Blocklike, fields: dict[str, Any]) -> None:
    [state] = asl(block)["States"].values()
    assert state == {"Type": "Wait", **fields, "End": True}


# -- how they are called -----------------------------------------------------------------------------------------------


def test_a_state_is_called_as_its_block_is() -> None:
    assert names(
        chain(
            charge,
            pass_(assign={"a": 1, "b": 2}),
            wait(var.pause),
            parallel(mail, prefix("also", mail)),
            group(wait(until="2030-01-01T00:00:00Z"), name="Later"),
            choice(when('{% $a = "x" %}', fail(Declined)), otherwise=fail("Worse")),
        )
    ) == [
        "charge",
        "set a, b",
        "wait $pause seconds",
        "parallel: mail, also: mail",
        "Later",
        'if $a = "x"',
        "fail Declined",
        "fail Worse",
    ]


def test_what_stands_twice_is_numbered_and_a_name_that_was_given_is_kept() -> None:
    assert names(chain(mail, mail, step(charge, name="mail"), parallel(mail, name="mail (3)"))) == [
        "mail (2)",
        "mail (4)",
        "mail",
        "mail (3)",
    ]


def test_names_do_not_depend_on_what_is_added_elsewhere() -> None:
    before = names(chain(charge, choice(when(var.x > 1, mail)), wait(3)))
    after = names(chain(charge, pass_(), choice(when(var.x > 1, mail), when(var.x > 0, fail("No"))), wait(3)))
    assert set(before) - set(after) == set()


def test_a_piece_with_parameters_is_a_function_that_gives_a_block() -> None:
    def told(who: str) -> Blocklike:
        return chain(step(mail, {"text": f"Dear {who}"}, name="Tell"), wait(1))

    assert names(chain(prefix("first", told("Ada")), prefix("second", prefix("again", told("Bob"))))) == [
        "first: Tell",
        "first: wait 1 seconds",
        "second: again: Tell",
        "second: again: wait 1 seconds",
    ]


# -- that they run as they read ----------------------------------------------------------------------------------------


def test_what_one_block_gives_is_the_input_of_the_next() -> None:
    shop = chain(step(charge, {"cents": states.input.price}), step(mail, {"text": text("We have: ", states.input)}))
    assert ended(shop, {"price": 7}) == "sent We have: paid 7"
    assert ended(shop, {"price": 700}) == ("Declined", "700 are too much")


def test_a_bare_task_takes_its_parameters_from_the_input() -> None:
    assert ended(chain(charge), {"cents": 5}) == "paid 5"


@pytest.mark.parametrize(("total", "said"), [(3, "small"), (30, "medium"), (300, "large")])
def test_the_first_rule_that_holds_counts(total: int, said: str) -> None:
    sizes = choice(
        when(states.input.total > 100, pass_("large")),
        when(states.input.total > 10, pass_("medium")),
        otherwise=pass_("small"),
    )
    assert ended(chain(sizes, pass_({"size": states.input})), {"total": total}) == {"size": said}


def test_a_branch_and_a_round_give_their_values_in_order() -> None:
    both = parallel(pass_(states.input.n + 1), each([1, 2], pass_(states.input * 10)))
    assert ended(both, {"n": 7}) == [8, [10, 20]]


def test_a_handler_begins_with_the_error_and_what_follows_goes_on() -> None:
    shop = chain(catch(charge, on(Declined, then=pass_(states.input.Cause))), pass_({"so": states.input}))
    assert ended(shop, {"cents": 700}) == {"so": "700 are too much"}
    assert ended(shop, {"cents": 7}) == {"so": "paid 7"}


def test_an_error_may_be_passed_over() -> None:
    assert ended(catch(charge, on(output="nothing")), {"cents": 700}) == "nothing"


@pytest.mark.parametrize("value", [7, "x", [], [1], [[1], [2]], {"a": [1]}, None])
def test_a_group_gives_what_the_blocks_in_it_give(value: Any) -> None:
    assert ended(group(pass_(), pass_({"v": value})), {}) == {"v": value}
    if value is not None:
        assert ended(group(pass_(value)), {}) == value


def test_a_group_is_tried_again_as_a_whole() -> None:
    tried = retry(group(step(mail, {"text": "now"}), step(charge, {"cents": 7})), Retry(Declined, times=2))
    done = run(machine("shop", tried), tasks={"charge": [TaskFailed("Declined", ""), TaskFailed("Declined", ""), "ok"]})
    assert (done.output, done.state("mail").entered) == ("ok", 3)


def test_a_fragment_is_compiled_where_it_stands_with_variables_of_its_own() -> None:
    twice = chain(
        pass_(assign={"insist_text": "mine"}),
        step(insist, {"text": "one"}),
        prefix("again", step(insist, {"text": states.input, "times": 1})),
        pass_({"told": states.input, "mine": var.insist_text}),
    )
    assert ended(twice) == {"told": "sent sent one", "mine": "mine"}
    assert ended(chain(insist), {"text": "bare"}) == "sent bare"
    assert ended(step(insist, states.input.given), {"given": {"text": "by one", "times": 1}}) == "sent by one"
    assert "again: insist: mail(text)" in names(twice)


def test_a_machine_of_a_program_runs_within_another() -> None:
    inner = machine("inner", chain(step(charge, {"cents": states.input.n}), pass_({"inner": states.input})))
    assert ended(step(inner, {"n": 5})) == {"inner": "paid 5"}
    assert ended(step(refund, {"cents": 5})) == 5


def test_it_knows_the_tasks_and_machines_in_it_each_once() -> None:
    inner = machine("inner", chain(charge, mail))
    elsewhere = step("arn:aws:states:::aws-sdk:dynamodb:listTables")
    outer = machine("outer", chain(catch(charge, on(then=insist)), inner, refund, elsewhere))
    assert [used.name for used in outer.uses()] == ["charge", "mail", "inner", "refund"]
