"""What a template says is to be there: SAM's, CloudFormation's, and the parts of a serverless.yml that are one."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from stepwell.api.http_events import HttpEvent
from stepwell.cli.definitions import is_yaml, read_text
from stepwell.cli.nodes import Unreadable, json_text, read_nodes
from stepwell.cli.options import NotDone
from stepwell.cli.sources import STATE_MACHINES
from stepwell.config import Config

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
NAMES = {
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Kinesis::Stream": "Name",
    "AWS::SSM::Parameter": "Name",
}
"""The property that names a resource. Where a template gives none, AWS makes one up; here it is the logical id."""
NOT_MADE = (
    *("AWS::Serverless::", "AWS::Lambda::", "AWS::StepFunctions::", "AWS::IAM::", "AWS::ApiGateway", "AWS::Logs::"),
    *("AWS::CloudWatch::", "AWS::CloudFormation::", "AWS::Events::Rule", "AWS::Scheduler::"),
)
"""Types that are no resource of the stand-ins: ours, rights, and what would start executions."""
FORMATS: dict[Any, Literal["1.0", "2.0"]] = {"HttpApi": "2.0", "Api": "1.0"}
"""Of the events that functions get, by the event source's type."""
_SERVERLESS_EVENTS = {"httpApi": "HttpApi", "http": "Api"}
_PLACE = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


@dataclass(frozen=True)
class Machine:
    """A state machine, with values that are known only once the resources are there."""

    name: Any
    type: Any
    definition: Any  # text, or an object
    substitutions: dict[str, Any] = field(default_factory=dict)
    resource: str | None = None  # its name in a template
    file: Path | None = None  # where the definition stands, unless in the template


@dataclass(frozen=True)
class Template:
    """A template, in CloudFormation's words alone. `literal` has the attributes of what the stand-ins do not make."""

    file: Path
    document: dict[str, Any]  # Parameters, Mappings, Conditions, Resources: for the stand-ins
    secrets: dict[str, dict[str, Any]]  # properties by logical id
    machines: list[Machine]
    functions: dict[str, dict[str, Any]]  # environments by logical id and by name
    literal: dict[str, str]  # "Price.Arn" and, for Ref, "Price"
    http_events: list[HttpEvent]


def read_template(file: Path, config: Config) -> Template:
    """Raises NotDone."""
    document = _document(file)
    if isinstance(document.get("functions"), dict) or isinstance(document.get("stepFunctions"), dict):
        return _serverless(file, document, config)
    if not isinstance(document.get("Resources"), dict):
        raise NotDone(f"{file} has no Resources.")
    return _template(file, document, config)


def _document(file: Path) -> dict[str, Any]:
    text = read_text(str(file))
    try:
        document = json.loads(json_text(read_nodes(text, is_yaml(str(file), text))))
    except Unreadable as fault:
        raise NotDone(f"{file}:{fault.line}:{fault.column}: {fault}") from None
    if not isinstance(document, dict):
        raise NotDone(f"{file} holds no template.")
    return document


def _template(file: Path, document: dict[str, Any], config: Config) -> Template:
    resources = {id: r for id, r in document["Resources"].items() if isinstance(r, dict)}
    shared = ((document.get("Globals") or {}).get("Function") or {}).get("Environment") or {}
    machines = {id: r for id, r in resources.items() if r.get("Type") in STATE_MACHINES}
    functions = {id: r for id, r in resources.items() if r.get("Type") in FUNCTIONS}
    secrets = {id: _named(id, r) for id, r in resources.items() if r.get("Type") == "AWS::SecretsManager::Secret"}
    made = {
        id: _plain(id, resource)
        for id, resource in resources.items()
        if id not in secrets and (_is_table(resource) or not str(resource.get("Type")).startswith(NOT_MADE))
    }
    literal = _literal(resources, made, config)
    for resource in made.values():
        resource.pop("DependsOn", None)
    return Template(
        file=file,
        document={
            **{part: document[part] for part in ("Mappings", "Conditions") if part in document},
            "Parameters": {name: _parameter(name, p) for name, p in (document.get("Parameters") or {}).items()},
            "Resources": with_literals(made, literal),
        },
        secrets={id: resource["Properties"] for id, resource in secrets.items()},
        machines=[_machine(file, id, resource.get("Properties") or {}) for id, resource in machines.items()],
        functions=_environments(functions, shared.get("Variables") or {}, literal),
        literal=literal,
        http_events=[event for id, resource in functions.items() for event in _http_events(literal[id], resource)],
    )


