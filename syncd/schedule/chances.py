"""Pure. Many draws of the plan: the same network, with durations drawn from what work of the same kind took against its plan.

Every item's duration is its own, stretched by the calendar of whoever does it to minutes of the default calendar, times a ratio
actual / planned that is drawn from its class (`reference`); work that is judged by its class draws one of its cycle times. What people
set stays: nothing ends before its due date. Source: S. Malcolm et al., PERT (1959), as simulated since R. Van Slyke (1963).
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref
from syncd.model.rows import Item
from syncd.schedule.calendar import Ints
from syncd.schedule.compiled import Network
from syncd.schedule.dated import by_number
from syncd.schedule.draws import BLOCK, forward_many
from syncd.schedule.durations import DAY
from syncd.schedule.plan import Plan
from syncd.schedule.reference import Class, Kind, Reference, classed, classes_of, kind_of
from syncd.schedule.wiring import Node

Reals = npt.NDArray[np.float64]
Pool = tuple[Class, int, int]
"""What is drawn from: a class, the working days that were planned (0 for ratios), and those that have gone."""
_MOST = 500
"""So many lengths of time stand for what was left at some age: there are as many ages as days."""
CELLS = 10_000_000
"""Draws times items that are held at once, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """What is drawn from, by class. `ratios`: actual / planned of finished items that had a plan; `days`: their cycle times."""

    ratios: dict[Class, Reals]
    known: dict[Kind, Class | None] = field(default_factory=dict)

    @classmethod
    def of(cls, reference: Reference) -> "Pools":
        """The classes of at least `LEAST` finished items with an estimate in time."""
        found = classed(one for one in reference.finished if one.planned)
        return cls({class_: np.array([one.days * DAY / (one.planned or 1) for one in items]) for class_, items in found.items()})

    def like(self, item: Item) -> Class | None:
        """The narrowest class of an item that is large enough."""
        key = kind_of(item)
        if key not in self.known:
            self.known[key] = next((class_ for class_ in classes_of(item) if class_ in self.ratios), None)
        return self.known[key]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """`ends`: draws x what was watched, the minute index (default calendar) of its finish. `critical`: ref -> share of draws."""

    draws: int
    ends: Ints
    critical: dict[Ref, float]


