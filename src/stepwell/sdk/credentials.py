"""Who signs requests: nobody, a holder of a key of our own server, or whoever AWS's tools would take."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from stepwell.sigv4 import sign

Sign = Callable[[dict[str, str], bytes], dict[str, str]]
"""Headers (with Host and X-Amz-Target) and body -> the headers to send."""


def unsigned(region: str) -> Sign:
    """For a server without access keys: it takes any credentials, and reads the region in them."""
    scope = f"stepwell/20000101/{region}/states/aws4_request"
    proof = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"}
    return lambda headers, body: headers | proof


def signed(key_id: str, secret: str, region: str) -> Sign:
    """For a server with access keys."""

    def signing(headers: dict[str, str], body: bytes) -> dict[str, str]:
        raw = {name.lower().encode(): value.encode() for name, value in headers.items()}
        proof = sign(key_id, secret, region, raw, body, time.time_ns() // 1_000_000)
        return headers | {name.decode().title(): value.decode() for name, value in proof.items()}

    return signing


class AwsMissing(ImportError):
    """AWS is to be called, and its library, which knows the credentials, is not installed."""

    def __init__(self) -> None:
        super().__init__("Calls of AWS take AWS's own library: pip install 'stepwell[aws]'")


def aws_session(region: str | None) -> Any:
    """AWS's own session: profiles, environment, single sign-on, roles of machines. Raises AwsMissing."""
    try:
        from botocore.session import Session
    except ImportError:
        raise AwsMissing from None
    session = Session()
    if region is not None:
        session.set_config_variable("region", region)
    return session


def signed_for_aws(session: Any, region: str) -> Sign:
    """Credentials are looked up once, and renewed as AWS's library does. Raises ValueError where there are none."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    credentials = session.get_credentials()
    if credentials is None:
        raise ValueError("No AWS credentials were found. Set AWS_PROFILE, or run: aws configure")

    def signing(headers: dict[str, str], body: bytes) -> dict[str, str]:
        request = AWSRequest(method="POST", url=f"https://{headers['Host']}/", data=body, headers=dict(headers))
        SigV4Auth(credentials.get_frozen_credentials(), "states", region).add_auth(request)
        return dict(request.headers.items())

    return signing


def own_key(environ: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """The access key for a server of one's own, as the commands read it."""
    id, secret = environ.get("STEPWELL_ACCESS_KEY_ID"), environ.get("STEPWELL_SECRET_ACCESS_KEY")
    return (id, secret) if id and secret else None
