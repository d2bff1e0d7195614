"""How far the issues of a project were read: opaque text for the runner."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.jira.search import START, Place
from syncd.model.raw import Json


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since`: everything changed before it was seen.

    The rest is set in the middle of a scan only: when it `began` by our clock, the `latest` change seen in it, and the `place`
    where its next page begins.
    """

    since: datetime | None = None
    began: datetime | None = None
    latest: datetime | None = None
    place: Place = START

    def at(self, now: datetime) -> "Cursor":
        """The scan that begins or goes on here."""
        return self if self.began else replace(self, began=now)

    def seen(self, updated: list[datetime], following: Place) -> "Cursor":
        """After a page that is not the last."""
        return replace(self, latest=max([*updated, *([self.latest] if self.latest else [])], default=None), place=following)

    def done(self, updated: list[datetime], now: datetime) -> "Cursor":
        """After the last page.

        What was changed during the scan, behind its back, may be older than the latest change that it saw, but not by more than
        the scan took. Our clock only measures how long that was: the moment itself is the server's.
        """
        latest = self.seen(updated, START).latest
        took = max(timedelta(), now - (self.began or now))
        known = [moment for moment in (self.since, latest and latest - took) if moment]
        return Cursor(since=max(known, default=None))

    def __str__(self) -> str:
        place = {name: value for name, value in asdict(self.place).items() if value}
        times = {name: getattr(self, name) for name in ("since", "began", "latest")}
        said = {name: moment.astimezone(UTC).isoformat() for name, moment in times.items() if moment}
        return json.dumps({**said, **({"place": place} if place else {})}, separators=(",", ":"))


def parse(text: str | None) -> Cursor:
    """The cursor that was stored. One that cannot be read means: from the beginning."""
    try:
        said = json.loads(text or "{}")
        times = {name: instant(said[name]) for name in ("since", "began", "latest") if said.get(name)}
        return Cursor(**times, place=Place(**said.get("place", {})))
    except (ValueError, TypeError, AttributeError):
        return Cursor()


def instant(value: Json) -> datetime | None:
    """A moment as Jira writes it (`2021-03-28T16:06:08.713+0800`), or None where it is none."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
