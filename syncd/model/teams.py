"""Pure. How people work: hours and days of everybody, the teams, and who is in them with how much of their time."""

from dataclasses import dataclass
from datetime import date, time

WEEK = (480, 480, 480, 480, 480, 0, 0)
"""Minutes of work from Monday to Sunday, where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A working week. `minutes`: from Monday to Sunday; `starts`: when a working day begins, local time. `region`: whose public
    holidays are kept, as in "DE-BE" or "GB-SCT" ("" none). `days_off`: others that nobody works on. `zone`: "" is the model's."""

    minutes: tuple[int, ...] = WEEK
    starts: time = time(9)
    region: str = ""
    days_off: frozenset[date] = frozenset()
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in a team. `person`: a name of `[people]`, an e-mail, `connection:login` or what a vendor calls them. `share`: the part of
    their time that is the team's. `hours`: their own week, where it differs from the team's. `until`, `since`: whole days, inclusive."""

    person: str
    share: float = 1.0
    skills: tuple[str, ...] = ()
    hours: Hours | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who works together. `owns`: their projects, labels ("label:...") and milestone keys, by pattern; a milestone whose `team` is this
    name is theirs anyway. `shared`: others ask it for work. `focus`: the share of working time that goes into planned work."""

    name: str
    members: tuple[Member, ...] = ()
    hours: Hours | None = None
    owns: tuple[str, ...] = ()
    shared: bool = False
    focus: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`[work]`: the week of everybody who has none of their own, and the default focus factor (0 to 1)."""

    hours: Hours = Hours()
    focus: float = 0.8
