"""A small HTTP server that answers as a test says: with errors, rubbish, or not at all."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Seen(NamedTuple):
    """A request that has come."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


class Rude(ThreadingHTTPServer):
    """Answers with `answers`, one after the other, the last one for ever: (status, body), or None for no answer yet."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, str] | None] = [(200, "{}")]
        self.headers: dict[str, str] = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "r-1"}
        self.seen: list[Seen] = []
        self.breaks_off = False  # whether the connection ends before the body does
        self.busy = threading.Semaphore(0)  # one for each request that has come
        self._gate = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def release(self) -> None:
        """Answer those that wait."""
        self._gate.set()

    def answer(self) -> tuple[int, str]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            self._gate.wait()
            return 200, "{}"
        return answer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that gave up waiting are what tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Rude

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.seen.append(Seen(self.command, self.path, dict(self.headers), body))
        self.server.busy.release()
        status, text = self.server.answer()
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.close_connection = self.server.breaks_off
        self.send_header("Content-Length", str(len(text.encode()) + self.server.breaks_off))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _do

    def log_message(self, format: str, *args: Any) -> None:
        """Tests need no log."""
