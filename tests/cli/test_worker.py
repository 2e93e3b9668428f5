"""`stepwell worker` and `stepwell logs`: functions served by real processes, which are killed, as the server is."""

import json
import socket
import subprocess
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .served import STEPWELL, Server, environment, run, serving

PRICE = "arn:aws:lambda:us-east-1:123456789012:function:price"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Handlers that tell what they do in files, and wait for files."""
    (tmp_path / "shop.py").write_text(
        textwrap.dedent("""
        import os, time

        def price(event, context):
            print("priced", event["item"])
            return {"euros": 7}

        def slow(event, context):
            with open("begun", "a") as begun:
                begun.write("x")
            while not os.path.exists("go"):
                time.sleep(0.01)
            return "done"
        """)
    )
    (tmp_path / "data").mkdir()
    return tmp_path


@contextmanager
def working(server_url: str, shop: Path, *functions: str) -> Iterator["subprocess.Popen[str]"]:
    """A worker that is ready; killed at the end at the latest."""
    command = [*STEPWELL, "worker", "--url", server_url]
    for function in functions:
        command += ["--function", function]
    with subprocess.Popen(command, cwd=shop, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Serves ")
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def create(server: Server, **fields: Any) -> None:
    server.create("pricing", {"Price": {"Type": "Task", "Resource": PRICE, "End": True, **fields}})


def test_a_worker_serves_functions_and_what_they_print_is_shown(shop: Path) -> None:
    with serving(shop / "data") as server, working(server.url, shop, "price=shop.py:price"):
        create(server)
        server.says("start", "pricing", "--name", "one", "--input", '{"item": "dough"}', "--wait")
        assert server.says("show", "one").splitlines()[-1].split("\t")[2:5] == ["Price", "Task", "SUCCEEDED"]
        [line] = server.says("logs", "one").splitlines()
        assert line.split("\t")[1::2] == ["price", "Price"]
        assert line.endswith("\tpriced dough")
        assert server.says("logs", "price") == server.says("logs", PRICE) == f"{line}\n"
        assert server.says("logs", "price", "--state", "Other") == ""


def test_calls_wait_for_a_worker(shop: Path) -> None:
    (shop / "data/stepwell.toml").write_text("[functions.price]\nworkers = true\n")
    with serving(shop / "data") as server:
        create(server)
        server.says("start", "pricing", "--name", "early", "--input", '{"item": "dough"}')
        with working(server.url, shop, "price=shop.py:price"):
            until(lambda: "\tSUCCEEDED\t" in server.says("list", "pricing"))


def test_a_worker_killed_in_the_midst_is_an_error_that_retry_takes(shop: Path) -> None:
    with serving(shop / "data") as server:
        with working(server.url, shop, "price=shop.py:slow") as worker:
            create(server, Retry=[{"ErrorEquals": ["Runtime.ExitError"], "IntervalSeconds": 1, "MaxAttempts": 5}])
            server.says("start", "pricing", "--name", "killed")
            until((shop / "begun").exists)
            worker.kill()
            worker.wait()
        (shop / "go").touch()
        with working(server.url, shop, "price=shop.py:slow"):
            until(lambda: "\tSUCCEEDED\t" in server.says("list", "pricing"))
        arn = "arn:aws:states:us-east-1:123456789012:execution:pricing:killed"
        events = server.client.call("GetExecutionHistory", executionArn=arn)["events"]
    failed = [event["lambdaFunctionFailedEventDetails"] for event in events if event["type"] == "LambdaFunctionFailed"]
    assert [one["error"] for one in failed] == ["Runtime.ExitError"]
    assert json.loads(failed[0]["cause"])["errorMessage"].endswith(" Error: Runtime exited without providing a reason")


def test_an_answer_that_a_crash_of_the_server_came_between_is_handed_in_and_nothing_is_done_twice(shop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    with working(url, shop, "price=shop.py:slow"):
        with serving(shop / "data", "--port", port) as server:
            create(server)
            server.says("start", "pricing", "--name", "between")
            until((shop / "begun").exists)
        (shop / "go").touch()
        with serving(shop / "data", "--port", port) as server:
            until(lambda: "\tSUCCEEDED\t" in server.says("list", "pricing"))
    assert (shop / "begun").read_text() == "x"


def test_a_worker_told_to_stop_finishes_first(shop: Path) -> None:
    with serving(shop / "data") as server, working(server.url, shop, "price=shop.py:slow") as worker:
        create(server)
        server.says("start", "pricing")
        until((shop / "begun").exists)
        worker.terminate()
        (shop / "go").touch()
        assert worker.wait(20) == 0
        until(lambda: "\tSUCCEEDED\t" in server.says("list", "pricing"))


def test_a_worker_signs_in_where_keys_are_asked_for(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = {"STEPWELL_ACCESS_KEY_ID": "ANNSKEY", "STEPWELL_SECRET_ACCESS_KEY": "a secret of ann's"}
    with serving(shop / "data", **key) as server:
        command = [*STEPWELL, "worker", "--url", server.url, "--function", "price=shop.py:price"]
        invoke = "import boto3,sys;print(boto3.client('lambda',endpoint_url=sys.argv[1],region_name='us-east-1',"
        invoke += "aws_access_key_id='ANNSKEY',aws_secret_access_key=\"a secret of ann's\").invoke("
        invoke += "FunctionName='price',Payload=b'{\"item\": 1}')[\"Payload\"].read().decode())"
        with subprocess.Popen(command, cwd=shop, env=environment(**key), stdout=subprocess.PIPE, text=True) as worker:
            try:
                assert worker.stdout is not None
                worker.stdout.readline()
                done = subprocess.run(
                    [STEPWELL[0], "-c", invoke, server.url], capture_output=True, text=True, env=environment()
                )
            finally:
                worker.kill()
    assert (done.stdout, done.returncode) == ('{"euros": 7}\n', 0), done.stderr


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("price", "Error: --function price: write NAME=FILE.py:HANDLER, such as price=shop/price.py:handler.\n"),
        ("price=none.py:handler", "Error: --function price=none.py:handler: there is no file none.py.\n"),
    ],
)
def test_a_function_that_is_not_there_is_told(function: str, told: str) -> None:
    done = run("worker", "--function", function)
    assert (done.returncode, done.stderr) == (2, told)
