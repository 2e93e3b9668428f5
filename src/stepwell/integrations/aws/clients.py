"""Clients of AWS's services, with the credentials and at the places that configuration, environment and states name.

All of this blocks, and is called in the threads of a `Pool`.
"""

import threading
import time
from collections import defaultdict
from importlib import import_module
from typing import Any, NamedTuple

import msgspec

from stepwell.errors import States
from stepwell.integrations.aws.failures import passes, refusals
from stepwell.integrations.aws.models import NoModels, service_of
from stepwell.integrations.aws.services import Rule, Services
from stepwell.integrations.call import Call, CallFailed

Client = Any
"""A client of botocore, which has no types."""

RENEWED = 300
"""Seconds before their end at which the credentials of a role are asked for anew."""


_ELSEWHERE = {"inject_host_prefix": False, "s3": {"addressing_style": "path"}}
"""For services that are not at AWS: buckets and prefixes in front of `localhost` are names that nobody knows."""


class Keys(NamedTuple):
    """Credentials of a role."""

    id: str
    secret: str
    token: str
    until: float  # seconds since 1970


class Clients:
    """Clients by service, place and credentials; made when first needed, kept, and used by many threads."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions: dict[str | None, Any] = {}
        self._clients: dict[tuple[object, ...], Client] = {}
        self._roles: dict[tuple[object, ...], Keys] = {}
        # botocore's sessions are not made for several threads. A profile that takes long to tell its credentials
        # holds up nobody but those who want them.
        self._making: defaultdict[str | None, threading.Lock] = defaultdict(threading.Lock)

    def rule(self, call: Call) -> Rule:
        """The settings of a call."""
        return self._rule(call, service_of(call.service, call.action) or call.service)

    def _rule(self, call: Call, service: str) -> Rule:
        own = service_of(call.service, call.action) == service
        return self._services.of([service, call.service, f"{call.service}:{call.action}"] if own else [service])

    def region(self, call: Call, service: str) -> str:
        return self._rule(call, service).region or call.region

    def of(self, call: Call, service: str) -> Client:
        """A client of botocore's `service` for this call. Raises CallFailed when its role may not be assumed."""
        rule, region = self._rule(call, service), self.region(call, service)
        keys = None if call.credentials is None else self._assumed(call, call.credentials)
        return self._client(service, rule, region, keys)

    def at(self, service: str, region: str) -> Client:
        """A client of botocore's `service` for what is no call of a task; `region` unless a rule names one."""
        rule = self._services.of([service])
        return self._client(service, rule, rule.region or region, None)

    def credentials(self, call: Call, service: str) -> Any:
        """Those a request to `service` is to be signed with; None: there are none. Raises CallFailed."""
        if call.credentials is None:
            profile = self._rule(call, service).profile
            with self._making[profile]:
                return self._session(profile).get_credentials()
        keys = self._assumed(call, call.credentials)
        return import_module("botocore.credentials").Credentials(keys.id, keys.secret, keys.token)

    def _client(self, service: str, rule: Rule, region: str, keys: Keys | None) -> Client:
        place = (service, rule, region, keys)
        found = self._clients.get(place)
        if found is not None:
            return found
        with self._making[rule.profile]:
            made = self._make(service, rule, region, keys)
            # Where credentials come from may be away for a moment; a client without any would never have some.
            if keys is not None or self._session(rule.profile).get_credentials() is not None:
                self._clients[place] = made
        return made

    def _make(self, service: str, rule: Rule, region: str, keys: Keys | None) -> Client:
        session = self._session(rule.profile)
        config = import_module("botocore.config").Config(
            connect_timeout=rule.connect_timeout,
            read_timeout=rule.read_timeout,
            retries={"mode": "standard", "total_max_attempts": rule.attempts},
            max_pool_connections=rule.threads,
            parameter_validation=False,  # as with the SDK for Java, the service says what is missing
            user_agent_extra="stepwell",
        )
        place = {"region_name": region, "endpoint_url": rule.endpoint_url}
        signed = {
            "aws_access_key_id": keys and keys.id,
            "aws_secret_access_key": keys and keys.secret,
            "aws_session_token": keys and keys.token,
        }
        client = session.create_client(service, **place, **signed, config=config)
        if ".amazonaws." not in client.meta.endpoint_url:
            elsewhere = import_module("botocore.config").Config(**_ELSEWHERE)
            client = session.create_client(service, **place, **signed, config=config.merge(elsewhere))
        client.meta.events.register("before-parse", _refuse_rubbish)
        return client

    def _session(self, profile: str | None) -> Any:
        if profile not in self._sessions:
            try:
                self._sessions[profile] = import_module("botocore.session").Session(profile=profile)
            except ImportError as missing:
                raise NoModels from missing
        return self._sessions[profile]

    def _assumed(self, call: Call, role: str) -> Keys:
        """Credentials of the role; the machine is its external id (developer guide, cross-account access)."""
        rule, region = self._rule(call, "sts"), self.region(call, "sts")
        who = (role, call.machine_arn, rule, region)
        keys = self._roles.get(who)
        if keys is None or keys.until - RENEWED < time.time():
            sts = self._client("sts", rule, region, None)
            keys = self._roles[who] = _assume(sts, role, call.machine_arn)
            self._forget()
        return keys

    def _forget(self) -> None:
        """Credentials that have ended, and the clients that had them."""
        now = time.time()
        self._roles = {who: keys for who, keys in self._roles.items() if keys.until > now}
        ended = [place for place in list(self._clients) if isinstance(place[3], Keys) and place[3].until < now]
        for place in ended:
            self._clients.pop(place, None)


def _assume(sts: Client, role: str, machine_arn: str) -> Keys:
    try:
        answer = sts.assume_role(RoleArn=role, RoleSessionName="stepwell", ExternalId=machine_arn)
    except refusals() as error:
        if passes(error):
            raise
        raise CallFailed(States.TASK_FAILED, f"The task state's role, {role}, could not be assumed: {error}") from error
    given = answer["Credentials"]
    return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"].timestamp())


def _refuse_rubbish(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """An answer that should be a JSON object and is not: botocore would take it for an empty one, or fail over it."""
    shape = operation_model.output_shape
    if shape is None or response_dict["status_code"] >= 300 or shape.serialization.get("payload"):
        return
    is_json = "json" in operation_model.service_model.resolved_protocol
    if is_json and response_dict["body"].strip() and not _is_object(response_dict["body"]):
        raise import_module("botocore.parsers").ResponseParserError("the answer is no JSON")


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except msgspec.DecodeError:
        return False
