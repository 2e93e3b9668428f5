"""Whatever program of the supported subset is compiled: the machine gives what Python gives, values and errors."""

import linecache
import os
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sdk.driver import EXPRESSION, Outcome, begun, call, follow
from sdk.programs import Programs
from stepwell.sdk import Workflow, WorkflowError

small = st.integers(-8, 21)
INPUTS = st.fixed_dictionaries(
    {
        "a": small,
        "b": small,
        "s": st.sampled_from(["", "x", "abc", "ä,b"]),
        "flag": st.booleans(),
        "xs": st.lists(small, max_size=3),
        "names": st.lists(st.sampled_from(["", "a", "stop", "k"]), max_size=3),
        "d": st.dictionaries(st.sampled_from(["k", "x", "y z"]), small, max_size=2),
        "rows": st.lists(st.lists(small, max_size=2), max_size=3),
        "o": st.none() | small,
    },
    optional={"c": small},
)


def compiled(text: str) -> Workflow[..., Any]:
    """The program as if it had been imported from a file."""
    name = f"<program {hash(text)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, name, "exec"), module)
    made = module["program"]
    assert isinstance(made, Workflow)
    return made


def followed(text: str, inputs: dict[str, Any]) -> tuple[Outcome, Outcome] | None:
    """What the machine comes to and what Python comes to; None where there is nothing to compare."""
    program = compiled(text)
    try:
        journey = begun(program, **inputs)  # which refuses a definition that AWS would refuse
    except WorkflowError:
        return None
    machine = follow(journey, program)
    if "D3137: an int beyond 2^52" in repr(journey.steps):
        return None  # an error where JSON would be wrong; a `try` may have taken it
    python = call(program, **inputs)
    if EXPRESSION in (machine[0], python[0]):
        return (machine[0], None), (python[0], None)  # their texts are JSONata's and Python's
    return machine, python


# The same programs each time, so that a change is judged and not luck; ROUND_TRIPS=20000 looks at others.
LOOKED_AT = int(os.environ.get("ROUND_TRIPS", "2000"))


@settings(max_examples=LOOKED_AT, deadline=None, database=None, derandomize="ROUND_TRIPS" not in os.environ)
@given(seed=st.integers(0, 2**32), inputs=INPUTS)
def test_the_machine_gives_what_python_gives(seed: int, inputs: dict[str, Any]) -> None:
    text = Programs(Random(seed)).text()
    outcomes = followed(text, inputs)
    assume(outcomes is not None)
    assert outcomes is not None
    assert outcomes[0] == outcomes[1], text


def test_most_generated_programs_compile() -> None:
    refused = []
    for seed in range(100):
        try:
            compiled(Programs(Random(seed)).text()).to_asl()
        except WorkflowError as error:
            refused.append(str(error))
    assert len(refused) < 10, refused
