"""Functions over the wire: tasks of executions, and Lambda's own Invoke for boto3."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from stepwell.api.keys import AccessKey, Keys

from .live import ROLE, LiveServer, refused

PRICE = "arn:aws:lambda:us-east-1:123456789012:function:"
KEY = AccessKey(name="ann", id="ANNSKEY", secret="a secret of ann's")
READER = AccessKey(name="bob", id="BOBSKEY", secret="a secret of bob's", rights="read-only")

HANDLERS = """
import time

def price(event, context):
    print("priced", event)
    return {"for": event}

def fail(event, context):
    raise LookupError("no such item")

def note(event, context):
    with open(event["file"], "w") as file:
        file.write(context.client_context.custom["by"] if context.client_context else "nobody")
"""

SETTINGS = """
[functions]
price = { handler = "shop.py:price" }
fail = { handler = "shop.py:fail" }
note = { handler = "shop.py:note" }
node = { project = "template.yaml" }
"""

TEMPLATE = """
Resources:
  node: {Type: AWS::Serverless::Function, Properties: {Handler: index.handler, Runtime: nodejs20.x}}
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("functions")
    (directory / "shop.py").write_text(HANDLERS)
    (directory / "stepwell.toml").write_text(SETTINGS)
    (directory / "template.yaml").write_text(TEMPLATE)
    return directory


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[LiveServer]:
    live = LiveServer(directory=directory)
    live.start()
    yield live
    live.stop()


@pytest.fixture(scope="module")
def functions(server: LiveServer) -> Any:
    return server.functions()


@pytest.fixture
def run(client: Any, create: Callable[..., str]) -> Callable[..., Any]:
    """Runs a machine of one task at once; gives StartSyncExecution's answer."""

    def run(resource: str, input: Any = None, **fields: Any) -> Any:
        state = {"Type": "Task", "Resource": resource, "End": True} | fields
        definition = json.dumps({"StartAt": "Price", "States": {"Price": state}})
        machine = create(definition, uuid.uuid4().hex[:6], type="EXPRESS")
        return client.start_sync_execution(stateMachineArn=machine, input=json.dumps(input or {}))

    return run


INVOKE = "arn:aws:states:::lambda:invoke"


# -- tasks -------------------------------------------------------------------------------------------------------------


def test_a_functions_arn_as_resource_gives_its_answer(run: Callable[..., Any]) -> None:
    assert json.loads(run(f"{PRICE}price:live", {"item": 1})["output"]) == {"for": {"item": 1}}


def test_lambda_invoke_gives_what_invoke_tells_beside_the_answer(run: Callable[..., Any]) -> None:
    answer = json.loads(run(INVOKE, Parameters={"FunctionName": "price", "Payload": [1], "LogType": "Tail"})["output"])
    id = answer["SdkResponseMetadata"]["RequestId"]
    date = answer["SdkHttpMetadata"]["HttpHeaders"]["Date"]
    headers = {
        "Connection": "keep-alive",
        "Content-Length": "12",
        "Content-Type": "application/json",
        "Date": date,
        "X-Amz-Executed-Version": "$LATEST",
        "X-Amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": id,
    }
    assert answer == {
        "ExecutedVersion": "$LATEST",
        "LogResult": base64.b64encode(b"priced [1]\n").decode(),
        "Payload": {"for": [1]},
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": id},
        "StatusCode": 200,
    }


def test_without_a_payload_the_event_is_an_empty_object(run: Callable[..., Any]) -> None:
    answer = json.loads(run(INVOKE, {"not": "this"}, Parameters={"FunctionName": "price"})["output"])
    assert answer["Payload"] == {"for": {}}


