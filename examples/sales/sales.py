"""A report on years of sales: each month by itself, all of them at one time, and then put together."""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from stepwell import connect, task, workflow


@dataclass
class Span:
    """Days, the first and the last one included."""

    first: date
    last: date


@dataclass
class Figures:
    """What was sold in a span."""

    span: Span
    sales: int
    cents: dict[str, int]  # by item


@dataclass
class Report:
    sales: int
    cents: int
    best_month: str
    best_item: str


@task
def months(span: Span) -> list[Span]:
    """The span, cut where months end."""
    pieces = []
    first = span.first
    while first <= span.last:
        next_month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        pieces.append(Span(first, min(next_month - timedelta(days=1), span.last)))
        first = next_month
    return pieces


@task(processes=True, concurrency=4)
def add_up(file: str, span: Span) -> Figures:
    """Work for a processor, so it is done in processes of its own."""
    sales, cents = 0, Counter[str]()
    with Path(file).open(newline="", encoding="utf-8") as lines:
        for sale in csv.DictReader(lines):
            if span.first <= date.fromisoformat(sale["day"]) <= span.last:
                sales += 1
                cents[sale["item"]] += int(sale["cents"])
    return Figures(span, sales, dict(cents))


@task
def put_together(figures: list[Figures]) -> Report:
    """Months come in their order, whichever was done first."""
    cents = Counter[str]()
    for month in figures:
        cents.update(month.cents)
    best = max(figures, key=lambda month: sum(month.cents.values()))
    [(item, _)] = cents.most_common(1)
    return Report(sum(month.sales for month in figures), cents.total(), f"{best.span.first:%Y-%m}", item)


@workflow
def report(file: str, first: date, last: date) -> Report:
    """What was sold from one day to another one."""
    figures = [add_up(file, month) for month in months(Span(first, last))]
    return put_together(figures)


if __name__ == "__main__":
    client = connect()
    client.deploy(report)
    print(client.run(report, "sales.csv", date(2023, 1, 15), date(2025, 6, 30)))
