"""Pure. What one value is read from: the record, the element, the scope; and what is noted on the way."""

from collections.abc import Callable, Mapping
from typing import Any

from syncd.model.raw import Json, RawRecord


class Unfit(Exception):
    """A value is not what a conversion takes. `expected` completes "which is no ..."."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


class Unreadable(Exception):
    """A record cannot be mapped; `reason` is the line for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Look:
    """One record under the eyes of a mapping. `each` changes from row to row; `notes` and `missed` collect.

    `missed`: (table, value) of look-ups that no table knew since the field began. `inputs` keeps what CEL was given.
    """

    __slots__ = ("_scope", "each", "inputs", "missed", "notes", "raw", "record")

    def __init__(self, raw: RawRecord, record: Mapping[str, Json] | None = None) -> None:
        self.raw = raw
        self.record: Any = raw.data if record is None else record
        self.each: Json = None
        self.notes: list[str] = []
        self.missed: list[tuple[str, str]] = []
        self.inputs: dict[Any, Json] = {}
        self._scope: dict[str, Json] | None = None

    @property
    def scope(self) -> dict[str, Json]:
        """The scope's facts with its `id` and `name`."""
        if self._scope is None:
            self._scope = {**self.raw.scope.facts, "id": self.raw.scope.id, "name": self.raw.scope.name}
        return self._scope

    def note(self, text: str) -> None:
        """Keep a note, once."""
        if text not in self.notes:
            self.notes.append(text)


Get = Callable[[Look], Any]
Convert = Callable[[Any, Look], Any]


def short(value: Json, limit: int = 60) -> str:
    """A value as a message shows it: quoted, cut; of lists and objects only what they are, because they may be deep."""
    if isinstance(value, Mapping):
        text = f"an object ({', '.join(map(str, list(value)[:3]))})"
    elif isinstance(value, list | tuple):
        text = f"a list of {len(value)}"
    else:
        text = repr(value[: limit + 20]) if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text[: limit + 20])
    return text if len(text) <= limit else text[: limit - 3] + "..."
