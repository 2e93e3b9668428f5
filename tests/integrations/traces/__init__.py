"""Tests of traces, at a collector of their own."""
