"""The examples go on when a worker, one of its processes or the server is lost."""

import errno
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import psutil

from cli.served import serving
from cli.test_worker import until

from .stage import staged


@contextmanager
def told(fifo: Path) -> Iterator[BinaryIO]:
    """What is written goes to whoever reads the FIFO; somebody does from the beginning on."""
    opened: list[int] = []

    def is_read() -> bool:
        try:
            opened.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as problem:
            if problem.errno != errno.ENXIO:  # nobody reads yet
                raise
        return bool(opened)

    until(is_read)
    os.set_blocking(opened[0], True)
    with os.fdopen(opened[0], "wb") as writer:
        yield writer


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_an_onboarding_whose_server_is_killed_in_the_midst_goes_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with staged("onboarding", tmp_path, port) as stage, stage.worker():
        os.mkfifo(stage.folder / "slow.csv")  # whoever reads it waits for what is written
        stage.deploy()
        execution = stage.client.start("onboarding", file="slow.csv", report="report.csv")
        with told(stage.folder / "slow.csv") as file:
            stage.server.process.kill()
            stage.server.process.wait()
            file.write((stage.folder / "customers.csv").read_bytes())
        with serving(tmp_path / "data", "--port", str(port)):
            assert execution.result(timeout=60) == {"rows": 7, "taken_in": 3, "report": "report.csv"}


def test_a_month_whose_process_is_killed_is_added_up_again(tmp_path: Path) -> None:
    with staged("sales", tmp_path) as stage:
        os.mkfifo(stage.folder / "slow.csv")  # whoever reads it waits for what is written
        stage.deploy()
        with stage.worker("--concurrency", "add_up=1") as worker:
            execution = stage.client.start("report", file="slow.csv", first="2024-01-01", last="2024-01-31")
            with told(stage.folder / "slow.csv"):
                children = psutil.Process(worker.pid).children()
                for process in children:
                    process.kill()
                until(lambda: all(map(ended, children)))
                with told(stage.folder / "slow.csv") as again:
                    again.write((stage.folder / "sales.csv").read_bytes())
            assert execution.result(timeout=60)["best_month"] == "2024-01"
        failed = [event.details["error"] for event in execution.events() if event.type == "ActivityFailed"]
    assert "WorkerLost" in failed


def test_mail_is_sorted_on_by_another_worker_when_the_first_one_is_stopped(tmp_path: Path) -> None:
    with staged("mailroom", tmp_path) as stage:
        inbox = stage.folder / "inbox"
        stage.python("-c", "from mailroom import fill; fill('inbox', 100)")
        (inbox / "00010.eml").unlink()
        os.mkfifo(inbox / "00010.eml")  # whoever reads it waits for what is written
        stage.deploy()
        with stage.worker("-c", "1") as first:
            execution = stage.client.start("mailroom", inbox="inbox")
            with told(inbox / "00010.eml") as letter:
                first.send_signal(signal.SIGTERM)
                letter.write(b"From: stranger@far.example\nSubject: slow\n\n")
            assert first.wait(60) == 0
        assert execution.status() == "RUNNING"
        with stage.worker():
            assert sum(execution.result(timeout=60)["folders"].values()) == 100
        assert (inbox / "later/00010.eml").exists()
