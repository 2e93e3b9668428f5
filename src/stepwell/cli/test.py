"""`stepwell test`: test cases of state machines from files, run here, without a server."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stepwell.cli import output
from stepwell.cli.options import NOT_DONE, NotDone

if TYPE_CHECKING:
    from stepwell.testing.case_runs import Verdict
    from stepwell.testing.cases import Case
    from stepwell.testing.coverage import Coverage

NOT_PASSED = 1
"""Exit code: a case failed, or too little was covered."""


@click.command()
@click.argument("paths", nargs=-1)
@click.option("-k", "only", metavar="TEXT", help="Only cases whose names have this text in them.")
@click.option("--cov", is_flag=True, help="Report which states, transitions, rules, catchers and retriers were tested.")
@click.option("--cov-html", metavar="DIR", help="Write the report as HTML with coloured graphs.")
@click.option("--cov-fail-under", type=float, metavar="PERCENT", help="Fail when less than this is covered.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write the results as JUnit's XML, for CI.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def test(
    paths: tuple[str, ...],
    only: str | None,
    cov: bool,
    cov_html: str | None,
    cov_fail_under: float | None,
    junit_file: str | None,
    as_json: bool,
) -> None:
    """Run the test cases in PATHS: files NAME.test.json or NAME.test.yaml, definitions, or directories with these.

    Without PATHS those below the current directory. Exits with 1 when a case fails, and with 2 when a file cannot be
    used.
    """
    from stepwell.testing.case_runs import try_case
    from stepwell.testing.coverage import Coverage

    cases, problems = _cases(paths or (".",))
    for problem in () if as_json else problems:
        click.echo(f"Error: {output.printable(problem)}", err=True)
    if not cases and not problems:
        raise NotDone("There are no test cases here: files named NAME.test.json or NAME.test.yaml.")
    coverage = Coverage()
    for case in cases:
        coverage.expect(case.machine.definition)
    chosen = [case for case in cases if only is None or only in case.name]
    verdicts = []
    for case in chosen:
        verdicts.append(try_case(case, coverage))
        if not as_json:
            _print(verdicts[-1])
    if junit_file is not None:
        _write_junit(junit_file, verdicts)
    least = cov_fail_under if cov_fail_under is not None and coverage.percent() < cov_fail_under else None
    if as_json:
        output.print_json(_as_json(verdicts, coverage, problems))
    else:
        _print_end(verdicts, coverage if cov or cov_html or cov_fail_under is not None else None, least)
    if cov_html is not None:
        _write_pages(cov_html, coverage, quiet=as_json)
    failed = least is not None or not all(verdict.passed for verdict in verdicts)
    sys.exit(NOT_PASSED if failed else NOT_DONE if problems else 0)


def _cases(paths: tuple[str, ...]) -> "tuple[list[Case], list[str]]":
    """All cases, and all that is wrong with files of them."""
    from stepwell.testing.cases import UnusableCases, case_files, read_cases

    cases: list[Case] = []
    problems: list[str] = []
    for path in paths:
        try:
            files = case_files(Path(path))
        except UnusableCases as problem:
            problems += problem.problems
            continue
        for file in files:
            try:
                cases += read_cases(file)
            except UnusableCases as problem:
                problems += problem.problems
    return cases, problems


def _print(verdict: "Verdict") -> None:
    sign = click.style("✓", fg="green") if verdict.passed else click.style("✗", fg="red")
    place = output.printable(f"{verdict.file}: {verdict.name}")
    click.echo(f"{sign} {place} ({verdict.seconds * 1000:.0f} ms)")
    if not verdict.passed:
        for line in "\n".join([*verdict.problems, verdict.drawing]).splitlines():
            click.echo(f"    {output.printable(line)}")


def _print_end(verdicts: "list[Verdict]", coverage: "Coverage | None", least: float | None) -> None:
    from stepwell.testing.coverage_report import table

    passed = sum(verdict.passed for verdict in verdicts)
    cases = "1 case" if len(verdicts) == 1 else f"{len(verdicts)} cases"
    click.echo(f"{cases}: {passed} passed, {len(verdicts) - passed} failed.")
    if coverage is not None:
        click.echo("\n" + table(coverage, width=_width()))
    if least is not None and coverage is not None:
        reached = int(coverage.percent() * 100) / 100
        click.echo(click.style(f"{reached:g}% is covered; {least:g}% is required.", fg="red"))


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _as_json(verdicts: "list[Verdict]", coverage: "Coverage", problems: list[str]) -> dict[str, Any]:
    import msgspec

    from stepwell.testing.coverage import KINDS

    passed = not problems and all(verdict.passed for verdict in verdicts)
    return {
        "result": "PASS" if passed else "FAIL",
        "cases": [msgspec.to_builtins(verdict) for verdict in verdicts],
        "problems": problems,
        "coverage": {
            "percent": round(coverage.percent(), 2),
            "machines": [
                {
                    "name": covered.name,
                    **{kind: dict(zip(("covered", "all"), covered.figures(kind), strict=True)) for kind in KINDS},
                    "missing": [item.label for item in covered.missed()],
                }
                for covered in coverage
            ],
        },
    }


def _write_junit(file: str, verdicts: "list[Verdict]") -> None:
    from stepwell.testing.case_runs import junit

    try:
        Path(file).write_text(junit(verdicts), "utf-8")
    except OSError as problem:
        raise NotDone(f"{file} cannot be written: {problem}") from None


def _write_pages(directory: str, coverage: "Coverage", *, quiet: bool) -> None:
    from stepwell.testing.coverage_report import write_pages

    try:
        page = write_pages(coverage, Path(directory))
    except OSError as problem:
        raise NotDone(f"{directory} cannot be written: {problem}") from None
    if not quiet:
        click.echo(f"\nThe report is in {page}.")
