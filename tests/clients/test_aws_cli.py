"""The AWS command line, as people use it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from .live import PASS, ROLE

AWS = Path(sys.executable).parent / "aws"
SURROUNDINGS = {
    **os.environ,
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    "AWS_PAGER": "",
}


def test_a_machine_is_created_and_run_from_the_command_line(server):
    def aws(*words):
        command = [str(AWS), "stepfunctions", *words, "--endpoint-url", server.url, "--output", "json"]
        done = subprocess.run(command, env=SURROUNDINGS, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    made = aws("create-state-machine", "--name", "cli", "--definition", PASS, "--role-arn", ROLE)
    started = aws("start-execution", "--state-machine-arn", made["stateMachineArn"], "--input", '{"a":1}')
    history = aws("get-execution-history", "--execution-arn", started["executionArn"])
    assert history["events"][-1]["type"] == "ExecutionSucceeded"
