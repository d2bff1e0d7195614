"""Pure. Working time of everybody: whose week, holidays, leave and share of time count, and which team's work it is.

`working_of(snapshot)`, asked for as `snapshot.once(working_of)`. A day of a person has the minutes of their week (the member's, else
the team's, else that of `[work]`), none on a public holiday of their region or a day off, less the union of their leave, times the
share that a team has of them. What cannot be computed is listed in `problems`, which say how it is counted instead; nothing fails.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Hours, Team
from syncd.schedule.calendar import Ints, WorkingTime, around
from syncd.schedule.leave import Leave, leave_of, take
from syncd.schedule.members import Seat, seated
from syncd.schedule.owning import Owners
from syncd.schedule.weeks import Weeks
from syncd.schedule.wiring import Work, is_open
from syncd.schedule.working_faults import wrong_regions, wrong_weeks

K = TypeVar("K", bound=Hashable)
Whose = tuple[Person | None, str | None]
Counts = npt.NDArray[np.int32]


Why = str
"""Why nobody works on a day: "holiday", "day off", "away"; or, of a part of it, "4 hours away"."""


@dataclass(frozen=True, slots=True, eq=False)
class Free:
    """Days without work on which there would be some by the week alone, in order. `places`: in arrays of days from `origin` on; `numbers`:
    how many days of the week with work come before each, so that those of neighbours follow each other whatever weekend lies between
    them. `closed`: on which nobody with that week works; of these `days_off` are the team's own. `gone`: how many minutes of a day that
    has some work all the same."""

    origin: date
    places: list[int]
    numbers: list[int]
    closed: list[bool]
    days_off: Collection[date]
    gone: list[int]

    def day(self, at: int) -> date:
        """One of them."""
        return self.origin + timedelta(days=self.places[at])

    def why(self, at: int) -> Why:
        """Why there is no work on it, or less."""
        if not self.closed[at]:
            return _away(self.gone[at]) if self.gone[at] else "away"
        return "day off" if self.day(at) in self.days_off else "holiday"


@dataclass(frozen=True, slots=True, eq=False)
class Working:
    """Who works when, from two years back to five years ahead, and whose work it is.

    `seats`: the places in teams that a person has; `by_team`: those that a team has. `problems`: what is wrong with teams, weeks and
    leave, one line each, which name people as the configuration does. `without_calendar`: who is assigned to open work, and in no
    team and never away as far as is known.
    """

    snapshot: Snapshot
    today: date
    weeks: Weeks
    leave: Leave
    owners: Owners
    seats: Mapping[Person, tuple[Seat, ...]]
    by_team: Mapping[str, tuple[Seat, ...]]
    problems: tuple[str, ...] = ()
    without_calendar: tuple[Person, ...] = ()
    _minutes: dict[Whose, Ints] = field(default_factory=dict)
    _calendars: dict[Whose, WorkingTime] = field(default_factory=dict)
    _teams: dict[int, tuple[Work, Team | None]] = field(default_factory=dict)
    _theirs: dict[int, tuple[Person, tuple[Team, ...]]] = field(default_factory=dict)
    _off: dict[tuple[int, str | None], tuple[Person | None, Free]] = field(default_factory=dict)
    _away: dict[int, tuple[Person, Counts, Counts]] = field(default_factory=dict)

    @property
    def origin(self) -> date:
        """The first date of the range."""
        return self.weeks.origin

    @property
    def default(self) -> WorkingTime:
        """The week of whoever has none of their own."""
        return self.calendar()

    def place(self, day: date) -> int:
        """Where a date is in arrays of days, kept inside the range."""
        return min(max((day - self.origin).days, 0), (self.weeks.end - self.origin).days - 1)

    def calendar(self, person: Person | None = None, team: Team | None = None) -> WorkingTime:
        """The working time of a person for a team, of a person for all of theirs, of a team, or the default.

        Whoever has no minute left from today on is counted with the week of the team, else with the default, and is in `problems`.
        """
        person = self._known(person)
        key = person, team.name if team else None
        found = self._calendars.get(key)
        if found is None:
            found = self._calendars[key] = self._compiled(person, team)
        return found

    def minutes(self, person: Person | None = None, team: Team | None = None) -> Ints:
        """Working minutes per day from `origin` on: as they are, also where none is left. Not to be written to.

        For a team that a person is in: its share of them, from the first to the last day in it. For one they are not in: all of their
        time. On days on which they are in no team they have their week all the same, to the full.
        """
        person = self._known(person)
        key = person, team.name if team else None
        made = self._minutes.get(key)
        if made is None:
            made = self._minutes[key] = self._made(person, team)
            made.flags.writeable = False
        return made

    def hours(self, person: Person | None = None, team: Team | None = None) -> Hours:
        """The week that counts: the person's in that team, else in the team that has most of them, else the team's, else everybody's."""
        theirs = self.seats.get(person, ()) if person else ()
        theirs = tuple(seat for seat in theirs if team and seat.team.name == team.name) or theirs
        if theirs:
            return self._week(max(theirs, key=lambda seat: seat.member.share))
        return (team.hours if team else None) or self.snapshot.work.hours

    def off(self, person: Person | None = None, team: Team | None = None) -> Free:
        """The days on which there would be work by the week alone, and is none. Remembered by the very object."""
        key = id(person), team.name if team else None
        known = self._off.get(key)
        if known is None:
            few = self._known(person)
            known = self._off[key] = person, self._free(person, team) if few or not person else self.off(None, team)
        return known[1]

    def _known(self, person: Person | None) -> Person | None:
        """The person; None where nothing is known of them that is not known of everybody."""
        return person if person and (person in self.seats or person in self.leave.by_person) else None

    def _free(self, person: Person | None, team: Team | None) -> Free:
        hours, made = self.hours(person, team), self.minutes(person, team)
        usual = np.array(hours.minutes)[(np.arange(len(made)) + self.origin.weekday()) % 7] > 0
        closed = self.weeks.minutes(hours) == 0
        week, less = self.weeks.minutes(hours), self._less(person, hours)
        partly = (less > 0) & (less < week) & (made > 0)
        places = np.flatnonzero(usual & (closed | (made == 0) | partly))
        numbers = (np.cumsum(usual) - 1)[places]
        gone = np.where(partly, week - less, 0)[places].tolist()
        return Free(self.origin, places.tolist(), numbers.tolist(), closed[places].tolist(), hours.days_off, gone)

    def zone_of(self, person: Person | None = None, team: Team | None = None) -> ZoneInfo:
        """Where they are."""
        return self.weeks.zone_of(self.hours(person, team))

    def team(self, name: str) -> Team | None:
        """The team of that name, whatever its case."""
        folded = name.strip().casefold()
        return next((team for team in self.snapshot.teams if team.name.casefold() == folded), None)

    def teams_of(self, person: Person) -> tuple[Team, ...]:
        """The teams that a person is in today or will be."""
        theirs = (seat for seat in self.seats.get(person, ()) if (seat.member.until or date.max) >= self.today)
        return tuple({seat.team.name: seat.team for seat in theirs}.values())

    def skills_of(self, person: Person) -> frozenset[str]:
        """What they can do that not everybody can."""
        return frozenset(skill for seat in self.seats.get(person, ()) for skill in seat.member.skills)

    def in_team(self, team: Team) -> tuple[Person, ...]:
        """Who is in it, ever, in the order of the configuration."""
        return tuple(dict.fromkeys(seat.person for seat in self.by_team.get(team.name, ())))

    def team_of(self, work: Work) -> Team | None:
        """Whose work it is: of the team that it names, or that owns its project, one of its labels or its key; an item's also by its
        milestone, or by its people where all of them are in one team."""
        if not self.snapshot.teams:
            return None
        known = self._teams.get(id(work))  # by the very object, which is kept: detectors ask for the same work a dozen times
        if known is None:
            known = self._teams[id(work)] = work, self._team_of(work)
        return known[1]

    def days_away(self, person: Person, first: date, last: date) -> tuple[int, int]:
        """Of the days from `first` to `last` on which a person would work: on how many they are away all day, and how many there are."""
        known = self._away.get(id(person))
        if known is None:
            hours = self.hours(person)
            would = self.weeks.minutes(hours) > 0
            away = would & (self._less(person, hours) == 0)
            known = self._away[id(person)] = person, _running(away), _running(would)
        begins, ends = self.place(first), self.place(last) + 1
        return int(known[1][ends] - known[1][begins]), int(known[2][ends] - known[2][begins])

    def _team_of(self, work: Work) -> Team | None:
        if isinstance(work, Milestone) and work.team and (named := self.team(work.team)):
            return named
        if owner := self.owners.owner(_names(work), work.labels, work.ref.key or ""):
            return owner
        if not isinstance(work, Item):
            return None
        above = (self.snapshot.milestones.get(self.snapshot.anchor(ref)) for ref in work.milestones if isinstance(ref, Ref))
        theirs = next((team for milestone in above if milestone and (team := self.team_of(milestone))), None)
        return theirs or self._team_of_people(work.assignees)

    def _team_of_people(self, people: Iterable[Person]) -> Team | None:
        found = {team.name: team for person in people for team in self._teams_of(person)}
        return next(iter(found.values())) if len(found) == 1 else None

    def _teams_of(self, person: Person) -> tuple[Team, ...]:
        """`teams_of`, remembered by the very object, of which many items share one: to compare people takes longer than all else."""
        known = self._theirs.get(id(person))
        if known is None:
            known = self._theirs[id(person)] = person, self.teams_of(person)
        return known[1]

    def _less(self, person: Person | None, hours: Hours) -> Ints:
        """A week less leave: of the person, and of everybody of their region."""
        spans = self.leave.of(person, hours.region, self.weeks.zone_of(hours))
        week = self.weeks.minutes(hours)
        return take(week, self.origin, self.weeks.starts(hours), spans) if spans else week

    def _made(self, person: Person | None, team: Team | None) -> Ints:
        seats = self.seats.get(person, ()) if person else ()
        if not seats:
            return self._less(person, self.hours(None, team))
        within = tuple(seat for seat in seats if team and seat.team.name == team.name)
        if within == seats and all(seat.member.since is seat.member.until is None for seat in seats):
            return self.minutes(person)
        made = self._together(person, within or seats)
        if not within:
            free = np.ones(len(made), bool)
            for seat in seats:
                free[self._days(seat)] = False
            if free.any():
                made = np.where(free, self._less(person, self.hours(person)), made)
        return made

    def _together(self, person: Person | None, seats: Sequence[Seat]) -> Ints:
        """What several places come to, at most the longest day of them."""
        made = most = np.zeros((self.weeks.end - self.origin).days, np.int64)
        for seat in seats:
            own = self._in_place(seat, self._less(person, self._week(seat)))
            part = own if seat.member.share == 1 else np.floor(own * seat.member.share + 0.5).astype(np.int64)
            made, most = (part, own) if len(seats) == 1 else (made + part, np.maximum(most, own))
        return made if len(seats) == 1 else np.minimum(made, most)

    def _in_place(self, seat: Seat, minutes: Ints) -> Ints:
        if seat.member.since is None and seat.member.until is None:
            return minutes
        found = np.zeros_like(minutes)
        found[self._days(seat)] = minutes[self._days(seat)]
        return found

    def _week(self, seat: Seat) -> Hours:
        return seat.member.hours or seat.team.hours or self.snapshot.work.hours

    def _days(self, seat: Seat) -> slice:
        first, last = seat.member.since or self.origin, seat.member.until or self.weeks.end
        return slice(max((first - self.origin).days, 0), max((last - self.origin).days + 1, 0))

    def idle(self, person: Person | None = None, team: Team | None = None) -> bool:
        """Whether no minute of work is left from today on."""
        return not self.minutes(person, team)[self.place(self.today) :].any()

    def _compiled(self, person: Person | None, team: Team | None) -> WorkingTime:
        minutes = self.minutes(person, team)
        if minutes[self.place(self.today) :].any():
            return compiled(self.origin, self.weeks.starts(self.hours(person, team)), minutes)
        if person:
            return self.calendar(None, team or next(iter(self.teams_of(person)), None))
        return self.calendar() if team else compiled(self.origin, self.weeks.starts(Hours()), self.weeks.minutes(Hours()))


