"""Pure. The plan: when open work starts and ends, early and late, by the calendars of the people who do it, and what drives it.

`plan_of(snapshot)`, asked for as `snapshot.once(plan_of)`. The network is that of `wiring`, durations are those of `durations`,
dates follow the critical path method (`cpm`, `crossed`). What people set are inputs: open work ends no earlier than its due date,
and does not start before the start that was set, nor before today. Links push later, never earlier. A late finish is bounded by
the due dates of the milestones that wait for the work. Days count from their beginning, so that nothing moves while the day goes on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import Ints, NotComputable, WorkingTime
from syncd.schedule.compiled import Network
from syncd.schedule.cpm import Schedule
from syncd.schedule.crossed import crossed
from syncd.schedule.dated import Columns, by_number, columns_of, drivers_of, roots_of
from syncd.schedule.durations import ASSUMED, Duration, duration_of
from syncd.schedule.reference import reference_of
from syncd.schedule.wiring import End, Node, Wire, Wiring, Work, due_of, wiring_of
from syncd.schedule.working import Working, working_of

Own = Literal["today", "start", "due"]
Walls = npt.NDArray[np.datetime64]
_NONE = np.datetime64("NaT", "m")
_SHORT = Duration(0, "assumed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """When one piece of work is done. Floats in working minutes of its own calendar.

    `start`, `finish`: the first and the last day of it, early; `late`: the last day on which it may end. `own`: its dates are its own:
    it begins today, or when people set, or ends when it is due; None: `by` pushes it, along `link` (None where it follows from a
    membership). `clocked`: that follows from today, so that another day moves it. `person`: whose calendar counts.
    """

    start: date
    finish: date
    late: date
    total_float: int
    free_float: int
    duration: Duration
    clocked: bool
    own: Own | None = None
    by: Ref | None = None
    link: Dependency | None = None
    person: Person | None = None

    @property
    def critical(self) -> bool:
        """Whether it has no total float."""
        return self.total_float <= 0


@dataclass(frozen=True, eq=False)
class Plan:
    """The dates of all open work. `cycles`: work that waits for itself, whose links push nothing; `problems`: what was not computed."""

    snapshot: Snapshot
    working: Working
    wiring: Wiring
    schedule: Schedule
    durations: Sequence[Duration]
    calendars: Sequence[WorkingTime]
    calendar_of: Sequence[int]
    people: Sequence[Person | None]
    own: Sequence[Own]
    own_start: Ints
    due: Sequence[date | None]
    cycles: tuple[tuple[Ref, ...], ...] = ()
    problems: tuple[str, ...] = ()
    _known: dict[int, Dates] = field(default_factory=dict)

    def dates(self, node: Node) -> Dates | None:
        """When that work is done; None where it is no open work of the network. Of a milestone itself: not before its due date."""
        number = self.wiring.number.get(node)
        if number is None:
            return None
        if number not in self._known:
            self._known[number] = self._dates(number)
        return self._known[number]

    def end(self, milestone: Ref) -> Dates | None:
        """When the last of a milestone's open items has ended, and all that it waits for; None without any."""
        return self.dates(End(milestone))

    def path(self, node: Node, most: int | None = None) -> tuple[Ref, ...]:
        """The driving path: the work that pushes, from the first one to `node` itself, which is left out where it is no work.

        `most`: only so many of the last ones; whoever asks for many nodes of one long path needs no more of it.
        """
        found: list[Ref] = []
        seen: set[Node] = set()
        step: Node | None = node
        while step is not None and step not in seen and (most is None or len(found) < most):
            seen.add(step)
            if isinstance(step, Ref):
                found.append(step)
            wire = self.driver(step)
            step = self.wiring.nodes[wire.earlier] if wire else None
        return tuple(reversed(found))

    def driver(self, node: Node) -> Wire | None:
        """The wire that sets the early dates of a node; None where they are its own."""
        return self._driver(self.wiring.number[node])

    def upstream(self, nodes: Iterable[Node]) -> frozenset[Ref]:
        """The work itself, and all open work that it waits for, however far."""
        seen: set[int] = set()
        todo = [number for node in nodes if (number := self.wiring.number.get(node)) is not None]
        while todo:
            number = todo.pop()
            if number not in seen:
                seen.add(number)
                todo += [self.wiring.wires.earlier[wire] for wire in self._into(number)]
        found = (self.wiring.nodes[number] for number in seen)
        return frozenset(node for node in found if isinstance(node, Ref))

    def waits(self, node: Node) -> Iterator[Wire]:
        """What a node waits for."""
        number = self.wiring.number.get(node)
        return iter(()) if number is None else (self.wiring.wires[wire] for wire in self._into(number))

    def tight(self, node: Node) -> bool:
        """Whether something that a node waits for leaves it no slack, be its own dates as late."""
        number = self.wiring.number.get(node)
        return number is not None and any(self.schedule.driving[wire] for wire in self._into(number))

    def calendar(self, node: Node) -> WorkingTime:
        """The working time in which a node is counted."""
        return self.calendars[self.calendar_of[self.wiring.number[node]]]

    @cached_property
    def _later(self) -> Ints:
        return np.array(self.wiring.wires.later, np.int64)

    @cached_property
    def _wires(self) -> tuple[list[int], list[int]]:
        counts = np.bincount(self._later, minlength=len(self.wiring.nodes))
        return np.argsort(self._later, kind="stable").tolist(), [0, *np.cumsum(counts).tolist()]

    def _into(self, number: int) -> list[int]:
        order, first = self._wires
        return order[first[number] : first[number + 1]]

    @cached_property
    def _drivers(self) -> list[int]:
        free = self.schedule.early_start <= self.own_start
        found: list[int] = drivers_of(self.schedule.driving, self._later, free).tolist()
        return found

    def _driver(self, number: int) -> Wire | None:
        wire = self._drivers[number]
        return self.wiring.wires[wire] if wire >= 0 else None

    @cached_property
    def _by_today(self) -> list[bool]:
        """By node whether its driving path begins today."""
        drivers = np.array(self._drivers, np.int64)
        roots = roots_of(drivers, np.array(self.wiring.wires.earlier, np.int64))
        own = np.array([one == "today" for one in self.own], np.bool_) & (drivers < 0)
        found: list[bool] = own[roots].tolist()
        return found

    @cached_property
    def _columns(self) -> Columns:
        return columns_of(self.schedule, self.calendars, self.calendar_of)

    @cached_property
    def _floats(self) -> tuple[list[int], list[int]]:
        return self.schedule.total_float.tolist(), self.schedule.free_float.tolist()

    def _dates(self, number: int) -> Dates:
        columns, floats, wire = self._columns, self._floats, self._driver(number)
        finish, due = columns.finishes[number], self.due[number]
        own = None if wire else self.own[number]
        if due and (own == "due" or due >= self.working.default.end - timedelta(days=1)):
            finish, own = max(due, finish), "due"
        return Dates(
            start=finish if columns.starts[number] == columns.finishes[number] else columns.starts[number],
            finish=finish,
            late=columns.lates[number],
            total_float=floats[0][number],
            free_float=floats[1][number],
            duration=self.durations[number],
            clocked=own != "due" and self._by_today[number],
            own=own,
            by=self._work_behind(wire),
            link=wire.link if wire else None,
            person=self.people[number],
        )

    def _work_behind(self, wire: Wire | None) -> Ref | None:
        while wire is not None:
            node = self.wiring.nodes[wire.earlier]
            if isinstance(node, Ref):
                return node
            wire = self._driver(wire.earlier)
        return None


