"""Who signed a request (Signature Version 4), and whether it is the request that was signed.

The texts of the errors are those AWS answers with.
"""

import hmac
import re
import time
from calendar import timegm
from functools import lru_cache

from stepwell.api.keys import AccessKey, Keys
from stepwell.clock import Milliseconds
from stepwell.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from stepwell.sigv4 import ALGORITHM, END, SERVICE, Headers, Request, Signed, signature, written

TOLERANCE = 15 * 60
"""Seconds by which the clocks of client and server may differ."""
FUNCTIONS = "lambda"
MUST_BE_SIGNED = {SERVICE: (b"host", b"x-amz-date", b"x-amz-target"), FUNCTIONS: (b"host", b"x-amz-date")}
"""What says whom a request is for, when it was made, and what it asks for: by the service it is signed for."""
DATE = re.compile(r"\A\d{8}T\d{6}Z\Z")
NO_DATE = "Date must be in ISO-8601 'basic format': YYYYMMDD'T'HHMMSS'Z'."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


def read_signature(headers: Headers, service: str = SERVICE) -> Signed:
    """What a request to this service says of its signature.

    Raises MissingAuthenticationToken-, Incomplete- and InvalidSignature-."""
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise MissingAuthenticationTokenException
    parts = [part.strip().partition("=") for part in rest.split(",")]
    found = {name: value for name, _, value in parts}
    missing = [f"Authorization header requires '{name}' parameter." for name in _PARAMETERS if not found.get(name)]
    if b"x-amz-date" not in headers:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing or len(parts) != len(_PARAMETERS):
        raise IncompleteSignatureException(" ".join(missing) or "Authorization header has parameters it should not.")
    moment = headers[b"x-amz-date"].decode("latin-1")
    if not DATE.match(moment):
        raise IncompleteSignatureException(NO_DATE)
    key_id, date, region = _scope(found["Credential"], moment, service)
    signed = tuple(found["SignedHeaders"].encode("latin-1").split(b";"))
    for name in MUST_BE_SIGNED[service]:
        if name not in signed:
            shown = name.decode().title()
            raise InvalidSignatureException(f"'{shown}' must be a 'SignedHeader' in the AWS Authorization.")
    return Signed(key_id, date, region, signed, found["Signature"], moment, service)


_PARAMETERS = ("Credential", "SignedHeaders", "Signature")


def _scope(credential: str, moment: str, asked: str) -> tuple[str, str, str]:
    """Key, date and region of a credential that is for us."""
    parts = credential.split("/")
    if len(parts) != 5:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        )
    key_id, date, region, service, end = parts
    if service != asked:
        raise InvalidSignatureException(f"Credential should be scoped to correct service: '{asked}'.")
    if end != END:
        raise InvalidSignatureException(f"Credential should be scoped with a valid terminator: '{END}'.")
    if date != moment[:8]:
        raise InvalidSignatureException(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date}' != '{moment[:8]}', from '{moment}'."
        )
    return key_id, date, region


def check_moment(moment: str, now: Milliseconds) -> None:
    """Raises InvalidSignatureException for a request made too long ago, or too far ahead."""
    try:
        made = _seconds(moment)
    except ValueError:
        raise IncompleteSignatureException(NO_DATE) from None
    present = now // 1000
    if made < present - TOLERANCE:
        limit, here = written(present - TOLERANCE), written(present)
        raise InvalidSignatureException(
            f"Signature expired: {moment} is now earlier than {limit} ({here} - {TOLERANCE // 60} min.)"
        )
    if made > present + TOLERANCE:
        limit, here = written(present + TOLERANCE), written(present)
        raise InvalidSignatureException(
            f"Signature not yet current: {moment} is still later than {limit} ({here} + {TOLERANCE // 60} min.)"
        )


@lru_cache(maxsize=64)
def _seconds(moment: str) -> int:
    return timegm(time.strptime(moment, "%Y%m%dT%H%M%SZ"))


def find_signer(signed: Signed, keys: Keys, now: Milliseconds) -> AccessKey:
    """Whom a signature names; its body has not been looked at. Raises UnrecognizedClient-, InvalidSignature-."""
    key = keys.find(signed.key_id)
    if key is None:
        raise UnrecognizedClientException
    check_moment(signed.moment, now)
    return key


def check_signature(signed: Signed, key: AccessKey, request: Request) -> None:
    """Raises InvalidSignatureException unless the key's holder signed exactly this request."""
    expected = signature(signed, key.secret, request)
    if not hmac.compare_digest(expected.encode(), signed.signature.encode("latin-1")):
        raise InvalidSignatureException(MISMATCH)