def _away(minutes: int) -> Why:
    return f"{minutes / 60:g} hour{'s' if minutes != 60 else ''} away"


def compiled(origin: date, starts: int, minutes: Ints) -> WorkingTime:
    """Minutes per day as working time."""
    before = np.zeros(len(minutes) + 1, np.int64)
    np.cumsum(minutes, out=before[1:])
    return WorkingTime(origin, starts, minutes, before)


def working_of(snapshot: Snapshot) -> Working:
    """The working time of everybody whom the snapshot knows."""
    today = snapshot.today
    origin, end = around(today)
    seats, unclear = seated(snapshot.teams, snapshot.humans)
    by_person = _grouped(seats, lambda seat: seat.person)
    by_team = _grouped(seats, lambda seat: seat.team.name)
    leave = leave_of(snapshot.absences, end)
    weeks = Weeks(origin, end, snapshot.zone)
    nobody = tuple(_without_calendar(snapshot, by_person, leave))
    made = Working(snapshot, today, weeks, leave, Owners.of(snapshot.teams), by_person, by_team, without_calendar=nobody)
    problems = (*wrong_weeks(snapshot), *unclear, *leave.problems, *wrong_regions(snapshot, leave.by_region), *_idle(made))
    return replace(made, problems=problems)


def _running(days: npt.NDArray[np.bool_]) -> Counts:
    """How many of the days come before each place."""
    return np.concatenate((np.zeros(1, np.int32), np.cumsum(days, dtype=np.int32)))


def _grouped(seats: Iterable[Seat], key: Callable[[Seat], K]) -> dict[K, tuple[Seat, ...]]:
    found: dict[K, list[Seat]] = {}
    for seat in seats:
        found.setdefault(key(seat), []).append(seat)
    return {one: tuple(theirs) for one, theirs in found.items()}


def _idle(working: Working) -> Iterator[str]:
    for person in dict.fromkeys((*working.seats, *working.leave.by_person)):
        if working.idle(person):
            yield f"{person.name} has no working time from today on: counted with the week of their team, or everybody's"


def _names(work: Work) -> list[str]:
    """Its projects: of a joined milestone also the projects and keys of its sources."""
    if not isinstance(work, Milestone):
        return [work.project]
    return [work.project, *(text for claim in work.claims.values() for text in (claim.project, claim.ref.key or ""))]


def _without_calendar(snapshot: Snapshot, seats: Mapping[Person, object], leave: Leave) -> Iterator[Person]:
    # by the very object first, of which many items share one: to compare people takes longer than all else
    very = {id(one): one for item in snapshot.items.values() if is_open(item) for one in item.assignees}
    return (person for person in dict.fromkeys(very.values()) if person not in seats and person not in leave.by_person)
