"""Who gets a server that others can reach: nobody by accident, holders of keys, and over TLS."""

import re
from pathlib import Path

import boto3
import pytest

from stepwell.cli.client import Client, Refused

from .served import run, serving

KEY = {"STEPWELL_ACCESS_KEY_ID": "AKOWNER", "STEPWELL_SECRET_ACCESS_KEY": "secret-of-the-owner-0123456789"}
FILE = '[[key]]\nname = "{name}"\nid = "{id}"\nsecret = "{secret}"\nrights = "{rights}"\n'
SECRET = "secret-of-the-reader-0123456789"


def test_an_address_that_others_reach_needs_keys_or_a_word(tmp_path: Path) -> None:
    refused = run("serve", "--port", "0", "--host", "0.0.0.0", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert re.search("--access-keys FILE, .*--host 127.0.0.1, .*--insecure", refused.stderr)


def test_insecure_lets_in_who_calls_by_an_address_or_an_allowed_name(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", "--insecure", "--allow-host", "stepwell.internal") as server:
        port = server.url.rpartition(":")[2]
        assert server.announced == f"Stepwell listens on http://0.0.0.0:{port}"
        assert Client(f"http://127.0.0.1:{port}").call("ListActivities") == {"activities": []}
        assert server.client.call("ListActivities") == {"activities": []}


def test_a_key_in_the_environment_is_asked_for_and_used_by_commands(tmp_path: Path) -> None:
    with serving(tmp_path, **KEY) as server:
        with pytest.raises(Refused, match="MissingAuthenticationTokenException"):
            server.client.call("ListStateMachines")
        listed = run("list", "--url", server.url, "--region", "eu-west-1", **KEY)
        assert (listed.returncode, listed.stderr) == (0, "")
        wrong = run("list", "--url", server.url, **{**KEY, "STEPWELL_SECRET_ACCESS_KEY": "wrong"})
        assert (wrong.returncode, "InvalidSignatureException" in wrong.stderr) == (2, True)


def test_a_file_of_keys_opens_the_server_to_other_machines(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(FILE.format(name="reader", id="AKREADER", secret=SECRET, rights="read-only"))
    with serving(tmp_path, "--host", "0.0.0.0", "--access-keys", str(file)) as server:
        client = Client(server.url, key=("AKREADER", SECRET))
        assert client.call("ListActivities") == {"activities": []}
        with pytest.raises(Refused, match="states:CreateActivity"):
            client.call("CreateActivity", name="a")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory."),
        ("", "are wrong: Object missing required field `key`."),
        ("key = []", "are wrong: Expected `array` of length >= 1 - at `$.key`."),
        ("[[key", "are no TOML: "),
        (
            FILE.format(name="a", id="AKA", secret="short-secret", rights="full"),
            "of length >= 16 - at `$.key[0].secret`",
        ),
        (
            FILE.format(name="a", id="AKA", secret=SECRET, rights="all"),
            "Invalid enum value 'all' - at `$.key[0].rights`",
        ),
        (2 * FILE.format(name="a", id="AKA", secret=SECRET, rights="full"), "The access key AKA is there twice"),
    ],
    ids=["missing", "empty", "none", "no TOML", "short", "rights", "twice"],
)
def test_a_file_of_keys_that_is_wrong_is_refused_with_where(tmp_path: Path, content: str | None, message: str) -> None:
    file = tmp_path / "keys.toml"
    if content is not None:
        file.write_text(content)
    refused = run("serve", "--port", "0", "--data", str(tmp_path), "--access-keys", str(file))
    assert refused.returncode == 1
    assert message in refused.stderr
    assert not any(text in refused.stderr for text in (SECRET, "short-secret", "Traceback"))


def test_half_a_key_in_the_environment_is_refused(tmp_path: Path) -> None:
    refused = run("serve", "--port", "0", "--data", str(tmp_path), STEPWELL_ACCESS_KEY_ID="AKOWNER")
    assert (refused.returncode, "Set both, or neither." in refused.stderr) == (1, True)


def test_a_server_with_a_certificate_speaks_https(tmp_path: Path, certificate: tuple[str, str]) -> None:
    cert, key = certificate
    with serving(tmp_path, "--tls-cert", cert, "--tls-key", key, **KEY) as server:
        assert re.fullmatch(r"Stepwell listens on https://127\.0\.0\.1:\d+", server.announced)
        client = boto3.client(
            "stepfunctions",
            endpoint_url=server.url,
            region_name="us-east-1",
            aws_access_key_id=KEY["STEPWELL_ACCESS_KEY_ID"],
            aws_secret_access_key=KEY["STEPWELL_SECRET_ACCESS_KEY"],
            verify=cert,
        )
        assert client.list_activities()["activities"] == []
        assert run("list", "--url", server.url, SSL_CERT_FILE=cert, **KEY).returncode == 0


def test_a_certificate_without_its_key_is_refused(tmp_path: Path, certificate: tuple[str, str]) -> None:
    cert, key = certificate
    for options in (("--tls-cert", cert), ("--tls-key", key), ("--tls-cert", key, "--tls-key", cert)):
        refused = run("serve", "--port", "0", "--data", str(tmp_path), *options)
        assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
        assert re.search("Give both|no certificate and key in PEM", refused.stderr)
