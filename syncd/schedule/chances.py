"""Pure. Many draws of the plan: the same network, with durations drawn from what work of the same kind took against its plan.

Every item's duration is its own, stretched by the calendar of whoever does it to minutes of the default calendar, times a ratio
actual / planned that is drawn from its class (`reference`); work that is judged by its class draws one of its cycle times. What people
set stays: nothing ends before its due date. Source: S. Malcolm et al., PERT (1959), as simulated since R. Van Slyke (1963).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from syncd.model.ref import Ref
from syncd.model.rows import Item
from syncd.schedule.calendar import Ints
from syncd.schedule.compiled import Network
from syncd.schedule.draws import BLOCK, forward_many
from syncd.schedule.durations import DAY
from syncd.schedule.plan import Plan
from syncd.schedule.reference import LEAST, Class, Reference, classes_of
from syncd.schedule.wiring import End

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """What is drawn from, by class. `ratios`: actual / planned of finished items that had a plan; `days`: their cycle times."""

    ratios: dict[Class, Reals]

    @classmethod
    def of(cls, reference: Reference) -> "Pools":
        """The classes of at least `LEAST` finished items with an estimate in time."""
        found: dict[Class, list[float]] = {}
        for one in reference.finished:
            if one.planned:
                for class_ in classes_of(one.item):
                    found.setdefault(class_, []).append(one.days * DAY / one.planned)
        return cls({class_: np.array(ratios) for class_, ratios in found.items() if len(ratios) >= LEAST})

    def like(self, item: Item) -> Class | None:
        """The narrowest class of an item that is large enough."""
        return next((class_ for class_ in classes_of(item) if class_ in self.ratios), None)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """`ends`: by milestone the minute index (default calendar) of its last finish, once per draw. `critical`: ref -> share of draws."""

    draws: int
    ends: dict[Ref, Ints]
    critical: dict[Ref, float]


def simulate(
    plan: Plan, reference: Reference, pools: Pools, milestones: Sequence[Ref], draws: int, *, criticality: bool = False
) -> Drawn:
    """The ends of these milestones in so many draws. Same plan, same answer: the draws follow from a hash of all that goes in."""
    model = _Model.of(plan, reference, pools)
    watched = [plan.wiring.number[End(ref)] for ref in milestones]
    rng = np.random.Generator(np.random.PCG64(model.seed()))
    ends, counts, done = [], np.zeros(len(plan.wiring.nodes)), 0
    while done < draws:
        block = min(BLOCK * 4, draws - done)
        many = forward_many(
            model.network,
            model.draw(rng, block),
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
    return Drawn(draws, {ref: every[:, place].astype(np.int64) for place, ref in enumerate(milestones)}, shares)


@dataclass(slots=True, eq=False)
class _Model:
    """The plan on one calendar. `base`: minutes by node; `pools`: what the nodes at these places draw, and what it is counted from."""

    network: Network
    today: int
    floors: Ints
    base: Reals
    pools: list[tuple[Ints, Reals]]

    @classmethod
    def of(cls, plan: Plan, reference: Reference, pools: Pools) -> "_Model":
        nodes, wires, time = plan.wiring.nodes, plan.wiring.wires, plan.working.default
        base = stretched(plan)
        today = int(time.index(plan.snapshot.today))
        floors = [today] * len(nodes)
        held: list[tuple[int, int]] = []
        places: dict[tuple[Class, int], list[int]] = {}
        samples: dict[tuple[Class, int], Reals] = {}
        for number, node in enumerate(nodes):
            work = plan.snapshot.get(node) if isinstance(node, Ref) else None
            start, due = getattr(work, "start", None), getattr(work, "due", None)
            if isinstance(work, Item):
                floors[number] = _inside(plan, start, today, ends=False)
                key, sample = _pool(work, plan, number, reference, pools)
                if key is not None and sample is not None:
                    places.setdefault(key, []).append(number)
                    samples[key] = sample
            if due and (index := _inside(plan, due, today, ends=True)) > today:
                held.append((number, index))
        extra = range(len(nodes), len(nodes) + len(held))
        network = Network.of(
            len(nodes) + len(held),
            [*(wire.earlier for wire in wires), *extra],
            [*(wire.later for wire in wires), *(number for number, _ in held)],
            [*(wire.relation for wire in wires), *("FF" for _ in held)] or None,
            [*(wire.lag for wire in wires), *(0 for _ in held)],
        )
        return cls(
            network,
            today,
            np.array([*floors, *(index for _, index in held)], np.int64),
            np.concatenate((base, np.zeros(len(held)))),
            [(np.array(numbers, np.int64), samples[key]) for key, numbers in sorted(places.items())],
        )

    def draw(self, rng: np.random.Generator, draws: int) -> npt.NDArray[np.int32]:
        """Durations of all nodes, draws x nodes."""
        made = np.empty((draws, len(self.base)), np.int32)
        made[:] = np.rint(self.base)
        for numbers, sample in self.pools:
            drawn = sample[rng.integers(0, len(sample), (draws, len(numbers)))]
            made[:, numbers] = np.minimum(np.maximum(np.rint(self.base[numbers] * drawn), 1), 400 * DAY)
        return made

    def seed(self) -> int:
        """A number that follows from everything that goes in."""
        hashed = hashlib.sha256()
        for part in (self.floors, self.base, self.network.predecessors, self.network.successors, self.network.lags):
            hashed.update(np.ascontiguousarray(part).tobytes())
        for numbers, sample in self.pools:
            hashed.update(numbers.tobytes() + sample.tobytes())
        return int.from_bytes(hashed.digest()[:8], "big")


def _pool(
    item: Item, plan: Plan, number: int, reference: Reference, pools: Pools
) -> tuple[tuple[Class, int] | None, Reals | None]:
    """What an item's duration is multiplied by: a ratio of its class, or, where its class alone says how long it takes, a cycle time
    in units of the one that was planned for it."""
    duration = plan.durations[number]
    if duration.basis in ("remaining", "estimate"):
        class_ = pools.like(item)
        return (None, None) if class_ is None else ((class_, 0), pools.ratios[class_])
    class_ = reference.like(item)
    if duration.basis != "class" or class_ is None:
        return None, None
    days = np.array([one.days for one in reference.classes[class_]], np.float64)
    planned = duration.minutes // DAY
    return (class_, planned), days / planned


def stretched(plan: Plan) -> Reals:
    """Durations by node in minutes of the default calendar: what leave, holidays and part-time make of them where they are planned."""
    made = np.array([one.minutes for one in plan.durations], np.float64)
    of = np.array(plan.calendar_of, np.int64)
    for number in np.unique(of).tolist():
        time, these = plan.calendars[number], np.flatnonzero((of == number) & (made > 0))
        if time is plan.working.default or not these.size:
            continue
        begins = np.minimum(plan.schedule.early_start[these], time.total - 1)
        made[these] = np.maximum(
            plan.working.default.count(time.start(begins), time.finish(plan.schedule.early_finish[these])), 1
        )
    return made


def _inside(plan: Plan, day: date | None, today: int, *, ends: bool) -> int:
    """The minute index at which a day begins, or ends; of a day outside of the calendar's range that of today."""
    time = plan.working.default
    if day is None or not time.origin <= day < time.end - timedelta(days=2):
        return today
    return max(today, int(time.index(day + timedelta(days=1) if ends else day)))
