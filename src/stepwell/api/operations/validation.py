"""ValidateStateMachineDefinition: what is wrong with a definition, without making a machine of it."""

import asyncio

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import present
from stepwell.asl.diagnostics import Diagnostic
from stepwell.asl.parse import parse

MOST_DIAGNOSTICS = 100  # API model, maxResults: the default and the largest value


async def validate_state_machine_definition(
    call: Call, request: shapes.ValidateStateMachineDefinitionRequest
) -> Answer:
    """Whatever the definition, the answer is no error; FAIL means that creating a machine of it would be one."""
    # A large definition takes a while; in a thread others are served meanwhile.
    parsed = await asyncio.to_thread(parse, request.definition, type=request.type or "STANDARD")
    asked = [problem for problem in parsed.diagnostics if problem.severity == "ERROR" or request.severity == "WARNING"]
    limit = request.max_results or MOST_DIAGNOSTICS
    return {
        "result": "FAIL" if parsed.machine is None else "OK",
        "diagnostics": [_diagnostic(problem) for problem in asked[:limit]],
        "truncated": len(asked) > limit,
    }


def _diagnostic(problem: Diagnostic) -> Answer:
    return present(severity=problem.severity, code=problem.code, message=problem.message, location=problem.location)
