"""Steps: Task states of tasks, machines and resources, and the states of fragments."""

import ast
import inspect
from typing import Any

import msgspec

from stepwell.sdk import types as t
from stepwell.sdk.blocks import block as b
from stepwell.sdk.blocks.values import Expression, expression, holds_expression, is_expression, operand, states
from stepwell.sdk.blocks.writing import Guard, Writer
from stepwell.sdk.code import exists_or
from stepwell.sdk.contracts import Contract, ContractBroken, from_json
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.graph import State
from stepwell.sdk.inlining import inline
from stepwell.sdk.invocations import NESTED
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.scope import Scope
from stepwell.sdk.tasks import Task, heartbeat_within, whole_seconds


def write_step(writer: Writer, block: b.Step, guard: Guard) -> None:
    """Emit the states of a step."""
    work = block.work
    if isinstance(work, Fragment):
        _fragment(writer, block, work, guard)
    elif isinstance(work, Task):
        resource = work.resource or writer.machine.place.arn("activity", work.name)
        fields = work.fields()
        retriers = fields.pop("Retry", ())
        arguments = _arguments(writer, block, work)
        rules = (*_own_rules(writer, block, work), *guard.rules)
        state = _task(writer, block, resource, arguments, fields)
        writer.work(block, state, Guard(guard.retries, rules), retriers)
    elif isinstance(work, StateMachine):
        given = {
            "StateMachineArn": writer.machine.place.arn("stateMachine", work.name),
            "Input": "{% $states.input %}" if block.arguments is None else _arguments(writer, block, work),
        }
        state = _task(writer, block, NESTED, given, {})
        if block.output is None:
            state["Output"] = "{% $states.result.Output %}"
        writer.work(block, state, guard)
    else:
        if not work.startswith("arn:") and not is_expression(work):
            writer.problem(block, f"names {work!r}, which is no ARN.", "Write arn:aws:states:::SERVICE:ACTION.")
            writer.placeholder(block)
            return
        writer.work(block, _task(writer, block, work, _arguments(writer, block, None), {}), guard)


def _own_rules(writer: Writer, block: b.Step, task: Task[..., Any]) -> list[b.On]:
    """The `catch` of a task: what stands in for it begins with the same input."""
    if task.catch and (block.assign is not None or block.output is not None):
        writer.problem(block, "catches errors itself, so what it gives may come from another state.",
                       "Put pass_(assign=…) behind it: what it gives is states.input there.")  # fmt: skip
    origin = msgspec.structs.replace(block.origin, module=task.function.__module__)
    rules = []
    for rule in task.catch:
        then, output = None, rule.give
        if rule.then is not None:
            then, output = b.Step(rule.then, block.arguments, origin=block.origin), states.input
        else:
            try:
                output = Contract(task.function, task.name).returned(rule.give)
            except ContractBroken as broken:
                writer.problem(block, f"has a catch that gives what the task does not: {broken}.",
                               "Change it, or the annotation.", "contract")  # fmt: skip
        rules.append(b.On(then, None, "{% null %}" if output is None else output, None, rule.on, origin=origin))
    return rules


def _task(writer: Writer, block: b.Step, resource: str, arguments: Any, fields: State) -> State:
    state: State = {"Type": "Task", "Resource": resource}
    if arguments is not None:
        state["Arguments"] = arguments
    state |= fields
    given = {"TimeoutSeconds": block.timeout, "HeartbeatSeconds": block.heartbeat}
    state |= {name: _span(writer, block, name, value) for name, value in given.items() if value is not None}
    timeout, heartbeat = state.get("TimeoutSeconds"), state.get("HeartbeatSeconds")
    if block.heartbeat is None and isinstance(timeout, int) and heartbeat is not None:
        state["HeartbeatSeconds"] = heartbeat_within(heartbeat, timeout)
    return {name: value for name, value in state.items() if value is not None}


def _span(writer: Writer, block: b.Step, field: str, value: Any) -> Any:
    if is_expression(value):
        return str(value)
    try:
        return whole_seconds(value)
    except (ValueError, TypeError) as refused:
        writer.problem(block, f"has a {field} that is none: {refused}", "Round it.")
        return 1


def _arguments(writer: Writer, block: b.Step, called: Any) -> Any:
    """As the field has them; held against the parameters of what is called, as far as they are known."""
    if block.arguments is None:
        return None
    rendered = writer.json(block, "arguments", block.arguments)
    if isinstance(rendered, str) and not is_expression(rendered):
        writer.problem(block, f"has the arguments {rendered!r}.", "Give parameters by their names, or an expression.")
    elif isinstance(rendered, dict) and getattr(called, "signature", None) is not None:
        _check(writer, block, called, rendered)
    return rendered


def _check(writer: Writer, block: b.Step, called: Any, arguments: dict[str, Any]) -> None:
    try:
        called.signature.bind(**arguments)
    except TypeError as problem:
        writer.problem(block, f"calls {called.name}{called.signature}: {problem}.", "Call it as it is defined.",
                       "contract")  # fmt: skip
    types = called.types
    for name, value in arguments.items():
        if name in types and not holds_expression(value):
            try:
                from_json(value, types[name], f"{called.name}.{name}")
            except ContractBroken as broken:
                writer.problem(block, f"breaks a contract: {broken}.", "Give it what the annotation says.", "contract")


def _fragment(writer: Writer, block: b.Step, fragment: Fragment[..., Any], guard: Guard) -> None:
    """Compile it in place: its parameters are variables, and what it returns goes on."""
    if guard:
        writer.problem(block, "is a fragment of several states, and Retry and Catch are for one.",
                       "Put it into a group.")  # fmt: skip
    if block.assign is not None or block.output is not None or block.timeout is not None or block.heartbeat is not None:
        writer.problem(block, "is a fragment, whose states have fields of their own.",
                       "Put pass_(assign=…) behind it: what it returns is states.input there.")  # fmt: skip
    problems = len(writer.machine.problems)
    given = _given(writer, block, fragment)
    if len(writer.machine.problems) > problems:
        writer.placeholder(block)
        return
    scope = Scope(writer.machine, fragment.source)
    scope.graph, scope.prefix = writer.graph, writer.prefix
    before = set(scope.graph.states)
    shown = f"{fragment.name}({', '.join(given)})"
    called = ast.parse(shown, mode="eval").body
    assert isinstance(called, ast.Call)
    variable, _ = inline(scope, fragment, given, called, keeps=True)
    if scope.graph.reachable:
        end: State = {"Type": "Pass", "Output": f"{{% ${variable} %}}"}
        writer.add(block, end, writer.prefix + block.name if block.name else None)
    writer.blocks.update(dict.fromkeys(scope.graph.states.keys() - before, block))


def _given(writer: Writer, block: b.Step, fragment: Fragment[..., Any]) -> dict[str, tuple[Any, Any]]:
    """Parameter -> its template and type: the argument, or a member of the input."""
    types = fragment.types
    templates = _arguments(writer, block, fragment)
    if not isinstance(templates, dict):
        source = states.input if templates is None else expression(templates)
        parameters = fragment.signature.parameters.values()
        templates = {one.name: str(_member(source, one)) for one in parameters}
    return {name: (template, t.plain(types.get(name, Any))) for name, template in templates.items()}


def _member(source: Expression, parameter: inspect.Parameter) -> Expression:
    """A parameter's value: a member, and its default where there is none."""
    member = source[parameter.name]
    if parameter.default is inspect.Parameter.empty:
        return member
    return Expression(exists_or(operand(member), operand(parameter.default)))
