"""Stepwell: a durable workflow engine that runs the Amazon States Language."""

__version__ = "0.1.0"
