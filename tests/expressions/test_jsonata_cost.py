"""Who may run among others: expressions whose cost has a bound, and the ways in which others have none."""

import pytest

from stepwell.expressions.jsonata import is_tame
from stepwell.expressions.jsonata_cost import COSTED
from stepwell.expressions.jsonata_functions import FUNCTIONS
from stepwell.expressions.jsonata_syntax import BUILT_IN


@pytest.mark.parametrize(
    "expression",
    [
        "1",
        "$states.input",
        "$states.input.a.b[0].c",
        "$states.input.a + $limit > 3 and $exists($x)",
        "$states.input.items[price > $limit and status = 'OPEN'].id",
        "$states.input.items[price > $states.input.limit]",
        "$states.input.items[id in $states.input.ids]",
        "$states.input.items{id: $sum($states.input.items.price)}",
        "$states.input.items^(>price)[[0..9]]",
        "$states.input.items{status: $sum(price)}",
        "$states.input.items.{'id': id, 'label': name & '-' & id, 'order': $states.input.order}",
        "$states.input.orders.{'id': id, 'customer': $states.input.customers[id = $wanted]}",
        "$map($states.input.items, function($v, $i) { $merge([$v, {'index': $i}]) })",
        "$map($states.input.items, function($v) { $merge([$v, {'order': $states.input.order}]) })",
        "$filter($states.input.items, function($v) { $v.price > $limit })",
        "$reduce($states.input.list, function($a, $b) { $a > $b ? $a : $b }, 0)",
        "$states.input.items ~> $filter(function($v) { $v.ok }) ~> $count()",
        "$map($states.input.names, $uppercase)",
        "($t := $states.input.price * 2; $u := $t + 1; {'total': $u})",
        "$join($states.input.items.name, ', ')",
        "$string($states.input)",
        "$states.input.**.id",
        "$split($states.input.text, /[,;]+/)",
        "$contains($states.input.text, /^ab+c/)",
        "[1..100]",
        "$range(0, 100, 5)",
        "$pad($states.input.text, -10, '0')",
        "$fromMillis($states.input.at, '[Y0001]-[M01]-[D01]')",
        "$sort($states.input.items, function($a, $b) { $a.price > $b.price })",
        "$parse($states.result.Output).id",
        "$x := 1",
        "$uuid()",
    ],
)
def test_what_everyday_workflows_write_is_tame(expression):
    assert is_tame(f"{{% {expression} %}}")


@pytest.mark.parametrize(
    "expression",
    [
        # functions that are named, given away or called later may recurse
        "($f := function($n) { $f($n + 1) }; $f(1))",
        "function($x) { $x }",
        "function($x) { $x }(1)",
        "$map($states.input.list, $f)",
        "($m := $map; $m($states.input.list, $string))",
        "$substring(?, 1)",
        "$unheard(1)",
        # three loops, one inside of the other
        "$map($i, function($a) { $map($i, function($b) { $map($i, function($c) { $a.x + $b.x + $c.x }) }) })",
        # data for each element, copied
        "$states.input.items.($states.input.items)",
        "$states.input.items.[$states.input.items]",
        "$map($states.input.items, function($v) { $append($states.input.items, $v) })",
        "$states.input.items.($states.input.text & id)",
        "$map($states.input.items, function($v) { $string($states.input) })",
        # data for each element, shared, and then looked through
        "$string($states.input.items.{'all': $states.input})",
        "$map($states.input.items, function($v) { $states.input }).items",
        "$map($i, function($v) { $i }) = $map($i, function($v) { $i })",
        # growing accumulators
        "$reduce($states.input.list, function($a, $b) { $append($a, $b) })",
        "$reduce($states.input.list, function($a, $b) { $a & $b })",
        "$reduce($states.input.list, function($a, $b) { [$a, $b] })",
        # doubling, step by step
        "(" + "".join(f"$v{i + 1} := $v{i} & $v{i};" for i in range(9)) + "$v9)",
        "(" + "".join(f"$v{i + 1} := [$v{i}, $v{i}];" for i in range(12)) + "$v12)",
        "([$a := $s & $s, $b := $a & $a])",
        # as many as the data say
        "[1..$states.input.n]",
        "[1..1000000]",
        "$range(1, $states.input.n, 1)",
        "[1..1000].[1..1000]",
        "$pad($states.input.text, $states.input.n)",
        "$pad('x', 1000000)",
        "$replace($states.input.text, 'a', 'b')",
        "$join($states.input.list, $states.input.text)",
        "$formatNumber(1, $states.input.picture)",
        "$fromMillis(0, '[Y,9999999]')",
        "$string($states.input, true)",
        # patterns that backtrack
        "$contains($states.input.text, /(a+)+$/)",
        "$contains($states.input.text, /a*b/)",
        "$contains($states.input.text, /^a*a*b/)",
        "$contains($states.input.text, /(a)\\1/)",
        "$contains($states.input.text, /(?=a*b)/)",
        "($p := /.*.*x/; $contains($states.input.text, $p))",
        "$match($states.input.text, /a/)",
        # quadratic where nobody looks at the time
        "($ids := $states.input.ids; $states.input.items[id in $ids])",
        "$map($states.input.lists, function($v) { $states.input.items[id in $v.ids] })",
        "($l := $states.input.items; $l{id: $sum($l.price)})",
        # again and again
        "($l := $states.input.list; [" + ", ".join(["$sum($l)"] * 40) + "])",
        "($l := $states.input.list; [" + ", ".join(["$l.a"] * 400) + "])",
        # joins and transforms
        "$states.input.a@$x.b@$y",
        "$states.input ~> |a|{'b': 1}|",
        "$states.input.**.**",
    ],
)
def test_what_might_cost_more_than_its_data_is_wild(expression):
    assert not is_tame(f"{{% {expression} %}}")


def test_the_cost_of_every_function_but_two_is_known():
    assert COSTED | {"match", "replace"} == BUILT_IN | FUNCTIONS.keys()
