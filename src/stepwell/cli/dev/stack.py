"""A template's resources in the stand-ins, and the values that only those know: moto's own CloudFormation says them."""

import json
import re
from collections.abc import Mapping
from typing import Any

from stepwell.cli.dev.templates import Template, is_intrinsic, with_literals
from stepwell.cli.options import NotDone


class Stack:
    """The resources of one template: made, changed and deleted with it."""

    def __init__(self, clients: Mapping[str, Any], name: str) -> None:
        """`clients`: boto3's of cloudformation and secretsmanager."""
        self._clients = clients
        self._name = re.sub(r"[^A-Za-z0-9-]", "-", f"stepwell-{name}")
        self._there: str | None = None
        self._values: dict[str, str] = {}

    def deploy(self, template: Template) -> None:
        """Have the resources be as the template says. Raises NotDone, and everything is as before."""
        wanted = _intrinsics([_said_of(template), template.functions], template.literal)
        keys = {call: f"V{number}" for number, call in enumerate(wanted)}
        outputs = {key: {"Value": json.loads(call)} for call, key in keys.items()}
        body = json.dumps({**template.document, "Outputs": outputs}, sort_keys=True)
        if body != self._there:
            self._make_secrets(template)
            told = self._change(template, body)
            self._values = {call: told[key] for call, key in keys.items() if key in told}
            self._there = body

    def _change(self, template: Template, body: str) -> dict[str, str]:
        """The outputs."""
        from botocore.exceptions import BotoCoreError, ClientError

        cloud = self._clients["cloudformation"]
        try:
            (cloud.create_stack if self._there is None else cloud.update_stack)(StackName=self._name, TemplateBody=body)
            [stack] = cloud.describe_stacks(StackName=self._name)["Stacks"]
        except (BotoCoreError, ClientError) as problem:
            raise NotDone(f"{template.file}: the stand-ins cannot make its resources: {problem}") from None
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _make_secrets(self, template: Template) -> None:
        """moto's CloudFormation does not know them."""
        client = self._clients["secretsmanager"]
        for properties in template.secrets.values():
            text = properties.get("SecretString")
            value = text if isinstance(text, str) else _generated(client, properties.get("GenerateSecretString") or {})
            try:
                client.create_secret(Name=properties["Name"], SecretString=value)
            except client.exceptions.ResourceExistsException:
                if isinstance(text, str):
                    client.put_secret_value(SecretId=properties["Name"], SecretString=text)

    def value(self, given: Any, template: Template) -> Any:
        """A value with what the functions in it come to. Raises NotDone for one that the stand-ins do not know."""
        return self._value(with_literals(given, template.literal), template)

    def _value(self, given: Any, template: Template) -> Any:
        if is_intrinsic(given):
            call = json.dumps(given, sort_keys=True)
            if call not in self._values:
                raise NotDone(f"{template.file}: the stand-ins do not know what {call} is.")
            return self._values[call]
        if isinstance(given, dict):
            return {name: self._value(member, template) for name, member in given.items()}
        if isinstance(given, list):
            return [self._value(item, template) for item in given]
        return given

    def made(self) -> list[tuple[str, str, str]]:
        """What the stand-ins made: logical id, type, and its name, ARN or URL."""
        told = self._clients["cloudformation"].list_stack_resources(StackName=self._name)["StackResourceSummaries"]
        return [
            (one["LogicalResourceId"], one["ResourceType"], one.get("PhysicalResourceId", ""))
            for one in told
            if one["LogicalResourceId"]
        ]


def _said_of(template: Template) -> list[Any]:
    return [[machine.definition, machine.substitutions] for machine in template.machines]


def _intrinsics(values: Any, literal: dict[str, str]) -> list[str]:
    """The calls of CloudFormation's functions in it, as JSON; the outermost where one is within another."""

    def walk(value: Any) -> list[str]:
        if is_intrinsic(value):
            return [json.dumps(value, sort_keys=True)]
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [call for part in parts for call in walk(part)]

    return sorted({*walk(with_literals(values, literal))})


def _generated(client: Any, wanted: dict[str, Any]) -> str:
    length = int(wanted.get("PasswordLength", 32))
    password = client.get_random_password(PasswordLength=length)["RandomPassword"]
    if "GenerateStringKey" not in wanted:
        return str(password)
    return json.dumps({**json.loads(wanted.get("SecretStringTemplate", "{}")), wanted["GenerateStringKey"]: password})
