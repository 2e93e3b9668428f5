"""An execution as the console lists it."""

from typing import Any

from stepwell.api.members import present, seconds
from stepwell.store.protocol import ExecutionRow


def row_shown(row: ExecutionRow) -> dict[str, Any]:
    """The members of ListExecutions, and what only this server knows: `express`, `aside` (null for a healthy one)."""
    return {
        **present(
            executionArn=row.arn,
            stateMachineArn=row.machine_arn,
            name=row.name,
            status=row.status,
            startDate=seconds(row.started_at),
            stopDate=None if row.stopped_at is None else seconds(row.stopped_at),
            redriveCount=row.redrive_count,
            redriveDate=None if row.redriven_at is None else seconds(row.redriven_at),
            stateMachineVersionArn=row.version_arn,
            stateMachineAliasArn=row.alias_arn,
        ),
        "express": row.express,
        "aside": None if row.aside is None else last_line(row.aside),
    }


def last_line(why: str) -> str:
    """What a traceback comes to; the whole is in the log."""
    return why.strip().rpartition("\n")[2]
