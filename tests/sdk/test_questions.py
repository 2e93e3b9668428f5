"""`@question`: whose answer comes later, from whoever has the token."""

import inspect
from datetime import timedelta

import pytest

from stepwell import question, workflow
from stepwell.testing import NEVER, After, Failure, run

ASKED: list[str] = []


@question(bool, timeout=timedelta(days=1))
def agree(token: str, what: str) -> None:
    """Ask somebody."""
    ASKED.append(token)


@workflow
def plain(what: str) -> str:
    try:
        agreed = agree(what)
    except TimeoutError:
        return "nobody is there"
    return "yes" if agreed else "no"


def test_a_question_is_a_task_without_heartbeats_that_takes_no_token() -> None:
    state = plain.to_asl()["States"]["agree(what)"]
    assert {name: state[name] for name in ("Type", "Resource", "Arguments", "TimeoutSeconds", "Retry")} == {
        "Type": "Task",
        "Resource": "arn:aws:states:us-east-1:123456789012:activity:agree",
        "Arguments": {"what": "{% $what %}"},
        "TimeoutSeconds": 86_400,
        "Retry": [{"ErrorEquals": ["WorkerLost"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2.0}],
    }
    assert "HeartbeatSeconds" not in state
    assert (str(inspect.signature(agree)), agree.types) == ("(what: str) -> bool", {"what": str, "return": bool})


def test_in_a_test_it_is_asked_with_a_token_and_nobody_answers() -> None:
    ASKED.clear()
    result = run(plain, {"what": "all of it"})
    assert result.elapsed == timedelta(days=1)
    assert [len(token) > 20 for token in ASKED] == [True]


def test_a_test_answers_it_like_any_task() -> None:
    answers = {"yes": After(timedelta(hours=5), True), "no": False, "nobody is there": NEVER}
    assert {said: run(plain, {"what": "it"}, tasks={"agree": answer}).output for said, answer in answers.items()} == {
        said: said for said in answers
    }


def test_a_worker_that_was_stopped_before_it_had_asked_is_replaced() -> None:
    result = run(plain, {"what": "it"}, tasks={"agree": [Failure("WorkerLost"), True]})
    assert (result.output, result.elapsed) == ("yes", timedelta(seconds=1))


def test_only_an_execution_can_wait_for_the_answer() -> None:
    with pytest.raises(RuntimeError, match="agree asks for an answer that only an execution can wait for"):
        agree("it")


def test_a_question_is_asked_by_a_plain_function() -> None:
    with pytest.raises(TypeError, match="which a plain function asks"):

        @question(bool, timeout=1)
        async def consent(token: str) -> None: ...


def test_a_question_needs_a_parameter_for_the_token() -> None:
    with pytest.raises(TypeError, match="its first parameter is the token to answer with"):

        @question(bool, timeout=1)  # type: ignore[arg-type]
        def nothing() -> None: ...
