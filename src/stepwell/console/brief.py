"""Events in brief: as GetExecutionHistory tells them, but with long texts cut and with the size of each."""

from collections import OrderedDict
from typing import Any

import msgspec

from stepwell.core import journal as j
from stepwell.core.history import Event, HistoryView

WHOLE = 4_096
"""Characters of a text that is told whole."""
CUT = 1_024
"""Characters told of a longer one."""
PLENTY = 8 * 1024 * 1024
"""Characters told in whole texts, after which only short ones are: a page could not hold them all."""
SHORT = 256
REMEMBERED = 4 * 1024 * 1024
"""Characters of texts kept for the entries that refer to them."""


class Brief(msgspec.Struct, frozen=True):
    """A text as far as it is told."""

    text: str
    bytes: int  # of the whole, in UTF-8
    truncated: bool


def brief(text: str) -> Brief:
    """A text of any length as it is told."""
    long = len(text) > WHOLE
    return Brief(text[:CUT] if long else text, size_of(text), long)


def size_of(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class Briefs:
    """Texts that entries may refer to, by position; the oldest are forgotten when there are many."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Brief] = OrderedDict()
        self._characters = 0

    def note(self, position: int, entry: j.Entry) -> None:
        """The entry stands at this position."""
        payload = getattr(entry, "payload", None)
        if isinstance(payload, str) and position not in self._known:
            self._known[position] = found = brief(payload)
            self._characters += len(found.text)
            while self._characters > REMEMBERED:
                _, oldest = self._known.popitem(last=False)
                self._characters -= len(oldest.text)

    def get(self, position: int) -> Brief | None:
        return self._known.get(position)

    def clear(self) -> None:
        self._known.clear()
        self._characters = 0


class BriefView(HistoryView):
    """Shows entries whose references are in `briefs`."""

    def __init__(self, briefs: Briefs, region: str) -> None:
        super().__init__(lambda _: "", region)
        self._briefs = briefs
        self._told = 0

    def event(self, entry: j.Entry) -> Event | None:
        event = super().event(entry)
        if event is not None and (cuts := _LONG.get(type(entry))) is not None:
            for member in event.values():
                if isinstance(member, dict):
                    for name in cuts:
                        self._cut_within(member, name)
        return event

    def data(self, name: str, payload: j.Payload) -> Event:
        found = self._found(payload)
        if found is None:  # its retention was over
            return {name: "", f"{name}Details": {"truncated": True, "bytes": 0}}
        return self._members(name, found)

    def parameters(self, payload: j.Payload) -> Event:
        return self.data("parameters", payload)

    def _found(self, payload: j.Payload) -> Brief | None:
        return brief(payload) if isinstance(payload, str) else self._briefs.get(payload)

    def _members(self, name: str, found: Brief) -> Event:
        text, truncated = found.text, found.truncated
        if self._told > PLENTY and len(text) > SHORT:
            text, truncated = text[:SHORT], True
        self._told += len(text)
        return {name: text, f"{name}Details": {"truncated": truncated, "bytes": found.bytes}}

    def _cut_within(self, details: Event, name: str) -> None:
        value: Any = details.get(name)
        if isinstance(value, dict):
            shown = {key: self._members("_", brief(text)) for key, text in value.items()}
            details[name] = {key: members["_"] for key, members in shown.items()}
            details[f"{name}Details"] = {
                "truncated": any(members["_Details"]["truncated"] for members in shown.values()),
                "bytes": sum(members["_Details"]["bytes"] for members in shown.values()),
            }
        elif isinstance(value, str) and len(value) > SHORT:
            details |= self._members(name, brief(value))


_FAILED = ("cause", "error")
_LONG: dict[type[j.Entry], tuple[str, ...]] = {
    j.StateExited: ("assignedVariables",),
    j.EvaluationFailed: _FAILED,
    j.TaskFailed: _FAILED,
    j.ExecutionFailed: _FAILED,
    j.ExecutionAborted: _FAILED,
    j.ExecutionTimedOut: _FAILED,
}
"""Members besides payloads that may be long, by entry."""
