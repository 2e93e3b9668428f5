"""The AWS command line's own code, for many commands in one process: starting one for each takes a second.

Reads a command as a line of JSON, `{"words": [...], "environment": {...}}`, and writes how it ended as another.
"""

import contextlib
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver


def carry_out(words: list[str], environment: dict[str, str]) -> dict[str, object]:
    """Exit code and what was written, of one command."""
    out, err = io.StringIO(), io.StringIO()
    before = dict(os.environ)
    os.environ.update(environment)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = create_clidriver().main(words)
        except SystemExit as usage:  # words that it does not understand
            code = usage.code
    os.environ.clear()
    os.environ.update(before)
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(carry_out(**json.loads(line))), flush=True)
