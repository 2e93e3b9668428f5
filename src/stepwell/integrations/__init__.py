"""The outside world that tasks reach."""
