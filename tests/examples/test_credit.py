"""A credit waits for a person: through crashes, without a worker, and for whoever has the token."""

import json
import signal
import socket
from pathlib import Path
from typing import Any

from cli.served import serving
from cli.test_worker import until
from stepwell import connect

from .stage import Stage, staged

APPLICATION = {"id": "a-9", "name": "Charles", "euros": 90_000, "income": 30_000}
APPROVED = {"approved": True, "by": "Mary", "why": "known for years"}


def letter(stage: Stage) -> dict[str, Any]:
    """What the worker writes to the officers, once it is there and whole."""
    found: list[dict[str, Any]] = []

    def written() -> bool:
        for file in stage.folder.glob("mail/*.json"):
            if (text := file.read_text()).endswith("}"):
                found.append(json.loads(text))
        return bool(found)

    until(written)
    return found[-1]


def test_a_person_answers_with_the_token_in_the_letter(tmp_path: Path) -> None:
    with staged("credit", tmp_path) as stage, stage.worker():
        stage.deploy()
        execution = stage.client.start("credit", application=APPLICATION)
        stage.client.answer(letter(stage)["answer with"], APPROVED)
        assert execution.result(timeout=60) == "Charles: 90000 euros granted by Mary"


def test_a_person_answers_at_the_terminal(tmp_path: Path) -> None:
    with staged("credit", tmp_path) as stage, stage.worker():
        stage.deploy()
        execution = stage.client.start_as("a-9", "credit", application=APPLICATION)
        token = letter(stage)["answer with"]
        [line] = stage.server.says("waiting", "a-9").splitlines()
        state, _, input, shown = line.split("\t")
        assert (state, json.loads(input)["application"], shown) == (
            "decide(application, rating, 'decide')", APPLICATION, token
        )  # fmt: skip
        stage.server.says("answer", "credit/a-9", "--output", json.dumps(APPROVED))
        assert execution.result(timeout=60) == "Charles: 90000 euros granted by Mary"
        assert stage.server.says("waiting", "a-9") == ""


def test_a_question_waits_on_when_the_worker_is_stopped_and_the_server_killed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with staged("credit", tmp_path, port) as stage:
        stage.deploy()
        with stage.worker() as worker:
            execution = stage.client.start("credit", application=APPLICATION)
            token = letter(stage)["answer with"]
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
        stage.server.process.kill()
        stage.server.process.wait()
        with serving(tmp_path / "data", "--port", str(port)), connect(stage.server.url) as client, stage.worker():
            client.answer(token, APPROVED)
            assert client.get(execution.arn).result(timeout=60) == "Charles: 90000 euros granted by Mary"
        assert len(list(stage.folder.glob("mail/*"))) == 1