def simulate(
    plan: Plan, reference: Reference, pools: Pools, watch: Sequence[Node], draws: int, *, criticality: bool = False
) -> Drawn:
    """When these nodes end in so many draws. Same plan, same answer; and what one item draws depends on no other, so that two
    plans that differ in a few items differ in what these do, and by no chance."""
    model = _Model.of(plan, reference, pools)
    watched = [plan.wiring.number[node] for node in watch]
    ends, counts, done = [], np.zeros(len(plan.wiring.nodes)), 0
    most = max(BLOCK // 4, min(BLOCK * 4, CELLS // max(1, len(plan.wiring.nodes))))
    while done < draws:
        block = min(most, draws - done)
        many = forward_many(
            model.network,
            model.draw(done, block),
            start=model.today,
            not_earlier=model.floors,
            watched=watched,
            criticality=criticality,
        )
        ends.append(many.watched)
        if criticality:
            counts += many.critical[: len(counts)] * block
        done += block
    every = np.concatenate(ends) if ends else np.zeros((0, len(watched)))
    shares = {
        node: counts[number] / draws for node, number in plan.wiring.number.items() if isinstance(node, Ref) and counts[number]
    }
    return Drawn(draws, every.astype(np.int64), shares)


@dataclass(slots=True, eq=False)
class _Model:
    """The plan on one calendar. `base`: minutes by node; `streams`: where each node's random numbers begin; `pools`: what the nodes at
    these places draw, and from what."""

    network: Network
    today: int
    floors: Ints
    base: Reals
    streams: npt.NDArray[np.uint64]
    pools: list[tuple[Ints, Reals]]

    @classmethod
    def of(cls, plan: Plan, reference: Reference, pools: Pools) -> "_Model":
        nodes, wires = plan.wiring.nodes, plan.wiring.wires
        base = stretched(plan)
        today = int(plan.working.default.index(plan.snapshot.today))
        starts: list[tuple[int, date]] = []
        dues: list[tuple[int, date]] = []
        places: dict[Pool, list[int]] = {}
        samples: dict[Pool, Reals] = {}
        for number, node in enumerate(nodes):
            if not isinstance(node, Ref):
                continue
            if due := plan.due[number]:
                dues.append((number, due))
            work = plan.works[number]
            if not isinstance(work, Item):
                continue
            if work.start:
                starts.append((number, work.start))
            key = _pool(work, plan, number, reference, pools, samples)
            if key is not None:
                places.setdefault(key, []).append(number)
        floors = [today] * len(nodes)
        for number, index in _inside(plan, starts, today, ends=False):
            floors[number] = index
        held = [(number, index) for number, index in _inside(plan, dues, today, ends=True) if index > today]
        extra = range(len(nodes), len(nodes) + len(held))
        network = Network.of(
            len(nodes) + len(held),
            [*wires.earlier, *extra],
            [*wires.later, *(number for number, _ in held)],
            [*wires.relations, *("FF" for _ in held)] or None,
            [*wires.lags, *(0 for _ in held)],
        )
        return cls(
            network,
            today,
            np.array([*floors, *(index for _, index in held)], np.int64),
            np.concatenate((base, np.zeros(len(held)))),
            _streams(nodes),
            [(np.array(numbers, np.int64), samples[key]) for key, numbers in sorted(places.items())],
        )

    def draw(self, first: int, draws: int) -> npt.NDArray[np.int32]:
        """Durations of all nodes from draw `first` on, draws x nodes: laid out by node, as the passes read them."""
        made = np.empty((len(self.base), draws), np.int32)
        made[:] = np.rint(self.base)[:, None]
        for numbers, sample in self.pools:
            drawn = sample.astype(np.float32)[_at(self.streams[numbers], first, draws, len(sample))]
            drawn *= self.base[numbers].astype(np.float32)[:, None]
            np.rint(drawn, out=drawn)
            made[numbers] = np.clip(drawn, 1, 400 * DAY, out=drawn)
        return made.T


def _streams(nodes: Sequence[Node]) -> npt.NDArray[np.uint64]:
    """Where the random numbers of each node begin, by its identity alone."""
    marks = np.array([zlib.crc32(str(node).encode()) if isinstance(node, Ref) else 0 for node in nodes], np.uint64)
    return _mixed(marks << np.uint64(32) ^ marks)


def _at(streams: npt.NDArray[np.uint64], first: int, draws: int, size: int) -> npt.NDArray[np.uint64]:
    """Places in a sample of that size, nodes x draws."""
    steps = np.arange(first + 1, first + draws + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    made = _mixed(streams[:, None] + steps)
    made >>= np.uint64(32)
    made *= np.uint64(size)
    made >>= np.uint64(32)
    return made


def _mixed(made: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Numbers that look random. Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators" (2014)."""
    made ^= made >> np.uint64(30)
    made *= np.uint64(0xBF58476D1CE4E5B9)
    made ^= made >> np.uint64(27)
    made *= np.uint64(0x94D049BB133111EB)
    made ^= made >> np.uint64(31)
    return made


def _pool(item: Item, plan: Plan, number: int, reference: Reference, pools: Pools, samples: dict[Pool, Reals]) -> Pool | None:
    """What an item's duration is multiplied by: a ratio of its class, or, where its class alone says how long it takes, a cycle time, or
    what was left of it at its age, in units of the one that was planned for it. The values are put into `samples`."""
    duration = plan.durations[number]
    if duration.basis in ("remaining", "estimate"):
        class_, planned, age = pools.like(item), 0, 0
    elif duration.basis == "class":
        class_, planned = reference.like(item), duration.minutes // DAY
        age = (duration.typical and duration.typical.age) or 0
    else:
        return None
    if class_ is None:
        return None
    pool = class_, planned, age
    if pool not in samples:
        days = (reference.left(item, age, _MOST if age else None) or [planned]) if planned else ()
        samples[pool] = np.array(days, np.float64) / planned if planned else pools.ratios[class_]
    return pool


def stretched(plan: Plan) -> Reals:
    """Durations by node in minutes of the default calendar: what leave, holidays and part-time make of them where they are planned."""
    made = np.array([one.minutes for one in plan.durations], np.float64)
    for number, places in by_number(np.array(plan.calendar_of, np.int64)):
        time, these = plan.calendars[number], places[made[places] > 0]
        if time is plan.working.default or not these.size:
            continue
        begins = np.minimum(plan.schedule.early_start[these], time.total - 1)
        made[these] = np.maximum(
            plan.working.default.count(time.start(begins), time.finish(plan.schedule.early_finish[these])), 1
        )
    return made


def _inside(plan: Plan, days: Sequence[tuple[int, date]], today: int, *, ends: bool) -> Iterator[tuple[int, int]]:
    """By node the minute index at which a day begins, or ends, no earlier than today's; of a day outside of the range today's."""
    time = plan.working.default
    first, last = time.origin, time.end - timedelta(days=2)
    inside = [(number, day) for number, day in days if first <= day < last]
    walls = np.array([day for _, day in inside], "datetime64[D]") + int(ends)
    indexes = np.maximum(time.index(walls), today).tolist() if inside else []
    return zip((number for number, _ in inside), indexes, strict=True)
