"""Where activities and state machines are: their ARNs."""

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A region of an account."""

    region: str = "us-east-1"
    account: str = "123456789012"
    partition: str = "aws"

    def arn(self, kind: str, name: str) -> str:
        return f"arn:{self.partition}:states:{self.region}:{self.account}:{kind}:{name}"
