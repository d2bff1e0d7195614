"""How far a scope was read: opaque to everybody else, JSON to us."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

OVERLAP = timedelta(minutes=1)
"""What is read again each time: a record is stamped before its transaction ends, so it may appear after younger ones."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`after`: what was updated before is read. `more`: the query of the next page, in the middle of a listing.

    `high`: the youngest update seen in this scan; `until`: the server's time when it began. `path`: where the scope was found:
    when it moves, every key in it changes, and it is read anew. `linked`: the issues in the overlap whose links were read, by
    content hash.
    """

    after: datetime | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    high: datetime | None = None
    until: datetime | None = None
    path: str | None = None
    linked: Mapping[str, str] = field(default_factory=dict)

    def resumed(self) -> "Cursor":
        """Where a scan that was cut off goes on.

        What is stamped an overlap before it began was all there then; of what is younger, some may have come up
        behind the position.
        """
        if self.high is None or self.more or self.after is None:
            return self
        safe = self.until - OVERLAP if self.until else self.after - OVERLAP
        return replace(self, after=min(self.after, safe).replace(microsecond=0))

    def done(self) -> "Cursor":
        """Where the next scan begins, once this one has seen everything.

        Never later than the server's own time at its beginning less the overlap: what changed meanwhile may have moved between
        pages, and a record may carry a date in the future.
        """
        known = [moment for moment in (self.high, self.until) if moment is not None]
        after = min(known) - OVERLAP if self.high else self.after
        after = after.replace(microsecond=0) if after else None
        return Cursor(after=after, path=self.path, linked=self.linked)


def dump(cursor: Cursor) -> str:
    """Compact JSON."""
    value = {
        "after": stamp(cursor.after),
        "more": dict(cursor.more),
        "high": stamp(cursor.high),
        "until": stamp(cursor.until),
        "path": cursor.path,
        "linked": dict(cursor.linked),
    }
    return json.dumps({"v": 1} | {k: v for k, v in value.items() if v}, separators=(",", ":"))


def load(text: str | None, path: str | None) -> Cursor:
    """The cursor of a scope that is now found at `path`; a fresh one where the text is none of ours or the scope has moved."""
    try:
        value = json.loads(text or "null")
        read = Cursor(
            after=moment(value.get("after")),
            more={str(k): str(v) for k, v in value.get("more", {}).items()},
            high=moment(value.get("high")),
            until=moment(value.get("until")),
            path=value.get("path"),
            linked=value.get("linked", {}),
        )
    except (ValueError, AttributeError):
        return Cursor(path=path)
    return read if read.path == path else Cursor(path=path)


def moment(text: object) -> datetime | None:
    """An instant as GitLab writes it, or None where it is none."""
    try:
        read = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return read.astimezone(UTC) if read and read.tzinfo else None


def stamp(at: datetime | None) -> str | None:
    """An instant for a query or a cursor, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
