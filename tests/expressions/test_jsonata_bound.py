"""How long an expression can keep everybody waiting: once, and for each value in its data."""

import pytest

from stepwell.expressions.jsonata import compile_jsonata
from stepwell.expressions.jsonata_cost import Bound, together
from stepwell.expressions.jsonata_figures import BY_CHARACTER, EACH, LOOK, ONCE, RESULT, STRIDE
from stepwell.expressions.jsonata_functions import FUNCTIONS
from stepwell.expressions.jsonata_syntax import BUILT_IN


def bound(expression: str) -> Bound:
    found = compile_jsonata(f"{{% {expression} %}}", "Output").bound
    assert found is not None
    return found


def test_to_choose_from_the_data_takes_no_longer_than_going_there():
    assert bound("$states.input") == bound("$limit") == Bound(once=0, each=0, bytes=False)
    assert bound("$states.input.a.b") == Bound(once=0, each=2 * LOOK, bytes=False)


def test_what_is_made_of_them_is_looked_at():
    assert bound("[$states.input]").each >= RESULT


def test_a_wild_expression_has_none():
    assert compile_jsonata("{% [1..$states.input.n] %}", "Output").bound is None


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("$states.input.l", "$states.input.l.a"),
        ("$sum($states.input.l)", "[$sum($states.input.l), $sum($states.input.l)]"),
        ("$states.input.l[a > 0]", "$states.input.l[a > 0 and b > 0]"),
        ("$states.input.l.a", "$states.input.l.$string(a)"),
        ("$states.input.l.$round(a)", "$states.input.l.$formatNumber(a, '0.00')"),
        ("$map($states.input.l, $abs)", "$map($states.input.l, $string)"),
        ("$states.input.l.a", "$states.input.l^(a)"),
        ("[1..10].($sum($states.input.l))", "[1..100].($sum($states.input.l))"),
        ("$sum([1..10].($))", "$sum([1..10].($count([1..100].($))))"),
    ],
)
def test_what_does_more_takes_longer(less, more):
    assert bound(less).each + bound(less).once < bound(more).each + bound(more).once


def test_where_the_library_looks_at_the_clock_only_now_and_then_all_rounds_between_count():
    looked_at = bound("$states.input.l.($sum($states.input.l))")  # our environment looks, for each element
    unseen = bound("($l := $states.input.l; $l.($sum($l)))")
    assert unseen.each - looked_at.each > STRIDE * LOOK / 2


def test_a_call_that_stands_in_no_loop_counts_once():
    assert bound("$fromMillis($states.input.at, '[Y]')").once >= ONCE["fromMillis"]
    assert bound("$fromMillis($states.input.at, '[Y]')").each < ONCE["fromMillis"]
    assert bound("$states.input.l.$fromMillis(at, '[Y]')").each >= ONCE["fromMillis"]


def test_what_takes_texts_to_pieces_goes_by_their_characters():
    assert bound("$split($states.input.text, '')").bytes
    assert bound("$contains($states.input.text, /ab/)").bytes
    assert bound("$map($states.input.texts, $encodeUrl)").bytes
    assert not bound("$uppercase($states.input.text)").bytes


def test_together_they_take_the_sum_and_have_none_where_one_of_them_has_none():
    assert together([Bound(1, 2, False), Bound(10, 20, True)]) == Bound(11, 22, True)
    assert together([Bound(1, 2, False), None]) is None
    assert together([]) == Bound(0, 0, False)


def test_only_functions_that_there_are_have_figures():
    assert ONCE.keys() | EACH.keys() | BY_CHARACTER <= BUILT_IN | FUNCTIONS.keys()


def test_only_quadratic_ones_are_held_against_the_clock():
    assert bound("$states.input.l[id in $states.input.ids]").clocked
    assert not bound("$states.input.l[p > $limit].id").clocked
    assert together([Bound(1, 2, False), Bound(1, 2, False, clocked=True)]) == Bound(2, 4, False, clocked=True)
