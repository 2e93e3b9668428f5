"""Members that several operations share, read from requests and written to answers."""

import re
from typing import Any

from stepwell.api.constraints import constraint_error, violation
from stepwell.api.shapes import EncryptionConfiguration, LoggingConfiguration, Tag
from stepwell.arns import parse_arn
from stepwell.clock import Milliseconds
from stepwell.engine.aliases import not_found
from stepwell.engine.catalog import MOST_TAGS
from stepwell.engine.records import Encryption, Logging
from stepwell.errors import (
    InvalidArn,
    InvalidEncryptionConfiguration,
    InvalidLoggingConfiguration,
    InvalidName,
    ResourceNotFound,
    StateMachineTypeNotSupported,
    TooManyTags,
    ValidationException,
)

# API model, documentation of CreateStateMachine.name.
FORBIDDEN_IN_NAMES = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U0010ffff]")

NOT_FOR_THIS_TYPE = "This operation is not supported by this type of state machine"


def check_name(name: str) -> str:
    """Raises InvalidName. The length has been seen to already."""
    if FORBIDDEN_IN_NAMES.search(name):
        raise InvalidName(name)
    return name


def check_role(arn: str) -> str:
    """Any role will do, since nobody assumes it; but it must be an ARN. Raises InvalidArn."""
    if not arn.startswith("arn:"):
        raise InvalidArn(f"Invalid ARN prefix: {arn}")
    return arn


def refuse_label(arn: str) -> str:
    """Raises ValidationException for `…:stateMachine:<name>/<label>`, which most operations do not take."""
    if ":stateMachine:" in arn and "/" in arn:
        raise ValidationException(
            f"State machine ARNs with a label are not supported by this operation: '{arn}'",
            reason="API_DOES_NOT_SUPPORT_LABELED_ARNS",
        )
    return arn


def not_for_this_type() -> StateMachineTypeNotSupported:
    return StateMachineTypeNotSupported(NOT_FOR_THIS_TYPE)


def no_such_map_run(arn: str) -> ResourceNotFound:
    """What to raise for any Map Run, as long as there are none. Raises InvalidArn for what is no Map Run's ARN."""
    if "/" not in parse_arn(arn, "mapRun").name:  # <machine>/<label>
        raise InvalidArn(f"Invalid ARN prefix: {arn}")
    return not_found(arn)


def seconds(moment: Milliseconds) -> float:
    """A timestamp as the protocol writes it: seconds since the epoch, with milliseconds."""
    return moment / 1000


def read_tags(tags: list[Tag] | None) -> dict[str, str]:
    """Tags by key; of two with one key the later one counts. Raises ValidationException, TooManyTags."""
    read = {}
    for place, tag in enumerate(tags or (), start=1):
        if tag.key is None:
            raise constraint_error(violation(f"tags.{place}.member.key", None, "not be null"))
        if tag.key.startswith("aws:"):
            raise ValidationException("Tag keys that begin with 'aws:' are reserved for AWS: " + tag.key)
        read[tag.key] = tag.value or ""
    if len(read) > MOST_TAGS:
        raise TooManyTags(f"Too many tags: a resource takes at most {MOST_TAGS}.")
    return read


def write_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def read_logging(given: LoggingConfiguration | None) -> Logging:
    """Raises InvalidLoggingConfiguration."""
    if given is None:
        return Logging()
    groups = [d.cloud_watch_logs_log_group for d in given.destinations or ()]
    arns = tuple(group.log_group_arn or "" for group in groups if group is not None)
    level = given.level or "OFF"
    if len(groups) > 1 or (level != "OFF" and len(arns) != 1):
        raise InvalidLoggingConfiguration("Must specify exactly one Log Destination.")
    for arn in arns:
        if not arn.startswith("arn:") or not arn.endswith(":*"):
            raise InvalidLoggingConfiguration(f"Log Destination '{arn}' must be the ARN of a log group, ending ':*'.")
    return Logging(level, bool(given.include_execution_data), arns)


def write_logging(logging: Logging) -> dict[str, Any]:
    written: dict[str, Any] = {
        "level": logging.level,
        "includeExecutionData": logging.include_execution_data,
    }
    if logging.destinations:
        written["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in logging.destinations]
    return written


def read_encryption(given: EncryptionConfiguration | None) -> Encryption:
    """Raises InvalidEncryptionConfiguration."""
    if given is None:
        return Encryption()
    if (given.type == "AWS_OWNED_KEY") == (given.kms_key_id is not None):
        raise InvalidEncryptionConfiguration(
            "Invalid Encryption Configuration: kmsKeyId is needed for CUSTOMER_MANAGED_KMS_KEY, and only for it."
        )
    return Encryption(given.type, given.kms_key_id, given.kms_data_key_reuse_period_seconds)


def write_encryption(encryption: Encryption) -> dict[str, Any]:
    members = {
        "type": encryption.type,
        "kmsKeyId": encryption.key,
        "kmsDataKeyReusePeriodSeconds": encryption.reuse_seconds,
    }
    return present(**members)


def present(**members: Any) -> dict[str, Any]:
    """The members that are there: AWS leaves absent ones out."""
    return {name: value for name, value in members.items() if value is not None}
