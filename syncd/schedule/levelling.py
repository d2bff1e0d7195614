"""Pure. What to do where somebody is asked for too much: an order in which nothing is late, or else what saves most of the delay.

All of a person's dated work is put into their time one thing at a time (`syncd.schedule.serial`). The delay is the sum, over the
milestones (and items without one), of the working days by which the last of that work ends after it is due. An option is another
schedule: an item done by a colleague, whose own work is in it, an item for which nothing waits left out of these weeks, or one more
person; it is worth the delay that it saves. Only links that are hard and FS count, between the items that are looked at.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref, identity
from syncd.model.rows import Item, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import Asked
from syncd.schedule.load import Load
from syncd.schedule.serial import Job, Placed, Worker, level
from syncd.schedule.wiring import binding, wiring_of

MOST = 200
"""No more jobs are looked at, those that are due first."""
_ITEMS, _COLLEAGUES = 4, 2
DAY = 480

What = Literal["give", "later", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`give` an item to a colleague, do it `later` than these weeks, or have one `more` person (with that skill). `days_saved`: working
    days of delay, all milestones together."""

    what: What
    days_saved: int
    work: Item | None = None
    person: Person | None = None
    skill: str = ""

    @property
    def item(self) -> Ref | None:
        """Which item, if it is about one."""
        return self.work.ref if self.work else None


@dataclass(frozen=True, slots=True)
class Levelled:
    """One thing at a time: `order` of the items by their start, `late` in working days in all, and what saves most of that."""

    order: tuple[Item, ...]
    days_late: int
    options: tuple[Option, ...] = ()

    @property
    def best(self) -> tuple[Option, ...]:
        """The best option of each kind, in the order of what they save."""
        found: dict[str, Option] = {}
        for option in self.options:
            found.setdefault(option.what, option)
        return tuple(found.values())


def levelled(snapshot: Snapshot, load: Load, person: Person, falling: Sequence[Asked], skill: str = "") -> Levelled:
    """The work of one person, one thing at a time. `falling`: the items of the weeks with too much, the largest first."""
    work = Bench(snapshot, load)
    mine = [(asked, (person,)) for asked in load.people[person].asked]
    placed, kept = work.level(mine)
    items = [asked.item for asked in kept]
    order = tuple(items[number] for number in sorted(placed.slots, key=lambda number: (placed.slots[number].start, number)))
    late = late_in(placed)
    if late < 1:
        return Levelled(order, 0)
    found = [one for one in work.options(person, mine, falling[:_ITEMS], late, skill) if one.days_saved > 0]
    found.sort(key=lambda one: (-one.days_saved, ("give", "later", "more").index(one.what), str(one.item)))
    return Levelled(order, max(1, round(late / DAY)), tuple(found))


Piece = tuple[Asked, tuple[Person, ...]]
"""Work, and who of whom does it."""


class Bench:
    """Where schedules of a few people are made: their time, and the hard links between their items."""

    def __init__(self, snapshot: Snapshot, load: Load) -> None:
        self.load, self.today = load, load.working.today
        self.before, self.number = snapshot.once(_before), snapshot.once(wiring_of).number
        self.waited_for = snapshot.once(_waited_for)
        working = load.working
        self.everybody = working.minutes()[working.place(self.today) :]
        self.clock = _worker(self.everybody)
        self._workers: dict[Person, Worker] = {}

    def level(self, work: Sequence[Piece], helpers: int = 0) -> tuple[Placed, list[Asked]]:
        """A schedule of all of that, each piece by one of its people. `helpers`: so many more people can do any of it."""
        kept = sorted(work, key=lambda one: (one[0].last or self.today, identity(one[0].ref)))[:MOST]
        people = list(dict.fromkeys(person for _, persons in kept for person in persons))
        workers = [self._worker(person) for person in people]
        workers += [_worker(self.everybody * self.load.working.snapshot.work.focus)] * helpers
        number = {person: place for place, person in enumerate(people)}
        numbers = [self.number[asked.ref] for asked, _ in kept]
        places = {number: place for place, number in enumerate(numbers)}
        groups: dict[Ref, int] = {}
        jobs = [
            Job(
                minutes=asked.minutes / max(1, len(asked.item.assignees)),
                who=(*(number[person] for person in persons), *range(len(people), len(workers))),
                release=(asked.first - self.today).days,
                due=(asked.last - self.today).days if asked.last else -1,
                before=tuple(places[one] for one in self.before.get(at, ()) if one in places),
                group=groups.setdefault(min(asked.milestones, default=asked.ref), len(groups)),
            )
            for at, (asked, persons) in zip(numbers, kept, strict=True)
        ]
        return level(jobs, workers, self.clock), [asked for asked, _ in kept]

    def options(self, person: Person, mine: Sequence[Piece], items: Sequence[Asked], late: float, skill: str) -> Iterator[Option]:
        """What each of these would save, worth it or not."""
        for asked in items:
            if self.number[asked.ref] in self.waited_for:
                continue
            others = [piece for piece in mine if piece[0] is not asked]
            yield self._option("later", late - late_in(self.level(others)[0]), work=asked.item)
        for colleague in self._colleagues(person):
            theirs: list[Piece] = [(one, (colleague,)) for one in self.load.people[colleague].asked]
            together = late + late_in(self.level(theirs)[0])
            for asked in items:
                if set(asked.skills) <= self._skills(colleague) and colleague not in asked.item.assignees:
                    moved = [(one, (colleague,) if one is asked else persons) for one, persons in mine]
                    placed = self.level([*moved, *theirs])[0]
                    yield self._option("give", together - late_in(placed), work=asked.item, person=colleague)
        yield self._option("more", late - late_in(self.level(mine, helpers=1)[0]), skill=skill)

    def _option(self, what: What, minutes: float, **fields: object) -> Option:
        made = Option(what=what, days_saved=round(minutes / DAY))
        return replace(made, **fields)  # type: ignore[arg-type]

    def _colleagues(self, person: Person) -> list[Person]:
        """The members of the person's teams who have most time left in the weeks ahead."""
        working = self.load.working
        found = {one: None for team in working.teams_of(person) for one in working.in_team(team) if one != person}
        free = {one: -float((self.load.people[one].supply - self.load.people[one].demand)[:12].sum()) for one in found}
        return sorted((one for one in free if free[one] < 0), key=lambda one: (free[one], one.name))[:_COLLEAGUES]

    def _skills(self, person: Person) -> set[str]:
        return {skill.strip().casefold() for skill in self.load.working.skills_of(person)}

    def _worker(self, person: Person) -> Worker:
        if person not in self._workers:
            self._workers[person] = _worker(self.load.supply(person))
        return self._workers[person]


def _worker(supply: npt.NDArray[Any]) -> Worker:
    return Worker(np.concatenate((np.zeros(1), np.cumsum(supply))).tolist())


def late_in(placed: Placed) -> float:
    """Minutes of everybody's working time that is late in all."""
    return sum(placed.late().values())


def _before(snapshot: Snapshot) -> Mapping[int, Sequence[int]]:
    """Hard FS links between open work, by its numbers."""
    found: dict[int, list[int]] = {}
    bound = binding(snapshot)
    for link, earlier, later in zip(bound.links, bound.earlier, bound.later, strict=True):
        if link.relation == "FS":
            found.setdefault(later, []).append(earlier)
    return found


def _waited_for(snapshot: Snapshot) -> Collection[int]:
    """What anything waits for, by its numbers."""
    return frozenset(chain.from_iterable(snapshot.once(_before).values()))
