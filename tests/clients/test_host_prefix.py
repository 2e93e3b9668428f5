"""`sync-` in front of the host name: what the SDKs do without a cure, and that each cure works."""

import subprocess
import sys
from pathlib import Path

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from api.live import CREDENTIALS
from cli.served import environment

STATE = '{"Type": "Pass", "Result": 1, "End": true}'
PATIENCE = Config(retries={"max_attempts": 0})
CURES = ("AWS_DISABLE_HOST_PREFIX_INJECTION=true", "inject_host_prefix=False", "disableHostPrefix: true")
DOCUMENTS = Path(__file__).parents[2]


def tried(url: str, config: Config = PATIENCE) -> str:
    client = boto3.client("stepfunctions", endpoint_url=url, region_name="us-east-1", config=config, **CREDENTIALS)
    return str(client.test_state(definition=STATE)["output"])


def test_without_a_cure_the_sdk_asks_for_a_host_that_is_not_there():
    with pytest.raises(EndpointConnectionError, match=r"http://sync-stepwell\.invalid:8083/"):
        tried("http://stepwell.invalid:8083")


def test_a_client_can_be_told(server):
    assert tried(server.url, PATIENCE.merge(Config(inject_host_prefix=False))) == "1"


def test_the_environment_can_tell_all_clients(server, monkeypatch):
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    assert tried(server.url) == "1"


@pytest.mark.parametrize("name", ["sync-localhost", "sync-127.0.0.1", "sync-stepwell.internal"])
def test_where_the_name_leads_to_the_server_it_answers(serve, name):
    live = serve(allow_host=("stepwell.internal",))
    for host in (name, f"{name}:8083"):
        answer = live.post("TestState", {"definition": STATE}, Host=host)
        assert (answer.status_code, answer.json()["output"]) == (200, "1")


@pytest.mark.parametrize("document", ["README.md", "docs/guide.md"])
def test_the_documents_tell_every_cure(document):
    text = (DOCUMENTS / document).read_text("utf-8")
    assert [cure for cure in CURES if cure not in text] == []


def test_the_servers_first_page_tells_every_cure(server):
    text = " ".join(httpx.get(server.url).text.split())
    assert [cure for cure in CURES if cure not in text] == []


def test_stepwells_own_commands_tell_every_cure_to_who_gives_them_such_a_name():
    command = [sys.executable, "-m", "stepwell", "list", "--url", "http://sync-stepwell.invalid:8083"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: No server answers at http://sync-stepwell.invalid:8083 (")
    assert [cure for cure in CURES if cure not in done.stderr] == []
