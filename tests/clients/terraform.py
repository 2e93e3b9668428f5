"""What Terraform's AWS provider asks of Step Functions, call by call, as its source has it (internal/service/sfn).

The provider itself cannot be had from a package registry; these are its calls, in its order, with the members that it
sends: also those that nobody wrote into a configuration.
"""

import json
from typing import Any

Attributes = dict[str, Any]


class Provider:
    """Resources as Terraform manages them: `configuration` is what somebody wrote, attributes are its state."""

    def __init__(self, client: Any) -> None:
        self.client = client


class StateMachine(Provider):
    """aws_sfn_state_machine."""

    def plan(self, configuration: Attributes, state: Attributes | None) -> set[str]:
        """The names of what would change; a new definition is validated first."""
        changes = {name for name, value in configuration.items() if state is None or state[name] != value}
        if "definition" in changes:
            answer = self.client.validate_state_machine_definition(
                definition=configuration["definition"], type=configuration.get("type", "STANDARD")
            )
            assert answer["result"] == "OK", answer["diagnostics"]
        return changes

    def create(self, configuration: Attributes) -> Attributes:
        made = self.client.create_state_machine(
            definition=configuration["definition"],
            name=configuration["name"],
            publish=configuration.get("publish", False),
            roleArn=configuration["role_arn"],
            type=configuration.get("type", "STANDARD"),
            **_tags(configuration),
            **_optional(configuration, loggingConfiguration="logging", tracingConfiguration="tracing"),
        )
        return self.read(made["stateMachineArn"], configuration) or {}

    def read(self, arn: str, configuration: Attributes) -> Attributes | None:
        """The attributes; None when it is gone, which takes it out of the state."""
        try:
            found = self.client.describe_state_machine(stateMachineArn=arn)
        except self.client.exceptions.StateMachineDoesNotExist:
            return None
        versions = self.client.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
        return {
            "arn": found["stateMachineArn"],
            "creation_date": found["creationDate"],
            "definition": found["definition"],
            "description": found.get("description"),
            "encryption": found["encryptionConfiguration"],
            "logging": found["loggingConfiguration"],
            "name": found["name"],
            "publish": configuration.get("publish", False),
            "revision_id": found.get("revisionId"),
            "role_arn": found["roleArn"],
            "state_machine_version_arn": versions[0]["stateMachineVersionArn"] if versions else None,
            "status": found["status"],
            "tags": _read_tags(self.client, arn),
            "tracing": found["tracingConfiguration"],
            "type": found["type"],
        }

    def update(self, configuration: Attributes, state: Attributes) -> Attributes:
        changes = self.plan(configuration, state)
        if changes - {"tags"}:
            self.client.update_state_machine(
                stateMachineArn=state["arn"],
                definition=configuration["definition"],
                roleArn=configuration["role_arn"],
                publish=configuration.get("publish", False),
                **({"versionDescription": ""} if configuration.get("publish") else {}),
                **_optional(
                    {name: configuration[name] for name in changes},
                    loggingConfiguration="logging",
                    tracingConfiguration="tracing",
                ),
            )
            while not self._arrived(configuration, state["arn"]):
                pass
        if "tags" in changes:
            _update_tags(self.client, state["arn"], state["tags"], configuration["tags"])
        return self.read(state["arn"], configuration) or {}

    def _arrived(self, configuration: Attributes, arn: str) -> bool:
        found = self.client.describe_state_machine(stateMachineArn=arn)
        same = json.loads(found["definition"]) == json.loads(configuration["definition"])
        return same and found["roleArn"] == configuration["role_arn"]

    def destroy(self, state: Attributes) -> list[str]:
        """The statuses seen until it was gone."""
        self.client.delete_state_machine(stateMachineArn=state["arn"])
        return self.wait_until_gone(state)

    def wait_until_gone(self, state: Attributes) -> list[str]:
        seen: list[str] = []
        while (found := self.read(state["arn"], {})) is not None:
            assert found["status"] in ("ACTIVE", "DELETING")
            seen.append(found["status"])
        return seen


class Alias(Provider):
    """aws_sfn_alias."""

    def create(self, configuration: Attributes) -> Attributes:
        made = self.client.create_state_machine_alias(
            name=configuration["name"],
            description=configuration.get("description", ""),
            routingConfiguration=configuration["routes"],
        )
        return self.read(made["stateMachineAliasArn"]) or {}

    def read(self, arn: str) -> Attributes | None:
        try:
            found = self.client.describe_state_machine_alias(stateMachineAliasArn=arn)
        except self.client.exceptions.ResourceNotFound:
            return None
        return {
            "arn": found["stateMachineAliasArn"],
            "name": found["name"],
            "description": found.get("description", ""),
            "creation_date": found["creationDate"],
            "routes": found["routingConfiguration"],
        }

    def update(self, configuration: Attributes, state: Attributes) -> Attributes:
        changed = {name: value for name, value in configuration.items() if state[name] != value}
        members = _optional(changed, description="description", routingConfiguration="routes")
        self.client.update_state_machine_alias(stateMachineAliasArn=state["arn"], **members)
        return self.read(state["arn"]) or {}

    def destroy(self, state: Attributes) -> None:
        self.client.delete_state_machine_alias(stateMachineAliasArn=state["arn"])


class Activity(Provider):
    """aws_sfn_activity."""

    def create(self, configuration: Attributes) -> Attributes:
        made = self.client.create_activity(name=configuration["name"], **_tags(configuration))
        return self.read(made["activityArn"]) or {}

    def read(self, arn: str) -> Attributes | None:
        try:
            found = self.client.describe_activity(activityArn=arn)
        except self.client.exceptions.ActivityDoesNotExist:
            return None
        return {
            "id": found["activityArn"],
            "name": found["name"],
            "creation_date": found["creationDate"],
            "encryption": found["encryptionConfiguration"],
            "tags": _read_tags(self.client, arn),
        }

    def update(self, configuration: Attributes, state: Attributes) -> Attributes:
        """Tags are all that can change."""
        _update_tags(self.client, state["id"], state["tags"], configuration["tags"])
        return self.read(state["id"]) or {}

    def destroy(self, state: Attributes) -> None:
        self.client.delete_activity(activityArn=state["id"])


def _tags(configuration: Attributes) -> Attributes:
    tags = configuration.get("tags", {})
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]} if tags else {}


def _read_tags(client: Any, arn: str) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in client.list_tags_for_resource(resourceArn=arn)["tags"]}


def _update_tags(client: Any, arn: str, before: dict[str, str], after: dict[str, str]) -> None:
    """What is gone or another is taken away first, then what is new or another is added."""
    if removed := [key for key, value in before.items() if after.get(key) != value]:
        client.untag_resource(resourceArn=arn, tagKeys=removed)
    if added := {key: value for key, value in after.items() if before.get(key) != value}:
        client.tag_resource(resourceArn=arn, **_tags({"tags": added}))


def _optional(given: Attributes, **members: str) -> Attributes:
    return {member: given[name] for member, name in members.items() if name in given}
