"""How far the issues of a project were read: opaque text for the runner."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.jira.paging import START, Place
from syncd.model.raw import Json

WHOLE = "whole"
"""The cursor of what is read whole each time: there is nothing to go on from."""
_FORM = 2
"""The first form, which named none, was of scans in the order of creation."""
_TIMES = ("since", "began", "head", "latest", "moment")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since`: everything changed before it was seen. `where`: the condition under which that was so.

    The rest is set in the middle of a scan only: when it `began` by our clock, the newest change on its first page (`head`), the
    `latest` change seen in it, the `place` where its next page begins, and a `moment` of the server's that had passed before it.
    """

    since: datetime | None = None
    began: datetime | None = None
    head: datetime | None = None
    latest: datetime | None = None
    moment: datetime | None = None
    place: Place = START
    where: str = ""

    def at(self, now: datetime) -> "Cursor":
        """The scan that begins or goes on here."""
        return self if self.began else replace(self, began=now)

    def seen(self, updated: list[datetime], following: Place) -> "Cursor":
        """After a page that is not the last."""
        head = max(updated, default=None) if self.place == START else self.head
        return replace(self, head=head, latest=max([*updated, *_known(self.latest)], default=None), place=following)

    def done(self, updated: list[datetime], now: datetime) -> "Cursor":
        """After the last page.

        What was changed during the scan, behind its back, was changed after the server gave the first page: it is no older than
        anything on that page, nor older than the latest change seen by more than the scan took. Our clock only measures how long
        that was: the moments themselves are the server's.
        """
        after = self.seen(updated, START)
        took = max(timedelta(), now - (self.began or now))
        since = max(_known(self.since, self.moment, after.head, after.latest and after.latest - took), default=None)
        return Cursor(since=since, where=self.where)

    def __str__(self) -> str:
        place = {name: value for name, value in asdict(self.place).items() if value}
        times = {name: getattr(self, name) for name in _TIMES}
        said = {name: moment.astimezone(UTC).isoformat() for name, moment in times.items() if moment}
        more = {name: value for name, value in (("place", place), ("where", self.where)) if value}
        return json.dumps({"form": _FORM, **said, **more}, separators=(",", ":"))


def parse(text: str | None, where: str = "") -> Cursor:
    """The cursor that was stored. One that cannot be read, or counts for another condition, means: from the beginning.

    A place kept in the first form counts in another order of the issues: its scan begins anew, from the same watermark.
    """
    try:
        said = json.loads(text or "{}")
        place = Place(**said.get("place", {}))
        times = {name: instant(said[name]) for name in _TIMES if said.get(name)}
        if str(said.get("where", "")) != where:
            return Cursor(where=where)
        return Cursor(**times, place=place, where=where) if said.get("form") == _FORM else Cursor(since=times.get("since"))
    except (ValueError, TypeError, AttributeError):
        return Cursor(where=where)


def instant(value: Json) -> datetime | None:
    """A moment as Jira writes it (`2021-03-28T16:06:08.713+0800`), or None where it is none."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment]
