"""Pure. Capacity: what is asked of people, teams and skills in each week, against the time that they have for planned work.

`load_of(snapshot)`, asked for as `snapshot.once(load_of)`.

- Supply of a person and day: working minutes x share x focus factor (the team's, else that of `[work]`). Of a team: that of its members,
  each with the part that is the team's. Of a skill: all of whoever has it.
- Demand: what is left of open items, spread evenly over the working time of its people within [max(today, start), due], of the item
  or else of its milestone; where they have none there, over the days. Several people share it equally. Overdue work is asked for from
  today on, as fast as its people can. Points are no time: such items ask for nothing, and are counted in `uncounted`.
- Due: the same work, all of it in the week by whose end it has to be done.
- A team is asked by what is assigned to its members (where one is in several teams: by that of the item's team, else by their shares),
  and by what is its own and nobody's. A skill is asked by all that is asked of whoever has it, since that takes their time, and by
  what is labelled "skill:<name>" and is not theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from syncd.model.rows import Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.asked import Asked, Uncounted, asked_of
from syncd.schedule.dated import ordinals_of
from syncd.schedule.working import Working, working_of

Floats = npt.NDArray[np.float64]

WEEKS = 104
"""So many weeks are looked at, the one of today first."""


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Minutes per week: `supply` is there, `demand` is asked for when spread evenly, `due` has to be done by the end of that week."""

    supply: Floats
    demand: Floats
    due: Floats
    asked: tuple[Asked, ...] = ()

    def ratio(self, weeks: slice = slice(None)) -> float:
        """Demand / supply over these weeks: 0 where nothing is asked for, infinite where nobody is there for what is."""
        return ratio(float(self.demand[weeks].sum()), float(self.supply[weeks].sum()))

    def ratio_by(self, week: int) -> float:
        """What has to be done by the end of that week / what there is until then: over 1 it cannot be done, in whatever order."""
        return ratio(float(self.due[: week + 1].sum()), float(self.supply[: week + 1].sum()))


