"""The placeholders of recorded answers: which texts and values each may stand for."""

import datetime
import json
import re
from collections.abc import Callable
from typing import Any

from .bindings import Bindings

_ISO_8601 = r"[-+]?\d{4,}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
_HTTP_DATE = r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
_ROLES = r"s(?:nf|fn)_role_arn(?:_t\d+)?"
_ARNS = r"(?:activity|map_run|ss?m_nonexistent|invalid_execution)_arn"
_NAMES = r"activity_name|state_machine_alias(?:_base)?_name"

# A placeholder wherever it stands: in brackets, AWS's masked account, or one of the words without brackets.
_TOKEN = re.compile(rf"<[^<>\s'\"]+>|(?<!\d)1{{12}}(?!\d)|\b(?:date|{_ROLES}|{_ARNS}|{_NAMES})\b")

_NAME_PART = r"[^:/\s'\",]+"

# Of these each occurrence may differ.
_FREE: tuple[tuple[str, str], ...] = (
    (r"date", rf"date|{_ISO_8601}"),
    (r"<partition>", r"aws"),
    (r"<request_id>", r"[^\s)'\"]+"),
    (r"<md5_of_message_body>|<random_arn_part>", _NAME_PART),
    (r"<invalid_token_(\d+)_chars>", r".+"),
    (r"map_run_arn", r"map_run_arn|arn:[^\s'\"]+:mapRun:[^\s'\"]+"),
)

# Of these the same placeholder is the same value throughout a case.
_BOUND: tuple[tuple[str, str], ...] = (
    (r"<uuid:\d+>", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    (r"<\w*Arn_?Part\w*>", _NAME_PART),
    (r"<json-input:\d+>", r".+"),
    (r"<next-token:\d+>", r"\S+"),
    (r"activity_arn", r"arn:[^\s'\"]+:activity:[^\s'\"]+"),
    (_ARNS, r"arn:[^\s'\"]+"),
    (_NAMES, _NAME_PART),
    (r"<.+>", r".+?"),
)


def pattern(expected: str, bindings: Bindings) -> tuple[re.Pattern[str], dict[str, str]] | None:
    """The texts `expected` allows, and which of the pattern's groups bind which placeholder.

    None when `expected` holds no placeholder.
    """
    pieces: list[str] = []
    groups: dict[str, str] = {}
    end = 0
    for token in _TOKEN.finditer(expected):
        pieces += re.escape(expected[end : token.start()]), _piece(token[0], bindings, groups)
        end = token.end()
    if not pieces:
        return None
    pieces.append(re.escape(expected[end:]))
    return re.compile("".join(pieces), re.DOTALL), groups


def _piece(token: str, bindings: Bindings, groups: dict[str, str]) -> str:
    if token == "1" * 12:
        return _one_of(bindings.accounts, r"\d{12}")
    if token == "<region>":
        return _one_of(bindings.regions, r"[a-z0-9-]+")
    if re.fullmatch(_ROLES, token) and "_t" not in token:
        return _one_of({text for text in bindings.said if ":role/" in text}, r"arn:[^\s'\"]+")
    for form, text in _FREE:
        if re.fullmatch(form, token):
            return f"(?:{text})"
    if token in bindings.values:
        return re.escape(str(bindings.values[token]))
    for group, name in groups.items():
        if name == token:
            return f"(?P={group})"
    group = f"g{len(groups)}"
    groups[group] = token
    return f"(?P<{group}>{_form_of(token)})"


def _form_of(token: str) -> str:
    return next((text for form, text in _BOUND if re.fullmatch(form, token)), r"arn:[^\s'\"]+")


def _one_of(texts: set[str], otherwise: str) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(texts)))})" if texts else otherwise


def _is_instant(actual: Any) -> bool:
    return isinstance(actual, datetime.datetime)


def _is_time(actual: Any) -> bool:
    return _is_instant(actual) or (isinstance(actual, str) and bool(re.fullmatch(_ISO_8601, actual)))


def _is_date(actual: Any) -> bool:
    """A time, or that of an HTTP answer, alone or as the only value of its header."""
    if isinstance(actual, list) and len(actual) == 1:
        return _is_date(actual[0])
    return _is_time(actual) or (isinstance(actual, str) and bool(re.fullmatch(_HTTP_DATE, actual)))


def _is_number(actual: Any) -> bool:
    return isinstance(actual, int | float) and not isinstance(actual, bool)


# Words that stand for a whole value: which values, and whether a text that came in with the request will do.
_WORDS: dict[str, tuple[Callable[[Any], bool], bool]] = {
    "datetime": (_is_instant, False),
    "timestamp": (_is_time, True),
    "date": (_is_date, True),
    "time": (_is_time, False),
    "start-time": (_is_time, False),
    "entered-time": (_is_time, False),
    # A child's times are epoch milliseconds inside the result of a nested execution.
    "start-date": (lambda actual: _is_time(actual) or _is_number(actual), False),
    "stop-date": (lambda actual: _is_time(actual) or _is_number(actual), False),
    "creation-date": (_is_instant, False),
    "RandomNumberGenerated": (_is_number, False),
}


def word(expected: str) -> Callable[[Any, Bindings], bool] | None:
    """The test for a word that stands for a whole value, or None when `expected` is no such word."""
    form = _WORDS.get(expected.removeprefix("<").removesuffix(">"))
    if form is None:
        return None
    accepts, echoes = form

    def test(actual: Any, bindings: Bindings) -> bool:
        return accepts(actual) or (echoes and isinstance(actual, str) and actual in bindings.said)

    return test


def is_repeated_time(expected: str) -> bool:
    """Is this the word for one point in time, the same throughout a case?"""
    return expected == "creation-date"


def stands_for_anything(expected: str) -> bool:
    """Is this one placeholder of a kind that need not stand for text?"""
    return bool(re.fullmatch(r"<(?:json-input|resource|[a-z-]+):\d+>", expected)) and "uuid" not in expected


def parsed(text: str) -> Any:
    """The JSON object or array that a text holds, or the text itself."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
