"""Tests of the testing of machines: runs, the plugin, coverage, and `stepwell test`."""
