"""Names of functions in every form that Lambda takes: name, ARN, partial ARN, with a qualifier or without."""

import re

import msgspec

from stepwell.integrations.functions.refusals import ValidationException

_PATTERN = re.compile(
    r"(?:arn:(?P<partition>aws[a-zA-Z-]*):lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[a-zA-Z0-9-_]{1,140})(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]{1,128}))?"
)
LATEST = "$LATEST"


class FunctionName(msgspec.Struct, frozen=True):
    """Which function is meant."""

    region: str
    account: str
    name: str
    qualifier: str | None = None  # a version's number, or an alias
    written: str = ""  # as the caller wrote it

    @property
    def unqualified_arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def arn(self) -> str:
        return f"{self.unqualified_arn}:{self.qualifier}" if self.qualifier else self.unqualified_arn

    @property
    def version(self) -> str:
        """The version that is run, as far as a name tells: there is one code for all of them here."""
        return self.qualifier if self.qualifier and self.qualifier.isdigit() else LATEST


def read_name(text: str, region: str, account: str, qualifier: str | None = None) -> FunctionName:
    """Read a FunctionName of Lambda's API; `region` and `account` are those of a caller who names none.

    Raises ValidationException with AWS's texts.
    """
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise ValidationException(
            f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso"
            "([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
        )
    written = found["qualifier"]
    if qualifier and written and qualifier != written:
        raise ValidationException(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return FunctionName(
        found["region"] or region, found["account"] or account, found["name"], written or qualifier, text
    )
