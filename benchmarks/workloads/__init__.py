"""The workloads by name: what each measures, its targets, and its sizes."""

from benchmarks.figures import Figure, Workload
from benchmarks.workloads import activity, jsonata, latency, listing, map_items, pass10, restart, waiting

WORKLOADS = {
    "pass10": Workload(
        what="Standard executions of 10 Pass states, 50 clients at once, from the first start to the last end",
        figures=(
            Figure("state transitions/s", 20_000, "more"),
            Figure("executions/s", better="more"),
            Figure("server CPU, µs/transition"),
            Figure("client CPU, µs/request"),
            Figure("executions per transaction", better="more"),
        ),
        round=pass10.round,
        rounds=5,
        size={"executions": 15_000, "clients": 50},
        smoke={"executions": 60, "clients": 10},
    ),
    "jsonata": Workload(
        what="ten states with templates, Assign and Choice in JSONPath and in JSONata, against ten bare Pass states",
        figures=(
            Figure("JSONPath : bare", 4),
            Figure("JSONata : bare", 4),
            Figure("bare: server CPU, µs/transition"),
            Figure("JSONPath: server CPU, µs/transition"),
            Figure("JSONata: server CPU, µs/transition"),
        ),
        round=jsonata.round,
        rounds=3,
        size={"executions": 4_000, "clients": 50},
        smoke={"executions": 20, "clients": 5},
    ),
    "latency": Workload(
        what="one Pass state from the request to the knowledge of its end, one client, nothing else running",
        figures=(
            Figure("Express, sync: p50 ms", 1),
            Figure("Express, sync: p99 ms"),
            Figure("Standard: p50 ms", 3),
            Figure("Standard: p99 ms"),
        ),
        round=latency.round,
        rounds=5,
        size={"executions": 1_000},
        smoke={"executions": 10},
    ),
    "activity": Workload(
        what="Standard executions of one Activity task and one worker process: StartExecution, GetActivityTask,"
        " SendTaskSuccess",
        figures=(
            Figure("executions/s", 1_500, "more"),
            Figure("server CPU, µs/execution"),
            Figure("client and worker CPU, µs/execution"),
            Figure("executions per transaction", better="more"),
        ),
        round=activity.round,
        rounds=5,
        size={"executions": 10_000, "clients": 50, "pollers": 32},
        smoke={"executions": 40, "clients": 5, "pollers": 4},
    ),
    "map": Workload(
        what="an inline Map of Pass items, one execution at a time; the large one with raised limits",
        figures=(
            Figure("items/s, small", 15_000, "more"),
            Figure("items/s, large", 15_000, "more"),
            Figure("cost per item, large : small", 1.25),
            Figure("server CPU, µs/item"),
        ),
        round=map_items.round,
        rounds=3,
        size={"small": 5_000, "large": 50_000, "repeats": 5},
        smoke={"small": 20, "large": 200, "repeats": 1},
    ),
    "restart": Workload(
        what="executions in a Wait, SIGKILL, restart: how long after the later of due and ready the last one ended",
        figures=(
            Figure("lost", 0),
            Figure("last end after due and ready, s", 10),
            Figure("ready after, s"),
            Figure("ended before the kill"),
            Figure("starts/s", better="more"),
        ),
        round=restart.round,
        rounds=1,
        size={"executions": 100_000, "seconds": 30, "clients": 100},
        smoke={"executions": 50, "seconds": 2, "clients": 5},
    ),
    "waiting": Workload(
        what="executions waiting in an Activity for a worker: memory, and the time until a killed server serves again",
        figures=(
            Figure("lost", 0),
            Figure("RSS, MiB", 300),
            Figure("RSS after the restart, MiB", 300),
            Figure("ready after, s", 3),
            Figure("first task given after, s"),
            Figure("starts/s", better="more"),
        ),
        round=waiting.round,
        rounds=1,
        size={"executions": 200_000, "clients": 100},
        smoke={"executions": 50, "clients": 5},
    ),
    "listing": Workload(
        what="ListExecutions over a million closed executions: the slowest filter, at the first, middle or last page",
        figures=tuple(
            Figure(f"{store}, {size} a page: p50 ms", 10) for store in listing.STORES for size in listing.SIZES
        ),
        round=listing.round,
        rounds=1,
        size={"executions": 1_000_000, "repeats": 15},
        smoke={"executions": 200, "repeats": 2},
    ),
}
