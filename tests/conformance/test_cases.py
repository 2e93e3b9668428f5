"""Every recorded case is answered as AWS answered it, or is known not to be yet."""

from concurrent.futures import Future

import pytest

from . import not_yet, recordings
from .recordings import Case
from .runner import Outcome

pytestmark = pytest.mark.skipif(bool(recordings.absence()), reason=str(recordings.absence()))


@pytest.mark.parametrize("case", recordings.cases(), ids=lambda case: case["id"])
def test_is_answered_as_recorded(case: Case, outcomes: dict[str, "Future[Outcome]"]) -> None:
    outcome = outcomes[case["id"]].result()
    reason = not_yet.reason(case)
    if reason is None:
        assert not outcome.differences, "\n".join(outcome.differences)
    elif outcome.passed:
        pytest.fail(f"passes although not_yet.py says: {reason}")
    else:
        pytest.xfail(reason)
