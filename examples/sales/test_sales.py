"""A report is the same, however the work for it is divided."""

import csv
from datetime import date
from pathlib import Path

from sales import Span, add_up, months, report

FILE = str(Path(__file__).with_name("sales.csv"))


def test_the_report_is_that_of_the_whole_span(machine):
    result = machine(report).run({"file": FILE, "first": "2023-01-15", "last": "2025-06-30"})

    with Path(FILE).open(newline="") as lines:
        sales = [int(row["cents"]) for row in csv.DictReader(lines) if "2023-01-15" <= row["day"] <= "2025-06-30"]
    assert (result.output["sales"], result.output["cents"]) == (len(sales), sum(sales))
    assert result.state("add_up(file, month)").entered == 30


def test_months_are_put_together_in_their_order(machine):
    seen = []
    machine(report).run(
        {"file": FILE, "first": "2024-11-20", "last": "2025-02-10"},
        tasks={"put_together": lambda given: seen.extend(each["span"] for each in given["figures"]) or {}},
    )
    assert seen == [
        {"first": "2024-11-20", "last": "2024-11-30"},
        {"first": "2024-12-01", "last": "2024-12-31"},
        {"first": "2025-01-01", "last": "2025-01-31"},
        {"first": "2025-02-01", "last": "2025-02-10"},
    ]


def test_a_task_is_a_function_and_tested_as_one():
    assert months(Span(date(2024, 2, 1), date(2024, 2, 29))) == [Span(date(2024, 2, 1), date(2024, 2, 29))]
    assert add_up(FILE, Span(date(1990, 1, 1), date(1990, 12, 31))).sales == 0
