"""From histories as AWS gives them to the states visited. A history is written as rows of (id, previous, event)."""

from typing import Any

from stepwell.cli.visits import Visit, Visits


def visits(*rows: tuple[int, int, str, dict[str, Any]]) -> list[Visit]:
    return Visits(event(*row) for row in rows).tree()


def event(id: int, previous: int, type: str, details: dict[str, Any]) -> dict[str, Any]:
    member = "state" + type[type.index("State") + 5 :] if type.endswith(("Entered", "Exited")) else type
    member = member[0].lower() + member[1:]
    return {
        "id": id,
        "previousEventId": previous,
        "type": type,
        "timestamp": float(id),
        f"{member}EventDetails": details,
    }


def seen(visit: Visit) -> tuple[Any, ...]:
    return visit.depth, visit.name, visit.iteration, visit.result, visit.tries, visit.entered, visit.left


def test_a_retry_is_another_try_of_the_same_visit() -> None:
    [task] = visits(
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "TaskStateEntered", {"name": "Pay"}),
        (3, 2, "ActivityScheduled", {}),
        (4, 3, "ActivityStarted", {"workerName": "Ada"}),
        (5, 4, "ActivityFailed", {"error": "Declined", "cause": "No money"}),
        (6, 5, "ActivityScheduled", {}),
        (7, 6, "ActivityStarted", {"workerName": "Bob"}),
        (8, 7, "ActivitySucceeded", {}),
        (9, 8, "TaskStateExited", {"name": "Pay"}),
        (10, 9, "ExecutionSucceeded", {}),
    )
    assert seen(task) == (0, "Pay", None, "SUCCEEDED", 2, 2.0, 9.0)
    assert (task.errors, task.worker) == (["Declined: No money"], "Bob")


def test_a_caught_error_is_shown_as_caught() -> None:
    pay, sorry = visits(
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "TaskStateEntered", {"name": "Pay"}),
        (3, 2, "TaskScheduled", {}),
        (4, 3, "TaskFailed", {"error": "Declined"}),
        (5, 4, "TaskStateExited", {"name": "Pay"}),
        (6, 5, "PassStateEntered", {"name": "Sorry"}),
    )
    assert seen(pay) == (0, "Pay", None, "CAUGHT", 1, 2.0, 5.0)
    assert seen(sorry) == (0, "Sorry", None, "RUNNING", 0, 6.0, None)


def test_branches_are_below_their_parallel_state_and_fail_with_it() -> None:
    both, left, right = visits(
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "ParallelStateEntered", {"name": "Both"}),
        (3, 2, "ParallelStateStarted", {}),
        (4, 3, "TaskStateEntered", {"name": "Left"}),
        (5, 4, "TaskScheduled", {}),
        (6, 3, "WaitStateEntered", {"name": "Right"}),
        (7, 5, "TaskFailed", {"error": "Broken"}),
        (8, 7, "WaitStateAborted", {}),
        (9, 7, "ParallelStateFailed", {}),
        (10, 9, "ExecutionFailed", {"error": "Broken"}),
    )
    assert seen(both) == (0, "Both", None, "FAILED", 1, 2.0, 9.0)
    assert seen(left) == (1, "Left", None, "FAILED", 1, 4.0, 9.0)
    assert seen(right) == (1, "Right", None, "ABORTED", 0, 6.0, 9.0)


def test_what_follows_a_parallel_state_stands_beside_it() -> None:
    found = visits(
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "ParallelStateEntered", {"name": "One"}),
        (3, 2, "ParallelStateStarted", {}),
        (4, 3, "PassStateEntered", {"name": "In one"}),
        (5, 4, "PassStateExited", {"name": "In one"}),
        (6, 5, "ParallelStateSucceeded", {}),
        (7, 5, "ParallelStateExited", {"name": "One"}),
        (8, 7, "SucceedStateEntered", {"name": "After"}),
        (9, 8, "SucceedStateExited", {"name": "After"}),
    )
    assert [(visit.depth, visit.name, visit.result) for visit in found] == [
        (0, "One", "SUCCEEDED"),
        (1, "In one", "SUCCEEDED"),
        (0, "After", "SUCCEEDED"),
    ]


