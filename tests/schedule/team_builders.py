"""Teams, people and leave with few words, for tests of working time and capacity."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.ref import Ref
from syncd.model.rows import Absence, Person, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Hours, Member, Team, Work
from tests.model_builders import snapshot


def team(name: str, *members: str | Member, **fields: Any) -> Team:
    """A team; a member is a name, or `Member`."""
    people = tuple(Member(person=one) if isinstance(one, str) else one for one in members)
    return Team(name=name, members=people, **fields)


def away(who: str, start: str, end: str | None, zone: str | None = None, **fields: Any) -> Absence:
    """Leave: dates are all-day with an exclusive end, instants ("2026-05-05T09:00") are on the clock of `zone`."""
    given: dict[str, Any] = {"ref": Ref("cal", "events", f"{who} {start}"), "person": Person(who)} | fields
    return Absence(start=_moment(start, zone), end=_moment(end, zone) if end else None, all_day=len(start) == 10, **given)


def company(*rows: Row, teams: tuple[Team, ...] = (), work: Work | Hours | None = None, **options: Any) -> Snapshot:
    """The model of these rows with these teams."""
    week = Work(hours=work) if isinstance(work, Hours) else work or Work()
    return replace(snapshot(*rows, **options), teams=teams, work=week)


def _moment(text: str, zone: str | None) -> date | datetime:
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone or "Europe/Berlin"))
