"""Access: who may call, by which name, how they prove who they are, and that nobody can keep others from working."""

import base64
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from stepwell.api.keys import AccessKey, Keys

from .live import PASS, ROLE, LiveServer, refused

SECRET = "full-secret-of-the-owner-0123456789"
READER_SECRET = "secret-of-the-reader-0123456789"
OWNER = AccessKey(name="owner", id="AKOWNER", secret=SECRET)
READER = AccessKey(name="reader", id="AKREADER", secret=READER_SECRET, rights="read-only")
AS_OWNER = {"aws_access_key_id": OWNER.id, "aws_secret_access_key": SECRET}
AS_READER = {"aws_access_key_id": READER.id, "aws_secret_access_key": READER_SECRET}
CORAL = "com.amazon.coral.service#"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


@pytest.fixture(scope="module")
def guarded() -> Iterator[LiveServer]:
    """A server that asks for access keys."""
    live = LiveServer(Keys(fixed=(OWNER, READER)))
    live.start()
    yield live
    live.stop()


def activities(server: LiveServer) -> list[str]:
    return [activity["name"] for activity in server.client(**AS_OWNER).list_activities()["activities"]]


# Signed calls


def test_a_signed_call_is_served_in_the_region_it_was_signed_for(guarded: LiveServer) -> None:
    made = guarded.client("eu-central-1", **AS_OWNER).create_activity(name="signed")
    assert made["activityArn"] == "arn:aws:states:eu-central-1:123456789012:activity:signed"


