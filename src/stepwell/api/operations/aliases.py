"""Create, describe, list, update and delete aliases of state machines."""

from collections.abc import Sequence

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import present, refuse_label, seconds
from stepwell.arns import is_version, parse_arn, split_qualifier
from stepwell.engine.aliases import not_found
from stepwell.engine.records import Alias, Route
from stepwell.errors import InvalidArn, StateMachineDeleting, StateMachineDoesNotExist, ValidationException


async def create_state_machine_alias(call: Call, request: shapes.CreateStateMachineAliasRequest) -> Answer:
    machine_arn, routes = read_routes(request.routing_configuration)
    alias = await call.engine.catalog.aliases.create(machine_arn, request.name, routes, request.description)
    return {"stateMachineAliasArn": alias.arn, "creationDate": seconds(alias.created_at)}


async def describe_state_machine_alias(call: Call, request: shapes.DescribeStateMachineAliasRequest) -> Answer:
    arn = _alias_arn(request.state_machine_alias_arn)
    alias = await call.engine.catalog.aliases.get(arn)
    if alias is None:
        raise not_found(arn)
    return present(
        stateMachineAliasArn=alias.arn,
        name=alias.name,
        description=alias.description,
        routingConfiguration=[
            {"stateMachineVersionArn": route.version_arn, "weight": route.weight} for route in alias.routes
        ],
        creationDate=seconds(alias.created_at),
        updateDate=seconds(alias.updated_at),
    )


async def update_state_machine_alias(call: Call, request: shapes.UpdateStateMachineAliasRequest) -> Answer:
    arn = _alias_arn(request.state_machine_alias_arn)
    routes = None
    if request.routing_configuration is not None:
        machine_arn, routes = read_routes(request.routing_configuration)
        if machine_arn != split_qualifier(arn)[0]:
            raise _invalid_routing("must contain versions of the alias's state machine", _received(routes))
    elif request.description is None:
        raise ValidationException(
            "Either the description or the routing configuration must be specified",
            reason="MISSING_REQUIRED_PARAMETER",
        )
    alias = await call.engine.catalog.aliases.update(arn, routes, request.description)
    return {"updateDate": seconds(alias.updated_at)}


async def delete_state_machine_alias(call: Call, request: shapes.DeleteStateMachineAliasRequest) -> Answer:
    await call.engine.catalog.aliases.delete(_alias_arn(request.state_machine_alias_arn))
    return {}


async def list_state_machine_aliases(call: Call, request: shapes.ListStateMachineAliasesRequest) -> Answer:
    arn = refuse_label(request.state_machine_arn)
    await _check_listed(call, arn)
    query = ("ListStateMachineAliases", arn)

    async def rows(after: tuple[int, str] | None, limit: int) -> list[Alias]:
        aliases = await call.engine.catalog.versions.aliases_of(arn)
        return [alias for alias in aliases if after is None or _place(alias) > after][:limit]

    page, token = await call.pages.page(query, request.next_token, request.max_results, rows, _place)
    items = [{"stateMachineAliasArn": alias.arn, "creationDate": seconds(alias.created_at)} for alias in page]
    return present(stateMachineAliases=items, nextToken=token)


async def _check_listed(call: Call, arn: str) -> None:
    """The ARN of a machine or a version that is there. Raises what ListStateMachineAliases raises."""
    parse_arn(arn, "stateMachine")
    machine_arn, qualifier = split_qualifier(arn)
    machine = await call.engine.catalog.machine(machine_arn)
    if machine is None:
        raise StateMachineDoesNotExist(arn)
    if machine.status == "DELETING":
        raise StateMachineDeleting(arn)
    if qualifier is not None and await call.engine.catalog.versions.get(arn) is None:
        raise not_found(arn)


def _place(alias: Alias) -> tuple[int, str]:
    return (alias.created_at, alias.name)


def _alias_arn(arn: str) -> str:
    parse_arn(refuse_label(arn), "stateMachine")
    qualifier = split_qualifier(arn)[1]
    if qualifier is None or is_version(qualifier):
        raise InvalidArn(f"Not the ARN of a state machine alias: {arn}")
    return arn


def read_routes(given: Sequence[shapes.RoutingConfigurationListItem]) -> tuple[str, list[Route]]:
    """The machine that the routes are of, and the routes. Raises InvalidArn, ValidationException.

    One or two routes: the API model sees to that. The texts but the last are recorded.
    """
    routes = [Route(item.state_machine_version_arn, item.weight) for item in given]
    arns = [route.version_arn for route in routes]
    if len({*arns}) < len(arns):
        raise _invalid_routing("must contain distinct state machine version ARNs", _received(routes))
    for arn in arns:
        parse_arn(refuse_label(arn), "stateMachine")
    split = [split_qualifier(arn) for arn in arns]
    if not all(is_version(qualifier) for _, qualifier in split):
        raise _invalid_routing("must contain state machine version ARNs", _received(routes))
    weights = [route.weight for route in routes]
    if sum(weights) != 100:
        raise ValidationException(
            f"Sum of routing configuration weights must equal 100. Received: {weights}", reason=INVALID_ROUTING
        )
    if len({machine_arn for machine_arn, _ in split}) > 1:
        raise _invalid_routing("must contain versions of one state machine", _received(routes))
    return split[0][0], routes


INVALID_ROUTING = "INVALID_ROUTING_CONFIGURATION"


def _received(routes: Sequence[Route]) -> str:
    return f"[{', '.join(route.version_arn for route in routes)}]"


def _invalid_routing(rule: str, received: str) -> ValidationException:
    return ValidationException(f"Routing configuration {rule}. Received: {received}", reason=INVALID_ROUTING)
