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
from syncd.schedule.calendar import Ints, WorkingTime
from syncd.schedule.dated import by_number
from syncd.schedule.durations import ASSUMED, LONGEST, Duration, duration_of
from syncd.schedule.reference import reference_of
from syncd.schedule.wiring import End, Wiring, Work
from syncd.schedule.working import Working

Own = Literal["today", "start", "due"]
Walls = npt.NDArray[np.datetime64]
_NONE = np.datetime64("NaT", "m")
_SHORT = Duration(0, "assumed")


@dataclass(slots=True)
class Nodes:
    """What is known of each node, in their order."""

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
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, snapshot: Snapshot, working: Working, wiring: Wiring) -> "Nodes":
        """All that is known of them."""
        nodes = cls(snapshot, wiring, [working.default])
        numbers = {id(working.default): 0}
        starts: list[date | None] = []
        reference = snapshot.once(reference_of)
        known: dict[tuple[int, str | None], WorkingTime] = {}
        waiting = frozenset(wiring.wires.later)
        for number, node in enumerate(wiring.nodes):
            work = (
                (snapshot.items.get(node) or snapshot.get(node)) if isinstance(node, Ref) else snapshot.milestones[node.milestone]
            )
            nodes.works.append(work)
            person, calendar = _calendar(work, working, known)
            place = numbers.setdefault(id(calendar), len(nodes.calendars))
            if place == len(nodes.calendars):
                nodes.calendars.append(calendar)
            nodes.calendar_of.append(place)
            nodes.people.append(person)
            takes = isinstance(node, Ref) and not isinstance(work, Milestone)
            waits = number in waiting
            lasting = duration_of(work, reference, waits=waits) if takes and work else ASSUMED if takes else _SHORT
            nodes.durations.append(_between(lasting, work, calendar, snapshot.today) if lasting.basis == "dates" else lasting)
            dated = work if isinstance(node, Ref) and isinstance(work, Item | Milestone) else None
            nodes.due.append(dated.due if dated else None)
            starts.append(dated.start if isinstance(dated, Item) else None)
        nodes._set_floors(starts)
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
        for number, places in by_number(of[dated]):
            these, time = dated[places], self.calendars[number]
            ends = time.index((dues[these] + 1).astype("datetime64[m]"))
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
        first, last = self.calendars[0].origin, self._last
        return np.array([day if day and first <= day <= last else None for day in days], "datetime64[D]")

    def _inside(self, days: Sequence[date | None]) -> Walls:
        """The dates of all nodes; those that are later than the calendars reach are told."""
        for number, day in enumerate(days):
            if day and day > self._last:
                node = self.wiring.nodes[number]
                label = node.label if isinstance(node, Ref) else node.milestone.label
                self.problems.append(f"{label}: {day} is later than the calendars reach ({self._last}), and moves nothing")
        return self._days(days)


def _between(known: Duration, work: Work | None, time: WorkingTime, today: date) -> Duration:
    """What the dates of work leave for it in the calendar of whoever does it: on a holiday, on leave or part-time they mean less, and of
    work in progress what is over is over. As it is where that is nothing at all; of what runs over its date nothing says how long."""
    if not isinstance(work, Item) or work.start is None or work.due is None:
        return known
    if not time.origin <= work.start <= work.due < time.end:
        return known
    first = max(work.start, today) if work.status == "doing" else work.start
    if first > work.due:
        return ASSUMED
    minutes = int(time.before[(work.due - time.origin).days + 1] - time.before[(first - time.origin).days])
    return Duration(min(minutes, LONGEST), "dates") if minutes else known


def _calendar(
    work: Work | None, working: Working, known: dict[tuple[int, str | None], WorkingTime]
) -> tuple[Person | None, WorkingTime]:
    """Whose calendar counts. `known`: those that were looked up, by the person's place in memory, which the snapshot keeps."""
    if work is None:
        return None, working.default
    team = working.team_of(work)
    person = work.assignees[0] if isinstance(work, Item) and work.assignees else None
    key = id(person), team.name if team else None
    found = known.get(key)
    if found is None:
        found = known[key] = working.calendar(person, team)
    return person, found
