"""Sort the morning's mail: a small decision on each of thousands of letters, all of them in one execution."""

from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from stepwell import connect, task, workflow

FRIENDS = ("customer.example", "bank.example")
ALARMS = ("cannot log in", "charged twice", "outage")


@dataclass
class Morning:
    folders: dict[str, int]
    called: str | None = None


@task
def letters(inbox: str) -> list[str]:
    """Their names only: what is in them stays where it is."""
    return sorted(file.name for file in Path(inbox).glob("*.eml"))


@task(concurrency=20)
def decide(inbox: str, letter: str) -> str:
    """The folder that it belongs into."""
    mail = message_from_bytes((Path(inbox) / letter).read_bytes(), policy=policy.default)
    subject = str(mail["Subject"] or "").lower()
    if "List-Unsubscribe" in mail:
        return "newsletters"
    if any(words in subject for words in ALARMS):
        return "urgent"
    return "answer" if str(mail["From"]).rstrip(">").endswith(FRIENDS) else "later"


@task
def sort(inbox: str, letters: list[str], folders: list[str]) -> dict[str, int]:
    """Move each into its folder; how many are in each. What was moved before stays there: this may be done twice."""
    for letter, folder in zip(letters, folders, strict=True):
        (Path(inbox) / folder).mkdir(exist_ok=True)
        if (Path(inbox) / letter).exists():
            (Path(inbox) / letter).rename(Path(inbox) / folder / letter)
    return dict(Counter(folders))


@task
def call(urgent: int) -> str:
    """Somebody is to look at once."""
    return f"the person on duty: {urgent} urgent"


@workflow
def mailroom(inbox: str) -> Morning:
    """The morning's mail."""
    mail = letters(inbox)
    folders = [decide(inbox, letter) for letter in mail]
    sorted_into = sort(inbox, mail, folders)
    urgent = sorted_into.get("urgent", 0)
    if urgent > 0:
        return Morning(sorted_into, call(urgent))
    return Morning(sorted_into)


def fill(inbox: str, count: int) -> None:
    """Letters to try it with: of three kinds, and each 500th is an alarm."""
    kinds = (
        "From: Ada <ada@customer.example>\nSubject: A question on lamps",
        "From: news@shop.example\nSubject: Only today!\nList-Unsubscribe: <mailto:stop@shop.example>",
        "From: stranger@far.example\nSubject: Hello, dear friend",
    )
    alarm = "From: Charles <charles@customer.example>\nSubject: I was CHARGED TWICE"
    Path(inbox).mkdir(exist_ok=True)
    for number in range(count):
        head = kinds[number % 3] if number % 500 else alarm
        (Path(inbox) / f"{number:05}.eml").write_text(f"{head}\n\n…\n", "utf-8")


if __name__ == "__main__":
    fill("inbox", 2_000)
    client = connect()
    client.deploy(mailroom)
    print(client.run(mailroom, "inbox"))