def ratio(demand: float, supply: float) -> float:
    """Demand / supply; less than a minute is nothing."""
    if demand < 1:
        return 0.0
    return demand / supply if supply > 0 else float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Everybody's weeks. `weeks`: their Mondays; the first one counts from today on. `uncounted`: what of the open work is in no number.
    `daily_of_team`: minutes for planned work per day from today on."""

    working: Working
    weeks: tuple[date, ...]
    people: Mapping[Person, Book]
    teams: Mapping[str, Book]
    skills: Mapping[str, Book]
    uncounted: Uncounted
    daily_of_team: Mapping[str, Floats]
    _daily: dict[Person, Floats] = field(default_factory=dict)

    def week_of(self, day: date) -> int:
        """The number of the week in which a date lies, inside of those that are looked at."""
        return min(max((day - self.weeks[0]).days // 7, 0), len(self.weeks) - 1)

    def supply(self, person: Person) -> Floats:
        """Minutes for planned work per day from today on, all teams together."""
        if person not in self._daily:
            self._daily[person] = together(_parts(self.working, person).values(), self.working)
        return self._daily[person]

    def holders(self, skill: str) -> tuple[Person, ...]:
        """Who has a skill."""
        return tuple(person for person in self.working.seats if skill in _skills(self.working, person))

    def part(self, asked: Asked, person: Person) -> Floats:
        """What one item asks of one of its people, per week."""
        found: Floats = claims(self.supply(person), [asked], self.working.today, [1 / max(1, len(asked.item.assignees))])[1]
        return found


def load_of(snapshot: Snapshot) -> Load:
    """The capacity of everybody, and what is asked of them."""
    working = snapshot.once(working_of)
    asked, uncounted = asked_of(snapshot, working)
    books = _Books(working, asked)
    monday = snapshot.today - timedelta(days=snapshot.today.weekday())
    return Load(
        working=working,
        weeks=tuple(monday + timedelta(days=7 * week) for week in range(WEEKS)),
        people=books.people,
        teams=books.teams(),
        skills=books.skills(),
        uncounted=uncounted,
        daily_of_team=books.daily_of_team,
        _daily=books.daily,
    )


Sums = Floats
"""Three rows of weeks: supply, demand, due."""


class _Books:
    """Makes the books: people first, then what is nobody's, then teams and skills of both."""

    def __init__(self, working: Working, asked: Sequence[Asked]) -> None:
        self.working, self.today = working, working.today
        self.nobodys = tuple(one for one in asked if not one.item.assignees)
        self._sums = {team.name: np.zeros((3, WEEKS)) for team in working.snapshot.teams}
        self._asked: dict[str, dict[Asked, None]] = {team.name: {} for team in working.snapshot.teams}
        self.daily_of_team = {team.name: np.zeros(_days_ahead(working)) for team in working.snapshot.teams}
        self.daily: dict[Person, Floats] = {}
        by_person = _by_person(asked)
        self.people = {
            person: self._person(person, by_person.get(person, ())) for person in dict.fromkeys((*working.seats, *by_person))
        }

    def _person(self, person: Person, asked: Sequence[Asked]) -> Book:
        parts = _parts(self.working, person)
        daily = self.daily[person] = together(parts.values(), self.working)
        supply = {name: _weekly(minutes, self.today) for name, minutes in parts.items() if name}
        sums = np.zeros((3, WEEKS))
        sums[0] = _weekly(daily, self.today)
        for name, theirs in self._by_team(asked, parts).items():
            took = claims(daily, theirs, self.today, [1 / len(one.item.assignees) for one in theirs])
            sums += took
            self._ask(name, theirs, took, supply)
        for name, minutes in supply.items():
            self._sums[name][0] += minutes
            self.daily_of_team[name] += parts[name]
        return _book(sums, asked)

    def _by_team(self, asked: Iterable[Asked], parts: Mapping[str, Floats]) -> dict[str, list[Asked]]:
        """By the team of a person that the work is put down to; "": all of theirs."""
        teams = [name for name in parts if name]
        if len(teams) < 2:
            return {name: list(asked) for name in teams or [""]}
        found: dict[str, list[Asked]] = {}
        for one in asked:
            team = self.working.team_of(one.item)
            found.setdefault(team.name if team and team.name in teams else "", []).append(one)
        return found

    def _ask(self, name: str, asked: Iterable[Asked], took: Sums, supply: Mapping[str, Floats]) -> None:
        """Put what one person is asked for down to their team, or to all of theirs by their shares."""
        teams = [name] if name else list(supply)
        every = sum((supply[team] for team in teams), np.zeros(WEEKS))
        for team in teams:
            share = np.divide(supply[team], every, out=np.full(WEEKS, 1 / len(teams)), where=every > 0)
            self._sums[team] += took * share
            self._asked[team].update(dict.fromkeys(asked))

    def teams(self) -> dict[str, Book]:
        nobodys: dict[int, list[Asked]] = {}
        for one in self.nobodys:
            nobodys.setdefault(id(self.working.team_of(one.item)), []).append(one)
        for team in self.working.snapshot.teams:
            own = nobodys.get(id(team), [])
            self._sums[team.name] += claims(self.daily_of_team[team.name], own, self.today)
            self._asked[team.name].update(dict.fromkeys(own))
        return {name: _book(sums, self._asked[name]) for name, sums in self._sums.items()}

    def skills(self) -> dict[str, Book]:
        holders: dict[str, list[Person]] = {}
        for person in self.working.seats:
            for skill in _skills(self.working, person):
                holders.setdefault(skill, []).append(person)
        labelled: dict[str, dict[Asked, None]] = {}
        for one in (*self.nobodys, *(one for book in self.people.values() for one in book.asked)):
            for skill in one.skills:
                labelled.setdefault(skill, {})[one] = None
        if not holders:
            return {}
        return {skill: self._skill(holders.get(skill, []), labelled.get(skill, {})) for skill in sorted({*holders, *labelled})}

    def _skill(self, holders: Sequence[Person], labelled: Iterable[Asked]) -> Book:
        have = frozenset(holders)
        books = [self.people[person] for person in holders]
        others = [one for one in labelled if have.isdisjoint(one.item.assignees)]
        sums = claims(together((self.daily[person] for person in holders), self.working), others, self.today)
        for book in books:
            sums += np.array((book.supply, book.demand, book.due))
        return _book(sums, dict.fromkeys((*(one for book in books for one in book.asked), *others)))


def _book(sums: Sums, asked: Iterable[Asked]) -> Book:
    return Book(sums[0], sums[1], sums[2], tuple(asked))


