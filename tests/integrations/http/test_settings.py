"""The tables [http] and [connections.NAME]: what is said of wrong ones, without a word of what is secret."""

from typing import Any

import pytest

from stepwell.config import ConfigError
from stepwell.integrations.http.settings import read_settings

BASIC = {"username": "ada", "password": "geheim"}


@pytest.mark.parametrize(
    ("http", "connection", "message"),
    [
        ({"alow": []}, {}, "[http] in f: Object contains unknown field `alow`. Did you mean allow?"),
        (
            {"allow": ["localhost"]},
            {},
            "allow of [http] in f: 'localhost' does not appear to be an IPv4 or IPv6 network. Write addresses or"
            " networks: 127.0.0.1, ::1, 10.0.0.0/8.",
        ),
        ({"timeout_seconds": 90}, {}, "[http] in f: Expected `float` <= 60.0 - at `$.timeout_seconds`."),
        ({"ca_file": "none.pem"}, {}, "ca_file of [http] in f: none.pem cannot be used: No such file or directory."),
        (
            {},
            {"basic": BASIC | {"password": 5}},
            "[connections.c] in f: Expected `str | object`, got `int` - at `$.basic.password`.",
        ),
        (
            {},
            {"basic": {"username": "geheim"}},
            "[connections.c] in f: Object missing required field `password` - at `$.basic`.",
        ),
        ({}, {"basci": BASIC}, "[connections.c] in f: Object contains unknown field `basci`. Did you mean basic?"),
        (
            {},
            {"basic": BASIC, "api_key": {"name": "k", "value": "geheim"}},
            "[connections.c] in f has basic and api_key. Keep one of them.",
        ),
        (
            {},
            {"headers": {"k": {"env": "A", "file": "b"}}},
            '[connections.c] in f: a secret is a text, {env = "VARIABLE"} or {file = "PATH"}.',
        ),
        (
            {},
            {"oauth": {"endpoint": "e", "client_id": "i", "client_secret": {}}},
            '[connections.c] in f: a secret is a text, {env = "VARIABLE"} or {file = "PATH"}.',
        ),
    ],
)
def test_what_is_wrong_is_named(http: dict[str, Any], connection: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(http, {"c": connection}, "f")
    assert str(caught.value) == message
    assert "geheim" not in str(caught.value)


def test_a_connection_need_not_authorize() -> None:
    assert read_settings({}, {"open": {}}, "f").connections["open"].basic is None
