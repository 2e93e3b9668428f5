"""All of a trip or nothing, whatever fails, and however often."""

import pytest
from trip import bookings, travel

from stepwell.testing import NEVER, Failure

TRIP = {"id": "t1", "traveller": "Ada", "city": "Turin"}
SOLD_OUT = Failure("SoldOut", "none is left")


@pytest.fixture(autouse=True)
def agency(tmp_path, monkeypatch):
    """Books in which nothing stands yet."""
    monkeypatch.chdir(tmp_path)


def booked():
    return [number for (number,) in bookings().execute("SELECT number FROM booking ORDER BY number")]


def test_a_trip_is_booked(machine):
    result = machine(travel).run({"trip": TRIP})
    assert result.output == {"flight": "t1-flight", "hotel": "t1-hotel", "car": "t1-car"}
    assert booked() == ["t1-car", "t1-flight", "t1-hotel"]


def test_the_third_one_finds_no_car_and_leaves_nothing_behind(machine):
    flow = machine(travel)
    trips = [flow.run({"trip": TRIP | {"id": f"t{number}"}}) for number in (1, 2, 3)]
    assert [trip.status for trip in trips] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
    assert (trips[2].error, trips[2].cause) == ("SoldOut", "no car is left in Turin")
    assert booked() == ["t1-car", "t1-flight", "t1-hotel", "t2-car", "t2-flight", "t2-hotel"]


@pytest.mark.parametrize(
    ("fails", "cancelled"),
    [("flight", ["flight"]), ("hotel", ["hotel", "flight"]), ("car", ["car", "hotel", "flight"])],
)
def test_what_was_begun_is_undone_the_latest_first(machine, fails, cancelled):
    undone = []

    def book(given):
        return SOLD_OUT if given["what"] == fails else given["what"]

    result = machine(travel).run(
        {"trip": TRIP}, tasks={"book": book, "cancel": lambda given: undone.append(given["what"]) or True}
    )
    assert (result.error, undone) == ("SoldOut", cancelled)


def test_an_agency_that_is_closed_is_asked_again_until_it_cancels(machine):
    closed = [Failure("AgencyClosed")] * 30
    result = machine(travel).run({"trip": TRIP}, tasks={"book": SOLD_OUT, "cancel": [*closed, True]})
    assert result.error == "SoldOut"
    assert 20 < result.elapsed.total_seconds() / 3600 < 24


def test_a_booking_whose_workers_all_died_is_cancelled_too(machine):
    # Nobody knows whether the hotel is booked: four workers were never heard of again
    result = machine(travel).run(
        {"trip": TRIP}, tasks={"book": ["t1-flight", NEVER, NEVER, NEVER, NEVER], "cancel": [True, True]}
    )
    assert result.state("cancel(what, trip)").entered == 2
    assert result.status == "FAILED"