def plan_of(snapshot: Snapshot) -> Plan:
    """The plan of a snapshot."""
    working, wiring = snapshot.once(working_of), snapshot.once(wiring_of)
    nodes = _Nodes.of(snapshot, working, wiring)
    network = _network(wiring)
    made, problems = _scheduled(snapshot, network, nodes)
    return Plan(
        snapshot=snapshot,
        working=working,
        wiring=wiring,
        schedule=made,
        durations=nodes.durations,
        calendars=nodes.calendars,
        calendar_of=nodes.calendar_of,
        people=nodes.people,
        own=nodes.own,
        own_start=nodes.own_start(),
        due=nodes.due,
        cycles=tuple(_refs(cycle, wiring) for cycle in network.cycles),
        problems=(*nodes.problems, *problems),
    )


def _network(wiring: Wiring, longest: int | None = None) -> Network:
    """The wires as arrays; with `longest` no lag is longer."""
    wires = wiring.wires
    lags = wires.lags if longest is None else [max(-longest, min(longest, lag)) for lag in wires.lags]
    return Network.of(len(wiring.nodes), wires.earlier, wires.later, wires.relations or None, lags)


def _scheduled(snapshot: Snapshot, network: Network, nodes: "_Nodes") -> tuple[Schedule, tuple[str, ...]]:
    """Early dates first; then late ones, which no milestone without a due date holds back. Where the calendars end before the work does,
    nothing counts as longer than a day; where even that is too much, than a minute."""
    today = np.datetime64(snapshot.today, "m")

    def passed(durations: Sequence[int]) -> Schedule:
        return crossed(
            network,
            durations,
            nodes.calendars,
            nodes.calendar_of,
            start=today,
            not_earlier=nodes.floors,
            not_later=nodes.latest,
        )

    minutes = [one.minutes for one in nodes.durations]
    problems: tuple[str, ...] = ()
    for longest, called in ((480, "day"), (1, "minute")):
        try:
            return passed(minutes), problems
        except NotComputable as error:
            problems = (f"open work adds up to more than the calendars cover, {error}: nothing counts as longer than a {called}",)
            minutes, network = [min(one, longest) for one in minutes], _network(nodes.wiring, longest)
    return passed(minutes), problems


