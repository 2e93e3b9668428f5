"""How a server names itself to the next one that wants the same data."""

import os
import socket
from datetime import UTC, datetime


def who_we_are() -> str:
    """Process, host and since when: what a person needs to find us."""
    since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    return f"process {os.getpid()} on {socket.gethostname()} since {since}"
