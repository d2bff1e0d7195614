"""Pure. The plan: when open work starts and ends, early and late, by the calendars of the people who do it, and what drives it.

`plan_of(snapshot)`, asked for as `snapshot.once(plan_of)`. The network is that of `wiring`, durations are those of `durations`,
dates follow the critical path method (`cpm`, `crossed`). What people set are inputs: open work ends no earlier than its due date,
and does not start before the start that was set, nor before today. Links push later, never earlier. A late finish is bounded by
the due dates of the milestones that wait for the work. Days count from their beginning, so that nothing moves while the day goes on.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from syncd.model.record import record
from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import Ints, NotComputable, WorkingTime
from syncd.schedule.compiled import Network
from syncd.schedule.cpm import Schedule
from syncd.schedule.crossed import crossed
from syncd.schedule.crossing import Crossing
from syncd.schedule.dated import Columns, columns_of, drivers_of, end_of, roots_of
from syncd.schedule.durations import DAY, TOLD, Duration
from syncd.schedule.nodes import Nodes, Own, Walls
from syncd.schedule.wiring import End, Node, Wire, Wiring, Work, due_of, wiring_of
from syncd.schedule.working import Working, working_of


@record(frozen=True, slots=True, kw_only=True)
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
    """The dates of all open work. `network`: the wires as they are, compiled. `floors`, `held`: the instant before which each node neither
    starts by itself nor ends. `crossing`: the calendars as passes take them. `works`: by node what it is, or a moment of. `cycles`: work
    that waits for itself, whose links push nothing; `problems`: what was not computed."""

    snapshot: Snapshot
    working: Working
    wiring: Wiring
    network: Network
    schedule: Schedule
    durations: Sequence[Duration]
    calendars: Sequence[WorkingTime]
    calendar_of: Sequence[int]
    people: Sequence[Person | None]
    own: Sequence[Own]
    own_start: Ints
    floors: Walls
    held: Walls
    crossing: Crossing
    due: Sequence[date | None]
    works: Sequence[Work | None]
    cycles: tuple[tuple[Ref, ...], ...] = ()
    problems: tuple[str, ...] = ()
    _known: dict[int, Dates] = field(default_factory=dict)

    def dates(self, node: Node) -> Dates | None:
        """When that work is done; None where it is no open work of the network. Of a milestone itself: not before its due date."""
        number = self.wiring.number.get(node)
        return None if number is None else self.dates_at(number)

    def dates_at(self, number: int) -> Dates:
        """The same by the number of a node."""
        if (found := self._known.get(number)) is None:
            found = self._known[number] = self._dates(number)
        return found

    def finish(self, number: int) -> "Finish":
        """When the work of that node is done: what `dates` says of its end, for those who ask of many."""
        day, own = self._ends(number)
        return Finish(day, own != "due" and self._by_today[number], self._work_behind(number))

    def finish_of(self, milestone: Ref) -> "Finish | None":
        """When the last of a milestone's open items has ended, and all that it waits for; None without any."""
        number = self.wiring.number.get(End(milestone))
        return None if number is None else self.finish(number)

    def end(self, milestone: Ref) -> Dates | None:
        """When the last of a milestone's open items has ended, and all that it waits for; None without any."""
        return self.dates(End(milestone))

    def no_sooner(self, milestone: Ref) -> date:
        """The day before which a milestone does not end for all that people say: their dates and estimates, and what follows from these.
        What is typical of work counts for nothing here."""
        number, today = self.wiring.number.get(End(milestone)), self.snapshot.today
        if number is None or self._dated is None:
            return today
        day: date = end_of(self._dated, self.calendars[self.calendar_of[number]], number).astype("datetime64[D]").item()
        return max(day, today)

    @cached_property
    def _dated(self) -> Schedule | None:
        """The early dates where work of which nobody says how long it takes takes no time."""
        minutes = [one.minutes if one.basis in TOLD else 0 for one in self.durations]
        with suppress(NotComputable):
            return crossed(
                self.network,
                minutes,
                self.crossing,
                self.calendar_of,
                start=self.snapshot.today,
                not_earlier=self.floors,
                not_done=self.held,
            )
        return None

    def path(self, node: Node, most: int | None = None) -> tuple[Ref, ...]:
        """The driving path: the work that pushes, from the first one to `node` itself, which is left out where it is no work.

        `most`: only so many of the last ones; whoever asks for many nodes of one long path needs no more of it.
        """
        nodes = self.wiring.nodes
        return tuple([at for number in self.numbers_on(self.wiring.number[node], most) if isinstance(at := nodes[number], Ref)])

    def works_on(self, node: Node, most: int | None = None) -> tuple[Work, ...]:
        """The work of `path`."""
        return tuple([work for number in self.numbers_on(self.wiring.number[node], most) if (work := self.works[number])])

    def numbers_on(self, step: int, most: int | None = None) -> list[int]:
        """The numbers of the work of `path`, from that of its last node."""
        nodes, earlier, drivers = self.wiring.nodes, self.wiring.wires.earlier, self._drivers
        found: list[int] = []
        seen: set[int] = set()
        while step not in seen and (most is None or len(found) < most):
            seen.add(step)
            if isinstance(nodes[step], Ref):
                found.append(step)
            if drivers[step] < 0:
                break
            step = earlier[drivers[step]]
        found.reverse()
        return found

    def is_typical(self, number: int) -> bool:
        """Whether the dates of a node rest on what is typical of such work: then its end is no more than likely."""
        return self.durations[number].basis == "class" and self._ends(number)[1] != "due"

    def driver(self, node: Node) -> Wire | None:
        """The wire that sets the early dates of a node; None where they are its own."""
        wire = self._drivers[self.wiring.number[node]]
        return self.wiring.wires[wire] if wire >= 0 else None

    def upstream(self, nodes: Iterable[Node], most: int | None = None) -> frozenset[Ref]:
        """The work itself, and all open work that it waits for, however far.

        `most`: about so many of it, the nearest; whoever asks for each node of one long path needs no more of it.
        """
        before, first = self._before
        near = {number for node in nodes if (number := self.wiring.number.get(node)) is not None}
        seen = set(near)
        while near and (most is None or len(seen) < most):
            near = {one for number in near for one in before[first[number] : first[number + 1]]}
            near -= seen
            seen |= near
        found = map(self.wiring.nodes.__getitem__, seen)
        return frozenset([node for node in found if isinstance(node, Ref)])

    def waits(self, node: Node) -> Iterator[Wire]:
        """What a node waits for."""
        number = self.wiring.number.get(node)
        return iter(()) if number is None else (self.wiring.wires[wire] for wire in self._into(number))

    def bound(self, node: Node) -> bool:
        """Whether it waits for anything."""
        number = self.wiring.number.get(node)
        return number is not None and bool(self._into(number))

    def tight(self, node: Node) -> bool:
        """Whether something that a node waits for leaves it no slack, be its own dates as late."""
        number = self.wiring.number.get(node)
        return number is not None and any(self._driving[wire] for wire in self._into(number))

    def calendar(self, node: Node) -> WorkingTime:
        """The working time in which a node is counted."""
        return self.calendars[self.calendar_of[self.wiring.number[node]]]

    @cached_property
    def day_lengths(self) -> list[int]:
        """The minutes of a usual working day, by calendar."""
        return [time.longest or DAY for time in self.calendars]

    def room(self, number: int) -> float:
        """The total float of a node in working days of the usual length of whose it is."""
        return self._rooms[number]

    @cached_property
    def _rooms(self) -> list[float]:
        lengths = np.array(self.day_lengths)[np.array(self.calendar_of, np.int64)]
        found: list[float] = (self.schedule.total_float / lengths).tolist()
        return found

    @cached_property
    def _later(self) -> Ints:
        return np.array(self.wiring.wires.later, np.int64)

    @cached_property
    def _wires(self) -> tuple[list[int], list[int]]:
        counts = np.bincount(self._later, minlength=len(self.wiring.nodes))
        return np.argsort(self._later, kind="stable").tolist(), [0, *np.cumsum(counts).tolist()]

    @cached_property
    def _before(self) -> tuple[list[int], list[int]]:
        """The nodes that each one waits for, one node after the other, and where those of each begin."""
        order, first = self._wires
        return np.array(self.wiring.wires.earlier, np.int64)[order].tolist(), first

    def _into(self, number: int) -> list[int]:
        order, first = self._wires
        return order[first[number] : first[number + 1]]

    @cached_property
    def _driving(self) -> list[bool]:
        found: list[bool] = self.schedule.driving.tolist()
        return found

    @cached_property
    def _drivers(self) -> list[int]:
        free = self.schedule.early_start <= self.own_start
        found: list[int] = drivers_of(self.schedule.driving, self._later, free).tolist()
        return found

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
        columns, floats, wire = self._columns, self._floats, self._drivers[number]
        finish, own = self._ends(number)
        return Dates(
            start=finish if columns.starts[number] == columns.finishes[number] else columns.starts[number],
            finish=finish,
            late=columns.lates[number],
            total_float=floats[0][number],
            free_float=floats[1][number],
            duration=self.durations[number],
            clocked=own != "due" and self._by_today[number],
            own=own,
            by=self._work_behind(number),
            link=self.wiring.wires.links[wire] if wire >= 0 else None,
            person=self.people[number],
        )

    def _ends(self, number: int) -> tuple[date, Own | None]:
        """The last day, and whether it is its own."""
        finish, due = self._columns.finishes[number], self.due[number]
        own = None if self._drivers[number] >= 0 else self.own[number]
        if due and (own == "due" or due >= self._beyond):
            return max(due, finish), "due"
        return finish, own

    @cached_property
    def _beyond(self) -> date:
        """What is due from that day on ends then: the calendars end."""
        return self.working.default.end - timedelta(days=1)

    def _work_behind(self, number: int) -> Ref | None:
        """The work that pushes a node: what it waits for may itself be no work, but a moment of a milestone."""
        behind = self._behind[number]
        node = self.wiring.nodes[behind] if behind >= 0 else None
        return node if isinstance(node, Ref) else None

    @cached_property
    def _behind(self) -> list[int]:
        """By node the number of the work that pushes it; -1 where none does."""
        earlier = np.array([*self.wiring.wires.earlier, -1], np.int64)
        found = behind = np.append(earlier[np.array(self._drivers, np.int64)], -1)
        moments = np.array([*(not isinstance(node, Ref) for node in self.wiring.nodes), False], np.bool_)
        while (through := moments[behind]).any():
            behind = np.where(through, found[behind], behind)
        made: list[int] = behind[:-1].tolist()
        return made


