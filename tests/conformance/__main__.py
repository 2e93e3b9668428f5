"""A table of how a server does, group by group: `python -m tests.conformance --endpoint URL [words] [-v]`."""

import argparse
import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from . import not_yet, recordings
from .recordings import Case
from .runner import Outcome, run
from .service import Service

_VERDICTS = ("passed", "not yet", "failed", "surprise")


def main() -> int:
    """Print the table; 0 when nothing failed and nothing listed as not yet has passed."""
    options = _options()
    if absence := recordings.absence():
        print(absence, file=sys.stderr)
        return 2
    cases = [case for case in recordings.cases() if _is_chosen(case, options.words)]
    service = Service(options.endpoint)
    with ThreadPoolExecutor(options.at_once) as pool:
        outcomes = list(pool.map(lambda case: run(case, service), cases))
    judged = [(_verdict(case, outcome), outcome) for case, outcome in zip(cases, outcomes, strict=True)]
    (_print_json if options.json else _print_table)(judged, options.verbose)
    return int(any(verdict in ("failed", "surprise") for verdict, _ in judged))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("words", nargs="*", help="groups, or parts of case ids (default: everything)")
    parser.add_argument("--endpoint", required=True, help="such as http://127.0.0.1:8083")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--at-once", type=int, default=8, help="cases run at the same time (default: 8)")
    parser.add_argument("-v", "--verbose", action="store_true", help="all differences, and those of not-yet cases")
    return parser.parse_args()


def _is_chosen(case: Case, words: list[str]) -> bool:
    groups = {other["group"] for other in recordings.cases()}
    return not words or any(word == case["group"] if word in groups else word in case["id"] for word in words)


def _verdict(case: Case, outcome: Outcome) -> str:
    if not_yet.reason(case) is None:
        return "passed" if outcome.passed else "failed"
    return "surprise" if outcome.passed else "not yet"


def _print_table(judged: list[tuple[str, Outcome]], verbose: bool) -> None:
    for verdict, outcome in judged:
        if verdict in ("failed", "surprise") or (verbose and verdict == "not yet"):
            print(f"{verdict}: {outcome.case}  ({outcome.seconds:.1f} s)")
            for text in outcome.differences if verbose else outcome.differences[:1]:
                print(f"    {text}")
    counts = Counter((outcome.group, verdict) for verdict, outcome in judged)
    counts.update(("all", verdict) for verdict, _ in judged)
    print(f"\n{'group':<36}" + "".join(f"{verdict:>10}" for verdict in _VERDICTS))
    for group in [*sorted({outcome.group for _, outcome in judged}), "all"]:
        print(f"{group:<36}" + "".join(f"{counts[group, verdict] or '·':>10}" for verdict in _VERDICTS))


def _print_json(judged: list[tuple[str, Outcome]], verbose: bool) -> None:
    shown = [
        {
            "id": outcome.case,
            "group": outcome.group,
            "verdict": verdict,
            "seconds": round(outcome.seconds, 3),
            "differences": outcome.differences if verbose else outcome.differences[:1],
        }
        for verdict, outcome in judged
    ]
    print(json.dumps(shown, indent=1))


if __name__ == "__main__":
    sys.exit(main())
