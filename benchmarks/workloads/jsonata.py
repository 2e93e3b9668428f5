"""Ten states that reshape an order, in JSONPath and in JSONata, against ten that pass it on: what templates cost."""

from itertools import pairwise, repeat
from typing import Any

import msgspec

from benchmarks.client import Connection, aws_request, connected, drive
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import NotDone, create_machine, until_succeeded
from benchmarks.workloads.latency import SUCCEEDED
from benchmarks.workloads.pass10 import STATES, WARM_UP, chain

ORDER = {
    "order": {
        "id": "2026-0017",
        "customer": {"name": "Ada Lovelace", "email": "ada@example.org", "tier": "gold"},
        "lines": [
            {"sku": "dough", "price": 250, "quantity": 1},
            {"sku": "tomato", "price": 40, "quantity": 3},
            {"sku": "mozzarella", "price": 120, "quantity": 2},
            {"sku": "basil", "price": 15, "quantity": 4},
        ],
        "address": {"street": "Via Toledo 12", "city": "Napoli", "country": "IT"},
    },
    "source": "web",
}
RESHAPED = {
    "request": {
        "number": "2026-0017",
        "to": "Ada Lovelace <ada@example.org>",
        "ship": {"street": "Via Toledo 12", "city": "Napoli", "country": "IT", "express": True},
        "lines": ORDER["order"]["lines"],  # type: ignore[index]
        "discount": {"percent": 10, "code": "gold-2026-0017"},
    },
    "count": 4,
    "tags": ["web", "gold", "IT"],
    "status": "accepted",
}

JSONPATH: dict[str, Any] = {
    "Receive": {
        "Type": "Pass",
        "Parameters": {
            "id.$": "$.order.id",
            "customer.$": "$.order.customer",
            "lines.$": "$.order.lines",
            "address.$": "$.order.address",
            "source.$": "$.source",
            "startedAt.$": "$$.Execution.StartTime",
        },
    },
    "Count": {
        "Type": "Pass",
        "Parameters": {"count.$": "States.ArrayLength($.lines)", "first.$": "States.ArrayGetItem($.lines, 0)"},
        "ResultPath": "$.summary",
    },
    "IsLarge": {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.summary.count", "NumericGreaterThan": 100, "Next": "Done"},
            {
                "And": [
                    {"Variable": "$.address.country", "IsPresent": True},
                    {"Variable": "$.summary.first.price", "NumericGreaterThanEquals": 1},
                ],
                "Next": "Remember",
            },
        ],
        "Default": "Done",
    },
    "Remember": {"Type": "Pass", "Assign": {"orderId.$": "$.id", "tier.$": "$.customer.tier", "attempts": 0}},
    "Address": {
        "Type": "Pass",
        "InputPath": "$.customer",
        "Parameters": {"to.$": "States.Format('{} <{}>', $.name, $.email)"},
        "ResultPath": "$.mail",
    },
    "IsGold": {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$tier", "StringEquals": "silver", "Next": "Done"},
            {"Variable": "$tier", "StringEquals": "gold", "Next": "Discount"},
        ],
        "Default": "Done",
    },
    "Discount": {
        "Type": "Pass",
        "Parameters": {"percent": 10, "code.$": "States.Format('{}-{}', $tier, $orderId)"},
        "ResultPath": "$.discount",
    },
    "Tag": {
        "Type": "Pass",
        "Parameters": {"list.$": "States.Array($.source, $tier, $.address.country)"},
        "ResultPath": "$.tags",
    },
    "Request": {
        "Type": "Pass",
        "Parameters": {
            "request": {
                "number.$": "$orderId",
                "to.$": "$.mail.to",
                "ship": {
                    "street.$": "$.address.street",
                    "city.$": "$.address.city",
                    "country.$": "$.address.country",
                    "express": True,
                },
                "lines.$": "$.lines",
                "discount.$": "$.discount",
            },
            "count.$": "$.summary.count",
            "tags.$": "$.tags.list",
            "status": "accepted",
        },
    },
    "Done": {"Type": "Succeed"},
}

_KEPT = {name: f"{{% $states.input.{name} %}}" for name in ("id", "customer", "lines", "address", "source")}
_COUNTED = {**_KEPT, "summary": "{% $states.input.summary %}"}
_MAILED = {**_COUNTED, "mail": "{% $states.input.mail %}"}
_REDUCED = {**_MAILED, "discount": "{% $states.input.discount %}"}

