"""`[work]` and `[teams.<name>]`: when people work, who is in which team, and whose public holidays they keep."""

import re
import zoneinfo
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from syncd.config.faults import Fault, Faults
from syncd.config.raw import Keys
from syncd.config.shape import Number, Section
from syncd.model.teams import WEEK, Hours, Member, Team, Work
from syncd.schedule.holidays_of import unknown

_DAYS = range(1, 8)


class HoursKeys(Section):
    """A working week. What is left out is taken from the one above it: a member's from the team's, a team's from [work]."""

    weekdays: tuple[int, ...] | None = None
    """The days of work: 1 is Monday, 7 is Sunday."""
    hours_per_day: Annotated[float, Number] | None = Field(default=None, gt=0, le=24)
    """Hours of work on each of them."""
    day_starts: str | None = None
    """When a working day begins, local time, as in "09:00"."""
    region: str | None = None
    """Whose public holidays are kept: country, and subdivision where there is one, as in "DE-BE"; "" none."""
    days_off: tuple[date, ...] | None = None
    """Days on which nobody works, beside weekends and holidays."""
    zone: str | None = None
    """The time zone of these people, where it is not that of [model]."""

    @field_validator("weekdays")
    @classmethod
    def _days(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if value is not None and not (value and set(value) <= set(_DAYS)):
            raise Fault("are no days of a week", "List numbers from 1 (Monday) to 7 (Sunday), at least one.")
        return value

    @field_validator("day_starts")
    @classmethod
    def _time(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise Fault("is no time of the day", 'Write it as in "09:00".')
        return value

    @field_validator("region")
    @classmethod
    def _region(cls, value: str | None) -> str | None:
        if value and (reason := unknown(value)):
            raise Fault(reason, 'Write it as in "DE-BE"; leave it empty to keep no public holidays.')
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        try:
            return value if not value or zoneinfo.ZoneInfo(value) else None
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise Fault(f"there is no time zone {value!r}", "Write it as in Europe/Berlin.") from None


class WorkKeys(HoursKeys):
    """When everybody works of whom nothing else is said: Monday to Friday, 8 hours."""

    focus: Annotated[float, Number] = Field(default=0.8, gt=0, le=1)
    """The share of working time that goes into planned work; the rest are meetings and questions."""


class MemberKeys(HoursKeys):
    """One person in a team."""

    person: str = Field(min_length=1)
    """A name of [people], an e-mail address, or what a vendor calls them."""
    share: Annotated[float, Number] = Field(default=1, gt=0, le=1)
    """The part of their working time that is this team's."""
    skills: tuple[str, ...] = ()
    """What they can do that not everybody can."""
    since: date | None = None
    """The first day in the team."""
    until: date | None = None
    """The last day in the team."""

    @field_validator("until")
    @classmethod
    def _in_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("since")
        if value is not None and since is not None and value < since:
            raise Fault(f"is earlier than since ({since})", "Name a later day, or leave one of the two out.")
        return value


class TeamKeys(HoursKeys):
    """People who work together."""

    members: tuple[MemberKeys, ...] = ()
    """Who is in it."""
    owns: tuple[str, ...] = ()
    """Its projects or repositories, its labels ("label:team-pay") and keys of milestones, by pattern. A milestone that names the team is
    its anyway."""
    shared: bool = False
    """Other teams ask it for work."""
    focus: Annotated[float, Number] | None = Field(default=None, gt=0, le=1)
    """As in [work]."""


def work(keys: WorkKeys) -> Work:
    """Everybody's week."""
    return Work(hours=_hours(keys, Hours()), focus=keys.focus)


def teams(tables: Any, default: Work, faults: Faults) -> tuple[Team, ...]:
    """The sections of `[teams]`; what is wrong with them goes to `faults`."""
    if not isinstance(tables, Mapping):
        faults.no_table(("teams",), "a line such as [teams.payments]")
        return ()
    found = ((name, _keys(name, table, faults)) for name, table in tables.items())
    return tuple(_team(name, keys, default) for name, keys in found if keys is not None)


def _keys(name: str, table: Any, faults: Faults) -> TeamKeys | None:
    at: Keys = ("teams", name)
    if not isinstance(table, Mapping):
        faults.no_table(at, f"[teams.{name}]")
        return None
    return faults.check(TeamKeys, dict(table), at)


def _team(name: str, keys: TeamKeys, default: Work) -> Team:
    hours = _hours(keys, default.hours)
    return Team(
        name=name,
        members=tuple(_member(member, hours) for member in keys.members),
        hours=hours,
        owns=keys.owns,
        shared=keys.shared,
        focus=keys.focus,
    )


def _member(keys: MemberKeys, team: Hours) -> Member:
    return Member(
        person=keys.person,
        share=keys.share,
        skills=keys.skills,
        hours=_hours(keys, team),
        since=keys.since,
        until=keys.until,
    )


def _hours(keys: HoursKeys, above: Hours) -> Hours:
    """The week with what is written, else with what the one above it says."""
    return Hours(
        minutes=_minutes(keys, above.minutes),
        starts=time.fromisoformat(keys.day_starts) if keys.day_starts else above.starts,
        region=above.region if keys.region is None else keys.region,
        days_off=above.days_off if keys.days_off is None else above.days_off | frozenset(keys.days_off),
        zone=above.zone if keys.zone is None else keys.zone,
    )


def _minutes(keys: HoursKeys, above: tuple[int, ...]) -> tuple[int, ...]:
    per_day = round(keys.hours_per_day * 60) if keys.hours_per_day else max((*above, *WEEK[:1]) if not any(above) else above)
    days = set(keys.weekdays or ()) or {day for day in _DAYS if above[day - 1]}
    if keys.weekdays is None and keys.hours_per_day is None:
        return above
    return tuple(per_day if day in days else 0 for day in _DAYS)
