"""What the 18 intrinsic functions do: one table (developer guide, Intrinsic functions)."""

import base64
import binascii
import hashlib
import math
import random
import re
import uuid
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from stepwell.expressions.scope import Json, Scope
from stepwell.expressions.values import identity, is_number, render, same

MAX_TEXT = 10_000
"""Characters that Base64Encode, Base64Decode and Hash accept."""
MAX_RANGE = 1_000
"""Elements of an ArrayRange."""
INT_32 = 2_147_483_647


class Refused(Exception):
    """A function cannot take these arguments. The message says why; the call becomes States.IntrinsicFailure."""


# --- arguments -----------------------------------------------------------------------------------------------------


def _text(value: Json, what: str, limit: int | None = None) -> str:
    if not isinstance(value, str):
        raise Refused(f"The {what} must be a string but is {render(value)}")
    if limit is not None and len(value) > limit:
        raise Refused(f"The {what} has {len(value)} characters; {limit} are allowed")
    return value


def _array(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise Refused(f"The first argument must be an array but is {render(value)}")
    return value


def _integer(value: Json, what: str) -> int:
    """Numbers with a fraction are rounded to the nearest integer, as AWS documents it."""
    if not is_number(value):
        raise Refused(f"The {what} must be a number but is {render(value)}")
    return value if isinstance(value, int) else math.floor(value + 0.5)


# --- the functions -------------------------------------------------------------------------------------------------


def _array_partition(scope: Scope, items: Json, size: Json) -> list[Json]:
    array, step = _array(items), _integer(size, "chunk size")
    if step < 1:
        raise Refused(f"The chunk size must be a positive integer but is {step}")
    return [array[start : start + step] for start in range(0, len(array), step)]


def _array_contains(scope: Scope, items: Json, value: Json) -> bool:
    return any(same(item, value) for item in _array(items))


def _array_range(scope: Scope, first: Json, last: Json, step: Json) -> list[int]:
    start, stop = _integer(first, "first number"), _integer(last, "last number")
    stride = _integer(step, "increment")
    if stride == 0:
        raise Refused("The increment must not be 0")
    numbers = range(start, stop + (1 if stride > 0 else -1), stride)
    # Comparing with a slice, not len(): a range may be longer than len() can say.
    if numbers[MAX_RANGE : MAX_RANGE + 1]:
        raise Refused(f"The range has more than {MAX_RANGE} elements")
    return list(numbers)


def _array_get_item(scope: Scope, items: Json, index: Json) -> Json:
    array, position = _array(items), _integer(index, "index")
    if not 0 <= position < len(array):
        raise Refused(f"The index {position} is outside of the array, which has {len(array)} elements")
    return array[position]


def _array_unique(scope: Scope, items: Json) -> list[Json]:
    first: dict[object, Json] = {}
    for item in _array(items):
        first.setdefault(identity(item), item)
    return list(first.values())


def _base64_encode(scope: Scope, text: Json) -> str:
    return base64.b64encode(_text(text, "text", MAX_TEXT).encode()).decode()


def _base64_decode(scope: Scope, text: Json) -> str:
    try:
        return base64.b64decode(_text(text, "text", MAX_TEXT), validate=True).decode()
    except (binascii.Error, ValueError):
        raise Refused("The text is not the Base64 form of UTF-8") from None


_HASHES = {name: name.replace("SHA-1", "SHA1").replace("-", "").lower() for name in
           ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")}  # fmt: skip


def _hash(scope: Scope, text: Json, algorithm: Json) -> str:
    name = _HASHES.get(algorithm) if isinstance(algorithm, str) else None
    if name is None:
        raise Refused(f"The algorithm must be one of {', '.join(_HASHES)} but is {render(algorithm)}")
    return hashlib.new(name, _text(text, "text", MAX_TEXT).encode(), usedforsecurity=False).hexdigest()


def _json_merge(scope: Scope, left: Json, right: Json, deep: Json) -> dict[str, Json]:
    if deep is not False:
        raise Refused("The third argument must be false: only shallow merging is supported")
    if not (isinstance(left, dict) and isinstance(right, dict)):
        raise Refused("The first two arguments must be objects")
    return {**left, **right}


def _string_to_json(scope: Scope, text: Json) -> Json:
    try:
        return msgspec.json.decode(_text(text, "text"))
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as reason:
        raise Refused(f"The text is not valid JSON: {reason}") from None


def _math_random(scope: Scope, start: Json, end: Json, seed: Json = None) -> int:
    """With a seed the number is always the same one, though not AWS's: its generator is not public."""
    low, high = _integer(start, "start number"), _integer(end, "end number")
    if low >= high:
        raise Refused(f"The start number {low} must be below the end number {high}")
    chance = scope.chance() if seed is None else random.Random(_integer(seed, "seed"))
    return chance.randrange(low, high)


def _math_add(scope: Scope, left: Json, right: Json) -> int:
    total = _integer(left, "first number") + _integer(right, "second number")
    if not -INT_32 <= total <= INT_32:
        raise Refused(f"The sum {total} is outside of -{INT_32} to {INT_32}")
    return total


def _string_split(scope: Scope, text: Json, delimiters: Json) -> list[str]:
    """Each character of the second argument splits; empty pieces are left out (recorded 2024)."""
    subject, separators = _text(text, "text"), _text(delimiters, "delimiter")
    if not separators:
        return [subject] if subject else []
    return [piece for piece in re.split(f"[{re.escape(separators)}]", subject) if piece]


def _uuid(scope: Scope) -> str:
    return str(uuid.UUID(int=scope.chance().getrandbits(128), version=4))


_PLACEHOLDER = re.compile(r"\\([{}\\'])|(\{\})")


def _format(scope: Scope, template: Json, *values: Json) -> str:
    """`{}` takes the next value; `\\{`, `\\}`, `\\'` and `\\\\` stand for the character behind the backslash."""
    pattern = _text(template, "template")
    wanted = sum(found[2] is not None for found in _PLACEHOLDER.finditer(pattern))
    if wanted != len(values):
        raise Refused(f"The template has {wanted} placeholders {{}} but {len(values)} values follow it")
    shown = map(_shown, values)
    return _PLACEHOLDER.sub(lambda found: found[1] or next(shown), pattern)


def _shown(value: Json) -> str:
    """As Java's toString: strings bare, objects as {Name=value, Other=value} (recorded 2023)."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return render(value)


class Intrinsic(NamedTuple):
    """One function: what it does with (scope, *arguments), and how many arguments it takes."""

    call: Callable[..., Json]
    least: int
    most: float


INTRINSICS: dict[str, Intrinsic] = {
    "States.Array": Intrinsic(lambda scope, *items: list(items), 0, math.inf),
    "States.ArrayPartition": Intrinsic(_array_partition, 2, 2),
    "States.ArrayContains": Intrinsic(_array_contains, 2, 2),
    "States.ArrayRange": Intrinsic(_array_range, 3, 3),
    "States.ArrayGetItem": Intrinsic(_array_get_item, 2, 2),
    "States.ArrayLength": Intrinsic(lambda scope, items: len(_array(items)), 1, 1),
    "States.ArrayUnique": Intrinsic(_array_unique, 1, 1),
    "States.Base64Encode": Intrinsic(_base64_encode, 1, 1),
    "States.Base64Decode": Intrinsic(_base64_decode, 1, 1),
    "States.Hash": Intrinsic(_hash, 2, 2),
    "States.JsonMerge": Intrinsic(_json_merge, 3, 3),
    "States.StringToJson": Intrinsic(_string_to_json, 1, 1),
    "States.JsonToString": Intrinsic(lambda scope, value: render(value), 1, 1),
    "States.MathRandom": Intrinsic(_math_random, 2, 3),
    "States.MathAdd": Intrinsic(_math_add, 2, 2),
    "States.StringSplit": Intrinsic(_string_split, 2, 2),
    "States.UUID": Intrinsic(_uuid, 0, 0),
    "States.Format": Intrinsic(_format, 1, math.inf),
}