def plan_of(snapshot: Snapshot) -> Plan:
    """The plan of a snapshot."""
    working, wiring = snapshot.once(working_of), snapshot.once(wiring_of)
    nodes = Nodes.of(snapshot, working, wiring)
    network, crossing = _network(wiring), Crossing.of(nodes.calendars)
    made, problems = _scheduled(snapshot, network, nodes, crossing)
    return Plan(
        snapshot=snapshot,
        working=working,
        wiring=wiring,
        network=network,
        schedule=made,
        durations=nodes.durations,
        calendars=nodes.calendars,
        calendar_of=nodes.calendar_of,
        people=nodes.people,
        own=nodes.own,
        own_start=nodes.own_start(),
        floors=nodes.floors,
        held=nodes.held,
        crossing=crossing,
        due=nodes.due,
        works=nodes.works,
        cycles=tuple(_refs(cycle, wiring) for cycle in network.cycles),
        problems=(*nodes.problems, *problems),
    )


def _network(wiring: Wiring, longest: int | None = None) -> Network:
    """The wires as arrays; with `longest` (minutes of days of 8 hours) no lag is longer."""
    wires, kinds = wiring.wires, wiring.wires.kinds
    most = None if longest is None else longest if kinds is None else longest * np.where(kinds, 3, 1)
    lags = wires.lags if most is None else np.clip(wires.lags, -most, most)
    return Network.of(len(wiring.nodes), wires.earlier, wires.later, wires.relations or None, lags, kinds)


