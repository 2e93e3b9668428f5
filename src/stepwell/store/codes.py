"""How words that come in every row are stored: as small numbers, since rows and indexes are made of them."""

from stepwell.store.protocol import WorkKind

STATUS_CODES = {
    "RUNNING": 0,
    "SUCCEEDED": 1,
    "FAILED": 2,
    "TIMED_OUT": 3,
    "ABORTED": 4,
    "PENDING_REDRIVE": 5,
}
"""Stored for ever: a number is never given to another status. The SQL of a page over all lists them."""

STATUSES = {code: status for status, code in STATUS_CODES.items()}

KIND_CODES = {
    WorkKind.ACTIVITY: 10,
    WorkKind.CALL: 20,
    WorkKind.CALLBACK: 25,
    WorkKind.EXECUTION_TIMEOUT: 30,
    WorkKind.HEARTBEAT: 40,
    WorkKind.JOB: 45,
    WorkKind.NOTICE_ENDED: 50,
    WorkKind.NOTICE_STATUS: 51,
    WorkKind.NOTICE_STOP: 52,
    WorkKind.RETRY: 60,
    WorkKind.RUNNABLE: 70,
    WorkKind.TASK_TIMEOUT: 80,
    WorkKind.WAIT: 90,
}
"""Stored for ever. In the order of the words, with room between, since timers are ordered by kind last. Notices, and
they alone, have 50 to 59: the SQL that ends an execution's work says so."""

KINDS = {code: kind for kind, code in KIND_CODES.items()}


def kind_bound(kind: str) -> int:
    """The code below the codes of all kinds that come after this text, which may be no kind at all."""
    return max((code for known, code in KIND_CODES.items() if known <= kind), default=0)


def split_arn(arn: str) -> tuple[str, str]:
    """An execution's ARN as what many share and its own: `arn:…:execution:Machine` and `name[:run]`."""
    fields = arn.split(":", 7)
    return ("", arn) if len(fields) < 8 else (arn[: -len(fields[7]) - 1], fields[7])


def join_arn(head: str, tail: str) -> str:
    """The ARN that `split_arn` took apart."""
    return f"{head}:{tail}" if head else tail


def name_in(tail: str) -> str:
    """The execution's name as its ARN gives it."""
    return tail.partition(":")[0]