def test_iterations_of_a_map_are_numbered() -> None:
    each, first, second = visits(
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "MapStateEntered", {"name": "Each"}),
        (3, 2, "MapStateStarted", {"length": 2}),
        (4, 3, "MapIterationStarted", {"name": "Each", "index": 0}),
        (5, 4, "PassStateEntered", {"name": "Do"}),
        (6, 5, "PassStateExited", {"name": "Do"}),
        (7, 6, "MapIterationSucceeded", {"name": "Each", "index": 0}),
        (8, 6, "MapIterationStarted", {"name": "Each", "index": 1}),
        (9, 8, "PassStateEntered", {"name": "Do"}),
        (10, 9, "PassStateExited", {"name": "Do"}),
        (11, 10, "MapIterationSucceeded", {"name": "Each", "index": 1}),
        (12, 11, "MapStateSucceeded", {}),
        (13, 11, "MapStateExited", {"name": "Each"}),
    )
    assert seen(each) == (0, "Each", None, "SUCCEEDED", 1, 2.0, 13.0)
    assert seen(first) == (1, "Do", 0, "SUCCEEDED", 0, 5.0, 6.0)
    assert seen(second) == (1, "Do", 1, "SUCCEEDED", 0, 9.0, 10.0)


def test_a_redrive_goes_on_with_the_visits_that_did_not_succeed() -> None:
    rows = [
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "ParallelStateEntered", {"name": "Both"}),
        (3, 2, "ParallelStateStarted", {}),
        (4, 3, "TaskStateEntered", {"name": "Left"}),
        (5, 4, "TaskScheduled", {}),
        (6, 3, "WaitStateEntered", {"name": "Right"}),
        (7, 3, "PassStateEntered", {"name": "Third"}),
        (8, 7, "PassStateExited", {"name": "Third"}),
        (9, 5, "TaskFailed", {"error": "Broken"}),
        (10, 9, "WaitStateAborted", {}),
        (11, 9, "ParallelStateFailed", {}),
        (12, 11, "ExecutionFailed", {"error": "Broken"}),
        (13, 12, "ExecutionRedriven", {"redriveCount": 1}),
        (14, 9, "TaskScheduled", {}),
    ]
    assert [(visit.name, visit.result, visit.tries, visit.left) for visit in visits(*rows)] == [
        ("Both", "RUNNING", 1, None),
        ("Left", "RUNNING", 2, None),
        ("Right", "RUNNING", 0, None),
        ("Third", "SUCCEEDED", 0, 8.0),
    ]
    rows += [
        (15, 14, "TaskSucceeded", {}),
        (16, 15, "TaskStateExited", {"name": "Left"}),
        (17, 6, "WaitStateExited", {"name": "Right"}),
        (18, 17, "ParallelStateSucceeded", {}),
        (19, 17, "ParallelStateExited", {"name": "Both"}),
        (20, 19, "ExecutionSucceeded", {}),
    ]
    assert [(visit.name, visit.result, visit.left) for visit in visits(*rows)] == [
        ("Both", "SUCCEEDED", 19.0),
        ("Left", "SUCCEEDED", 16.0),
        ("Right", "SUCCEEDED", 17.0),
        ("Third", "SUCCEEDED", 8.0),
    ]


def test_a_redrive_leaves_a_try_before_the_last_as_it_was() -> None:
    found = visits(
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "ParallelStateEntered", {"name": "P"}),
        (3, 2, "ParallelStateStarted", {}),
        (4, 3, "WaitStateEntered", {"name": "First"}),
        (5, 4, "ParallelStateStarted", {}),
        (6, 5, "WaitStateEntered", {"name": "Second"}),
        (7, 0, "ExecutionAborted", {}),
        (8, 7, "ExecutionRedriven", {"redriveCount": 1}),
    )
    assert [(visit.name, visit.result) for visit in found] == [
        ("P", "RUNNING"),
        ("First", "FAILED"),
        ("Second", "RUNNING"),
    ]


def test_a_stopped_execution_aborts_what_was_under_way() -> None:
    [nap] = visits(
        (1, 0, "ExecutionStarted", {}),
        (2, 0, "WaitStateEntered", {"name": "Nap"}),
        (3, 0, "ExecutionAborted", {}),
    )
    assert seen(nap) == (0, "Nap", None, "ABORTED", 0, 2.0, 3.0)
