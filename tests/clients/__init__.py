"""Clients that people use, as they come from their registries, against a live server."""
