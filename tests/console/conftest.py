"""Fixtures: live servers, as the tests of the API have them."""

from api.conftest import client, create, serve, server

__all__ = ["client", "create", "serve", "server"]
