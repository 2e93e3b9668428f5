"""Tests of the console's endpoints against a live server; of its page in a browser, where there is one."""
