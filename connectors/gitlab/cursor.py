"""How far a scope was read: opaque to everybody else, JSON to us."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

OVERLAP = timedelta(minutes=1)
"""What is read again each time: a record is stamped before its transaction ends, so it may appear after younger ones."""
MOST_AHEAD = 100


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where to read on.

    `after`: what was updated from then on is asked for. `path`: where the scope was found: when it moves, every key in it changes, and it
    is read anew. `linked`: the issues in the overlap whose links were read, by content hash. The others are there in the middle of a scan:
    `start` is the `after` that it began with, `until` the server's time then, `high` the youngest update seen so far, `ahead` how many
    were younger than `until`, `more` the query of the next page of a listing.

    `old`: in a first scan that leaves closed records of long ago out, the open ones last updated before it are read first, then all
    from it on.

    `dense`: between scans, how many records there are from `after` on where those are more than a page, else 0; then `newest` is the
    youngest update of them, and `ahead` is kept.
    """

    after: datetime | None = None
    path: str | None = None
    linked: Mapping[str, str] = field(default_factory=dict)
    start: datetime | None = None
    until: datetime | None = None
    high: datetime | None = None
    ahead: int = 0
    more: Mapping[str, str] = field(default_factory=dict)
    old: datetime | None = None
    dense: int = 0
    newest: datetime | None = None

    def resumed(self) -> "Cursor":
        """Where a scan begins, or goes on after it was cut off.

        What is stamped an overlap before it began was all there then; of what is younger, some may have come up
        behind the position.
        """
        if self.high is None:
            return replace(self, start=self.after, ahead=0, dense=0, newest=None)
        if self.more or self.after is None:
            return self
        safe = self.until - OVERLAP if self.until else self.after - OVERLAP
        return replace(self, after=min(self.after, safe).replace(microsecond=0))

    def seen(self, times: Iterable[datetime], now: datetime | None) -> "Cursor":
        """The cursor after a page with these times of update; `now` is the server's clock as it answered."""
        times, until = list(times), self.until or now
        high = max([*times, self.high] if self.high else times, default=None)
        ahead = self.ahead + sum(until is not None and at > until for at in times)
        return replace(self, until=until, high=high, ahead=ahead)

    def turned(self) -> "Cursor":
        """Where to go on once the open ones of long ago are read."""
        return Cursor(after=self.old, path=self.path, start=self.old)

    def done(self) -> "Cursor":
        """Where the next scan begins, once this one has seen everything.

        Not after the server's own time at its beginning less the overlap: what changed meanwhile may have moved between pages, and a record
        may carry a date in the future. With more than a page of such records, the clock in the header is not the one that stamps them.
        """
        if self.high is None:
            return Cursor(after=self.start, path=self.path)
        bound = self.until if self.until and self.ahead <= MOST_AHEAD else self.high
        after = (min(self.high, bound) - OVERLAP).replace(microsecond=0)
        return Cursor(after=max(after, self.start) if self.start else after, path=self.path)


def dump(cursor: Cursor) -> str:
    """Compact JSON."""
    value = {
        "after": stamp(cursor.after),
        "path": cursor.path,
        "linked": dict(cursor.linked),
        "start": stamp(cursor.start),
        "until": stamp(cursor.until),
        "high": stamp(cursor.high),
        "ahead": cursor.ahead,
        "more": dict(cursor.more),
        "old": stamp(cursor.old),
        "dense": cursor.dense,
        "newest": stamp(cursor.newest),
    }
    return json.dumps({"v": 1} | {k: v for k, v in value.items() if v}, separators=(",", ":"))


def load(text: str | None, path: str | None) -> Cursor:
    """The cursor of a scope that is now found at `path`; a fresh one where the text is none of ours or the scope has moved."""
    try:
        value = json.loads(text or "null")
        read = Cursor(
            after=moment(value.get("after")),
            path=value.get("path"),
            linked={str(k): str(v) for k, v in value.get("linked", {}).items()},
            start=moment(value.get("start")),
            until=moment(value.get("until")),
            high=moment(value.get("high")),
            ahead=int(value.get("ahead", 0)),
            more={str(k): str(v) for k, v in value.get("more", {}).items()},
            old=moment(value.get("old")),
            dense=int(value.get("dense", 0)),
            newest=moment(value.get("newest")),
        )
    except (ValueError, TypeError, AttributeError):
        return Cursor(path=path)
    return read if read.path == path else Cursor(path=path)


def moment(text: object) -> datetime | None:
    """An instant as GitLab writes it, or None where it is none."""
    return _moment(text) if isinstance(text, str) else None


@lru_cache(maxsize=1024)
def _moment(text: str) -> datetime | None:
    """A page is looked at for its order, for its overlap and for its records: each of its instants is read once."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else None


def stamp(at: datetime | None) -> str | None:
    """An instant for a query or a cursor, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
