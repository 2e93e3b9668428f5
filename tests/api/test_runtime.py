"""Lambda's Runtime API, spoken by hand as any runtime client speaks it."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from .live import ROLE, LiveServer

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:price"
RUNTIME = "/functions/price/2018-06-01/runtime"
OFFICIAL = {"User-Agent": "aws-lambda-python/3.12"}


@pytest.fixture
def server(serve: Callable[..., LiveServer], tmp_path: Any) -> LiveServer:
    (tmp_path / "stepwell.toml").write_text(
        "[functions.price]\nworkers = true\n[functions.slow]\nworkers = true\ntimeout = 0.2\n"
        '[functions.own]\nhandler = "own.py:handler"\n'
    )
    return serve(directory=tmp_path)


@pytest.fixture
def worker(server: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=10, headers=OFFICIAL) as client:
        yield client


@pytest.fixture
def invoke(server: LiveServer) -> Iterator[Callable[..., "Future[Any]"]]:
    with ThreadPoolExecutor() as threads:

        def invoke(name: str = "price", payload: Any = None) -> "Future[Any]":
            def ask() -> Any:
                answer = server.functions().invoke(FunctionName=name, Payload=json.dumps(payload).encode())
                return answer.get("FunctionError"), json.loads(answer["Payload"].read())

            return threads.submit(ask)

        yield invoke


def test_a_worker_is_given_an_invocation_and_its_answer_is_the_functions(
    worker: httpx.Client, invoke: Callable[..., "Future[Any]"]
) -> None:
    answer = invoke(payload={"item": 1})
    given = worker.get(f"{RUNTIME}/invocation/next")
    assert given.json() == {"item": 1}
    id = given.headers["Lambda-Runtime-Aws-Request-Id"]
    arn = "arn:aws:lambda:us-east-1:123456789012:function:price"
    assert given.headers["Lambda-Runtime-Invoked-Function-Arn"] == arn
    assert given.headers["Lambda-Runtime-Deadline-Ms"].isdigit()
    assert worker.post(f"{RUNTIME}/invocation/{id}/output", content=b"hello\n").status_code == 202
    assert worker.post(f"{RUNTIME}/invocation/{id}/response", content=b"[7]").status_code == 202
    assert answer.result() == (None, [7])
    assert worker.get("/functions/price/logs").json()["logs"][0]["text"] == "hello\n"


def test_a_worker_that_comes_first_waits(worker: httpx.Client, invoke: Callable[..., "Future[Any]"]) -> None:
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(worker.get, f"{RUNTIME}/invocation/next")
        answer = invoke(payload=1)
        id = asked.result().headers["Lambda-Runtime-Aws-Request-Id"]
    worker.post(f"{RUNTIME}/invocation/{id}/response", content=b"2")
    assert answer.result() == (None, 2)


def test_a_workers_error_is_the_functions(worker: httpx.Client, invoke: Callable[..., "Future[Any]"]) -> None:
    answer = invoke()
    id = worker.get(f"{RUNTIME}/invocation/next").headers["Lambda-Runtime-Aws-Request-Id"]
    told = {"errorMessage": "no such item", "stackTrace": []}
    headers = {"Lambda-Runtime-Function-Error-Type": "LookupError"}
    assert worker.post(f"{RUNTIME}/invocation/{id}/error", json=told, headers=headers).status_code == 202
    assert answer.result() == ("Unhandled", {**told, "errorType": "LookupError"})


@pytest.mark.parametrize("answer", [b"1e999", b'"\xff"', b'"\\ud800"', b"[" * 20_000 + b"]" * 20_000, b"", b"NaN"])
@pytest.mark.parametrize("resource", [FUNCTION, "arn:aws:states:::lambda:invoke"])
def test_an_answer_that_no_task_can_take_is_an_unknown_error(
    server: LiveServer, worker: httpx.Client, resource: str, answer: bytes
) -> None:
    states = server.client()
    state = {"Type": "Task", "Resource": resource, "Parameters": {"FunctionName": "price"}, "End": True}
    definition = json.dumps({"StartAt": "Price", "States": {"Price": state}})
    machine = states.create_state_machine(name=f"m{uuid.uuid4()}", definition=definition, roleArn=ROLE, type="EXPRESS")
    arn = machine["stateMachineArn"]
    with ThreadPoolExecutor() as threads:
        ending = threads.submit(lambda: states.start_sync_execution(stateMachineArn=arn, input="{}"))
        id = worker.get(f"{RUNTIME}/invocation/next").headers["Lambda-Runtime-Aws-Request-Id"]
        assert worker.post(f"{RUNTIME}/invocation/{id}/response", content=answer).status_code == 202
        ended = ending.result()
    assert (ended["status"], ended["error"]) == ("FAILED", "Lambda.Unknown")


def test_an_answer_to_nobodys_invocation_is_refused(worker: httpx.Client) -> None:
    answer = worker.post(f"{RUNTIME}/invocation/unknown/response", content=b"1")
    assert (answer.status_code, answer.json()) == (
        400,
        {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"},
    )


def test_a_worker_that_is_gone_has_exited(worker: httpx.Client, invoke: Callable[..., "Future[Any]"]) -> None:
    answer = invoke()
    id = worker.get(f"{RUNTIME}/invocation/next").headers["Lambda-Runtime-Aws-Request-Id"]
    worker.close()
    told = {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {id} Error: Runtime exited without providing a reason",
    }
    assert answer.result() == ("Unhandled", told)


def test_a_client_that_opens_a_connection_for_each_request_is_not_taken_for_gone(
    server: LiveServer, invoke: Callable[..., "Future[Any]"]
) -> None:
    answer = invoke()
    id = httpx.get(f"{server.url}{RUNTIME}/invocation/next").headers["Lambda-Runtime-Aws-Request-Id"]
    httpx.post(f"{server.url}{RUNTIME}/invocation/{id}/response", content=b"3")
    assert answer.result() == (None, 3)


def test_a_worker_has_the_functions_time(worker: httpx.Client, invoke: Callable[..., "Future[Any]"]) -> None:
    answer = invoke("slow")
    given = worker.get(f"{RUNTIME.replace('price', 'slow')}/invocation/next")
    id = given.headers["Lambda-Runtime-Aws-Request-Id"]
    told = {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {id} Error: Task timed out after 0.20 seconds",
    }
    assert answer.result() == ("Unhandled", told)


def test_a_worker_that_cannot_be_made_ready_fails_who_waits(
    worker: httpx.Client, invoke: Callable[..., "Future[Any]"]
) -> None:
    answer = invoke()
    told = {"errorMessage": "no module", "errorType": "Runtime.ImportModuleError"}
    while not answer.done():
        worker.post(f"{RUNTIME}/init/error", json=told)
    assert answer.result() == ("Unhandled", told)


def test_workers_are_not_given_what_the_settings_have_somebody_else_run(worker: httpx.Client) -> None:
    answer = worker.get("/functions/own/2018-06-01/runtime/invocation/next")
    assert (answer.status_code, answer.json()["errorMessage"]) == (
        409,
        "stepwell.toml has own run otherwise. For workers, write workers = true there.",
    )


def test_a_function_is_known_once_a_worker_has_asked_for_it(server: LiveServer, worker: httpx.Client) -> None:
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(worker.get, "/functions/new/2018-06-01/runtime/invocation/next")
        known = threading.Event()
        while not known.is_set():
            if "new" in [one["FunctionName"] for one in server.functions().list_functions()["Functions"]]:
                known.set()
        answer = threads.submit(server.functions().invoke, FunctionName="new")
        id = asked.result().headers["Lambda-Runtime-Aws-Request-Id"]
        worker.post(f"/functions/new/2018-06-01/runtime/invocation/{id}/response", content=b"1")
        assert answer.result()["Payload"].read() == b"1"