def test_an_event_is_not_waited_for(run: Callable[..., Any], tmp_path: Path) -> None:
    context = base64.b64encode(b'{"custom": {"by": "ann"}}').decode()
    parameters = {"InvocationType": "Event", "Payload": {"file": str(tmp_path / "note")}, "ClientContext": context}
    answer = json.loads(run(INVOKE, Parameters={"FunctionName": "note", **parameters})["output"])
    assert (answer["StatusCode"], answer.keys() & {"Payload", "ExecutedVersion"}) == (202, set())
    wait_for(lambda: (tmp_path / "note").exists() and (tmp_path / "note").read_text() == "ann")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    "task", [{"Resource": f"{PRICE}fail"}, {"Resource": INVOKE, "Parameters": {"FunctionName": "fail"}}]
)
def test_a_handlers_exception_is_the_tasks_error_by_the_name_of_its_class(
    run: Callable[..., Any], directory: Path, task: dict[str, Any]
) -> None:
    answer = run(task.pop("Resource"), **task)
    cause = json.loads(answer["cause"])
    [frame] = cause.pop("stackTrace")
    assert cause.keys() == {"errorMessage", "errorType", "requestId"}
    assert (answer["error"], cause["errorMessage"], cause["errorType"]) == (
        "LookupError",
        "no such item",
        "LookupError",
    )
    assert frame.startswith(f'  File "{directory}/shop.py", line 9, in fail\n')


@pytest.mark.parametrize(
    "task", [{"Resource": f"{PRICE}none"}, {"Resource": INVOKE, "Parameters": {"FunctionName": "none"}}]
)
def test_a_function_that_nobody_serves_is_not_found(run: Callable[..., Any], task: dict[str, Any]) -> None:
    answer = run(task.pop("Resource"), **task)
    text, _, id = answer["cause"].partition("Request ID: ")
    assert answer["error"] == "Lambda.ResourceNotFoundException"
    assert text == (
        f"Function not found: {PRICE}none (Service: AWSLambda; Status Code: 404; "
        "Error Code: ResourceNotFoundException; "
    )
    assert id.endswith("; Proxy: null)")


def test_a_function_in_another_language_says_what_to_do(run: Callable[..., Any]) -> None:
    answer = run(f"{PRICE}node")
    assert answer["error"] == "Lambda.InvalidRuntimeException"
    assert "has the runtime nodejs20.x. The server runs Python from a directory only." in answer["cause"]


def test_what_a_task_prints_is_shown_beside_its_execution(run: Callable[..., Any], server: LiveServer) -> None:
    arn = run(f"{PRICE}price", {"item": "yeast"})["executionArn"]
    shown = httpx.get(f"{server.url}/functions/logs", params={"execution": arn}).json()["logs"]
    assert [(one["function"], one["state"], one["text"]) for one in shown] == [
        ("price", "Price", "priced {'item': 'yeast'}\n")
    ]
    own = httpx.get(f"{server.url}/functions/price/logs", params={"state": "Price"}).json()["logs"]
    assert shown[0] in own


def test_whoever_gets_the_token_answers(client: Any, create: Callable[..., str], tmp_path: Path) -> None:
    state = {
        "Type": "Task",
        "Resource": f"{INVOKE}.waitForTaskToken",
        "Parameters": {"FunctionName": "price", "Payload": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    machine = create(json.dumps({"StartAt": "Ask", "States": {"Ask": state}}))
    started = client.start_execution(stateMachineArn=machine)["executionArn"]

    def submitted() -> list[Any]:
        events = client.get_execution_history(executionArn=started)["events"]
        return [event for event in events if event["type"] == "TaskSubmitted"]

    wait_for(lambda: bool(submitted()))
    payload = json.loads(submitted()[0]["taskSubmittedEventDetails"]["output"])["Payload"]
    client.send_task_success(taskToken=payload["for"]["token"], output='"yes"')
    wait_for(lambda: bool(client.describe_execution(executionArn=started).get("output") == '"yes"'))


# -- Invoke ------------------------------------------------------------------------------------------------------------


def test_boto3_invokes_a_function(functions: Any) -> None:
    answer = functions.invoke(FunctionName=f"{PRICE}price", Payload=b'{"item": 1}', LogType="Tail")
    assert answer["StatusCode"] == 200
    assert "FunctionError" not in answer
    assert answer["ExecutedVersion"] == "$LATEST"
    assert base64.b64decode(answer["LogResult"]) == b"priced {'item': 1}\n"
    assert json.loads(answer["Payload"].read()) == {"for": {"item": 1}}


def test_a_functions_error_is_marked_as_one(functions: Any) -> None:
    answer = functions.invoke(FunctionName="fail")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read())["errorType"] == "LookupError"


def test_a_dry_run_runs_nothing(functions: Any) -> None:
    assert functions.invoke(FunctionName="fail", InvocationType="DryRun")["StatusCode"] == 204


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        ({"FunctionName": "none"}, "ResourceNotFoundException", f"Function not found: {PRICE}none"),
        (
            {"FunctionName": "price", "Payload": b"{"},
            "InvalidRequestContentException",
            "Could not parse request body into json: Input data was truncated",
        ),
        (
            {"FunctionName": "price", "Payload": b'"' + b"x" * 6_291_455 + b'"'},
            "RequestTooLargeException",
            "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)",
        ),
        (
            {"FunctionName": "price", "InvocationType": "Event", "Payload": b'"' + b"x" * 1_048_576 + b'"'},
            "RequestTooLargeException",
            "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
    ],
)
def test_what_lambda_refuses_is_refused(functions: Any, asked: dict[str, Any], code: str, message: str) -> None:
    with refused(code, message):
        functions.invoke(**asked)


