"""The tables [http] and [connections.NAME]: what is said of wrong ones, without a word of what is secret."""

from typing import Any

import pytest

from stepwell.config import ConfigError
from stepwell.integrations.http.settings import SECRET, read_settings

BASIC = {"username": "ada", "password": "geheim"}


@pytest.mark.parametrize(
    ("http", "connection", "message"),
    [
        ({"alow": []}, {}, "f, [http]: alow: there is no such setting. Did you mean allow?"),
        (
            {"allow": ["localhost"]},
            {},
            "f, [http]: allow: 'localhost' does not appear to be an IPv4 or IPv6 network. Write addresses or"
            " networks: 127.0.0.1, ::1, 10.0.0.0/8.",
        ),
        ({"timeout_seconds": 90}, {}, "f, [http]: timeout_seconds: expected a number above 0, at most 60, found 90."),
        ({"ca_file": "none.pem"}, {}, "f, [http]: ca_file: none.pem cannot be used: No such file or directory."),
        (
            {},
            {"basic": BASIC | {"password": 5}},
            "f, [connections.c]: basic.password: expected " + SECRET + ", found a number.",
        ),
        (
            {},
            {"basic": {"username": "geheim"}},
            "f, [connections.c]: basic.password is missing: expected " + SECRET + ".",
        ),
        ({}, {"basci": BASIC}, "f, [connections.c]: basci: there is no such setting. Did you mean basic?"),
        (
            {},
            {"basic": BASIC, "api_key": {"name": "k", "value": "geheim"}},
            "f, [connections.c]: it has basic and api_key. Keep one of them.",
        ),
        (
            {},
            {"headers": {"k": {"env": "A", "file": "b"}}},
            f"f, [connections.c]: a secret is {SECRET}.",
        ),
        (
            {},
            {"oauth": {"endpoint": "https://e.example/token", "client_id": "i", "client_secret": {}}},
            f"f, [connections.c]: a secret is {SECRET}.",
        ),
        (
            {"plain": True},
            {"oauth": {"endpoint": "http://", "client_id": "i", "client_secret": "geheim"}},
            "f, [connections.c]: oauth.endpoint must name a host, and no user: http://",
        ),
        (
            {},
            {"oauth": {"endpoint": "http://e.example/token?key=geheim", "client_id": "i", "client_secret": "geheim"}},
            "f, [connections.c]: oauth.endpoint must begin with https://: http://e.example/token. For development,"
            " plain = true under [http] in stepwell.toml allows http:// too.",
        ),
        (
            {"plain": 1, "allow": 2},
            {"basic": BASIC | {"password": 5}, "pasic": {}},
            "f, [http]: plain: expected true or false, found 1.\n"
            "f, [http]: allow: expected a list, found a number.\n"
            f"f, [connections.c]: basic.password: expected {SECRET}, found a number.\n"
            "f, [connections.c]: pasic: there is no such setting. Did you mean basic?",
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