def _scheduled(snapshot: Snapshot, network: Network, nodes: Nodes, crossing: Crossing) -> tuple[Schedule, tuple[str, ...]]:
    """Early dates first; then late ones, which no milestone without a due date holds back. Where the calendars end before the work does,
    nothing counts as longer than 100 days; where that is too much, than 20 days, a day, a minute."""
    today = np.datetime64(snapshot.today, "m")

    def passed(durations: Sequence[int]) -> Schedule:
        return crossed(
            network,
            durations,
            crossing,
            nodes.calendar_of,
            start=today,
            not_earlier=nodes.floors,
            not_done=nodes.held,
            not_later=nodes.latest,
        )

    minutes = [one.minutes for one in nodes.durations]
    problems: tuple[str, ...] = ()
    for longest, called in ((100 * DAY, "100 days"), (20 * DAY, "20 days"), (DAY, "a day"), (1, "a minute")):
        try:
            return passed(minutes), problems
        except NotComputable as error:
            problems = (f"open work adds up to more than the calendars cover, {error}: nothing counts as longer than {called}",)
            minutes, network = [min(one, longest) for one in minutes], _network(nodes.wiring, longest)
    return passed(minutes), problems


def _refs(numbers: Iterable[int], wiring: Wiring) -> tuple[Ref, ...]:
    """A cycle as the work in it: a gate or an end stands for its milestone, once."""
    nodes = (wiring.nodes[number] for number in numbers)
    return tuple(dict.fromkeys(node if isinstance(node, Ref) else node.milestone for node in nodes))


@record(frozen=True, slots=True)
class Finish:
    """The early end of open work. `clocked`: it follows from today. `by`: the work that pushed it; None: it is its own."""

    day: date
    clocked: bool
    by: Ref | None = None


def finish_of(plan: Plan, work: Work) -> Finish:
    """When open work ends; work that nothing hard is linked to, and that is no item, by its own date."""
    if (number := plan.wiring.number.get(work.ref)) is not None:
        return plan.finish(number)
    due, today = due_of(work), plan.snapshot.today
    return Finish(due, clocked=False) if due and due >= today else Finish(today, clocked=True)
