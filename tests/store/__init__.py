"""Tests of the stores: one suite that all of them pass, and what each of them alone can suffer."""
