r"""Regular expressions: `\w`, `\d`, `\s` and `\b` are JavaScript's."""

import pytest

from stepwell.expressions.jsonata import compile_jsonata
from stepwell.expressions.scope import Scope


def value(expression: str, **variables):
    return compile_jsonata(f"{{% {expression} %}}", "Output").evaluate(Scope({}, variables=variables))


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"\d", "7", "٣"),
        (r"\D", "٣", "7"),
        (r"\w", "_", "é"),
        (r"\W", "é", "_"),
        (r"\s", "\ufeff", "\x85"),
        (r"\S", "\x85", "\ufeff"),
        (r"[\d.]", ".", "٣"),
        (r"[^\w]", "é", "a"),
        (r"[\W\d]", "é", "a"),
        (r"[\S]", "\x85", "\u2003"),
        (r"^\w$", "a", "ab"),
        (r"\\w", r"\w", "w"),
        (r"[[]\d", "[1", "["),
        (r"\p{Lu}\d", "É1", "é1"),
    ],
)
def test_classes_know_the_letters_and_digits_of_ascii_and_the_white_space_of_all(pattern, matching, other):
    assert value(f"$contains($text, /{pattern}/)", text=matching) is True
    assert value(f"$contains($text, /{pattern}/)", text=other) is False


def test_a_word_ends_where_a_letter_is_not_of_ascii():
    assert value(r"$replace('né na', /\bn/, 'm')") == "mé ma"
    assert value(r"$contains('én', /\bn/)") is True
    assert value(r"$contains('én', /\Bn/)") is False


def test_capitals_do_not_count_where_the_flag_says_so():
    assert value(r"$contains('AB', /^a\w$/i)") is True
    assert value(r"$contains($kelvin, /\w/i)", kelvin="\u212a") is False
