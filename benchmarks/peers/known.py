"""The peers by name: how durable they are, and what makes sense to ask of them."""

from collections.abc import Mapping

import msgspec

from benchmarks.figures import Round
from benchmarks.peers import dbos, moto, restate


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Another engine, and the workloads that make sense for it."""

    name: str
    durability: str
    rounds: Mapping[str, Round]
    sizes: Mapping[str, Mapping[str, int]]


PEERS = (
    Peer(
        name="moto",
        durability=moto.DURABILITY,
        rounds={"pass10": moto.pass10, "latency": moto.latency, "activity": moto.activity},
        sizes={
            "pass10": {"executions": 400, "clients": 50},
            "latency": {"executions": 100},
            "activity": {"executions": 100, "clients": 50},
        },
    ),
    Peer(
        name="Restate",
        durability=restate.DURABILITY,
        rounds={"pass10": restate.pass10, "latency": restate.latency, "activity": restate.activity},
        sizes={
            "pass10": {"executions": 2_000, "clients": 50},
            "latency": {"executions": 500},
            "activity": {"executions": 2_000, "clients": 50},
        },
    ),
    *(
        Peer(
            name=name,
            durability=durability,
            rounds={"pass10": dbos.pass10(database), "latency": dbos.latency(database)},
            sizes={"pass10": {"executions": 300, "clients": 50}, "latency": {"executions": 100}},
        )
        for name, durability, database in (
            ("DBOS, SQLite", dbos.SQLITE, dbos.sqlite),
            ("DBOS, PostgreSQL", dbos.POSTGRES, dbos.postgres),
        )
    ),
)
