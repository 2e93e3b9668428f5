"""What a request asks for: parameters of its query, read and checked."""

from starlette.requests import Request

from stepwell.engine.engine import Engine
from stepwell.errors import ExecutionDoesNotExist, ValidationException
from stepwell.store.protocol import ExecutionRow


async def execution_asked(engine: Engine, request: Request) -> ExecutionRow:
    """The execution named by `execution`, also an Express one that runs and is nowhere else.

    Raises ExecutionDoesNotExist, ValidationException, StoreError.
    """
    arn = text_asked(request, "execution")
    if arn is None:
        raise ValidationException("Name the execution: ?execution=ARN.")
    row = await engine.find(arn)
    if row is None and (resident := engine.runner.residents.by_arn(arn)) is not None and engine.keeps_express:
        row = resident.row
    if row is None:
        raise ExecutionDoesNotExist(arn)
    return row


def text_asked(request: Request, name: str) -> str | None:
    """A parameter; one that is empty counts as none."""
    return request.query_params.get(name) or None


def number_asked(request: Request, name: str, otherwise: int, most: int = (1 << 63) - 1) -> int:
    """A whole number from 0 on; above `most` it is `most`. Raises ValidationException."""
    text = text_asked(request, name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ValidationException(f"{name}={text[:40]} is no number. Give a whole number from 0 on.")
    return min(int(text), most)


def moment_asked(request: Request, name: str) -> float | None:
    """Seconds since the epoch, as milliseconds. Raises ValidationException."""
    text = text_asked(request, name)
    try:
        return None if text is None else float(text) * 1000
    except ValueError:
        raise ValidationException(f"{name}={text} is no moment. Give seconds since the epoch.") from None
