"""Tests of the core: nothing but values."""
