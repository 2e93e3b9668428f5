"""Values between a state's JSON and an API's shapes: names, times, bytes and texts of either side."""

import base64
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from stepwell.integrations.aws.models import Naming, Shape

Times = Callable[[datetime], Any]
"""How points in time are shown: `iso` or `milliseconds`."""


class Unsuitable(Exception):
    """What a state gives does not fit the API. The message has AWS's words for each fault."""


def to_json_text(value: Any) -> str:
    """Any JSON as its text, for members in which a service expects one; a text stays as it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


# -- requests ----------------------------------------------------------------------------------------------------------


def to_request(shape: Shape | None, value: Any, naming: Naming) -> dict[str, Any]:
    """The members of a call as botocore takes them. Raises Unsuitable with all faults."""
    if not isinstance(value, dict):
        raise Unsuitable("The parameters must be an OBJECT")
    request: dict[str, Any] = {}
    faults = list(_fill(request, shape, value, naming)) if shape is not None or value else []
    if faults:
        raise Unsuitable(", ".join(faults))
    return request


def _fill(request: dict[str, Any], shape: Shape | None, value: dict[str, Any], naming: Naming) -> Iterator[str]:
    """Put the members into `request`; yields the faults, in Step Functions' words."""
    members = {} if shape is None else {naming(name): (name, member) for name, member in shape.members.items()}
    for shown, given in value.items():
        if shown not in members:
            yield f"The field '{shown}' is not supported by Step Functions{_hint(shown, members)}"
        elif given is not None:
            name, member = members[shown]
            try:
                request[name] = _given(shown, member, given, naming)
            except Unsuitable as fault:
                yield str(fault)


def _hint(shown: str, members: dict[str, Any]) -> str:
    alike = next((name for name in members if name.lower() == shown.lower()), None)
    return f"; did you mean '{alike}'?" if alike else ""


def _given(name: str, shape: Shape, value: Any, naming: Naming) -> Any:
    """One value; `name` is that of the nearest member."""
    if getattr(shape, "is_document_type", False):
        return value
    match shape.type_name:
        case "structure":
            request: dict[str, Any] = {}
            faults = list(_fill(request, shape, of_type(dict, name, value, "an OBJECT"), naming))
            if faults:
                raise Unsuitable(", ".join(faults))
            return request
        case "list":
            return [_given(name, shape.member, item, naming) for item in of_type(list, name, value, "an ARRAY")]
        case "map":
            items = of_type(dict, name, value, "an OBJECT").items()
            return {key: _given(key, shape.value, item, naming) for key, item in items}
        case "blob":
            # Texts are UTF-8; what is no text is written as JSON, which is what S3's Body and the like want.
            return to_json_text(value).encode()
        case kind:
            return _scalar(name, kind, value)


def of_type(type: type, name: str, value: Any, kind: str) -> Any:
    """The value, if it is of that type. Raises Unsuitable."""
    if not isinstance(value, type):
        raise Unsuitable(f"The value for the field '{name}' must be {kind}")
    return value


def _scalar(name: str, kind: str, value: Any) -> Any:
    if kind in _WHOLE and isinstance(value, float) and value.is_integer():
        value = int(value)  # what JSONata has reckoned with
    types, said = _SCALARS[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and kind != "boolean"):
        raise Unsuitable(f"The value for the field '{name}' must be {said}")
    return value


_WHOLE = ("integer", "long", "biginteger")
_SCALARS: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(("string", "character"), ((str,), "a STRING")),
    **dict.fromkeys(_WHOLE, ((int,), "an INTEGER")),
    **dict.fromkeys(("float", "double", "bigdecimal"), ((int, float), "a NUMBER")),
    "boolean": ((bool,), "a BOOLEAN"),
    "timestamp": ((str, int, float), "a TIMESTAMP"),
}


# -- answers -----------------------------------------------------------------------------------------------------------


def from_answer(shape: Shape | None, answer: dict[str, Any], naming: Naming, times: Times) -> dict[str, Any]:
    """The members of an answer of botocore's as JSON."""
    if shape is None:
        return {}
    return {
        naming(name): _shown(member, answer[name], naming, times)
        for name, member in shape.members.items()
        if answer.get(name) is not None
    }


def _shown(shape: Shape, value: Any, naming: Naming, times: Times) -> Any:
    if getattr(shape, "is_document_type", False):
        return value
    match shape.type_name:
        case "structure":
            return from_answer(shape, value, naming, times)
        case "list":
            return [_shown(shape.member, item, naming, times) for item in value]
        case "map":
            return {key: _shown(shape.value, item, naming, times) for key, item in value.items()}
        case "timestamp":
            return times(value)
        case "blob":
            return as_text(value)
        case _:
            return _plain(value)


def as_text(blob: bytes | str) -> str:
    """Bytes as text: UTF-8, or Base64 where they are not."""
    if isinstance(blob, str):
        return blob
    try:
        return blob.decode()
    except UnicodeDecodeError:
        return base64.b64encode(blob).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such numbers
    return value


def iso(moment: datetime) -> str:
    """As Java writes an Instant: in UTC, fractions only where there are any."""
    precision = "seconds" if not moment.microsecond else "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """As the first SDK for Java has them: milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
