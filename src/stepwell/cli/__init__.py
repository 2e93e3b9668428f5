"""The `stepwell` command. Each subcommand imports what it needs when it is called, so that all start fast."""

from stepwell.cli.main import main

__all__ = ["main"]
