"""The AWS SDK for JavaScript v3, as npm has it: javascript/states.test.js says what it does."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cli.served import environment

HERE = Path(__file__).parent / "javascript"
NODE = shutil.which("node")
INSTALLED = (HERE / "node_modules/.made-from").exists()


@pytest.mark.skipif(NODE is None or not INSTALLED, reason="scripts/node-modules did not install the SDK")
def test_the_javascript_sdk_does_here_what_it_does_with_aws(serve):
    surroundings = environment(STEPWELL_URL=serve().url, STEPWELL_SLOW_URL=serve(client_rate=10).url)
    command = [str(NODE), "--test", "--test-reporter=spec", "states.test.js"]
    done = subprocess.run(command, cwd=HERE, env=surroundings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
