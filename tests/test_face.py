"""`stepwell` itself: what users import, and that nothing is loaded before it is asked for."""

import subprocess
import sys

import stepwell


def test_every_name_is_there() -> None:
    assert [name for name in stepwell.__all__ if not hasattr(stepwell, name)] == []


def test_the_command_line_loads_nothing_of_the_library() -> None:
    script = "import sys, stepwell.cli; print([name for name in sys.modules if name.startswith('stepwell.sdk')])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"
