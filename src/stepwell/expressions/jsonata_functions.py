"""The functions that AWS adds to JSONata (developer guide, "Transforming data"), and those that need chance."""

import hashlib
import math
import re
import uuid
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import msgspec
from jsonata2py import MISSING, JsonataFunctionArguments
from jsonata2py.runtime.core import fn_toMillis

from stepwell.expressions.jsonata_errors import MEMORY, BoundError
from stepwell.expressions.scope import Json, Scope
from stepwell.expressions.values import is_number

LONGEST_RANGE = 360_145
"""Elements of a $range that AWS still builds (published report of 2026, not ours)."""

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _unfit(function: str, position: int) -> BoundError:
    return BoundError(f'Argument {position} of function "{function}" does not match function signature', "T0410")


def _integer(value: Json, function: str, position: int) -> int:
    if not is_number(value) or not math.isfinite(value):
        raise _unfit(function, position)
    if value != int(value):
        raise BoundError(f'Argument {position} of function "{function}" must be an integer but is {value}')
    return int(value)


def _partition(scope: Scope, items: Json, size: Json) -> Json:
    if items is MISSING:
        return MISSING
    array = items if isinstance(items, list) else [items]
    step = _integer(size, "partition", 2)
    if step < 1:
        raise BoundError(f'Argument 2 of function "partition" must be positive but is {step}')
    return [array[start : start + step] for start in range(0, len(array), step)]


def _range(scope: Scope, first: Json, last: Json, step: Json) -> Json:
    """The end is included. A sequence: one number comes as itself (recorded 2024), and none as nothing."""
    if MISSING in (first, last, step):
        return MISSING
    start, stop, stride = (
        _integer(value, "range", position) for position, value in enumerate((first, last, step), start=1)
    )
    if stride == 0:
        raise BoundError('Argument 3 of function "range" must not be 0')
    numbers = range(start, stop + (1 if stride > 0 else -1), stride)
    # Comparing with a slice, not len(): a range may be longer than len() can say.
    if numbers[LONGEST_RANGE : LONGEST_RANGE + 1]:
        raise BoundError(MEMORY)
    if not numbers:
        return MISSING
    return list(numbers) if len(numbers) > 1 else numbers[0]


def _hash(scope: Scope, text: Json, algorithm: Json) -> Json:
    if text is MISSING:
        return MISSING
    if not isinstance(text, str):
        raise _unfit("hash", 1)
    name = _HASHES.get(algorithm) if isinstance(algorithm, str) else None
    if name is None:
        raise BoundError(f'Argument 2 of function "hash" must be one of {", ".join(_HASHES)}')
    return hashlib.new(name, text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _parse(scope: Scope, text: Json) -> Json:
    if text is MISSING:
        return MISSING
    if not isinstance(text, str):
        raise _unfit("parse", 1)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as reason:
        raise BoundError(f'Argument 1 of function "parse" is not valid JSON: {reason}') from None


def _uuid(scope: Scope, ignored: Json = MISSING) -> Json:
    """`$map(items, $uuid)` hands it an item."""
    return str(uuid.UUID(int=scope.chance().getrandbits(128), version=4))


def _random(scope: Scope, seed: Json = MISSING) -> Json:
    if seed is MISSING:
        return scope.chance().random()
    if not is_number(seed) or not math.isfinite(seed):
        raise _unfit("random", 1)
    return seeded_random(int(seed))


def seeded_random(seed: int) -> float:
    """The first nextDouble() of java.util.Random: seed 42 gives AWS's number bit for bit (published report, 2026)."""
    state = (seed ^ 0x5DEECE66D) & _MASK
    bits = []
    for wanted in (26, 27):
        state = (state * 0x5DEECE66D + 0xB) & _MASK
        bits.append(state >> (48 - wanted))
    return float(((bits[0] << 27) + bits[1]) / (1 << 53))


_MASK = (1 << 48) - 1


def _shuffle(scope: Scope, items: Json) -> Json:
    """JSONata's own, but with the scope's chance."""
    if items is MISSING:
        return MISSING
    array = list(items) if isinstance(items, list) else [items]
    scope.chance().shuffle(array)
    return array


def _sum(scope: Scope, numbers: Json) -> Json:
    """JSONata's own, which makes 0 of an empty array in the data; the library's makes nothing of it."""
    if numbers is MISSING:
        return MISSING
    array = numbers if isinstance(numbers, list) else [numbers]
    if not all(map(is_number, array)):
        raise BoundError('Argument 1 of function "sum" must be an array of "numbers"', "T0412")
    total = sum(map(float, array), 0.0)
    return int(total) if total.is_integer() and abs(total) < _EXACT else total


_EXACT = 1 << 53


def _to_millis(scope: Scope, text: Json) -> Json:
    """JSONata's own, for a time without a zone too: it is in UTC, where AWS runs."""
    zoneless = isinstance(text, str) and _ZONELESS.fullmatch(text)
    return fn_toMillis(f"{text}Z" if zoneless else text)


_ZONELESS = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d+)?")


def _distinct(scope: Scope, items: Json) -> Json:
    """JSONata's own, but in linear time whatever the items: the library's compares those that look alike."""
    if not isinstance(items, list):
        return items
    found: dict[Hashable, Json] = {}
    for item in items:
        found.setdefault(_identity(item), item)
    return list(found.values())


def _identity(value: Json) -> Hashable:
    """Equal for values that are equal: 1 and 1.0 are, 1 and true are not, and the order of keys does not matter."""
    if isinstance(value, dict):
        return frozenset((key, _identity(member)) for key, member in value.items())
    if isinstance(value, list):
        return tuple(map(_identity, value))
    return (value,) if isinstance(value, bool) else value


class Function(NamedTuple):
    """One function: what it does with (scope, *arguments), and how many arguments it takes."""

    call: Callable[..., Json]
    least: int
    most: int


FUNCTIONS: dict[str, Function] = {
    "partition": Function(_partition, 2, 2),
    "range": Function(_range, 3, 3),
    "hash": Function(_hash, 2, 2),
    "parse": Function(_parse, 1, 1),
    "uuid": Function(_uuid, 0, 1),
    "random": Function(_random, 0, 1),
    "shuffle": Function(_shuffle, 1, 1),
    "distinct": Function(_distinct, 1, 1),
    "sum": Function(_sum, 1, 1),
    "toMillis": Function(_to_millis, 1, 1),
}


class Bound:
    """A function of the table with the scope it is called in, as the library takes it."""

    __slots__ = ("_function", "_name", "_scope")

    def __init__(self, name: str, function: Function, scope: Scope) -> None:
        self._name = name
        self._function = function
        self._scope = scope

    def get_function_signature(self) -> str | None:
        """None: the functions check their arguments by themselves, since the library's refusals name no function."""
        return None

    def apply(self, args: JsonataFunctionArguments) -> Any:
        given = args.as_list()
        while given and given[-1] is MISSING and len(given) > self._function.least:
            given.pop()
        if len(given) > self._function.most:
            raise _unfit(self._name, self._function.most + 1)
        if self._function.least and not given:
            raise _unfit(self._name, 1)
        missing = [MISSING] * (self._function.least - len(given))
        return self._function.call(self._scope, *given, *missing)
