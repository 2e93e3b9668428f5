"""Book a flight, a hotel and a car: all of them, or none."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from stepwell import Retry, connect, task, workflow

STOCK = {"flight": 100, "hotel": 3, "car": 2}
"""How many of each there are to be had."""


@dataclass
class Trip:
    id: str
    traveller: str
    city: str


@dataclass
class Booked:
    """The numbers of the bookings."""

    flight: str
    hotel: str
    car: str


class SoldOut(Exception):
    """There is none left."""


@task(retry=Retry(sqlite3.OperationalError, times=5))
def book(what: str, trip: Trip) -> str:
    """The booking's number. It is made of the trip's, so whoever books twice has booked once. Raises SoldOut."""
    number = f"{trip.id}-{what}"
    with closing(bookings()) as database, database:
        [others] = database.execute(
            "SELECT COUNT(*) FROM booking WHERE what = ? AND number <> ?", (what, number)
        ).fetchone()
        if others >= STOCK[what]:
            raise SoldOut(f"no {what} is left in {trip.city}")
        database.execute("INSERT OR IGNORE INTO booking VALUES (?, ?, ?)", (number, what, trip.traveller))
    return number


@task(retry=Retry(Exception, times=100, after=5, at_most=3600))
def cancel(what: str, trip: Trip) -> bool:
    """Whether there was anything to cancel."""
    with closing(bookings()) as database, database:
        return database.execute("DELETE FROM booking WHERE number = ?", (f"{trip.id}-{what}",)).rowcount > 0


def bookings() -> sqlite3.Connection:
    """The books of all three agencies."""
    database = sqlite3.connect("bookings.db", isolation_level="IMMEDIATE")
    database.execute("CREATE TABLE IF NOT EXISTS booking (number PRIMARY KEY, what, traveller)")
    return database


@workflow
def travel(trip: Trip) -> Booked:
    """A trip as a whole, or nothing of it."""
    begun = ["flight"]
    try:
        flight = book("flight", trip)
        begun = ["hotel", *begun]
        hotel = book("hotel", trip)
        begun = ["car", *begun]
        car = book("car", trip)
    except Exception:
        # The latest first. What failed is among them: it may be booked all the same, and only the answer was lost.
        for what in begun:
            cancel(what, trip)
        raise
    return Booked(flight, hotel, car)


if __name__ == "__main__":
    client = connect()
    client.deploy(travel)
    for number in range(1, 4):
        execution = client.start(travel, Trip(f"trip-{number}", "Ada", "Turin"))
        try:
            print(execution.result())
        except Exception as problem:  # there are two cars, so it is the third trip that fails
            print(problem)