def test_functions_are_listed_and_described(functions: Any) -> None:
    listed = functions.list_functions()["Functions"]
    assert [one["FunctionName"] for one in listed] == ["fail", "node", "note", "price"]
    configuration = functions.get_function(FunctionName="price")["Configuration"]
    assert (configuration["Handler"], configuration["Timeout"], configuration["MemorySize"]) == ("shop.price", 3, 128)
    assert functions.get_function_configuration(FunctionName="price")["FunctionArn"] == f"{PRICE}price"
    with refused("ResourceNotFoundException"):
        functions.get_function(FunctionName="none")


# -- access ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def locked(directory: Path) -> Iterator[LiveServer]:
    live = LiveServer(Keys(fixed=(KEY, READER)), directory=directory)
    live.start()
    yield live
    live.stop()


def signed(server: LiveServer, key: AccessKey, secret: str | None = None) -> Any:
    return server.functions(aws_access_key_id=key.id, aws_secret_access_key=secret or key.secret)


def test_where_keys_are_asked_for_boto3_signs_for_lambda(locked: LiveServer) -> None:
    answer = signed(locked, KEY).invoke(FunctionName=f"{PRICE}price", Qualifier="live", Payload=b"1")
    assert json.loads(answer["Payload"].read()) == {"for": 1}


def test_a_wrong_secret_and_no_right_are_refused(locked: LiveServer) -> None:
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        signed(locked, KEY, "another secret of ann's").invoke(FunctionName="price")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        signed(locked, READER).invoke(FunctionName="price")
    assert len(signed(locked, READER).list_functions()["Functions"]) == 4


def test_strangers_are_asked_to_sign_in(locked: LiveServer) -> None:
    assert httpx.get(f"{locked.url}/functions/price/logs").status_code == 401
    assert httpx.get(f"{locked.url}/functions/price/2018-06-01/runtime/invocation/next").status_code == 401


# -- elsewhere ---------------------------------------------------------------------------------------------------------


def test_an_endpoint_like_lambdas_runs_functions_with_its_errors(
    server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    away = "http://127.0.0.1:9"
    (tmp_path / "stepwell.toml").write_text(
        f'[functions.away]\nendpoint = "{away}"\n[functions."*"]\nendpoint = "{server.url}"\n'
    )
    front = LiveServer(directory=tmp_path)
    front.start()
    try:
        found = {name: _run(front, name) for name in ("price", "fail", "none", "away")}
    finally:
        front.stop()
    assert json.loads(found["price"]["output"]) == {"for": {}}
    assert found["fail"]["error"] == "LookupError"
    assert found["none"]["error"] == "Lambda.ResourceNotFoundException"
    assert found["none"]["cause"].startswith(f"Function not found: {PRICE}none (Service: AWSLambda; Status Code: 404;")
    assert found["away"]["error"] == "Lambda.SdkClientException"


def _run(server: LiveServer, name: str) -> Any:
    state = {"Type": "Task", "Resource": PRICE + name, "End": True}
    definition = json.dumps({"StartAt": "Price", "States": {"Price": state}})
    client = server.client()
    made = client.create_state_machine(name=name, definition=definition, roleArn=ROLE, type="EXPRESS")
    return client.start_sync_execution(stateMachineArn=made["stateMachineArn"])
