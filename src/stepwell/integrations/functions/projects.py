"""Functions as a project's own files describe them: AWS SAM and CloudFormation templates, serverless.yml."""

import os
import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

SAM = "AWS::Serverless::Function"
FUNCTIONS = (SAM, "AWS::Lambda::Function")
_PSEUDO = {
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::StackName": "local",
}
_VARIABLE = re.compile(r"\$\{([^{}]+)\}")


class ProjectError(Exception):
    """A project's file cannot be read. The message says which, and why."""


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One function of a project."""

    handler: str = ""  # module.function
    root: str = "."  # the directory that it is imported from
    environment: dict[str, str] = {}
    timeout: float = 3  # seconds; Lambda's default
    memory: int = 128  # MiB; Lambda's default
    unusable: str = ""  # why it cannot be run here


def read_project(file: Path) -> dict[str, Definition]:
    """The functions by every name they go by: logical id or key, and FunctionName. Raises ProjectError."""
    try:
        document = yaml.load(file.read_text("utf-8"), _Loader)
    except OSError as problem:
        raise ProjectError(f"{file} cannot be read: {problem.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise ProjectError(f"{file} is no YAML: {problem}") from None
    if not isinstance(document, dict):
        raise ProjectError(f"{file} holds no template and no serverless.yml.")
    if isinstance(document.get("Resources"), dict):
        return _template(file, document)
    if isinstance(document.get("functions"), dict):
        return _serverless(file, document)
    raise ProjectError(f"{file} has neither Resources, as a template has, nor functions, as a serverless.yml has.")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref X` is {"Ref": "X"}, `!Sub t` is {"Fn::Sub": "t"}."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


# -- templates ---------------------------------------------------------------------------------------------------------


def _template(file: Path, document: dict[str, Any]) -> dict[str, Definition]:
    parameters = document.get("Parameters") or {}
    defaults = {name: p["Default"] for name, p in parameters.items() if isinstance(p, dict) and "Default" in p}
    known = {**_PSEUDO, **defaults}
    shared = (document.get("Globals") or {}).get("Function") or {}
    found: dict[str, Definition] = {}
    for id, resource in document["Resources"].items():
        if not isinstance(resource, dict) or resource.get("Type") not in FUNCTIONS:
            continue
        own = resource.get("Properties") or {}
        properties = _merged(shared, own) if resource["Type"] == SAM else own
        definition = _of_properties(file, id, properties, known)
        found[id] = definition
        name = _resolved(properties.get("FunctionName"), known)
        if isinstance(name, str):
            found[name] = definition
    return found


def _merged(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """As SAM does: a function's own properties win, maps are joined (SAM developer guide, "Globals section")."""
    merged = {**shared, **own}
    for name in shared.keys() & own.keys():
        if isinstance(shared[name], dict) and isinstance(own[name], dict):
            merged[name] = _merged(shared[name], own[name])
    return merged


def _of_properties(file: Path, id: str, properties: dict[str, Any], known: dict[str, Any]) -> Definition:
    code = _resolved(properties.get("CodeUri", properties.get("Code", ".")), known)
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    runtime = str(_resolved(properties.get("Runtime", ""), known))
    reason = ""
    if _resolved(properties.get("PackageType"), known) == "Image":
        reason = f"{id} of {file} is a container image"
    elif not runtime.startswith("python"):
        reason = f"{id} of {file} has the runtime {runtime or 'of nobody knows what'}"
    elif not isinstance(code, str) or "://" in code:
        reason = f"The code of {id} of {file} is not in a local directory"
    return Definition(
        handler=str(_resolved(properties.get("Handler", ""), known)),
        root=str(file.parent / code) if isinstance(code, str) else "",
        environment={name: str(_resolved(value, known)) for name, value in variables.items()},
        timeout=float(_resolved(properties.get("Timeout", 3), known)),
        memory=int(_resolved(properties.get("MemorySize", 128), known)),
        unusable=reason and _told(reason),
    )


def _told(reason: str) -> str:
    return f"{reason}. The server runs Python from a directory only. Serve the function with a worker (workers = true)."


def _resolved(value: Any, known: dict[str, Any]) -> Any:
    """A property's value. What only AWS could tell becomes the name of what it belongs to: `!Ref Orders` is Orders."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    [(function, argument)] = value.items()
    match function:
        case "Ref":
            return known.get(argument, argument)
        case "Fn::Sub":
            text, own = (argument[0], argument[1]) if isinstance(argument, list) else (argument, {})
            values = {**known, **{name: _resolved(v, known) for name, v in own.items()}}
            return _VARIABLE.sub(lambda found: str(values.get(found[1], found[1])), str(text))
        case "Fn::GetAtt":
            return argument if isinstance(argument, str) else ".".join(map(str, argument))
        case "Fn::Join":
            return str(argument[0]).join(str(_resolved(part, known)) for part in argument[1])
        case _:
            return value


# -- serverless.yml ----------------------------------------------------------------------------------------------------


def _serverless(file: Path, document: dict[str, Any]) -> dict[str, Definition]:
    """Defaults are the Serverless Framework's: 6 s and 1024 MB."""
    provider = document.get("provider") or {}
    stage = _filled(str(provider.get("stage", "dev")), document)
    service = document.get("service")
    service = service.get("name") if isinstance(service, dict) else service
    found: dict[str, Definition] = {}
    for key, own in document["functions"].items():
        settings = {**{n: provider[n] for n in ("runtime", "timeout", "memorySize") if n in provider}, **(own or {})}
        variables = {**(provider.get("environment") or {}), **((own or {}).get("environment") or {})}
        runtime = str(settings.get("runtime", ""))
        reason = (
            ""
            if runtime.startswith("python")
            else f"{key} of {file} has the runtime {runtime or 'of nobody knows what'}"
        )
        definition = Definition(
            handler=str(settings.get("handler", "")),
            root=str(file.parent),
            environment={name: _filled(str(value), document) for name, value in variables.items()},
            timeout=float(settings.get("timeout", 6)),
            memory=int(settings.get("memorySize", 1024)),
            unusable=reason and _told(reason),
        )
        for name in (key, f"{service}-{stage}-{key}", settings.get("name")):
            if name:
                found[_filled(str(name), document)] = definition
    return found


def _filled(text: str, document: dict[str, Any], depth: int = 0) -> str:
    """The text with its `${self:…}`, `${env:…}` and `${sls:stage}` filled in; others give their default, or stay."""

    def value(found: re.Match[str]) -> str:
        source, _, default = (part.strip() for part in found[1].partition(","))
        kind, _, name = source.partition(":")
        got: Any = None
        if kind == "env":
            got = os.environ.get(name)
        elif kind == "self":
            got = document
            for step in name.split("."):
                got = got.get(step) if isinstance(got, dict) else None
        elif source == "sls:stage":
            got = (document.get("provider") or {}).get("stage", "dev")
        if got is None:
            return default.strip("'\"") if default else found[0]
        return str(got)

    filled = _VARIABLE.sub(value, text)
    return filled if filled == text or depth > 5 else _filled(filled, document, depth + 1)
