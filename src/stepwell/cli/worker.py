"""`stepwell worker`: serve tasks of a program, or functions, from any machine."""

import sys

import click

from stepwell.cli.options import NotDone


@click.command()
@click.argument("served", nargs=-1, metavar="[MODULE[:NAME]]...")
@click.option(
    "--function",
    "functions",
    metavar="NAME=FILE.py:HANDLER",
    multiple=True,
    help="Instead of tasks a function to serve, over Lambda's Runtime API; several times.",
)
@click.option("--url", envvar="STEPWELL_URL", help="The server, or `aws`.  [default: http://127.0.0.1:8083]")
@click.option(
    "--region",
    envvar=["STEPWELL_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"],
    help="The region of the tasks.  [default: us-east-1]",
)
@click.option(
    "--concurrency", "-c", multiple=True, metavar="[TASK=]N", help="How many of each, or of TASK, may run at one time."
)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Calls a second of each task, at most.")
@click.option("--processes", is_flag=True, help="Run tasks in processes of their own.")
@click.option("--payloads", help="Where large payloads of tasks are kept: folder:/path or s3://bucket/prefix.")
@click.option("--grace", default=30.0, show_default=True, help="Seconds that tasks have to end, once it is to stop.")
@click.option("--reload", is_flag=True, help="Start again whenever a Python file here changes.")
@click.option("--json", "as_json", is_flag=True, help="Logs as JSON, one object a line.")
@click.option(
    "--timeout", type=click.FloatRange(0, 900, min_open=True), default=900, help="Seconds of a function's invocation."
)
@click.option(
    "--memory", type=click.IntRange(128, 10_240), default=1024, help="MiB that a function's process may take."
)
@click.option("--python", default=sys.executable, help="The Python that runs functions.  [default: this one]")
def worker(
    served: tuple[str, ...],
    functions: tuple[str, ...],
    url: str | None,
    region: str | None,
    concurrency: tuple[str, ...],
    rate: float | None,
    processes: bool,
    payloads: str | None,
    grace: float,
    reload: bool,
    as_json: bool,
    timeout: float,
    memory: int,
    python: str,
) -> None:
    """Serve tasks: all of a module, or those of a name in it (a task, a workflow, or several). Or functions.

    Until SIGTERM or Ctrl-C; what is under way is finished first.
    """
    if bool(served) == bool(functions):
        raise NotDone("Name what to serve: modules with tasks, or functions by --function; not both.")
    if reload:
        from pathlib import Path

        from stepwell.sdk.reload import watched

        if watched(Path.cwd()):
            return
    from stepwell.logs import set_up_logs

    if functions:
        from stepwell.cli.function_worker import serve_functions

        set_up_logs(as_json=as_json or None)
        serve_functions(functions, url, concurrency, timeout=timeout, memory=memory, python=python)
    else:
        from stepwell.cli.task_worker import serve_tasks

        set_up_logs("INFO" if as_json else "WARNING", as_json=as_json)
        serve_tasks(
            served, concurrency, url=url, region=region, rate=rate, processes=processes, payloads=payloads, grace=grace
        )
