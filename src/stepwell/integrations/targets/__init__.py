"""Targets: whom status-change events are sent to."""
