"""Payloads by reference: what is too large to travel is kept in a folder or an S3 bucket, and a reference travels.

Opt-in. Expressions of a state machine see the reference, not what it stands for. What is kept is named by its content,
so keeping it twice is harmless. Nothing deletes it: give the folder or bucket a rule.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from stepwell.sdk.contracts import text_of
from stepwell.sdk.credentials import aws_session

MARK = "stepwell:payload"
"""The member by which a reference is known; its value is where the payload is."""

THRESHOLD = 64 * 1024
"""Bytes. A quarter of what AWS lets travel (262,144), since several of them may meet in one state's input."""


class PayloadLost(Exception):
    """A reference leads nowhere, or to somewhere this program was not told to read."""


class Shelf(Protocol):
    """Where payloads are kept: by name, for good."""

    url: str

    def put(self, name: str, payload: bytes) -> None: ...

    def get(self, name: str) -> bytes: ...


class Folder:
    """A folder that all workers see."""

    def __init__(self, url: str, path: Path) -> None:
        self.url = url
        self._path = path

    def put(self, name: str, payload: bytes) -> None:
        file = self._path / name
        if file.exists():
            return
        self._path.mkdir(parents=True, exist_ok=True)
        # Whole or not there at all, whoever is killed when.
        draft = self._path / f".{name}.{os.getpid()}"
        with draft.open("wb") as out:
            out.write(payload)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)

    def get(self, name: str) -> bytes:
        try:
            return (self._path / name).read_bytes()
        except OSError as problem:
            raise PayloadLost(f"{self.url}/{name}: {problem.strerror}") from problem


class Bucket:
    """A prefix in an S3 bucket; credentials and endpoint are those that AWS's tools find."""

    def __init__(self, url: str, bucket: str, prefix: str) -> None:
        self._s3 = aws_session(None).create_client("s3")
        self.url = url
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    def put(self, name: str, payload: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=payload)

    def get(self, name: str) -> bytes:
        from botocore.exceptions import ClientError

        try:
            return bytes(self._s3.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read())
        except ClientError as problem:
            raise PayloadLost(f"{self.url}/{name}: {problem}") from problem


class Payloads:
    """Puts references in the place of what is large, and the other way round. Blocks: run it beside the event loop."""

    def __init__(self, url: str, threshold: int = THRESHOLD) -> None:
        """`url`: `folder:/path` or `s3://bucket/prefix`. `threshold`: bytes of JSON that may travel."""
        self._shelf = _shelf(url.rstrip("/"))
        self._threshold = threshold

    @classmethod
    def find(cls, given: "Payloads | str | None") -> "Payloads | None":
        """As it was given, else as STEPWELL_PAYLOADS says; None: payloads travel."""
        if isinstance(given, Payloads):
            return given
        url = given or os.environ.get("STEPWELL_PAYLOADS")
        return cls(url) if url else None

    def leave(self, value: Any) -> Any:
        """The value with what is too large left here: the largest members of an object first, else the whole."""
        size = _size(value)
        if size <= self._threshold:
            return value
        if not isinstance(value, dict):
            return self._reference(value)
        left = dict(value)
        for name in sorted(left, key=lambda name: -_size(left[name])):
            if size <= self._threshold:
                break
            reference = self._reference(left[name])
            size -= _size(left[name]) - _size(reference)
            left[name] = reference
        return left if size <= self._threshold else self._reference(value)

    def fetch(self, value: Any) -> Any:
        """The value with what its references stand for. Raises PayloadLost."""
        match value:
            case {"stepwell:payload": str() as place, **rest} if set(rest) <= {"bytes"}:
                return msgspec.json.decode(self._shelf.get(self._name(place)))
            case dict():
                return {name: self.fetch(member) for name, member in value.items()}
            case list():
                return [self.fetch(item) for item in value]
        return value

    def _reference(self, value: Any) -> dict[str, Any]:
        payload = text_of(value, "payload").encode()
        name = sha256(payload).hexdigest()
        self._shelf.put(name, payload)
        return {MARK: f"{self._shelf.url}/{name}", "bytes": len(payload)}

    def _name(self, place: str) -> str:
        """Only what this program was told to read is read, whatever a reference says."""
        shelf, _, name = place.rpartition("/")
        if shelf != self._shelf.url or len(name) != 64 or not name.isalnum():
            raise PayloadLost(f"{place} is not kept in {self._shelf.url}, where this program looks for payloads.")
        return name


def _shelf(url: str) -> Shelf:
    parts = urlsplit(url)
    if parts.scheme == "folder" and parts.path:
        return Folder(url, Path(parts.path))
    if parts.scheme == "s3" and parts.netloc:
        return Bucket(url, parts.netloc, parts.path.strip("/"))
    raise ValueError(f"{url} is no place for payloads: folder:/path or s3://bucket/prefix")


def _size(value: Any) -> int:
    return len(text_of(value, "payload").encode())
