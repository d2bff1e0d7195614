"""Pure. Many draws of the plan: the same network, with durations drawn from what work of the same kind took against its plan.

Every item's duration is its own, stretched by the calendar of whoever does it to minutes of the default calendar, times a ratio
actual / planned that is drawn from its class (`reference`); work that is judged by its class draws one of its cycle times. What people
set stays: nothing ends before its due date. Source: S. Malcolm et al., PERT (1959), as simulated since R. Van Slyke (1963).
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref
from syncd.model.rows import Item
from syncd.schedule.calendar import Ints
from syncd.schedule.compiled import Network
from syncd.schedule.dated import by_number, days_of, ordinals_of
from syncd.schedule.draws import BLOCK, forward_many
from syncd.schedule.durations import DAY, Duration
from syncd.schedule.plan import Plan
from syncd.schedule.reference import Class, Kind, Reference, classed, classes_of, kind_of
from syncd.schedule.wiring import Node, opened_of

Reals = npt.NDArray[np.float64]
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
        planned = [one for one in reference.finished if one.planned]
        ratios = np.array([one.days * DAY / (one.planned or 1) for one in planned])
        return cls({class_: ratios[places] for class_, places in classed(planned).items()})

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
            not_done=model.dues,
            watched=watched,
            criticality=criticality,
        )
        ends.append(many.watched)
        if criticality:
            counts += many.critical * block
        done += block
    every = np.concatenate(ends) if ends else np.zeros((0, len(watched)))
    nodes = ((plan.wiring.nodes[number], counts[number] / draws) for number in np.flatnonzero(counts).tolist())
    return Drawn(draws, every.astype(np.int64), {node: share for node, share in nodes if isinstance(node, Ref)})


@dataclass(slots=True, eq=False)
class _Model:
    """The plan on one calendar. `floors`, `dues`: the minute before which each node does not start, and does not end; `base`: its minutes;
    `streams`: where each node's random numbers begin; `pools`: what the nodes at these places draw, and from what."""

    network: Network
    today: int
    floors: Ints
    dues: Ints
    base: Reals
    streams: npt.NDArray[np.uint64]
    pools: list[tuple[Ints, Reals]]

    @classmethod
    def of(cls, plan: Plan, reference: Reference, pools: Pools) -> "_Model":
        nodes, items = plan.wiring.nodes, plan.snapshot.once(opened_of).items
        today = int(plan.working.default.index(plan.snapshot.today))
        places: dict[tuple[Class, int], list[int]] = {}
        samples: dict[tuple[Class, int], Reals] = {}
        for number, item in enumerate(items):
            key = _pool(item, plan.durations[number], reference, pools, samples)
            if key is not None:
                places.setdefault(key, []).append(number)
        floors = np.full(len(nodes), today)
        floors[: len(items)] = _inside(plan, ordinals_of(item.start for item in items), today, ends=False)
        return cls(
            plan.network,
            today,
            floors,
            _inside(plan, ordinals_of(plan.due), today, ends=True),
            stretched(plan),
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


def _inside(plan: Plan, days: Ints, today: int, *, ends: bool) -> Ints:
    """The minute index at which each day (an ordinal) begins, or ends, no earlier than today's; of one outside of the range today's."""
    time = plan.working.default
    within = np.flatnonzero((days >= time.origin.toordinal()) & (days < time.end.toordinal() - 2))
    found = np.full(len(days), today)
    found[within] = np.maximum(time.index(days_of(days[within]) + int(ends)), today)
    return found
