"""Searching executions: by machine, status, region, name, time and text, in pages that examine a bounded number."""

from typing import Any

import pytest

from api.live import LiveServer
from definitions import chain, fail, passing, waiting
from stepwell.console import executions as module
from stepwell.console.executions import Found, find

from .conftest import starter
from .reading import ended, read, refused_read


@pytest.fixture(scope="module")
def filled(server: LiveServer) -> list[str]:
    """Executions of two machines in two regions: ARNs, oldest first."""
    start = starter(server, "search")
    good, bad, slow = chain(P=passing()), chain(F=fail("Order.Lost", Cause="the dog ate it")), chain(W=waiting(600))
    arns = [start(good, {"customer": "Zoë", "n": number}, f"Order-{number}") for number in range(5)]
    arns.append(start(bad, {"customer": "Max"}, "bad-one"))
    arns.append(start(slow, {"customer": "Ada"}, "slow-one"))
    arns.append(start(good, {"customer": "Lí"}, "far-away", region="eu-west-1"))
    for arn in (*arns[:6], arns[7]):
        ended(server.client(), arn)
    return arns


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["executions"]]


def test_without_filters_all_regions_are_shown_newest_first(server: LiveServer, filled: list[str]) -> None:
    page = read(server, "executions")
    assert sorted(names(page)) == sorted(arn.rpartition(":")[2] for arn in filled)
    assert (page["next"], page["examined"]) == (None, 8)
    shown = [row.get("stopDate", row["startDate"]) for row in page["executions"]]
    assert shown == sorted(shown, reverse=True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "FAILED"}, {"bad-one"}),
        ({"status": "RUNNING"}, {"slow-one"}),
        ({"name": "ORDER"}, {f"Order-{n}" for n in range(5)}),
        ({"region": "eu-west-1"}, {"far-away"}),
        ({"text": "zoë", "name": "-3"}, {"Order-3"}),
        ({"text": '"n": 2'}, {"Order-2"}),
        ({"text": "order.lost"}, {"bad-one"}),
        ({"text": "dog ATE"}, {"bad-one"}),
        ({"text": "nobody"}, set()),
        ({"startedAfter": "32503680000"}, set()),
        ({"startedBefore": "1000000000"}, set()),
        ({"startedAfter": "1000000000", "name": "slow"}, {"slow-one"}),
    ],
)
def test_filters_find(server: LiveServer, filled: list[str], asked: dict[str, str], found: set[str]) -> None:
    assert set(names(read(server, "executions", **asked))) == found


def test_of_one_machine(server: LiveServer, filled: list[str]) -> None:
    machine = server.client().describe_execution(executionArn=filled[5])["stateMachineArn"]
    assert names(read(server, "executions", stateMachineArn=machine)) == ["bad-one"]


def test_what_was_found_is_shown_with_what_is_around_it(server: LiveServer, filled: list[str]) -> None:
    (row,) = read(server, "executions", text="ate")["executions"]
    assert row["found"] == {"in": "error", "excerpt": "Order.Lost: the dog ate it"}


def test_pages_follow_one_another(stored: LiveServer) -> None:
    start = starter(stored, "pages")
    arns = [start(chain(P=passing()), {}, f"n{number}") for number in range(5)]
    for arn in arns:
        ended(stored.client(), arn)
    seen, after = [], ""
    while after is not None:
        page = read(stored, "executions", limit=2, after=after)
        assert len(page["executions"]) <= 2
        seen, after = seen + names(page), page["next"]
    assert sorted(seen) == [f"n{number}" for number in range(5)]


def test_a_page_examines_a_bounded_number_and_says_where_to_go_on(
    server: LiveServer, filled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXAMINED", 3)
    pages, after = [], ""
    while after is not None:
        pages.append(read(server, "executions", text="the dog", after=after))
        after = pages[-1]["next"]
    assert [page["examined"] for page in pages] == [3, 3, 2]
    assert [name for page in pages for name in names(page)] == ["bad-one"]


def test_a_text_is_found_in_any_case_and_as_json_escapes_it() -> None:
    texts = {"input": '{"a":"\\u00c9t\\u00e9"}', "output": f'"{"a" * 500}needle{"b" * 500}"'}
    assert find(texts, "Été") == Found("input", texts["input"])
    assert find(texts, "none") is None
    assert find(texts, "NEEDLE") == Found("output", "…" + "a" * 40 + "needle" + "b" * 80 + "…")


def test_outputs_are_searched_also_where_they_are_an_earlier_text(server: LiveServer) -> None:
    start = starter(server, "outputs")
    computed = start(chain(P=passing(Result={"says": "only the output"})), {}, "computed")
    passed = start(chain(P=passing()), {"says": "what was given"}, "passed")
    for execution in (computed, passed):
        ended(server.client(), execution)
    (row,) = read(server, "executions", text="only the output")["executions"]
    assert (row["name"], row["found"]) == ("computed", {"in": "output", "excerpt": '{"says":"only the output"}'})
    assert names(read(server, "executions", text="what was given")) == ["passed"]


@pytest.mark.parametrize("asked", [{"status": "GONE"}, {"after": "x"}, {"startedAfter": "noon"}, {"limit": "-1"}])
def test_what_cannot_be_asked_is_refused(server: LiveServer, asked: dict[str, str]) -> None:
    assert refused_read(server, "executions", **asked) == (400, "ValidationException")


def test_nothing_there_is_an_empty_page(stored: LiveServer) -> None:
    assert read(stored, "executions", text="x") == {"executions": [], "next": None, "examined": 0}
