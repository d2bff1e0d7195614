"""Pure. Many draws of the plan: the same network, with durations drawn from what work of the same kind took against its plan.

Every item's duration is its own, times a ratio actual / planned that is drawn from its class (`reference`); work that is judged by its
class draws one of its cycle times. Work that runs, and of which nobody says what remains, draws from those that took longer than it has
taken so far, and has what they took beyond that. It is done in the calendar of whoever does it. What people set stays: nothing starts
before the start that was set, or ends before its due date. Source: S. Malcolm et al., PERT (1959), as simulated since R. Van Slyke (1963).
"""

import zlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref
from syncd.model.rows import Item
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import Ints
from syncd.schedule.crossing import Crossing
from syncd.schedule.dated import days_of, ordinals_of
from syncd.schedule.draws import BLOCK, Draws, forward_many
from syncd.schedule.draws_crossed import crossed_many
from syncd.schedule.durations import DAY, Duration
from syncd.schedule.nodes import Walls
from syncd.schedule.part import Part
from syncd.schedule.plan import Plan
from syncd.schedule.reference import Class, Kind, Reference, classed, classes_of, kind_of, reference_of
from syncd.schedule.wiring import Node, opened_of

Reals = npt.NDArray[np.float64]
Drawings = npt.NDArray[np.int32]
Pass = Callable[[Drawings], Draws]
CELLS = 10_000_000
"""Draws times items that are held at once, at most."""
_LEAST_DRAWS, _ALL_CELLS = 200, 20_000_000
_LAST = timedelta(days=14)
"""What ends so short before the calendars do ended with them: its end is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """What is drawn from, by class. `ratios`: actual / planned of finished items that had a plan; `days`: their cycle times."""

    ratios: dict[Class, Reals]
    known: dict[Kind, Class | None] = field(default_factory=dict)

    @classmethod
    def of(cls, reference: Reference) -> "Pools":
        """The classes of at least `LEAST` finished items with an estimate in time."""
        planned = [one for one in reference.finished if one.planned]
        ratios = np.array([one.days * DAY / (one.planned or 1) for one in planned])
        return cls({class_: ratios[places] for class_, places in classed(planned).items()})

    def like(self, item: Item) -> Class | None:
        """The narrowest class of an item that is large enough."""
        key = kind_of(item)
        if key not in self.known:
            self.known[key] = next((class_ for class_ in classes_of(item) if class_ in self.ratios), None)
        return self.known[key]


def pools_of(snapshot: Snapshot) -> Pools:
    """Ask for it as `snapshot.once(pools_of)`."""
    return Pools.of(snapshot.once(reference_of))


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """`ends`: draws x what was watched, the minute index (default calendar) of its finish. `critical`: in how many of the draws each node
    of the part is critical; empty where that was not asked for."""

    draws: int
    ends: Ints
    critical: Ints


def simulate(plan: Plan, reference: Reference, pools: Pools, watch: Sequence[Node], draws: int) -> Drawn:
    """When these nodes end in so many draws. Same plan, same answer; and what one item draws depends on no other, so that two
    plans that differ in a few items differ in what these do, and by no chance."""
    return simulated(Part.whole(plan), reference, pools, watch, draws)


def simulated(
    part: Part, reference: Reference, pools: Pools, watch: Sequence[Node], draws: int, *, towards: Node | None = None
) -> Drawn:
    """The same of a part of a plan, which has the same draws. `towards`: the node for whose end others are critical."""
    model, watched = _Model.of(part, reference, pools), [part.place(node) for node in watch]
    end = None if towards is None else part.place(towards)
    passed = model.on_one_calendar(watched, end) if part.on_one_calendar else model.on_their_own(watched, end)
    ends, counts, done = [], np.zeros(0 if end is None else len(part.numbers), np.int64), 0
    most = _together(len(part.numbers))
    while done < draws:
        block = min(most, draws - done)
        many = passed(model.draw(done, block))
        ends.append(many.watched)
        counts += many.critical
        done += block
    every = np.concatenate(ends) if ends else np.zeros((0, len(watched)))
    return Drawn(draws, every.astype(np.int64), counts)


def draws_of(values: int, most: int) -> int:
    """How often so many values are drawn: `most` times, and less often where they are very many."""
    return max(_LEAST_DRAWS, min(most, _ALL_CELLS // max(1, values)))


def _together(nodes: int) -> int:
    """So many draws are held at once: whole blocks where there is room for one."""
    room = CELLS // max(1, nodes)
    return min(4 * BLOCK, room - room % BLOCK) if room >= BLOCK else max(BLOCK // 4, room)


@dataclass(slots=True, eq=False)
class _Model:
    """What is to be drawn. `floors`, `dues`: the instant before which each node does not start, and does not end; `base`: its minutes;
    `streams`: where each node's random numbers begin; `pools`: which nodes draw from which values; `longer`: those that draw from the
    longest of them only."""

    part: Part
    floors: Walls
    dues: Walls
    base: Reals
    streams: npt.NDArray[np.uint64]
    pools: list[tuple[Ints, Reals]]
    longer: list["_Longer"]

    @classmethod
    def of(cls, part: Part, reference: Reference, pools: Pools) -> "_Model":
        plan, numbers = part.plan, part.numbers.tolist()
        nodes, items = plan.wiring.nodes, plan.snapshot.once(opened_of).items
        places: dict[tuple[Class, int], list[int]] = {}
        samples: dict[tuple[Class, int], Reals] = {}
        running = _Running(reference, pools)
        starts: list[date | None] = [None] * len(numbers)
        for place, number in enumerate(numbers):
            if number >= len(items):
                break
            item, duration = items[number], plan.durations[number]
            starts[place] = item.start
            if (item.status == "doing" or duration.typical) and running.takes(item, duration, place):
                continue
            key = _pool(item, duration, reference, pools, samples)
            if key is not None:
                places.setdefault(key, []).append(place)
        return cls(
            part,
            _started(plan, ordinals_of(starts)),
            plan.held[part.numbers],
            np.array([plan.durations[number].minutes for number in numbers], np.float64),
            _streams([nodes[number] for number in numbers]),
            [(np.array(some, np.int64), samples[key]) for key, some in sorted(places.items())],
            running.made(),
        )

    def draw(self, first: int, draws: int) -> Drawings:
        """Durations of all nodes from draw `first` on, draws x nodes: laid out by node, as the passes read them."""
        made = np.empty((len(self.base), draws), np.int32)
        made[:] = np.rint(self.base)[:, None]
        for numbers, sample in self.pools:
            drawn = sample.astype(np.float32)[_at(self.streams[numbers], first, draws, len(sample))]
            drawn *= self.base[numbers].astype(np.float32)[:, None]
            np.rint(drawn, out=drawn)
            made[numbers] = np.clip(drawn, 1, 400 * DAY, out=drawn)
        for one in self.longer:
            sizes = (len(one.sample) - one.first).astype(np.uint64)[:, None]
            at = _at(self.streams[one.numbers], first, draws, sizes) + one.first[:, None]
            left = np.rint(one.sample[at] * one.scale[:, None] - one.taken[:, None])
            made[one.numbers] = np.clip(left, 1, 400 * DAY)
        return made.T

    def on_one_calendar(self, watched: Sequence[int], towards: int | None) -> Pass:
        """Draws where everybody has the default calendar."""
        time = self.part.plan.working.default
        first = np.datetime64(self.part.plan.snapshot.today, "m")
        own, until = (time.index(np.where(np.isnat(walls), first, walls)) for walls in (self.floors, self.dues))
        return partial(
            forward_many,
            self.part.network,
            start=int(time.index(first)),
            not_earlier=own,
            not_done=until,
            watched=watched,
            towards=towards,
        )

    def on_their_own(self, watched: Sequence[int], towards: int | None) -> Pass:
        """Draws where people have calendars of their own. What does not end within them ends with them."""
        part, time = self.part, self.part.plan.working.default
        some = [part.plan.calendars[number] for number in part.calendars.tolist()]
        whole = len(some) == len(part.plan.calendars)
        calendars = replace(part.plan.crossing, endless=True) if whole else Crossing.of(some, endless=True)

        def passed(durations: Drawings) -> Draws:
            many = crossed_many(
                part.network,
                durations,
                calendars,
                part.calendar_of,
                start=part.plan.snapshot.today,
                not_earlier=self.floors,
                not_done=self.dues,
                watched=watched,
                towards=towards,
            )
            walls = np.datetime64(time.origin, "m") + many.watched
            far = walls >= np.datetime64(time.end - _LAST, "m")
            index = time.index(walls)
            if not part.network.timeless:  # what an elapsed lag leads to a day's beginning is not done before that day
                index += walls - walls.astype("datetime64[D]") <= np.timedelta64(time.start_of_day, "m")
            return replace(many, watched=np.where(far, time.total + 1, index))

        return passed


@dataclass(frozen=True, slots=True, eq=False)
class _Longer:
    """Running work of one class, by node: a value of the sorted `sample` from `first` on, times `scale`, less what is `taken`."""

    numbers: Ints
    sample: Reals
    first: Ints
    scale: Reals
    taken: Reals


@dataclass(slots=True)
class _Running:
    """Collects the work that has outlived some of its class, but not all of it."""

    reference: Reference
    pools: Pools
    sorted: dict[tuple[Class, bool], Sequence[float]] = field(default_factory=dict)
    found: dict[tuple[Class, bool], list[tuple[int, int, float, float]]] = field(default_factory=dict)

    def takes(self, item: Item, duration: Duration, place: int) -> bool:
        age = self._age(item, duration)
        if not age:
            return False
        planned = item.estimate.value if item.estimate and duration.basis == "estimate" else 0.0
        class_ = self.pools.like(item) if planned else self.reference.like(item)
        if class_ is None:
            return False
        key, unit = (class_, planned > 0), planned or DAY
        if key not in self.sorted:
            self.sorted[key] = np.sort(self.pools.ratios[class_]).tolist() if planned else self.reference.ordered[class_]
        first = bisect_right(self.sorted[key], age * DAY / unit)
        if first == len(self.sorted[key]):
            return False
        self.found.setdefault(key, []).append((place, first, unit, age * DAY))
        return True

    def _age(self, item: Item, duration: Duration) -> int:
        """In working days; 0 where it says nothing of what is left."""
        if duration.basis == "class":
            return (duration.typical and duration.typical.age) or 0
        return (self.reference.age(item) or 0) if duration.basis == "estimate" else 0

    def made(self) -> list[_Longer]:
        return [_longer(np.array(self.sorted[key], np.float64), some) for key, some in sorted(self.found.items())]


def _longer(sample: Reals, some: Sequence[tuple[int, int, float, float]]) -> _Longer:
    numbers, first, scale, taken = zip(*some, strict=True)
    return _Longer(np.array(numbers, np.int64), sample, np.array(first, np.int64), np.array(scale), np.array(taken))


def _streams(nodes: Sequence[Node]) -> npt.NDArray[np.uint64]:
    """Where the random numbers of each node begin, by its identity alone."""
    marks = np.array([zlib.crc32(str(node).encode()) if isinstance(node, Ref) else 0 for node in nodes], np.uint64)
    return _mixed(marks << np.uint64(32) ^ marks)


def _at(streams: npt.NDArray[np.uint64], first: int, draws: int, size: int | npt.NDArray[np.uint64]) -> Ints:
    """Places in a sample of that size (or one of each node), nodes x draws."""
    steps = np.arange(first + 1, first + draws + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    made = _mixed(streams[:, None] + steps)
    made >>= np.uint64(32)
    made *= np.uint64(size) if isinstance(size, int) else size
    made >>= np.uint64(32)
    return made.view(np.int64)


def _mixed(made: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Numbers that look random. Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators" (2014)."""
    made ^= made >> np.uint64(30)
    made *= np.uint64(0xBF58476D1CE4E5B9)
    made ^= made >> np.uint64(27)
    made *= np.uint64(0x94D049BB133111EB)
    made ^= made >> np.uint64(31)
    return made


def _pool(
    item: Item, duration: Duration, reference: Reference, pools: Pools, samples: dict[tuple[Class, int], Reals]
) -> tuple[Class, int] | None:
    """What an item's duration is multiplied by: a ratio of its class, or, where its class alone says how long it takes, a cycle time
    in units of the one that was planned for it. The values are put into `samples`."""
    if duration.basis in ("remaining", "estimate"):
        class_, planned = pools.like(item), 0
    elif duration.basis == "class":
        class_, planned = reference.like(item), duration.minutes // DAY
    else:
        return None
    if class_ is None:
        return None
    if (class_, planned) not in samples:
        samples[class_, planned] = reference.days[class_] / planned if planned else pools.ratios[class_]
    return class_, planned


def _started(plan: Plan, days: Ints) -> Walls:
    """The instant at which each day (an ordinal) begins; none where that is over, or outside of what the calendars cover."""
    found = np.full(len(days), np.datetime64("NaT", "m"))
    inside = np.flatnonzero((days > plan.snapshot.today.toordinal()) & (days < plan.working.default.end.toordinal() - 2))
    found[inside] = days_of(days[inside])
    return found
