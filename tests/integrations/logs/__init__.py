"""Tests of the places that execution logs are written to."""
