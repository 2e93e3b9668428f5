"""Tests of the API through real clients against a live server."""
