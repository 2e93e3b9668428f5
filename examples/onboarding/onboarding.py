"""Customers from a CSV file: each row is checked, each good one gets an account, each one's fate is reported."""

import csv
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from stepwell import Retry, connect, fragment, task, workflow

PLANS = {"free": 1, "team": 20, "company": 1000}
"""Plan -> the seats it may have."""


@dataclass
class Row:
    """A row as it stands in the file: nothing is known of it yet."""

    line: int
    name: str
    mail: str
    plan: str
    seats: str


@dataclass
class Customer:
    name: str
    mail: str
    plan: str
    seats: int


@dataclass
class Fate:
    line: int
    mail: str
    account: int | None
    why_not: str = ""


@dataclass
class Summary:
    rows: int
    taken_in: int
    report: str


class Unfit(Exception):
    """A row that makes no customer."""


@task
def read(file: str) -> list[Row]:
    with Path(file).open(newline="", encoding="utf-8") as lines:
        rows = csv.DictReader(lines, restval="")
        return [Row(rows.line_num, row["name"], row["mail"], row["plan"], row["seats"]) for row in rows]


@task(concurrency=10)
def check(row: Row) -> Customer:
    """Raises Unfit."""
    if not row.name.strip():
        raise Unfit("has no name")
    if row.mail.count("@") != 1:
        raise Unfit(f"{row.mail!r} is no e-mail address")
    if row.plan not in PLANS:
        raise Unfit(f"there is no plan {row.plan!r}")
    if not row.seats.isdecimal() or not 1 <= int(row.seats) <= PLANS[row.plan]:
        raise Unfit(f"{row.seats!r} seats: {row.plan} has 1 to {PLANS[row.plan]}")
    return Customer(row.name.strip(), row.mail.lower(), row.plan, int(row.seats))


@task(concurrency=10, retry=Retry(sqlite3.OperationalError, times=5))
def create(customer: Customer) -> int:
    """The account's number. Whoever has an account keeps it, so that this may be done twice."""
    with closing(sqlite3.connect("accounts.db")) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY, mail UNIQUE, name, plan, seats)")
        database.execute(
            "INSERT OR IGNORE INTO account (mail, name, plan, seats) VALUES (:mail, :name, :plan, :seats)",
            vars(customer),
        )
        [number] = database.execute("SELECT id FROM account WHERE mail = :mail", vars(customer)).fetchone()
    return int(number)


@task
def write_report(file: str, fates: list[Fate]) -> Summary:
    with Path(file).open("w", newline="", encoding="utf-8") as lines:
        report = csv.writer(lines)
        report.writerow(["line", "mail", "account", "why not"])
        report.writerows([fate.line, fate.mail, fate.account, fate.why_not] for fate in fates)
    return Summary(len(fates), sum(fate.account is not None for fate in fates), file)


@fragment
def take_in(row: Row) -> Fate:
    try:
        account = create(check(row))
    except Exception as problem:
        return Fate(row.line, row.mail, None, str(problem))
    return Fate(row.line, row.mail, account)


@workflow
def onboarding(file: str, report: str) -> Summary:
    """Customers from a file, each by itself: one that is unfit holds up no other."""
    rows = read(file)
    fates = [take_in(row) for row in rows]
    return write_report(report, fates)


if __name__ == "__main__":
    client = connect()
    client.deploy(onboarding)
    print(client.run(onboarding, "customers.csv", "report.csv"))
