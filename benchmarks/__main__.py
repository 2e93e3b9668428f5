"""`benchmarks/run`: runs workloads, against peers too when asked, and shows what came of it."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import uvloop
from rich.console import Console

from benchmarks import report
from benchmarks.figures import Measured, measure
from benchmarks.lab import Lab
from benchmarks.machine import this_machine
from benchmarks.peers.known import PEERS, Peer
from benchmarks.workloads import WORKLOADS

DATA = Path(__file__).parent / ".data"
DURABILITY = "SQLite, WAL, synchronous=FULL: what is answered is fsynced"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", metavar="[WORKLOAD]...", nargs=-1, type=click.Choice([*WORKLOADS]))
@click.option("--peers", "with_peers", is_flag=True, help="Give the same work to others, installed on the first run.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output instead of tables.")
@click.option("--save", is_flag=True, help="Write the tables into benchmarks/README.md too.")
@click.option("--rounds", type=click.IntRange(1), help="Rounds of each, instead of its own number.")
@click.option("--size", multiple=True, metavar="NAME=N", help="Change a size, such as executions=1000.")
@click.option("--smoke", is_flag=True, help="One tiny round: shows that a benchmark works, its figures mean nothing.")
@click.option("--data", type=click.Path(path_type=Path), default=DATA, help="Where to keep data meanwhile.")
def main(
    names: Sequence[str],
    with_peers: bool,
    as_json: bool,
    save: bool,
    rounds: int | None,
    size: Sequence[str],
    smoke: bool,
    data: Path,
) -> None:
    """Run these workloads, or all: pass10, latency, activity, and more; benchmarks/README.md tells of each."""
    progress = Console(stderr=True)
    machine = this_machine(data)
    changed = {name: int(value) for name, _, value in (one.partition("=") for one in size)}
    results = uvloop.run(_run(names or [*WORKLOADS], with_peers, rounds, changed, smoke, Lab(data), progress))
    if as_json:
        print(report.as_json(machine, results))
    else:
        report.show(report.console(), machine, results)
    if save:
        report.save(machine, results)
    sys.exit(any(result.failure and result.system == report.OURS for result in results))


async def _run(
    names: Sequence[str],
    with_peers: bool,
    rounds: int | None,
    changed: dict[str, int],
    smoke: bool,
    lab: Lab,
    progress: Console,
) -> list[Measured]:
    results = []
    others = PEERS if with_peers else ()
    for name in names:
        workload = WORKLOADS[name]
        size = {**(workload.smoke if smoke else workload.size)}
        size |= {what: value for what, value in changed.items() if what in size}
        progress.print(f"{name}: {report.OURS} …", style="dim")
        times = rounds or (1 if smoke else workload.rounds)
        results.append(await measure(name, report.OURS, DURABILITY, workload.round, lab, times, size))
        for peer in others:
            if name in peer.rounds:
                progress.print(f"{name}: {peer.name} …", style="dim")
                results.append(await _measure_peer(name, peer, lab, rounds or (1 if smoke else 3), smoke))
    return results


async def _measure_peer(name: str, peer: Peer, lab: Lab, rounds: int, smoke: bool) -> Measured:
    divisor = 20 if smoke else 1
    size = {what: max(1, value // divisor) for what, value in peer.sizes[name].items()}
    return await measure(name, peer.name, peer.durability, peer.rounds[name], lab, rounds, size)


if __name__ == "__main__":
    main()
