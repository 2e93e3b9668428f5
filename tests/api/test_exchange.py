"""How a request for the API goes through HTTP: in which pieces it may come, and in which order answers go out."""

import json
import re
import socket
from collections.abc import Callable

import pytest

from .live import LiveServer

HOST = b"Host: localhost\r\n"
LIST = b"X-Amz-Target: AWSStepFunctions.ListActivities\r\n"
CREATE = b"X-Amz-Target: AWSStepFunctions.CreateActivity\r\n"
LENGTH = b"Content-Length: 2\r\n\r\n{}"
CLOSE = b"Connection: close\r\n"
ANSWER = re.compile(rb"HTTP/1\.1 (\d+) .*?\r\n(?:.*?\r\n)*?content-length: (\d+)\r\n(?:.*?\r\n)*?\r\n", re.IGNORECASE)


def connect(server: LiveServer) -> socket.socket:
    return socket.create_connection(server.socket.getsockname(), timeout=10)


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def talk(server: LiveServer, *pieces: bytes) -> list[tuple[int, bytes]]:
    """Status and body of every answer until the server closes; the pieces are sent one by one."""
    with connect(server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        return answers(until_closed(connection))


def answers(received: bytes) -> list[tuple[int, bytes]]:
    found = []
    while received:
        head = ANSWER.match(received)
        assert head is not None, received
        end = head.end() + int(head[2])
        found.append((int(head[1]), received[head.end() : end]))
        received = received[end:]
    return found


NONE = (200, b'{"activities":[]}')


@pytest.mark.parametrize("target", [b"/", b"/?a=b", b"http://localhost/"])
def test_the_api_is_at_the_root_however_that_is_written(server: LiveServer, target: bytes) -> None:
    assert talk(server, b"POST " + target + b" HTTP/1.1\r\n" + HOST + LIST + CLOSE + LENGTH) == [NONE]


def test_what_is_not_sent_to_the_root_is_not_for_the_api(server: LiveServer) -> None:
    answer = talk(server, b"POST /else HTTP/1.1\r\n" + HOST + LIST + CLOSE + LENGTH)
    assert answer == [(404, b"Not Found")]


def test_a_request_may_come_byte_by_byte(server: LiveServer) -> None:
    request = b"POST / HTTP/1.1\r\n" + HOST + LIST + CLOSE + LENGTH
    assert talk(server, *(request[at : at + 1] for at in range(len(request)))) == [NONE]


def test_a_body_may_come_in_chunks(server: LiveServer) -> None:
    head = b"POST / HTTP/1.1\r\n" + HOST + LIST + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"
    assert talk(server, head, b"1\r\n{\r\n", b"1\r\n}\r\n", b"0\r\n\r\n") == [NONE]


def test_answers_go_out_in_the_order_of_the_requests(serve: Callable[..., LiveServer]) -> None:
    # Given a poll that is answered late, with other requests behind it in the same piece
    server = serve(poll_seconds=0.2)
    arn = server.client().create_activity(name="a")["activityArn"]
    poll = json.dumps({"activityArn": arn}).encode()
    first = b"X-Amz-Target: AWSStepFunctions.GetActivityTask\r\nContent-Length: %d\r\n\r\n" % len(poll) + poll
    health = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    refused = b"POST / HTTP/1.1\r\n" + HOST + LENGTH
    last = b"POST / HTTP/1.1\r\n" + HOST + CREATE + CLOSE + b'Content-Length: 12\r\n\r\n{"name":"b"}'
    got = talk(server, b"POST / HTTP/1.1\r\n" + HOST + first + health + refused + last)
    assert [status for status, _ in got] == [200, 200, 400, 200]
    assert [body for _, body in got][:2] == [b'{"taskToken":null}', b'{"status":"ok"}']
    assert b"UnknownOperationException" in got[2][1]
    assert b"activity:b" in got[3][1]


def test_an_answer_tells_its_date_and_a_connection_that_will_close(server: LiveServer) -> None:
    with connect(server) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + LIST + LENGTH)
        stays = connection.recv(65536)
        connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + LIST + CLOSE + LENGTH)
        closes = until_closed(connection)
    assert re.search(rb"\r\ndate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n", stays)
    assert [b"connection: close\r\n" in answer for answer in (stays, closes)] == [False, True]


def test_http_1_0_gets_one_answer(server: LiveServer) -> None:
    request = b"POST / HTTP/1.0\r\n" + HOST + LIST + b"Connection: keep-alive\r\n" + LENGTH
    assert talk(server, request) == [NONE]


def test_who_asks_first_is_told_to_go_on(server: LiveServer) -> None:
    with connect(server) as connection:
        head = b"POST / HTTP/1.1\r\n" + HOST + LIST + CLOSE
        connection.sendall(head + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert answers(until_closed(connection)) == [NONE]


def test_who_would_be_refused_anyway_need_not_send_the_body(server: LiveServer) -> None:
    large = b"Content-Length: 1000000000\r\n\r\n"
    refusals = {
        413: HOST + LIST + large,
        421: b"Host: evil.example\r\n" + LIST + b"Content-Length: 2\r\n\r\n",
    }
    for status, rest in refusals.items():
        with connect(server) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\n" + rest)
            assert connection.recv(65536).startswith(b"HTTP/1.1 %d " % status)


def test_the_rest_of_a_body_that_was_refused_is_no_request(serve: Callable[..., LiveServer]) -> None:
    server = serve(request_limit=1000)
    large = b"Content-Length: 5000\r\n\r\n"
    with connect(server) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + LIST + large)
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
        connection.sendall(b"x" * 5000 + b"POST / HTTP/1.1\r\n" + HOST + LIST + CLOSE + LENGTH)
        assert answers(until_closed(connection)) == [NONE]


def test_who_hangs_up_within_a_request_leaves_nothing_behind(
    serve: Callable[..., LiveServer], caplog: pytest.LogCaptureFixture
) -> None:
    server = serve()
    with connect(server) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + CREATE + b'Content-Length: 12\r\n\r\n{"name":')
    server.stop()  # waits for requests in flight
    assert [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


def test_a_stopping_server_does_not_wait_for_ever_for_the_rest_of_a_request(serve: Callable[..., LiveServer]) -> None:
    server = serve()
    with connect(server) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + CREATE + b"Content-Length: 12\r\n\r\n")
        server.client().list_activities()  # so it has arrived
        server.stop()
        assert until_closed(connection) == b""


def test_a_connection_that_rests_for_long_is_closed(serve: Callable[..., LiveServer]) -> None:
    server = serve(rest_seconds=1)
    with connect(server) as connection:
        for _ in range(3):  # each request counts anew
            connection.sendall(b"POST / HTTP/1.1\r\n" + HOST + LIST + LENGTH)
            assert connection.recv(65536).endswith(NONE[1])
            connection.settimeout(0.4)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.settimeout(10)
        assert connection.recv(1) == b""
