"""CreateStateMachine, DescribeStateMachine, ListStateMachines, UpdateStateMachine, DeleteStateMachine."""

from functools import partial
from operator import attrgetter

from stepwell.api import shapes
from stepwell.api.call import Answer, Call
from stepwell.api.members import (
    check_name,
    check_role,
    present,
    read_encryption,
    read_logging,
    read_tags,
    refuse_label,
    seconds,
    write_encryption,
    write_logging,
)
from stepwell.arns import parse_arn, qualified_arn, state_machine_arn
from stepwell.engine.aliases import Target
from stepwell.engine.records import Revision, Settings, StateMachineRecord
from stepwell.errors import MissingRequiredParameter, StateMachineDoesNotExist, ValidationException


async def create_state_machine(call: Call, request: shapes.CreateStateMachineRequest) -> Answer:
    _refuse_description(request.publish, request.version_description)
    machine = await call.engine.catalog.create_machine(
        arn=state_machine_arn(call.region, call.account, check_name(request.name)),
        type=request.type or "STANDARD",
        definition=request.definition,
        role_arn=check_role(request.role_arn),
        settings=Settings(
            read_logging(request.logging_configuration),
            _tracing(request.tracing_configuration) or False,
            read_encryption(request.encryption_configuration),
        ),
        tags=read_tags(request.tags),
        publish=bool(request.publish),
        version_description=request.version_description,
    )
    return present(
        stateMachineArn=machine.arn,
        creationDate=seconds(machine.created_at),
        stateMachineVersionArn=qualified_arn(machine.arn, 1) if request.publish else None,
    )


async def describe_state_machine(call: Call, request: shapes.DescribeStateMachineRequest) -> Answer:
    target = await find_target(call, request.state_machine_arn)
    machine, version = target.machine, target.version
    revision = await call.engine.catalog.revision(machine.arn, target.revision)
    if revision is None or target.alias_arn is not None:  # DescribeStateMachineAlias describes aliases
        raise StateMachineDoesNotExist(request.state_machine_arn)
    described = {
        **describe_revision(machine.name, revision, request.included_data),
        "status": machine.status,
        "type": machine.type,
        "creationDate": seconds(machine.created_at),
    }
    if version is None:
        return described
    return described | present(
        stateMachineArn=version.arn,
        creationDate=seconds(version.created_at),
        description=version.description,
    )


async def list_state_machines(call: Call, request: shapes.ListStateMachinesRequest) -> Answer:
    query = ("ListStateMachines", call.region)
    rows = partial(call.engine.catalog.machines, call.region, call.account)
    page, token = await call.pages.page(query, request.next_token, request.max_results, rows, attrgetter("arn"))
    return present(stateMachines=[_list_item(machine) for machine in page], nextToken=token)


async def update_state_machine(call: Call, request: shapes.UpdateStateMachineRequest) -> Answer:
    arn = refuse_label(request.state_machine_arn)
    parse_arn(arn, "stateMachine")
    _refuse_description(request.publish, request.version_description)
    changes = (
        request.definition,
        request.role_arn,
        request.logging_configuration,
        request.tracing_configuration,
        request.encryption_configuration,
    )
    if all(change is None for change in changes):
        raise MissingRequiredParameter(
            "Either the definition, the role ARN, the LoggingConfiguration, "
            "or the TracingConfiguration must be specified"
        )
    logging, encryption = request.logging_configuration, request.encryption_configuration
    machine = await call.engine.catalog.update_machine(
        arn,
        definition=request.definition,
        role_arn=request.role_arn and check_role(request.role_arn),
        logging=None if logging is None else read_logging(logging),
        tracing=_tracing(request.tracing_configuration),
        encryption=None if encryption is None else read_encryption(encryption),
        publish=bool(request.publish),
        version_description=request.version_description,
    )
    revision = await call.engine.catalog.revision(machine.arn, machine.revision)
    return present(
        updateDate=seconds(machine.updated_at),
        revisionId=None if revision is None or revision.first else revision.id,
        stateMachineVersionArn=qualified_arn(machine.arn, machine.published) if request.publish else None,
    )


async def delete_state_machine(call: Call, request: shapes.DeleteStateMachineRequest) -> Answer:
    parse_arn(refuse_label(request.state_machine_arn), "stateMachine")
    machine = await call.engine.catalog.delete_machine(request.state_machine_arn)
    if machine is not None:
        await call.engine.machine_deleted(machine.arn)
    return {}


async def find_target(call: Call, arn: str) -> Target:
    """The machine of an ARN, and the version that a qualified one leads to.

    Raises InvalidArn, ValidationException, StateMachineDoesNotExist.
    """
    target = await call.engine.target(arn)
    if target is None:
        parse_arn(refuse_label(arn), "stateMachine")
        raise StateMachineDoesNotExist(arn)
    return target


def describe_revision(name: str, revision: Revision, included_data: str | None) -> Answer:
    """What describing a machine and describing the machine of an execution have in common."""
    return present(
        stateMachineArn=revision.machine_arn,
        name=name,
        definition="{}" if included_data == "METADATA_ONLY" else revision.definition,  # API model: returned as {}
        roleArn=revision.role_arn,
        loggingConfiguration=write_logging(revision.settings.logging),
        tracingConfiguration={"enabled": revision.settings.tracing},
        encryptionConfiguration=write_encryption(revision.settings.encryption),
        revisionId=None if revision.first else revision.id,
        variableReferences=revision.variable_references or None,
    )


def _list_item(machine: StateMachineRecord) -> Answer:
    return {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "type": machine.type,
        "creationDate": seconds(machine.created_at),
    }


def _tracing(given: shapes.TracingConfiguration | None) -> bool | None:
    return None if given is None else bool(given.enabled)


def _refuse_description(publish: bool | None, description: str | None) -> None:
    if description is not None and not publish:
        raise ValidationException("Version description can only be set when publish is true")
