"""Tests of the engine: a store in memory, and time that is moved."""
