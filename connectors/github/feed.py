"""What the list of issues says of pull requests: every one is an issue there, too, so that their own list is asked only where one changed.

GitHub documents that (https://docs.github.com/en/rest/issues/issues#list-repository-issues). All the same the list of pull requests is
asked once in a while, and a server whose issues do not tell of them is asked for both lists from then on.
"""

import json
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.github.cursor import Position
from connectors.github.moments import instant, stamp
from connectors.github.newest import OVERLAP, Step
from connectors.github.wire import Row
from syncd.model.raw import Scope

LOOK_EVERY = timedelta(hours=1)
"""How often the list of pull requests is asked for although nothing speaks for it."""
ALONE = "alone"
"""Stands in the position for what the issues are not believed to tell."""
_MOST = 100
"""So many pull requests are remembered from one pass to the next."""
_MARGIN = timedelta(seconds=5)
"""A pull request and its issue may be stamped one after the other."""

Times = Mapping[str, str]
"""Number of a pull request -> when it was updated, as the issues tell it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a read of the issues showed: all that changed after `base` (None: all there is) and up to `until`."""

    base: str | None
    until: str
    pulls: Times


@dataclass(frozen=True, slots=True)
class _Begun:
    """A read of the issues that is not at its end: where it stands, and what it showed."""

    at: str
    base: str | None
    pulls: Times


@dataclass(frozen=True, slots=True)
class Seen:
    """What a position of the pull requests remembers: the issues told up to `until` are accounted for, the latest being `pulls`.
    `at`: when the list itself was asked last."""

    until: str
    pulls: Times
    at: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One repository. `beside` is shared by the connectors of the connection: each tells what it read of the issues once, and whoever reads
    the pull requests after it in the same pass takes it. `days`: the history that a first read is bound to."""

    beside: MutableMapping[str, Any]
    scope: Scope
    now: datetime
    days: int | None

    def issues(self, steps: Iterator[Step], start: Position) -> Iterator[Step]:
        """The steps of reading the issues; once they are complete it is told what they showed."""
        self.beside.pop(self._key, None)
        begun = self._begun(start)
        pulls = dict(begun.pulls) if begun else {}
        for rows, at, complete in steps:
            pulls |= {str(row["number"]): row["updated_at"] for row in rows if _is_told(row)}
            if begun is not None and complete and at.until and at.open is None:
                self.beside[self._key] = Told(begun.base, at.until, pulls)
            elif begun is not None and not complete:
                self.beside[f"{self._key}, begun"] = replace(begun, at=at.dump(), pulls=pulls)
            yield rows, at, complete

    def _begun(self, start: Position) -> _Begun | None:
        """What a read that begins here, or goes on, has shown so far; None where that is not known."""
        known = self.beside.pop(f"{self._key}, begun", None)
        if isinstance(known, _Begun) and known.at == start.dump():
            return known
        whole = start.next is None and start.open is None and not (start.until is None and self.days)
        return _Begun(start.dump(), start.until, {}) if whole else None

    def pulls(self, steps: Iterator[Step], start: Position) -> Iterator[Step]:
        """The steps of reading the pull requests; none is asked for where the issues show that they are as they were."""
        told, seen = self.beside.get(self._key), _seen(start.feed)
        if not isinstance(told, Told) or start.feed == ALONE:
            yield from steps
            return
        if seen is not None and start.next is None and start.open is None and self._unchanged(told, seen):
            self.beside.pop(self._key, None)
            yield (), replace(start, feed=_dump(told, seen.pulls, seen.at)), True
            return
        believed = True
        for rows, at, complete in steps:
            believed = believed and all(_is_named(row, told, seen, start) for row in rows)
            if complete:
                self.beside.pop(self._key, None)
            feed = _dump(told, seen.pulls if seen else {}, stamp(self.now)) if complete and at.open is None else start.feed
            yield rows, replace(at, feed=feed if believed else ALONE), complete

    def _unchanged(self, told: Told, seen: Seen) -> bool:
        asked = instant(seen.at)
        recent = asked is not None and timedelta() <= self.now - asked < LOOK_EVERY
        joined = told.base is not None and told.base <= seen.until
        return recent and joined and all(seen.pulls.get(number) == at for number, at in told.pulls.items())

    @property
    def _key(self) -> str:
        return f"issues of {self.scope.id}"


def _is_told(row: Row) -> bool:
    return isinstance(row.get("pull_request"), dict) and isinstance(row.get("updated_at"), str) and "number" in row


def _is_named(row: Row, told: Told, seen: Seen | None, start: Position) -> bool:
    """Whether the issues told of a pull request that they must have told of: one that is new to us."""
    at, until, base = instant(row.get("updated_at")), instant(told.until), instant(told.base)
    if at is None or until is None or at > until - _MARGIN or str(row.get("number")) in told.pulls:
        return True
    known = instant(start.until)
    if seen is None:  # the issues that were read before are forgotten
        return base is not None and at <= base + _MARGIN
    return known is not None and at <= known + _MARGIN


def _dump(told: Told, before: Times, at: str) -> str | None:
    """None where more was updated of late than is worth remembering."""
    until = instant(told.until)
    floor = stamp(until - OVERLAP) if until else ""
    kept = {number: when for number, when in {**before, **told.pulls}.items() if when >= floor}
    return json.dumps([told.until, kept, at], separators=(",", ":")) if len(kept) <= _MOST else None


def _seen(text: str | None) -> Seen | None:
    try:
        until, pulls, at = json.loads(text or "")
        return Seen(str(until), {str(number): str(when) for number, when in pulls.items()}, str(at))
    except (ValueError, TypeError, AttributeError):
        return None
