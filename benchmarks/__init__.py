"""Benchmarks of a whole server over HTTP, each with its target, and the same work given to others."""