@dataclass(slots=True)
class _Nodes:
    """What is known of each node, in their order."""

    snapshot: Snapshot
    wiring: Wiring
    calendars: list[WorkingTime]
    calendar_of: list[int] = field(default_factory=list)
    durations: list[Duration] = field(default_factory=list)
    people: list[Person | None] = field(default_factory=list)
    own: list[Own] = field(default_factory=list)
    due: list[date | None] = field(default_factory=list)
    floors: Walls = field(default_factory=lambda: np.zeros(0, "datetime64[m]"))
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, snapshot: Snapshot, working: Working, wiring: Wiring) -> "_Nodes":
        nodes = cls(snapshot, wiring, [working.default])
        numbers = {id(working.default): 0}
        starts: list[date | None] = []
        reference = snapshot.once(reference_of)
        known: dict[tuple[int, str | None], WorkingTime] = {}
        for node in wiring.nodes:
            work = (
                (snapshot.items.get(node) or snapshot.get(node)) if isinstance(node, Ref) else snapshot.milestones[node.milestone]
            )
            person, calendar = _calendar(work, working, known)
            place = numbers.setdefault(id(calendar), len(nodes.calendars))
            if place == len(nodes.calendars):
                nodes.calendars.append(calendar)
            nodes.calendar_of.append(place)
            nodes.people.append(person)
            takes = isinstance(node, Ref) and not isinstance(work, Milestone)
            nodes.durations.append(duration_of(work, reference) if takes and work else ASSUMED if takes else _SHORT)
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


def _refs(numbers: Iterable[int], wiring: Wiring) -> tuple[Ref, ...]:
    """A cycle as the work in it: a gate or an end stands for its milestone, once."""
    nodes = (wiring.nodes[number] for number in numbers)
    return tuple(dict.fromkeys(node if isinstance(node, Ref) else node.milestone for node in nodes))


@dataclass(frozen=True, slots=True)
class Finish:
    """The early end of open work. `clocked`: it follows from today. `by`: the work that pushed it; None: it is its own."""

    day: date
    clocked: bool
    by: Ref | None = None


def finish_of(plan: Plan, work: Work) -> Finish:
    """When open work ends; work that nothing hard is linked to, and that is no item, by its own date."""
    known = plan.dates(work.ref)
    if known is not None:
        return Finish(known.finish, known.clocked, known.by)
    due, today = due_of(work), plan.snapshot.today
    return Finish(due, clocked=False) if due and due >= today else Finish(today, clocked=True)