def test_any_text_in_a_body_can_be_signed(guarded: LiveServer) -> None:
    client = guarded.client(**AS_OWNER)
    machine = client.create_state_machine(name="text", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    text = json.dumps({"text": "Übergröße 🚀 " * 1000}, ensure_ascii=False)
    started = client.start_execution(stateMachineArn=machine, input=text)
    assert client.describe_execution(executionArn=started["executionArn"])["input"] == text


def test_a_session_token_does_no_harm(guarded: LiveServer) -> None:
    assert "activities" in guarded.client(**AS_OWNER, aws_session_token="any").list_activities()


def test_an_unknown_key_is_an_unrecognized_client(guarded: LiveServer) -> None:
    client = guarded.client(aws_access_key_id="AKNOBODY", aws_secret_access_key=SECRET)
    with refused("UnrecognizedClientException", "The security token included in the request is invalid."):
        client.create_activity(name="nobody")
    assert "nobody" not in activities(guarded)


def test_a_wrong_secret_is_an_invalid_signature(guarded: LiveServer) -> None:
    client = guarded.client(aws_access_key_id=OWNER.id, aws_secret_access_key="wrong")
    with refused("InvalidSignatureException", MISMATCH):
        client.create_activity(name="wrong")
    assert "wrong" not in activities(guarded)


def test_an_unsigned_call_misses_its_token_whatever_it_asks_for(guarded: LiveServer) -> None:
    for operation in ("CreateActivity", "Nonsense"):
        answer = guarded.post(operation, {"name": "unsigned"})
        expected = {
            "__type": CORAL + "MissingAuthenticationTokenException",
            "message": "Request is missing Authentication Token",
        }
        assert (answer.status_code, answer.json()) == (400, expected)


# Requests that were altered, or signed in another way


def signed(server: LiveServer, operation: str, body: bytes, at: float | None = None, **changes: str) -> dict[str, str]:
    """The headers of a call, signed by the SDK's own signer for the moment `at`."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    headers = {"X-Amz-Target": f"AWSStepFunctions.{operation}", "Host": server.url.removeprefix("http://")}
    request = AWSRequest("POST", server.url + "/", headers=headers, data=body)
    request.context["timestamp"] = moment
    signer = SigV4Auth(Credentials(OWNER.id, SECRET), changes.pop("service", "states"), "us-east-1")
    request.headers["X-Amz-Date"] = moment
    authorization = signer.string_to_sign(request, signer.canonical_request(request))
    scope = signer.scope(request)
    names = signer.signed_headers(signer.headers_to_sign(request))
    proof = signer.signature(authorization, request)
    value = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={proof}"
    return {**headers, "X-Amz-Date": moment, "Authorization": value, **changes}


def answer_to(server: LiveServer, headers: dict[str, str], body: bytes, query: str = "") -> tuple[int, str, str]:
    """Status, error and message."""
    answer = httpx.post(f"{server.url}/{query}", content=body, headers=headers)
    told = answer.json()
    return answer.status_code, told.get("__type", "").removeprefix(CORAL), told.get("message", "")


def test_a_request_signed_by_hand_is_served(guarded: LiveServer) -> None:
    body = b'{"name": "by-hand"}'
    assert answer_to(guarded, signed(guarded, "CreateActivity", body), body) == (200, "", "")


def test_an_altered_body_operation_host_date_or_query_is_an_invalid_signature(guarded: LiveServer) -> None:
    body = b'{"name": "altered"}'
    headers = signed(guarded, "CreateActivity", body)
    invalid = (400, "InvalidSignatureException", MISMATCH)
    assert answer_to(guarded, headers, body.replace(b"altered", b"ALTERED")) == invalid
    assert answer_to(guarded, {**headers, "X-Amz-Target": "AWSStepFunctions.DeleteActivity"}, body) == invalid
    assert answer_to(guarded, {**headers, "Host": "localhost"}, body) == invalid
    assert answer_to(guarded, headers, body, "?a=b") == invalid
    later = f"{int(headers['X-Amz-Date'][9:15]) ^ 1:06}"  # another second of the same minute
    assert answer_to(guarded, {**headers, "X-Amz-Date": f"{headers['X-Amz-Date'][:9]}{later}Z"}, body) == invalid
    assert not {"altered", "ALTERED"} & set(activities(guarded))


@pytest.mark.parametrize(("off", "says"), [(-16, "Signature expired: "), (16, "Signature not yet current: ")])
def test_a_clock_that_is_wrong_by_more_than_15_minutes_is_told_so(guarded: LiveServer, off: int, says: str) -> None:
    body = b'{"name": "stale"}'
    headers = signed(guarded, "CreateActivity", body, at=time.time() + off * 60)
    status, error, message = answer_to(guarded, headers, body)
    assert (status, error) == (400, "InvalidSignatureException")
    assert message.startswith(says + headers["X-Amz-Date"])
    assert message.endswith("15 min.)")
    assert "stale" not in activities(guarded)


@pytest.mark.parametrize("off", [-14, 14])
def test_a_clock_that_is_wrong_by_less_is_served(guarded: LiveServer, off: int) -> None:
    headers = signed(guarded, "ListActivities", b"{}", at=time.time() + off * 60)
    assert answer_to(guarded, headers, b"{}") == (200, "", "")


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("Credential=", "X=", "IncompleteSignatureException", "requires 'Credential' parameter."),
        ("Signature=", "X=", "IncompleteSignatureException", "requires 'Signature' parameter."),
        ("SignedHeaders=", "X=", "IncompleteSignatureException", "requires 'SignedHeaders' parameter."),
        ("Signature=", "Signature=a, Signature=", "IncompleteSignatureException", "parameters it should not"),
        ("/us-east-1/", "/", "IncompleteSignatureException", "exactly 5 slash-delimited elements"),
        ("/states/", "/sqs/", "InvalidSignatureException", "scoped to correct service: 'states'."),
        ("aws4_request", "aws5_request", "InvalidSignatureException", "valid terminator: 'aws4_request'."),
        (";x-amz-target", "", "InvalidSignatureException", "'X-Amz-Target' must be a 'SignedHeader'"),
        ("host;", "", "InvalidSignatureException", "'Host' must be a 'SignedHeader'"),
        ("/us-east-1/", "/us-west-1/", "InvalidSignatureException", MISMATCH),
        ("AWS4-HMAC", "AWS3-HMAC", "MissingAuthenticationTokenException", "missing Authentication Token"),
    ],
)
def test_a_garbled_authorization_says_what_is_wrong(
    guarded: LiveServer, old: str, new: str, error: str, message: str
) -> None:
    headers = signed(guarded, "ListActivities", b"{}")
    assert old in headers["Authorization"]
    headers["Authorization"] = headers["Authorization"].replace(old, new)
    status, code, text = answer_to(guarded, headers, b"{}")
    assert (status, code) == (400, error)
    assert message in text


@pytest.mark.parametrize(
    ("date", "error"),
    [
        ("yesterday", "IncompleteSignatureException"),
        ("20260230T000000Z", "InvalidSignatureException"),
        ("99999999T999999Z", "InvalidSignatureException"),
        (None, "IncompleteSignatureException"),
    ],
)
def test_a_date_that_is_none_or_another_is_refused(guarded: LiveServer, date: str | None, error: str) -> None:
    headers = signed(guarded, "ListActivities", b"{}")
    del headers["X-Amz-Date"]
    answer = answer_to(guarded, headers | ({"X-Amz-Date": date} if date else {}), b"{}")
    assert answer[:2] == (400, error)


def test_a_date_that_no_calendar_has_is_refused(guarded: LiveServer) -> None:
    headers = signed(guarded, "ListActivities", b"{}")
    day = headers["X-Amz-Date"][:8]
    headers["X-Amz-Date"] = "20260230T000000Z"
    headers["Authorization"] = headers["Authorization"].replace(f"/{day}/", "/20260230/")
    assert answer_to(guarded, headers, b"{}")[:2] == (400, "IncompleteSignatureException")


# Rights


def test_a_read_only_key_reads(guarded: LiveServer) -> None:
    owner, reader = guarded.client(**AS_OWNER), guarded.client(**AS_READER)
    machine = owner.create_state_machine(name="read", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    execution = owner.start_execution(stateMachineArn=machine)["executionArn"]
    assert reader.describe_execution(executionArn=execution)["executionArn"] == execution
    assert reader.list_executions(stateMachineArn=machine)["executions"]
    assert reader.get_execution_history(executionArn=execution)["events"]
    assert reader.validate_state_machine_definition(definition=PASS)["result"] == "OK"


def test_a_read_only_key_changes_nothing_and_is_told_which_key_may_not_do_what(guarded: LiveServer) -> None:
    text = (
        "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: states:CreateActivity "
        "because the access key AKREADER is read-only"
    )
    with refused("AccessDeniedException", text):
        guarded.client(**AS_READER).create_activity(name="forbidden")
    assert "forbidden" not in activities(guarded)


def test_a_read_only_key_takes_no_tasks_from_workers(guarded: LiveServer) -> None:
    arn = guarded.client(**AS_OWNER).create_activity(name="work")["activityArn"]
    with refused("AccessDeniedException"):
        guarded.client(**AS_READER).get_activity_task(activityArn=arn)


# What is not the API


def test_with_keys_health_is_open_and_all_else_asks_for_a_key(guarded: LiveServer) -> None:
    assert httpx.get(f"{guarded.url}/healthz").json() == {"status": "ok"}
    for path in ("/metrics", "/regions", "/anything"):
        answer = httpx.get(guarded.url + path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="Stepwell"')
        assert httpx.get(guarded.url + path, auth=(OWNER.id, "wrong")).status_code == 401
        assert httpx.get(guarded.url + path, auth=("nobody", SECRET)).status_code == 401
        assert httpx.get(guarded.url + path, headers={"Authorization": "Basic !"}).status_code == 401
    metrics = httpx.get(f"{guarded.url}/metrics", auth=(READER.id, READER_SECRET))
    assert "stepwell_api_requests_total" in metrics.text


def test_a_read_only_key_may_only_look(guarded: LiveServer) -> None:
    answer = httpx.post(f"{guarded.url}/anything", auth=(READER.id, READER_SECRET))
    assert (answer.status_code, answer.text) == (400, "The access key AKREADER is read-only: it may not POST this.\n")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_read_only_key_takes_no_invocation_from_functions_workers(guarded: LiveServer, method: str) -> None:
    path = "/functions/price/2018-06-01/runtime/invocation/next"
    answer = httpx.request(method, guarded.url + path, auth=(READER.id, READER_SECRET))
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (400, "AccessDeniedException")


INVOKE = "/2015-03-31/functions/price/invocations"
NEXT = "/functions/price/2018-06-01/runtime/invocation/next"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", INVOKE, {"Origin": "https://page.example"}),
        ("POST", INVOKE, {"Origin": "null"}),
        ("POST", INVOKE, {"Sec-Fetch-Site": "cross-site"}),
        ("GET", NEXT, {"Sec-Fetch-Site": "cross-site"}),  # an <img>
        ("GET", NEXT, {"Sec-Fetch-Site": "same-site"}),  # a page of another port
    ],
)
@pytest.mark.parametrize("keys", [False, True], ids=["without keys", "with keys"])
def test_a_web_page_of_another_site_has_nothing_done(
    guarded: LiveServer, server: LiveServer, keys: bool, method: str, path: str, headers: dict[str, str]
) -> None:
    there = (guarded if keys else server).url
    auth = (OWNER.id, SECRET) if keys else None
    answer = httpx.request(method, there + path, headers=headers, auth=auth)
    page = headers.get("Origin", "another site")
    assert (answer.status_code, answer.text) == (
        400,
        f"A web page of {page} sent this, and only pages of this server may.\n",
    )


def test_a_page_of_the_server_and_what_only_looks_are_let_in(server: LiveServer) -> None:
    own = httpx.post(server.url + INVOKE, headers={"Origin": server.url, "Sec-Fetch-Site": "same-origin"})
    link = httpx.get(server.url + "/", headers={"Sec-Fetch-Site": "cross-site"})
    assert (own.status_code, own.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
    assert link.status_code == 200


def test_secrets_are_neither_in_answers_nor_in_logs(guarded: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = signed(guarded, "CreateActivity", b"{}")
    texts = [str(answer_to(guarded, headers, b"{ }")), repr(OWNER), str([READER])]
    basic = base64.b64encode(f"{OWNER.id}:{SECRET}".encode()).decode()
    texts.append(httpx.get(f"{guarded.url}/nowhere", headers={"Authorization": f"Basic {basic}"}).text)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("stepwell", "uvicorn"))]
    assert [text for text in (*texts, *ours) if SECRET in text or READER_SECRET in text] == []


# Keys in a file


def test_keys_change_without_a_restart(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def write(*keys: AccessKey, moment: int) -> None:
        lines = [
            f'[[key]]\nname = "{k.name}"\nid = "{k.id}"\nsecret = "{k.secret}"\nrights = "{k.rights}"' for k in keys
        ]
        file.write_text("\n".join(lines))
        os.utime(file, (moment, moment))

    # Given a server with one key
    file = tmp_path / "keys.toml"
    write(OWNER, moment=1)
    server = LiveServer(Keys(file))
    server.start()
    try:
        assert server.client(**AS_OWNER).list_activities()["activities"] == []
        with refused("UnrecognizedClientException"):
            server.client(**AS_READER).list_activities()
        # When the file has another one, that counts and the first does not
        write(READER, moment=2)
        assert server.client(**AS_READER).list_activities()["activities"] == []
        with refused("UnrecognizedClientException"):
            server.client(**AS_OWNER).list_activities()
        # When it is broken or gone, the keys stay, and the log says why
        file.write_text("[[key")
        assert server.client(**AS_READER).list_activities()["activities"] == []
        file.unlink()
        assert server.client(**AS_READER).list_activities()["activities"] == []
    finally:
        server.stop()
    assert caplog.text.count("The access keys stay as they were: ") == 2


# Host names


def test_without_keys_the_server_is_called_by_names_of_this_machine(server: LiveServer) -> None:
    port = server.url.rpartition(":")[2]
    names = ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "sync-localhost", "sync-127.0.0.1"]
    for name in [*names, *(f"{name}:{port}" for name in names), "localhost:1"]:
        answers = [server.post("ListActivities", {}, Host=name)]
        answers += [httpx.get(server.url + path, headers={"Host": name}) for path in ("/", "/healthz", "/metrics")]
        assert [answer.status_code for answer in answers] == [200] * 4, name


@pytest.mark.parametrize(
    "name", ["evil.example", "localhost.evil.example", "sync-evil.example", "10.1.2.3", "127.evil"]
)
def test_without_keys_another_name_is_refused_everywhere(server: LiveServer, name: str) -> None:
    answer = server.post("CreateActivity", {"name": "rebound"}, Host=f"{name}:8083")
    assert (answer.status_code, answer.json()["__type"]) == (421, CORAL + "MisdirectedRequest")
    assert f"--allow-host {name.removeprefix('sync-')}" in answer.json()["message"]
    listed = server.post("ListActivities", {}).json()["activities"]
    assert "rebound" not in [activity["name"] for activity in listed]
    for path in ("/", "/healthz", "/metrics", "/nowhere"):
        answer = httpx.get(server.url + path, headers={"Host": name})
        assert (answer.status_code, f"--allow-host {name.removeprefix('sync-')}" in answer.text) == (421, True)


def test_a_request_without_a_host_is_refused(server: LiveServer) -> None:
    assert raw(server, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 421 ")


def test_names_can_be_allowed(serve: Callable[..., LiveServer]) -> None:
    server = serve(allow_host=("stepwell.internal",))
    for name in ("stepwell.internal", "sync-stepwell.internal:80", "Stepwell.Internal."):
        assert server.post("ListActivities", {}, Host=name).status_code == 200
    assert server.post("ListActivities", {}, Host="other.internal").status_code == 421


# Floods, slow and half requests


def connect(server: LiveServer, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(server.socket.getsockname(), timeout=10, source_address=(source, 0))


def read_all(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def raw(server: LiveServer, request: bytes) -> bytes:
    with connect(server) as connection:
        connection.sendall(request)
        return read_all(connection)


WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.ListActivities\r\n"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"\r\n", b""),
        (b"POST / HT", b"HTTP/1.1 408 "),
        (HEAD, b"HTTP/1.1 408 "),
        (HEAD + b"Content-Length: 100\r\n\r\n{", b"HTTP/1.1 408 "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"HTTP/1.1 408 "),
    ],
    ids=["nothing", "a blank line", "half a line", "half the headers", "half a body", "a chunk"],
)
def test_who_does_not_finish_a_request_is_let_go(serve: Callable[..., LiveServer], sent: bytes, answer: bytes) -> None:
    server = serve(request_seconds=0.3)
    begun = time.monotonic()
    assert raw(server, sent)[:13] == answer
    assert 0.25 < time.monotonic() - begun < 5


def test_who_dribbles_is_let_go_however_often_something_comes(serve: Callable[..., LiveServer]) -> None:
    server = serve(request_seconds=0.3)
    with connect(server) as connection:
        connection.settimeout(0.02)
        connection.sendall(HEAD)
        answer = b""
        for _ in range(500):
            try:
                connection.sendall(b"a")
                answer += connection.recv(1000)
            except TimeoutError:
                continue
            except OSError:
                break
            if answer:
                break
        assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_half_second_request_is_let_go_as_well(serve: Callable[..., LiveServer]) -> None:
    server = serve(request_seconds=0.3)
    whole = HEAD + b"Content-Length: 2\r\n\r\n{}"
    answer = raw(server, whole + HEAD)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


def test_a_worker_that_waits_longer_than_a_request_may_take_is_answered(serve: Callable[..., LiveServer]) -> None:
    server = serve(request_seconds=0.1, poll_seconds=0.5)
    arn = server.client().create_activity(name="patience")["activityArn"]
    assert server.client().get_activity_task(activityArn=arn).get("taskToken") is None


def test_a_connection_may_rest_between_requests_longer_than_a_request_may_take(
    serve: Callable[..., LiveServer],
) -> None:
    server = serve(request_seconds=0.1)
    with connect(server) as connection:
        for _ in range(2):
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            connection.settimeout(0.4)
            with pytest.raises(TimeoutError):  # nothing comes, not even the end
                connection.recv(1)
            connection.settimeout(10)


def test_who_does_not_read_the_answer_is_cut_off(serve: Callable[..., LiveServer]) -> None:
    # Given room for one connection, and a client that asks for more than networks hold, and reads nothing
    server = serve(request_seconds=0.2, connection_limit=1)
    definition = json.dumps({**json.loads(PASS), "Comment": "a" * 1_000_000})
    create = {"name": "large", "definition": definition, "roleArn": ROLE}
    headers = {"X-Amz-Target": "AWSStepFunctions.CreateStateMachine"}
    arn = httpx.post(server.url, json=create, headers=headers).json()["stateMachineArn"]
    body = json.dumps({"stateMachineArn": arn}).encode()
    head = HEAD.replace(b"ListActivities", b"DescribeStateMachine") + b"Content-Length: %d\r\n\r\n" % len(body)
    with connect(server) as connection:
        connection.sendall((head + body) * 50)
        # Then there is room for another after a while
        until = time.monotonic() + 10
        while (status := raw(server, WHOLE)[9:12]) != b"200" and time.monotonic() < until:
            assert status in (b"503", b"")
        assert status == b"200"


@pytest.mark.parametrize("end", [b"\r\n\r\n", b""], ids=["whole", "endless"])
def test_headers_above_the_limit_are_refused(serve: Callable[..., LiveServer], end: bytes) -> None:
    server = serve(header_limit=2000)
    with connect(server) as connection:
        connection.sendall(HEAD)
        answer = b""
        try:
            for number in range(100):
                connection.sendall(b"X-%d: %s\r\n" % (number, b"a" * 100))
            connection.sendall(end)
        except ConnectionError:
            pass
        answer = read_all(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_headers_above_the_limit_in_one_piece_are_told_the_limit(serve: Callable[..., LiveServer]) -> None:
    answer = raw(serve(header_limit=2000), HEAD + b"X: " + b"a" * 2000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.endswith(b"The request's line and headers have more than 2000 bytes.")


def test_a_large_body_is_no_large_header(serve: Callable[..., LiveServer]) -> None:
    server = serve(header_limit=2000)
    body = json.dumps({"name": "large", "tags": [{"key": "k", "value": "v" * 200_000}]})
    assert server.post("CreateActivity", body).json()["__type"].endswith("#ValidationException")


def test_connections_of_one_client_leave_room_for_another(serve: Callable[..., LiveServer]) -> None:
    server = serve(connection_limit=12, client_connection_limit=8)
    flood = [connect(server, "127.0.0.2") for _ in range(12)]
    try:
        # The first eight stay; those above are told, and closed.
        assert {read_all(connection)[:13] for connection in flood[8:]} == {b"HTTP/1.1 503 "}
        assert server.client().list_activities()["activities"] == []
    finally:
        for connection in flood:
            connection.close()


def test_connections_that_ended_make_room(serve: Callable[..., LiveServer]) -> None:
    server = serve(connection_limit=4)
    for _ in range(20):
        assert raw(server, WHOLE)[9:12] == b"200"


def test_a_flood_of_requests_is_throttled_for_its_sender_alone(serve: Callable[..., LiveServer]) -> None:
    server = serve(client_rate=20)
    target = {"X-Amz-Target": "AWSStepFunctions.ListActivities"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as flooding:
        answers = [flooding.post(server.url, content=b"{}", headers=target) for _ in range(100)]
        seen = flooding.get(f"{server.url}/metrics")
    told = [answer.json() for answer in answers if answer.status_code != 200]
    assert {(body["__type"], body["message"]) for body in told} == {
        ("com.amazon.coral.availability#ThrottlingException", "Rate exceeded")
    }
    assert 0 < len(told) <= 60
    assert (seen.status_code, seen.text) == (429, "Rate exceeded\n")
    client: Any = server.client()
    assert [client.list_activities()["activities"] for _ in range(10)] == [[]] * 10
