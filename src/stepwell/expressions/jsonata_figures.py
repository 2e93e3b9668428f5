"""How long the JSONata library takes, measured: nanoseconds for calls, for rounds of loops, and for each value.

Rounded up, from CPython 3.11 on one slow core; a table of bounds need not be exact, for what it misjudges by a factor
is still stopped by the clock. `tests/expressions/test_jsonata_bound.py` holds it against the library.
"""

STRIDE = 64
"""Rounds of a loop after which the library looks at the clock."""

LOOK = 150
"""Any operation, for each value that it looks at."""
COMPARISON = 1_000
"""`=`, `<`, `in`: for each value."""
ROUND = 900
"""A loop, for each round."""
GROUPING = 1_500
"""`{key: value}`, beside that."""
SORTING = 2_000
"""`^(key)` and $sort, for each element; a comparison written as a function is stopped by the clock."""
CONSTRUCTION = 1_000
"""An array or object in the text of the expression."""
DESCENT = 1_000
"""`**`, for each value."""
AS_TEXT = 2_500
"""Anything written as text, for each value."""
RESULT = 300
"""Looking whether the result is JSON."""
CHARACTER = 20
"""A regular expression, for each of its characters: tried at each place of a text."""

CALL = 2_500
"""A function, for each call."""

ONCE = {
    "formatBase": 250_000,  # of 1E300 in binary
    "formatInteger": 30_000,
    "formatNumber": 30_000,
    "fromMillis": 30_000,
    "hash": 10_000,
    "now": 30_000,
    "pad": 5_000,
    "parse": 10_000,
    "parseInteger": 12_000,
    "partition": 20_000,
    "random": 20_000,
    "range": 20_000,
    "round": 9_000,
    "shuffle": 12_000,
    "toMillis": 20_000,
    "uuid": 30_000,
    "zip": 8_000,
}
"""Functions that take longer."""

EACH = {
    "decodeUrl": 500,
    "decodeUrlComponent": 500,
    "distinct": 2_500,
    "encodeUrl": 1_500,
    "encodeUrlComponent": 1_500,
    "parse": 1_500,
    "partition": 1_000,
    "shuffle": 1_500,
    "split": 300,
    "spread": 2_000,
    "string": AS_TEXT,
    "zip": 1_500,
}
"""What functions take for each value that they look through, where that is more."""

BY_CHARACTER = frozenset({"decodeUrl", "decodeUrlComponent", "encodeUrl", "encodeUrlComponent", "split"})
"""Functions that take as long for each character of a text as others do for each value."""