JSONATA: dict[str, Any] = {
    "Receive": {
        "Type": "Pass",
        "Output": {
            "id": "{% $states.input.order.id %}",
            "customer": "{% $states.input.order.customer %}",
            "lines": "{% $states.input.order.lines %}",
            "address": "{% $states.input.order.address %}",
            "source": "{% $states.input.source %}",
            "startedAt": "{% $states.context.Execution.StartTime %}",
        },
    },
    "Count": {
        "Type": "Pass",
        "Output": {
            **_KEPT,
            "summary": {"count": "{% $count($states.input.lines) %}", "first": "{% $states.input.lines[0] %}"},
        },
    },
    "IsLarge": {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $states.input.summary.count > 100 %}", "Next": "Done"},
            {
                "Condition": "{% $exists($states.input.address.country) and $states.input.summary.first.price >= 1 %}",
                "Next": "Remember",
            },
        ],
        "Default": "Done",
    },
    "Remember": {
        "Type": "Pass",
        "Assign": {"orderId": "{% $states.input.id %}", "tier": "{% $states.input.customer.tier %}", "attempts": 0},
    },
    "Address": {
        "Type": "Pass",
        "Output": {
            **_COUNTED,
            "mail": {"to": "{% $states.input.customer.name & ' <' & $states.input.customer.email & '>' %}"},
        },
    },
    "IsGold": {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $tier = 'silver' %}", "Next": "Done"},
            {"Condition": "{% $tier = 'gold' %}", "Next": "Discount"},
        ],
        "Default": "Done",
    },
    "Discount": {
        "Type": "Pass",
        "Output": {**_MAILED, "discount": {"percent": 10, "code": "{% $tier & '-' & $orderId %}"}},
    },
    "Tag": {
        "Type": "Pass",
        "Output": {
            **_REDUCED,
            "tags": {"list": "{% [$states.input.source, $tier, $states.input.address.country] %}"},
        },
    },
    "Request": {
        "Type": "Pass",
        "Output": {
            "request": {
                "number": "{% $orderId %}",
                "to": "{% $states.input.mail.to %}",
                "ship": "{% $merge([$states.input.address, {'express': true}]) %}",
                "lines": "{% $states.input.lines %}",
                "discount": "{% $states.input.discount %}",
            },
            "count": "{% $states.input.summary.count %}",
            "tags": "{% $states.input.tags.list %}",
            "status": "accepted",
        },
    },
    "Done": {"Type": "Succeed"},
}


def in_order(states: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A machine of these states, one after another; the Choices and the last state say themselves where to go."""
    following = {name: {"Next": after} for name, after in pairwise(states)}
    settled = ("Choice", "Succeed")
    going = {
        name: state if state["Type"] in settled else {**state, **following[name]} for name, state in states.items()
    }
    return {"StartAt": next(iter(states)), "States": going, **members}


MACHINES = {
    "bare": (chain(STATES), ORDER),
    "JSONPath": (in_order(JSONPATH), RESHAPED),
    "JSONata": (in_order(JSONATA, QueryLanguage="JSONata"), RESHAPED),
}
"""Name to (definition, output). Every machine enters ten states and is given the order."""


async def round(lab: Lab, executions: int, clients: int) -> dict[str, float]:
    costs = {}
    for name, (definition, output) in MACHINES.items():
        with lab.server() as server:
            costs[name] = await _microseconds(server, definition, output, executions, clients)
    return {
        **{f"{name}: server CPU, µs/transition": cost for name, cost in costs.items()},
        "JSONPath : bare": costs["JSONPath"] / costs["bare"],
        "JSONata : bare": costs["JSONata"] / costs["bare"],
    }


async def _microseconds(server: StepwellServer, definition: Any, output: Any, executions: int, clients: int) -> float:
    """CPU time of the server, its store included, for each state entered. Raises NotDone."""
    warm_up = min(WARM_UP, executions)
    async with connected(server.url, clients) as connections, connected(server.url) as (observer,):
        machine = await create_machine(observer, definition)
        request = aws_request("StartExecution", stateMachineArn=machine, input=msgspec.json.encode(ORDER).decode())
        await drive(connections, repeat(request, warm_up))
        await until_succeeded(observer, warm_up)
        cpu = server.cpu_seconds
        await drive(connections, repeat(request, executions))
        await until_succeeded(observer, warm_up + executions)
        cpu = server.cpu_seconds - cpu
        await _expect(observer, machine, output)
    return 1e6 * cpu / (STATES * executions)


async def _expect(observer: Connection, machine: str, output: Any) -> None:
    """Raises NotDone unless the executions give this output, seen at one of them."""
    listed = await observer.aws("ListExecutions", stateMachineArn=machine, maxResults=1)
    describe = aws_request("DescribeExecution", executionArn=listed["executions"][0]["executionArn"])
    answer = await observer.call(describe)
    if SUCCEEDED not in answer or msgspec.json.decode(msgspec.json.decode(answer)["output"]) != output:
        raise NotDone(f"The order did not come out as it should: {answer[:2000].decode(errors='replace')}")