def _parameter(name: str, parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter that nobody gives a value for has its name as one."""
    return {"Type": "String", "Default": str(parameter.get("Default", name))}


def _is_table(resource: dict[str, Any]) -> bool:
    return resource.get("Type") == "AWS::Serverless::SimpleTable"


def _plain(id: str, resource: dict[str, Any]) -> dict[str, Any]:
    """As CloudFormation has it, with a name."""
    if not _is_table(resource):
        return _named(id, resource)
    own = resource.get("Properties") or {}
    key = {"Name": "id", "Type": "String", **(own.get("PrimaryKey") or {})}
    properties = {
        "AttributeDefinitions": [{"AttributeName": key["Name"], "AttributeType": key["Type"][0]}],
        "KeySchema": [{"AttributeName": key["Name"], "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        **({"TableName": own["TableName"]} if "TableName" in own else {}),
    }
    return _named(id, {"Type": "AWS::DynamoDB::Table", "Properties": properties})


def _named(id: str, resource: dict[str, Any]) -> dict[str, Any]:
    property, own = NAMES.get(str(resource.get("Type"))), resource.get("Properties") or {}
    if property is None:
        return dict(resource)
    name = id.lower() if property == "BucketName" else f"{id}.fifo" if own.get("FifoQueue") in (True, "true") else id
    return {**resource, "Properties": {property: name, **own}}


def _literal(resources: dict[str, Any], made: dict[str, Any], config: Config) -> dict[str, str]:
    """What Ref and GetAtt give for resources that are not the stand-ins'."""
    found: dict[str, str] = {}
    for id, resource in resources.items():
        kind, own = str(resource.get("Type")), resource.get("Properties") or {}
        arn: Callable[[str, str], str] = lambda service, rest: f"arn:aws:{service}:{config.account}:{rest}"  # noqa: E731
        if id in made:
            continue
        if kind in FUNCTIONS:
            name = _text(own.get("FunctionName"), id)
            found |= {id: name, f"{id}.Arn": arn(f"lambda:{config.region}", f"function:{name}")}
        elif kind in STATE_MACHINES:
            name = _text(own.get("StateMachineName", own.get("Name")), id)
            whole = arn(f"states:{config.region}", f"stateMachine:{name}")
            found |= {id: whole, f"{id}.Arn": whole, f"{id}.Name": name}
        elif kind == "AWS::SecretsManager::Secret":
            whole = arn(f"secretsmanager:{config.region}", f"secret:{_text(own.get('Name'), id)}")
            found |= {id: whole, f"{id}.Id": whole}
        else:
            found |= {
                id: id,
                f"{id}.Arn": arn(kind.split("::")[1].lower() + ":", f"{kind.split('::')[-1].lower()}/{id}"),
            }
    return found


def _text(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise


def _machine(file: Path, id: str, own: dict[str, Any]) -> Machine:
    path = own.get("DefinitionUri") or own.get("DefinitionS3Location")
    there = (file.parent / path).resolve() if isinstance(path, str) and "://" not in path else None
    return Machine(
        name=_text(own.get("StateMachineName", own.get("Name")), id),
        type=_text(own.get("StateMachineType", own.get("Type")), "STANDARD"),
        definition=own.get("Definition", own.get("DefinitionString")),
        substitutions=own.get("DefinitionSubstitutions") or {},
        resource=id,
        file=there,
    )


def _environments(functions: dict[str, Any], shared: dict[str, Any], literal: dict[str, str]) -> dict[str, Any]:
    found = {}
    for id, resource in functions.items():
        own = ((resource.get("Properties") or {}).get("Environment") or {}).get("Variables") or {}
        found[id] = found[literal[id]] = {**shared, **own}
    return found


def _http_events(name: str, resource: dict[str, Any]) -> Iterator[HttpEvent]:
    """AWS SAM developer guide, event sources "HttpApi" and "Api"."""
    for event in ((resource.get("Properties") or {}).get("Events") or {}).values():
        format, own = FORMATS.get(event.get("Type")), event.get("Properties") or {}
        if format is not None and "Path" in own:
            yield HttpEvent(str(own.get("Method", "any")).upper(), str(own["Path"]), name, format)


# -- values ------------------------------------------------------------------------------------------------------------


def is_intrinsic(value: Any) -> bool:
    """Whether it is a call of one of CloudFormation's functions."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(name, argument)] = value.items()
    return name.startswith("Fn::") or (name == "Ref" and isinstance(argument, str))


def with_literals(value: Any, literal: dict[str, str]) -> Any:
    """With what is known without the stand-ins in its place."""
    if isinstance(value, list):
        return [with_literals(item, literal) for item in value]
    if not isinstance(value, dict):
        return value
    if is_intrinsic(value):
        [(name, argument)] = value.items()
        if name == "Fn::GetAtt" and isinstance(argument, str):
            argument = argument.split(".", 1)
        key = ".".join(map(str, argument)) if name == "Fn::GetAtt" else argument if name == "Ref" else None
        if key in literal:
            return literal[key]
        if name == "Fn::Sub":
            return {name: _with_places(argument, literal)}
        return {name: with_literals(argument, literal)}
    return {name: with_literals(member, literal) for name, member in value.items()}


def _with_places(argument: Any, literal: dict[str, str]) -> Any:
    text, own = (argument[0], argument[1]) if isinstance(argument, list) else (argument, {})
    known = {name: value for name, value in literal.items() if name not in own}
    filled = _PLACE.sub(lambda found: known.get(found[1], found[0]), str(text))
    return [filled, with_literals(own, literal)] if own else filled


def filled(definition: str, substitutions: dict[str, str]) -> str:
    """A definition with DefinitionSubstitutions (SAM developer guide) in the place of `${NAME}`."""
    return _PLACE.sub(lambda found: substitutions.get(found[1], found[0]), definition)


# -- serverless.yml ----------------------------------------------------------------------------------------------------


def _serverless(file: Path, document: dict[str, Any], config: Config) -> Template:
    """State machines of the plugin serverless-step-functions; a function `price` is PriceLambdaFunction there."""
    functions = document.get("functions") or {}
    shared = (document.get("provider") or {}).get("environment")
    resources = dict((document.get("resources") or {}).get("Resources") or {})
    for key, function in functions.items():
        said = {**(shared or {}), **((function or {}).get("environment") or {})}
        # Texts are filled in where the function is read, for they have variables of the framework's own.
        variables = {name: value for name, value in said.items() if is_intrinsic(value)}
        properties = {
            "FunctionName": key,
            "Environment": {"Variables": variables},
            "Events": _serverless_events(function or {}),
        }
        resources[f"{key[0].upper()}{key[1:]}LambdaFunction"] = {"Type": FUNCTIONS[1], "Properties": properties}
    for key, machine in ((document.get("stepFunctions") or {}).get("stateMachines") or {}).items():
        own = {"StateMachineName": machine.get("name", key), "StateMachineType": machine.get("type", "STANDARD")}
        properties = {**own, "Definition": machine.get("definition")}
        resources[key] = {"Type": STATE_MACHINES[0], "Properties": properties}
    return _template(file, {"Resources": resources}, config)


def _serverless_events(function: dict[str, Any]) -> dict[str, Any]:
    """`httpApi: POST /orders`, or `httpApi: {method: post, path: /orders}`, as SAM has them."""
    found: dict[str, Any] = {}
    for event in function.get("events") or ():
        for kind, said in event.items() if isinstance(event, dict) else ():
            if kind in _SERVERLESS_EVENTS:
                method, _, path = said.partition(" ") if isinstance(said, str) else (said["method"], "", said["path"])
                properties = {"Method": "any" if method == "*" else method, "Path": f"/{path.strip().lstrip('/')}"}
                found[str(len(found))] = {"Type": _SERVERLESS_EVENTS[kind], "Properties": properties}
    return found
