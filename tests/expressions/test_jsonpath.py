"""JSONPath in Jayway's dialect: what each form of path finds."""

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.paths import PathSyntaxError, compile_path
from stepwell.expressions.scope import Json, Scope

SHOP = {
    "books": [
        {"title": "Sayings", "price": 8.95, "tags": ["a", "b"]},
        {"title": "Sword", "price": 12, "isbn": "0-1"},
        {"title": "Moby", "price": 8, "isbn": None},
    ],
    "bicycle": {"color": "red", "price": 19},
    "sub-values": [1, 2, 3, 4],
    "it's": {"": "empty name"},
    "naïve": True,
    "OU": 1,
    "limit": 10,
}

FOUND: list[tuple[str, Json]] = [
    ("$", SHOP),
    ("$.bicycle.color", "red"),
    ("$['bicycle']['color']", "red"),
    ('$["bicycle"].color', "red"),
    ("$.books[0].title", "Sayings"),
    ("$.books[-1].title", "Moby"),
    ("$.books.[1].title", "Sword"),
    ("$.sub-values", [1, 2, 3, 4]),
    ("$.naïve", True),
    (r"$['it\'s']['']", "empty name"),
    ("$.bicycle['price','color']", {"price": 19, "color": "red"}),
    ("$.bicycle['price', 'weight']", {"price": 19}),
    ("$['bicycle','books'][0].title", ["Sayings"]),
    ("$.sub-values[1,3]", [2, 4]),
    ("$.sub-values[0, 9]", [1]),
    ("$.sub-values[1:3]", [2, 3]),
    ("$.sub-values[:2]", [1, 2]),
    ("$.sub-values[-2:]", [3, 4]),
    ("$.books[*].price", [8.95, 12, 8]),
    ("$.bicycle.*", ["red", 19]),
    ("$..price", [8.95, 12, 8, 19]),
    ("$..books[0].title", ["Sayings"]),
    ("$..['color']", ["red"]),
    ("$.missing[*]", []),
    ("$.missing.deeper[:1].x", []),
    ("$.books[?(@.price < 10)].title", ["Sayings", "Moby"]),
    ("$.books[?(@.price < $.limit && @.isbn)].title", ["Moby"]),
    ("$.books[?(!@.isbn || @.price == 12)].title", ["Sayings", "Sword"]),
    ("$.books[?(@.isbn == null)].title", ["Moby"]),
    ("$.books[?(@['title'] =~ /s.*/i)].title", ["Sayings", "Sword"]),
    (r"$.books[?(@.price =~ /8(\.\d+)?/)].title", ["Sayings", "Moby"]),
    ("$[?(@.naïve =~ /true/)].limit", [10]),
    ("$.books[?(@.isbn =~ /.*/)].title", ["Sword"]),
    ("$.books[?(@.price == '12')].title", []),
    ("$.bicycle[?(@.color == 'red')].price", [19]),
    ("$.books[?(@.isbn != '0-1')].title", ["Sayings", "Moby"]),
    ("$.books[?(@.isbn == @.tags)]", []),
    ("$.books[?(10 > @.price)].title", ["Sayings", "Moby"]),
    ("$.books[*]['title','price']", [{k: book[k] for k in ("title", "price")} for book in SHOP["books"]]),  # type: ignore[index]
    ("$.books[?(@.price > 8)][0]", []),
    ("$.books[?(@.title in ['Moby', 'Dick'])].price", [8]),
    ("$.books[?(@.title nin ['Moby', 'Sword'])].price", [8.95]),
    ("$.books[?(@.tags contains 'b')].title", ["Sayings"]),
    ("$.books[?(@.tags anyof ['b', 'z'])].title", ["Sayings"]),
    ("$.books[?(@.tags subsetof ['a', 'b', 'c'])].title", ["Sayings"]),
    ("$.books[?(@.tags size 2)].title", ["Sayings"]),
    ("$.books[?(@.tags.length() > 1)].title", ["Sayings"]),
    ("$.sub-values[?(@ >= 3)]", [3, 4]),
    ("$.sub-values[?(@ > '1')]", []),
    ("$.[?(@.OU > 0)].limit", [10]),
    ("$..[?(@.isbn)].title", ["Sword", "Moby"]),
    ("$.sub-values[?(@ > .25e1)]", [3, 4]),
    ("$.sub-values[?(@ < -.5)]", []),
    ("$.limit ", 10),
    ("$.books.length()", 3),
    ("$.bicycle.length()", 2),
    ("$.naïve.length()", None),
    ("$..price.sum()", 47.95),
    ("$.sub-values.min()", 1.0),
    ("$.sub-values.max()", 4.0),
    ("$.sub-values.avg()", 2.5),
    ("$.sub-values.first()", 1),
    ("$.sub-values.last()", 4),
    ("$.sub-values.index(1)", 2),
    ("$.sub-values.append(5)", [1, 2, 3, 4, 5]),
    ("$.bicycle.keys()", ["color", "price"]),
]


@pytest.mark.parametrize(("path", "value"), FOUND, ids=[path for path, _ in FOUND])
def test_a_path_finds(path, value):
    assert compile_path(path).evaluate(Scope(SHOP)) == value


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("books", "must begin with '$'"),
        ("", "must begin with '$'"),
        ("$.", "expected a name"),
        ("$.a..", "expected a name"),
        ("$.a b", "expected '.' or '['"),
        ("$.a[", "never closed"),
        ("$.a['b]", "no closing quote"),
        ("$.a['b' 'c']", "expected ','"),
        ("$.a[b]", "neither an index"),
        ("$.a[1:2:3]", "neither an index"),
        ("$.a[?@.b]", "written [?("),
        ("$.a[?(@.b ==)]", "expected a path"),
        ("$.a[?('b')]", "must be compared"),
        ("$.a[?(@.b =~ /(/)]", "never closed"),
        ("$.a[?(" + "(" * 5000 + "@" + ")" * 5000 + ")]", "nested too deeply"),
        ("$.a[" + "9" * 5000 + "]", "neither an index"),
        ("$.a.shout()", "no function shout()"),
        ("$.a.index()", "one integer"),
        ("$.a.length().b", "nothing may follow"),
    ],
)
def test_what_is_no_path_is_refused_with_a_reason(path, reason):
    with pytest.raises(PathSyntaxError) as refused:
        compile_path(path)
    assert reason in str(refused.value)


def test_true_is_no_number_in_a_filter():
    assert compile_path("$[?(@ == 1)]").evaluate(Scope([1, 1.0, True, "1"])) == [1, 1.0]


def test_a_number_too_large_for_an_aggregate_is_an_error_of_the_path():
    with pytest.raises(ExpressionError):
        compile_path("$.sum()").evaluate(Scope([10**400]))
