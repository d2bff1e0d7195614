"""Pure. What is known of each node of a plan before any date follows: whose calendar counts, how long it takes, what people set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.calendar import Ints, WorkingTime
from syncd.schedule.dated import by_number, days_of, ordinals_of
from syncd.schedule.durations import ASSUMED, LONGEST, Duration, duration_of
from syncd.schedule.reference import reference_of
from syncd.schedule.wiring import End, Wiring, Work, opened_of
from syncd.schedule.working import Working

Own = Literal["today", "start", "due"]
Walls = npt.NDArray[np.datetime64]
_NONE = np.datetime64("NaT", "m")
_SHORT = Duration(0, "assumed")


@dataclass(slots=True)
class Nodes:
    """What is known of each node, in their order. `floors`: the instant before which it does not start by itself; `held`: that before which
    nobody takes it for finished, as it is due then."""

    snapshot: Snapshot
    wiring: Wiring
    calendars: list[WorkingTime]
    calendar_of: list[int] = field(default_factory=list)
    durations: list[Duration] = field(default_factory=list)
    people: list[Person | None] = field(default_factory=list)
    own: list[Own] = field(default_factory=list)
    due: list[date | None] = field(default_factory=list)
    works: list[Work | None] = field(default_factory=list)
    floors: Walls = field(default_factory=lambda: np.zeros(0, "datetime64[m]"))
    held: Walls = field(default_factory=lambda: np.zeros(0, "datetime64[m]"))
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, snapshot: Snapshot, working: Working, wiring: Wiring) -> "Nodes":
        """All that is known of them."""
        nodes = cls(snapshot, wiring, [working.default])
        reference, items = snapshot.once(reference_of), snapshot.once(opened_of).items
        place, waiting = _Places(working, nodes.calendars, numbers={id(working.default): 0}), frozenset(wiring.wires.later)
        nodes.people = [item.assignees[0] if item.assignees else None for item in items]
        nodes.calendar_of = [place.of(person, working.team_of(item)) for person, item in zip(nodes.people, items, strict=True)]
        for number, item in enumerate(items):
            lasting = duration_of(item, reference, waits=number in waiting)
            if lasting.basis == "dates":
                lasting = _between(lasting, item, nodes.calendars[nodes.calendar_of[number]], snapshot.today)
            nodes.durations.append(lasting)
        nodes.due = [item.due for item in items]
        nodes.works = [*items]
        others = wiring.nodes[len(items) :]
        for node in others:
            work = snapshot.get(node) if isinstance(node, Ref) else snapshot.milestones[node.milestone]
            nodes.works.append(work)
            nodes.calendar_of.append(place.of(None, working.team_of(work) if work else None))
            nodes.people.append(None)
            nodes.durations.append(ASSUMED if isinstance(node, Ref) and not isinstance(work, Milestone) else _SHORT)
            nodes.due.append(work.due if isinstance(node, Ref) and isinstance(work, Milestone) else None)
        nodes._set_floors([*(item.start for item in items), *(None for _ in others)])
        return nodes

    def _set_floors(self, starts: Sequence[date | None]) -> None:
        """The instant before which each node does not start by itself, and what says so."""
        today = self.snapshot.today
        begins, dues = self._inside(starts), self._inside(self.due)
        floors = begins.astype("datetime64[m]")
        floors[floors <= np.datetime64(today, "m")] = _NONE
        own = np.where(np.isnat(floors), 0, 1)
        lasting = np.array([one.minutes for one in self.durations], np.int64)
        of = np.array(self.calendar_of, np.int64)
        dated = np.flatnonzero(~np.isnat(dues) & (dues >= np.datetime64(today)))
        self.held = np.full(len(dues), _NONE)
        self.held[dated] = dues[dated] + 1
        for number, places in by_number(of[dated]):
            these, time = dated[places], self.calendars[number]
            ends = time.index(self.held[these])
            at = np.maximum(ends - lasting[these], 0)
            at = np.minimum(at, time.total - 1)
            floor = np.where(lasting[these] > 0, time.start(at), time.finish(at))
            later = np.isnat(floors[these]) | (floor > floors[these])
            later &= floor > np.datetime64(today, "m")
            floors[these[later]], own[these[later]] = floor[later], 2
        self.floors = floors
        kinds: tuple[Own, ...] = ("today", "start", "due")
        self.own = [kinds[one] for one in own.tolist()]

    def own_start(self) -> Ints:
        """The minute index at which each node may start by itself."""
        walls = np.where(np.isnat(self.floors), np.datetime64(self.snapshot.today, "m"), self.floors)
        return self._indexes(walls)

    def latest(self, early: Ints) -> Walls:
        """The instant by which each milestone has to end: its due date, else its own early end (`early`, by node)."""
        found = np.full(len(self.due), _NONE)
        ends = [(number, node.milestone) for number, node in enumerate(self.wiring.nodes) if isinstance(node, End)]
        numbers = np.array([number for number, _ in ends], np.int64)
        days = self._days([self.snapshot.milestones[ref].due for _, ref in ends])
        for calendar, places in by_number(np.array(self.calendar_of, np.int64)[numbers]):
            these, time = numbers[places], self.calendars[calendar]
            found[these] = np.where(np.isnat(days[places]), time.finish(early[these]), (days[places] + 1).astype("datetime64[m]"))
        return found

    def _indexes(self, walls: Walls) -> Ints:
        found = np.zeros(len(walls), np.int64)
        for number, these in by_number(np.array(self.calendar_of, np.int64)):
            found[these] = self.calendars[number].index(walls[these])
        return found

    @property
    def _last(self) -> date:
        return self.calendars[0].end - timedelta(days=2)

    def _days(self, days: Sequence[date | None]) -> Walls:
        """Dates as an array; those outside of what the calendars cover are none."""
        ordinals = ordinals_of(days)
        found = days_of(ordinals)
        found[(ordinals < self.calendars[0].origin.toordinal()) | (ordinals > self._last.toordinal())] = _NONE
        return found

    def _inside(self, days: Sequence[date | None]) -> Walls:
        """The dates of all nodes; those that are later than the calendars reach are told."""
        for number in np.flatnonzero(ordinals_of(days) > self._last.toordinal()).tolist():
            node = self.wiring.nodes[number]
            label = node.label if isinstance(node, Ref) else node.milestone.label
            self.problems.append(f"{label}: {days[number]} is later than the calendars reach ({self._last}), and moves nothing")
        return self._days(days)


@dataclass(slots=True)
class _Places:
    """Whose calendar counts: its number in `calendars`. `known`: those that were looked up, by the person's place in memory, which the
    snapshot keeps; `numbers`: by that of the calendar."""

    working: Working
    calendars: list[WorkingTime]
    known: dict[tuple[int, str | None], int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    def of(self, person: Person | None, team: Team | None) -> int:
        """The number of the calendar of a person in a team, which is added where it is new."""
        key = id(person), team.name if team else None
        found = self.known.get(key)
        if found is None:
            calendar = self.working.calendar(person, team)
            found = self.known[key] = self.numbers.setdefault(id(calendar), len(self.calendars))
            if found == len(self.calendars):
                self.calendars.append(calendar)
        return found


def _between(known: Duration, item: Item, time: WorkingTime, today: date) -> Duration:
    """What the dates of work leave for it in the calendar of whoever does it: on a holiday, on leave or part-time they mean less, and of
    work in progress what is over is over. As it is where that is nothing at all; of what runs over its date nothing says how long."""
    if item.start is None or item.due is None or not time.origin <= item.start <= item.due < time.end:
        return known
    first = max(item.start, today) if item.status == "doing" else item.start
    if first > item.due:
        return ASSUMED
    minutes = int(time.before[(item.due - time.origin).days + 1] - time.before[(first - time.origin).days])
    return Duration(min(minutes, LONGEST), "dates") if minutes else known
