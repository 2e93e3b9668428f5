"""How to mend what diagnostics tell of: one line for the common ones."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import islice

from stepwell.asl.diagnostics import Code, Diagnostic
from stepwell.asl.fields import KINDS

Mend = Callable[[re.Match[str], Iterable[str]], str]

MOST_NAMES = 1_000
"""States among which the nearest is looked for: each takes some microseconds, for each problem."""

_FIELDS = {name for kind in KINDS.values() for name in kind.fields} | {"StartAt", "States", "ProcessorConfig"}


def mend(problem: Diagnostic, names: Iterable[str]) -> str | None:
    """The line for a problem of a definition whose states have these names; None where its message says all."""
    for code, message, line in _MENDS:
        if problem.code == code and (found := re.search(message, problem.message)):
            return line if isinstance(line, str) else line(found, names)
    return None


def _nearest_state(found: re.Match[str], names: Iterable[str]) -> str:
    if near := get_close_matches(found[1], list(islice(names, MOST_NAMES)), 1):
        return f'Did you mean "{near[0]}"? A target must stand in the same States.'
    return f'Add a state "{found[1]}" to the same States, or name one that is there.'


def _nearest_field(found: re.Match[str], names: Iterable[str]) -> str:
    if near := get_close_matches(found[1], _FIELDS - {found[1]}, 1, 0.8):
        return f'Did you mean "{near[0]}"? If not, take it out: only fields of the States Language may stand here.'
    return "Take it out, or put it where it belongs: fields of your own are not allowed, Comment is."


_MENDS: tuple[tuple[str, str, str | Mend], ...] = (
    (Code.MISSING_TARGET, r"Missing 'Next' target: (.*)", _nearest_state),
    (Code.MISSING_TARGET, "not reachable", "Lead to it by Next, Default or Catch, or take it out."),
    (Code.MISSING_END_STATE, "", 'Give the last state "End": true, or add a Succeed or Fail state.'),
    (Code.DUPLICATE_STATE_NAME, "", "Rename one: names are unique in the whole definition, inner scopes too."),
    (Code.INVALID_STATE_NAME, "", "Shorten it, and keep the long text as the state's Comment."),
    (Code.DUPLICATE_LABEL_NAME, "", "Rename one, or leave Label out: a name is then made for it."),
    (Code.INVALID_JSON, "", "Look just before this place for a comma, quote or brace that is missing or too many."),
    (Code.SCHEMA, r"Field '(.+)' is not supported", _nearest_field),
    (Code.SCHEMA, r"\[Next, End\]", 'Add "Next" with the state to go to, or "End": true.'),
    (Code.SCHEMA, r"\[And, Or, Not,", "Write one comparison with Variable, or one of And, Or and Not around several."),
    (Code.SCHEMA, "should have only one of", "Add one of them."),
    (Code.SCHEMA, "should only be one of", "Keep one of them."),
    (Code.SCHEMA, "is only supported for the 'JSONata'", 'Set "QueryLanguage": "JSONata" here or at the top.'),
    (Code.SCHEMA, "is only supported for the 'JSONPath'", "Write it with Arguments, Output or Assign and {% … %}."),
    (
        Code.SCHEMA,
        "valid resource ARN",
        "Write a function's or an activity's ARN, or arn:aws:states:::service:action as the service's page has it.",
    ),
    (
        Code.SCHEMA,
        "must be a valid JSONPath",
        "Begin with $, $$ or $variable, or call States.…; leave .$ or Path out of the name for a literal text.",
    ),
    (Code.SCHEMA, "alone and at end of list", "Move States.ALL into an element of its own, the last one."),
    (Code.SCHEMA, "does not support", "Use a STANDARD state machine, or request-response."),
)
