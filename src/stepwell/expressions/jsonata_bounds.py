"""Bounds of what a JSONata expression costs, and how those of its parts combine."""

from typing import NamedTuple

from stepwell.expressions.jsonata_figures import COMPARISON, LOOK, ROUND

MOST_TIME = 2
"""The degree of the polynomial that bounds the time."""
MOST_COPIES = 2_000
"""How often the data may be repeated or gone through, beside what the degrees say."""
MOST_TEXT = 16
"""How often they may be repeated within a text, which unlike an array takes the memory."""


class Cost(NamedTuple):
    """Bounds of a value, as degrees in the size of all data: of the work for it, of what it is when written out, and
    of the entries that a shallow copy takes.

    In the body of a loop, degree 0 is a part of the element at hand: all elements together are the data once.

    `once` and `each` say what the degrees do not, how long that takes: nanoseconds for the expression, and for each
    value in the data. Of quadratic work they bound what is done between two looks at the clock.
    """

    time: int = 0
    size: int = 0
    entries: int = 0
    copies: int = 1
    once: int = 0
    each: int = 0

    def taking(self, nanoseconds: int) -> "Cost":
        """So much longer for each value in it."""
        longer = nanoseconds * self.copies
        if self.size:
            return self._replace(each=self.each + longer)
        return self._replace(once=self.once + longer)


DATA = Cost(size=1, entries=1)
"""All data there is."""


class Wild(Exception):
    """No bound is known."""


class Place(NamedTuple):
    """Where an expression stands: how many loops around it, whose element `$` is, and what the names cost."""

    depth: int = 0
    context: int = 0
    names: dict[str, tuple[int, Cost]] = {}  # noqa: RUF012  # never changed; from name to (depth where bound, cost)

    def inside(self, own: list[str], *, context: bool) -> "Place":
        """The body of a loop whose parameters are `own`; `context`: its element is `$` too."""
        depth = self.depth + 1
        names = self.names | {name: (depth, Cost()) for name in own}
        return Place(depth, depth if context else self.context, names)

    def binding(self, name: str, cost: Cost) -> "Place":
        return self._replace(names=self.names | {name: (self.depth, cost)})


def bounded(cost: Cost) -> Cost:
    """The cost, if it is one that may be had among others. Raises Wild, as all these do."""
    if cost.time > MOST_TIME or cost.entries > 1 or cost.copies > MOST_COPIES:
        raise Wild
    return cost


def together(costs: list[Cost]) -> Cost:
    """Side by side in one value, nothing copied."""
    if not costs:
        return Cost()
    return Cost(
        max(cost.time for cost in costs),
        max(cost.size for cost in costs),
        max(cost.entries for cost in costs),
        sum(cost.copies for cost in costs),
        sum(cost.once for cost in costs) + LOOK,
        sum(cost.each for cost in costs),
    )


def _gone_through(cost: Cost) -> Cost:
    """To look at data that are larger than all data, since they are there many times, has no deadline."""
    if cost.size > 1:
        raise Wild
    return cost._replace(time=max(cost.time, cost.size)).taking(LOOK)


def scalar(costs: list[Cost]) -> Cost:
    """All are looked through, and a number, a boolean or the like comes out."""
    cost = _gone_through(together(costs))
    return Cost(cost.time, once=cost.once, each=cost.each)


def compared(left: Cost, right: Cost) -> Cost:
    """One number, or an answer, from two values: the smaller one says how long that can take."""
    smaller = min(_gone_through(left).size, _gone_through(right).size)
    work = Cost(0, smaller, once=left.once + right.once, each=left.each + right.each).taking(COMPARISON)
    return Cost(max(left.time, right.time, smaller), once=work.once, each=work.each)


def copied(costs: list[Cost], at: Place) -> Cost:
    """The entries of all in one new array or object: memory for each element of the loops around it."""
    cost = together(costs)
    if cost.entries + (at.depth > 0) > 1:
        raise Wild
    return cost._replace(time=max(cost.time, cost.entries)).taking(LOOK)


def text(costs: list[Cost], at: Place) -> Cost:
    """All are written into one text: unlike a reference to data, it takes their memory."""
    cost = _gone_through(together(costs))
    if cost.size + (at.depth > 0) > 1 or cost.copies > MOST_TEXT:
        raise Wild
    return cost._replace(entries=0)


def loop(source: Cost, body: Cost, *, flat: bool) -> Cost:
    """A body worked out for each element; `flat`: arrays that it gives are made one."""
    source = _gone_through(source).taking(body.once + ROUND)
    entries = source.entries + (body.entries if flat else 0)
    time = max(source.time, source.size + body.time)
    each = source.each + source.copies * body.each
    return bounded(
        Cost(time, source.size + body.size, entries, source.copies * body.copies, source.once, each),
    )


def member(source: Cost) -> Cost:
    """A member of each element."""
    return _gone_through(source)


def chosen(source: Cost, test: Cost) -> Cost:
    """The elements that pass a test."""
    return loop(source, test, flat=False)._replace(size=source.size)
