"""A credit that a person decides on: asked, reminded, and not for ever."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from stepwell import connect, question, task, workflow

BOUND = 5_000
"""Euros that nobody need be asked for."""


@dataclass
class Application:
    id: str
    name: str
    euros: int
    income: int  # euros a year


@dataclass
class Decision:
    approved: bool
    by: str
    why: str = ""


@task
def rate(application: Application) -> int:
    """Points, 0 to 100."""
    return max(0, min(100, 100 - 50 * application.euros // max(1, application.income)))


@question(Decision, timeout=timedelta(days=3))
def decide(token: str, application: Application, rating: int, please: str) -> None:
    """Write to the credit officers. Who has the token may answer."""
    letter = {"please": please, "application": asdict(application), "rating": rating, "answer with": token}
    Path("mail").mkdir(exist_ok=True)
    (Path("mail") / f"{application.id}: {please}.json").write_text(json.dumps(letter, indent=2), "utf-8")


@task
def tell(application: Application, decision: Decision) -> str:
    outcome = "granted" if decision.approved else "refused"
    return f"{application.name}: {application.euros} euros {outcome} by {decision.by}"


@workflow
def credit(application: Application) -> str:
    """From an application to a letter, in days."""
    rating = rate(application)
    if rating >= 60 and application.euros <= BOUND:
        return tell(application, Decision(True, "the rules"))
    try:
        decision = decide(application, rating, "decide")
    except TimeoutError:
        try:
            decision = decide(application, rating, "decide at last")
        except TimeoutError:
            decision = Decision(False, "nobody", "not decided within six days")
    return tell(application, decision)


if __name__ == "__main__":
    client = connect()
    client.deploy(credit)
    print(client.run(credit, Application("a-1", "Ada", 2_000, 40_000)))
    waits = client.start_as("a-2", credit, Application("a-2", "Charles", 90_000, 30_000))
    print(f"{waits.arn} waits for an officer")
