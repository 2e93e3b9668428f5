"""The past of an execution leads to its state again, however much of it became a picture."""

from typing import Any

import pytest

from core.journey import Journey, picture
from definitions import chain, mapping, parallel, passing, task, waiting
from stepwell.core import facts as f
from stepwell.core import journal
from stepwell.core.advance import Transition
from stepwell.engine import past
from stepwell.engine.past import Past

DEFINITION = chain(
    P=parallel(chain(A=passing(), B=task(Retry=[{"ErrorEquals": ["Again"]}])), chain(C=waiting())),
    M=mapping(chain(I=task(HeartbeatSeconds=5, TimeoutSeconds=60)), ItemsPath="$[1]", MaxConcurrency=2),
)
AGAIN = {"Variable": "$", "IsPresent": True, "Next": "A"}
LOOP = chain(A=passing(Result="x" * 10_000), C={"Type": "Choice", "Choices": [AGAIN], "Default": "E"}, E=passing())


class Remembered(Journey):
    """A journey whose past is kept."""

    def __init__(self, definition: Any, **limits: Any) -> None:
        super().__init__(definition, **limits)
        self.past = Past()

    def deliver(self, fact: f.Fact) -> Transition:
        transition = super().deliver(fact)
        if transition.entries:
            self.past.add(journal.encode(transition.entries), self.execution)
        return transition

    def compare(self) -> None:
        assert picture(self.past.state(1)) == picture(self.execution)
        assert self.past.bytes == len(self.past.picture or b"") + sum(map(len, self.past.chunks))


@pytest.mark.parametrize("long", [1, 1_000, 1_000_000])
def test_the_state_after_every_fact_can_be_made_again(long, monkeypatch):
    monkeypatch.setattr(past, "LONG", long)
    journey = Remembered(DEFINITION)
    journey.start([[], [1, 2, 3]]).compare()
    journey.take("B")
    journey.refuse("B", "Again")
    journey.compare()
    journey.pass_time(2)
    journey.answer("B", [7])
    journey.compare()
    journey.pass_time(60)
    journey.compare()
    journey.take("I")
    journey.compare()
    assert (journey.past.picture is not None) == (long < 1_000_000)


def test_an_endless_loop_does_not_fill_the_memory():
    journey = Remembered(LOOP, history=1 << 31)
    journey.deliver(f.Start(arn="a", machine_arn="m", revision="r", name="e", role_arn="r", input="{}"))
    largest = 0
    for _ in range(50):
        journey.deliver(f.Continue())
        largest = max(largest, journey.past.bytes)
    assert largest < 3 * past.LONG
    journey.compare()