def _by_person(asked: Iterable[Asked]) -> dict[Person, list[Asked]]:
    """What each is asked for."""
    found: dict[Person, list[Asked]] = {}
    known: dict[int, list[Asked]] = {}  # by the very person, whom many items share: to compare them takes longer than all else
    for one in asked:
        for person in one.item.assignees:
            theirs = known.get(id(person))
            if theirs is None:
                theirs = known[id(person)] = found.setdefault(person, [])
            theirs.append(one)
    return found


def _skills(working: Working, person: Person) -> frozenset[str]:
    return frozenset(skill.strip().casefold() for skill in working.skills_of(person))


def _days_ahead(working: Working) -> int:
    return (working.weeks.end - working.today).days


def together(parts: Iterable[Floats], working: Working) -> Floats:
    """The sum of minutes per day from today on."""
    found = np.zeros(_days_ahead(working))
    for part in parts:
        found += part
    return found


def _parts(working: Working, person: Person) -> dict[str, Floats]:
    """Minutes for planned work per day from today on, by team; under "" on days on which they are in none."""
    today, default = working.place(working.today), working.snapshot.work.focus
    teams = {seat.team.name: seat.team for seat in working.seats.get(person, ())}
    whole: Floats = working.minutes(person)[today:].astype(np.float64)
    if not teams:
        return {"": whole * default}
    own: dict[str, Floats] = {name: working.minutes(person, team)[today:].astype(np.float64) for name, team in teams.items()}
    every = together(own.values(), working)
    fits = np.divide(whole, every, out=np.ones(len(whole)), where=every > whole)
    found: dict[str, Floats] = {name: minutes * fits * _focus(teams[name], default) for name, minutes in own.items()}
    between: Floats = np.where(every == 0, whole, 0) * default
    return found | {"": between} if between.any() else found


def _focus(team: Team, default: float) -> float:
    return default if team.focus is None else team.focus


def claims(supply: Floats, asked: Sequence[Asked], today: date, shares: Sequence[float] | None = None) -> Sums:
    """What items ask of somebody with that supply per day from today on, as sums per week: no supply, demand, due.

    Demand is spread evenly over the supply within each one's days. `shares`: the part of each item that is theirs.
    """
    sums = np.zeros((3, WEEKS))
    if not asked:
        return sums
    begin, before = today.toordinal(), np.concatenate((np.zeros(1), np.cumsum(supply)))
    minutes = np.array([one.minutes for one in asked]) * (1.0 if shares is None else np.array(shares))
    first = np.minimum([one.first.toordinal() - begin for one in asked], len(supply) - 1)
    last = _ends(asked, today, before, before[first] + minutes)
    last = np.maximum(np.minimum(last, len(supply)), first + 1)
    there = before[last] - before[first]
    paced = there > 0
    rate = _between(first, last, np.divide(minutes, there, out=np.zeros(len(minutes)), where=paced), len(supply))
    flat = _between(first, last, np.where(paced, 0, minutes / (last - first)), len(supply))
    sums[1] = _weekly(rate * supply + flat, today)
    weeks = (last - 1 + today.weekday()) // 7
    sums[2] = np.bincount(weeks[weeks < WEEKS], minutes[weeks < WEEKS], WEEKS)
    return sums


def _ends(asked: Sequence[Asked], today: date, before: Floats, done: Floats) -> npt.NDArray[np.int64]:
    """The day after the last one of each: what is overdue ends when there was time enough for it, which may be a matter of rounding."""
    soonest, ahead = np.searchsorted(before, done - 1e-6, "left"), ordinals_of(one.last for one in asked)
    return np.where(ahead > 0, ahead - today.toordinal() + 1, soonest)


def _between(first: npt.NDArray[np.int64], last: npt.NDArray[np.int64], amounts: Floats, days: int) -> Floats:
    """The sum, for each day, of the amounts that hold from `first` up to and without `last`."""
    steps = np.bincount(first, amounts, days + 1) - np.bincount(last, amounts, days + 1)
    found: Floats = np.maximum(np.cumsum(steps)[:days], 0)
    return found


def _weekly(daily: Floats, today: date) -> Floats:
    weeks = np.zeros(7 * WEEKS)
    ahead = daily[: 7 * WEEKS - today.weekday()]
    weeks[today.weekday() : today.weekday() + len(ahead)] = ahead
    found: Floats = weeks.reshape(WEEKS, 7).sum(axis=1)
    return found
