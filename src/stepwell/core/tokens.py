"""Task tokens: which try of which execution, signed, so that they can neither be guessed nor altered."""

import base64
import binascii
import hmac
import struct
from hashlib import blake2b

from stepwell.errors import InvalidToken

_PLACE = struct.Struct(">BQI")  # version, execution, journal position of the try
_VERSION = 1
_SIGNATURE = 16  # bytes of a keyed BLAKE2b: as strong as an HMAC, and a tenth of its time


class Tokens:
    """Makes and reads the task tokens of one store."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def make(self, execution: int, position: int) -> str:
        """The token for the try that began at `position`."""
        place = _PLACE.pack(_VERSION, execution, position)
        return base64.b64encode(place + self._sign(place)).decode()

    def read(self, token: str) -> tuple[int, int]:
        """(execution, position). Raises InvalidToken for anything this store did not make."""
        try:
            raw = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidToken from None
        place = raw[: _PLACE.size]
        if len(raw) != _PLACE.size + _SIGNATURE or not hmac.compare_digest(raw[_PLACE.size :], self._sign(place)):
            raise InvalidToken
        version, execution, position = _PLACE.unpack(place)
        if version != _VERSION:
            raise InvalidToken
        return execution, position

    def _sign(self, place: bytes) -> bytes:
        return blake2b(place, key=self.secret, digest_size=_SIGNATURE).digest()
