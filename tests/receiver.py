"""A real HTTP server that events are sent to: up, slow, broken or away, as a test tells it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Remembers the bodies of the POSTs that it has taken, and the headers of the last one."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}
        self.requests = 0
        self.status = 200
        self.open = threading.Event()  # requests are answered while it is set
        self.open.set()
        self._changed = threading.Condition()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/events"

    @property
    def heard(self) -> list[tuple[str, str]]:
        """Execution name and status of each event."""
        return [(event["detail"]["name"], event["detail"]["status"]) for event in list(self.events)]

    def up(self) -> None:
        """Listen, on the port of the first time."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver._changed:
                    receiver.requests += 1
                    receiver._changed.notify_all()
                receiver.open.wait(30)
                with receiver._changed:
                    if receiver.status < 300:
                        receiver.events.append(json.loads(body))
                        receiver.headers = dict(self.headers)
                    receiver._changed.notify_all()
                try:
                    self.send_response(receiver.status)
                    self.end_headers()
                except OSError:
                    """Whoever asked is gone."""

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing is printed."""

        class Server(ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def down(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def wait_for(self, events: int = 0, requests: int = 0) -> None:
        """Return once so many events were taken and so many requests came."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self.events) >= events and self.requests >= requests, 30)
        assert there, f"{len(self.events)} events, {self.requests} requests"
