"""Pure. Reference classes: how long finished work of the same kind took, by which open work without an estimate is judged.

A class is (team or project, type, size); where fewer than `LEAST` finished items are in it, size, then type, then project are
left out. Cycle time is counted in working days, from the day on which work began up to and including the day on which it was done.
Where a tracker does not tell when work begins, it is counted from an item's creation; then the time since its creation counts for open
work, too, as the time since its beginning does for work in progress: what is typical is what was left of what had taken as long.
Source: the outside view of D. Kahneman and A. Tversky, "Intuitive prediction" (1979), as reference class forecasting.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from functools import cached_property
from math import ceil
from operator import attrgetter
from zoneinfo import ZoneInfo

import numpy as np

from syncd.model.record import record
from syncd.model.ref import Ref
from syncd.model.rows import Item, Status
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import Ints
from syncd.schedule.ordered import ordered_items
from syncd.schedule.wall import wall_day
from syncd.schedule.workdays import workdays_within

LEAST = 20
"""So many finished items make a class."""
_SIZES = (480, 1440, 2880, 4800)
"""Upper ends of the sizes, in minutes of estimate: up to a day, three days, six days, ten days, more."""

_NAMES = (*(f"up to {edge // 480} d" for edge in _SIZES), f"over {_SIZES[-1] // 480} d")

Class = tuple[str, ...]
Kind = tuple[str, str, str, str]
ALL: Class = ()
"""The class of all work: what none is large enough for, this one is, if any."""


@record(frozen=True, slots=True)
class Finished:
    """An item that was done: `began`, `ended` in the model's zone, `days` its cycle time in working days, `planned` its estimate in
    minutes; `kind`: that of the item; `filed`: it began, as far as is known, when it was created."""

    item: Item
    began: date
    ended: date
    days: int
    planned: float | None
    kind: Kind
    filed: bool = False


@dataclass(frozen=True, slots=True)
class Typical:
    """What is typical of a class. `days`: the median cycle time in working days; `of`: so many finished items say so; `name`: its own.

    `age`: of work that has taken so many working days already, `days` is the median of what was left of those that took longer; where
    none did, it is 0 for work in progress, and `of` is all of them; what only waits for so long is as if it were new."""

    days: float
    of: int
    name: str
    age: int | None = None


@dataclass(frozen=True)
class Reference:
    """All finished items, oldest first, by class. `began`: when open work in progress began; days are those of `zone`."""

    today: date
    finished: tuple[Finished, ...] = ()
    began: Mapping[Ref, date] = field(default_factory=dict)
    zone: tzinfo = UTC

    @cached_property
    def days(self) -> Mapping[Class, Ints]:
        """The cycle times by class, as far as one is large enough; the oldest first."""
        days = np.array([one.days for one in self.finished], np.int64)
        return {class_: days[places] for class_, places in self._places.items()}

    @cached_property
    def _places(self) -> Mapping[Class, list[int]]:
        return classed(self.finished)

    @cached_property
    def _medians(self) -> Mapping[Class, Typical]:
        return {
            class_: Typical((days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2, len(days), name_of(class_))
            for class_, days in self.ordered.items()
        }

    @cached_property
    def by_item(self) -> Mapping[int, Finished]:
        """The finished items by the place of the very object in memory, which the snapshot keeps: for those who have it."""
        return {id(one.item): one for one in self.finished}

    @cached_property
    def by_ref(self) -> Mapping[Ref, Finished]:
        """The finished items by their identity."""
        return {one.item.ref: one for one in self.finished}

    @cached_property
    def ordered(self) -> Mapping[Class, list[int]]:
        """Cycle times by class, the shortest first."""
        return {class_: np.sort(days).tolist() for class_, days in self.days.items()}

    @cached_property
    def _like(self) -> dict[Kind, Class | None]:
        return {}

    def like(self, item: Item) -> Class | None:
        """The narrowest class of the item that is large enough."""
        key = kind_of(item)
        try:
            return self._like[key]
        except KeyError:
            found = self._like[key] = next((class_ for class_ in classes_of(item) if class_ in self.days), None)
            return found

    @cached_property
    def _filed(self) -> frozenset[Class]:
        """The classes whose cycle times are mostly counted from creation."""
        filed = np.array([one.filed for one in self.finished], np.bool_)
        return frozenset(class_ for class_, places in self._places.items() if 2 * np.count_nonzero(filed[places]) > len(places))

    @cached_property
    def _aged(self) -> dict[tuple[Class, int], Typical]:
        return {}

    def age(self, item: Item) -> int | None:
        """How many working days work in progress has taken already, today not counted; None of other work."""
        began = self.began.get(item.ref) if item.status == "doing" else None
        return self._since(began) if began else None

    def _age(self, item: Item, class_: Class, *, waits: bool) -> int | None:
        """The same, or for how long it is there, where that is what the cycle times of its class count."""
        age = self.age(item)
        if age is None and not waits and item.created_at and class_ in self._filed:
            return self._since(wall_day(item.created_at, self.zone))
        return age

    def _since(self, day: date) -> int:
        return max(0, workdays_within(day, self.today) - 1)

    def typical(self, item: Item, *, waits: bool = False) -> Typical | None:
        """What is typical of work like this, at its age; None where too little like it was ever finished. `waits`: for other work."""
        class_ = self.like(item)
        if class_ is None:
            return None
        age = self._age(item, class_, waits=waits)
        if age is None:
            return self._medians[class_]
        found = self._aged.get((class_, age))
        if found is None:
            days, first = self.ordered[class_], bisect_right(self.ordered[class_], age)
            longer = len(days) - first
            if not longer and item.ref not in self.began:
                return self._medians[class_]
            middle = first + longer // 2
            median = (days[middle - 1 + longer % 2] + days[middle]) / 2 - age if longer else 0
            found = self._aged[class_, age] = Typical(median, longer or len(days), name_of(class_), age)
        return found

    def spread(self, item: Item, shares: Sequence[float]) -> tuple[int, ...] | None:
        """In how many working days these shares of the finished work like this were done; None where too little ever was."""
        class_ = self.like(item)
        if class_ is None:
            return None
        days = self.ordered[class_]
        return tuple(days[max(0, ceil(share * len(days)) - 1)] for share in shares)


def reference_of(snapshot: Snapshot) -> Reference:
    """What the finished items of a snapshot tell. Use it as `snapshot.once(reference_of)`."""
    names, zone, today = snapshot.once(status_names), ZoneInfo(snapshot.zone), snapshot.today
    finished, began = [], {}
    for item in snapshot.once(ordered_items):
        if item.status == "doing":
            began[item.ref], _ = _began(item, names, zone, today)
        elif item.status == "done" and item.done_at is not None:
            ended = wall_day(item.done_at, zone)
            start, filed = _began(item, names, zone, ended)
            start = min(start, ended)
            planned = (
                item.estimate.value if item.estimate and item.estimate.unit == "minutes" and item.estimate.value > 0 else None
            )
            finished.append(Finished(item, start, ended, max(1, workdays_within(start, ended)), planned, kind_of(item), filed))
    finished.sort(key=attrgetter("ended"))  # and on one day as their refs are
    return Reference(today, tuple(finished), began, zone)


def classed(finished: Iterable[Finished]) -> dict[Class, list[int]]:
    """The places of these items by class, as far as a class is large enough, in their order."""
    found: dict[Class, list[int]] = {}
    kinds: dict[Kind, list[list[int]]] = {}
    for place, one in enumerate(finished):
        theirs = kinds.get(one.kind)
        if theirs is None:
            theirs = kinds[one.kind] = [found.setdefault(class_, []) for class_ in classes_of(one.item)]
        for places in theirs:
            places.append(place)
    return {class_: places for class_, places in found.items() if len(places) >= LEAST}


def classes_of(item: Item) -> Iterator[Class]:
    """The classes of an item, the narrowest first."""
    where, size = f"{item.ref.connection}/{item.project}", size_of(item)
    yield where, item.type, size
    yield where, item.type
    yield (where,)
    yield ALL


def kind_of(item: Item) -> Kind:
    """What its classes follow from: items of one kind have the same ones."""
    return item.ref.connection, item.project, item.type, size_of(item)


def size_of(item: Item) -> str:
    """The size bucket of an item, by its estimate in time: "" where it has none."""
    if item.estimate is None or item.estimate.unit != "minutes" or not item.estimate.value > 0:
        return ""
    return _NAMES[bisect_left(_SIZES, item.estimate.value)]


def name_of(class_: Class) -> str:
    """A class as a person reads it."""
    return ", ".join(part for part in class_ if part) or "all work"


def status_names(snapshot: Snapshot) -> Mapping[tuple[str, str], Status]:
    """(connection, the vendor's name of a status) -> what it means, as far as items have it now: what a history names, too."""
    return {
        (item.ref.connection, item.status_name): item.status for item in snapshot.items.values() if item.status_name is not None
    }


def _began(item: Item, names: Mapping[tuple[str, str], Status], zone: ZoneInfo, latest: date) -> tuple[date, bool]:
    """The day on which work began: the first time that its status said so, or the start that people set; else its creation, and True."""
    if item.history:
        where = item.ref.connection
        moves = [one.at for one in item.history if one.field == "status" and names.get((where, one.new or "")) == "doing"]
        if moves:
            return wall_day(min(moves), zone), False
    if item.start is not None and item.start <= latest:
        return item.start, False
    return wall_day(item.created_at, zone) if item.created_at else latest, True
