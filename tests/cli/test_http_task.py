"""The guide's HTTP Task, by a real server with the guide's stepwell.toml."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .served import run, serving

GUIDE = (Path(__file__).parents[2] / "docs/guide.md").read_text("utf-8")
SECTION = GUIDE.partition("## HTTP Tasks\n")[2].partition("\n## ")[0]
[TOML] = re.findall(r"^```toml\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
[DEFINITION] = re.findall(r"^```json\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)


class Shop(BaseHTTPRequestHandler):
    """Takes orders of those who know the password."""

    def do_POST(self) -> None:
        known = (self.path, self.headers["Authorization"], self.headers["X-Team"]) == (
            "/orders?version=2",
            "Basic b3JkZXJzOnNlc2FtZQ==",
            "pizza",
        )
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"id": f"{order['pizza']}-1"}).encode())

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def test_the_guides_example_runs(tmp_path: Path) -> None:
    (tmp_path / "stepwell.toml").write_text(TOML)
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Shop) as shop,
        serving(tmp_path, SHOP_PASSWORD="sesame") as server,
    ):
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        text = DEFINITION.replace("127.0.0.1:8000", f"127.0.0.1:{shop.server_port}")
        server.create("ordering", json.loads(text)["States"])
        given = '{"pizza": "Margherita"}'
        assert server.says("start", "ordering", "--input", given, "--wait") == '{"order":"Margherita-1"}\n'
        shop.shutdown()


def test_a_server_does_not_start_with_a_connection_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "stepwell.toml").write_text('[connections.shop]\nbasic = {username = "ada"}\n')
    refused = run("serve", "--port", "0", "--data", str(tmp_path))
    assert refused.returncode == 1
    said = 'basic.password is missing: expected a text, {env = "VARIABLE"} or {file = "PATH"}.'
    assert refused.stderr.splitlines()[-1] == f"Error: {tmp_path}/stepwell.toml, [connections.shop]: {said}"
