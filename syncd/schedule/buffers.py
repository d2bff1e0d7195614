"""Pure. Buffers: the time between when a chain of work was meant to end and the due date, how much of it is used, and for what.

A buffer is set by hand (a label `buffer:3d` on the milestone, or an item of the type buffer in it, by its estimate), else it is what lay
between the end of the agreed chain and the agreed due date when the milestone was committed to; where that is more than the chain itself
the work was hardly planned, and it is no buffer. The chain is the longest path through
the milestone's items along hard links; all milestones are measured in one pass. Used is what the work now ends later than the due date
less the buffer; done is the part of the chain that is behind. Source: E. Goldratt, "Critical Chain" (1997); the fever chart as used since.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from syncd.model.amount import LONGEST, amount
from syncd.model.ref import Ref, identity
from syncd.model.rows import Item, Milestone, Quantity
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.compiled import Network
from syncd.schedule.cpm import schedule
from syncd.schedule.days import days_after
from syncd.schedule.days import later as later_day
from syncd.schedule.driving import time_of
from syncd.schedule.durations import DAY, duration_of, is_buffer
from syncd.schedule.forecast import FAR, forecast_of
from syncd.schedule.ordered import by_identity
from syncd.schedule.plan import plan_of
from syncd.schedule.reference import reference_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import End, is_open
from syncd.schedule.workdays import whole_days

LABEL = "buffer:"
Origin = Literal["label", "item", "baseline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """One milestone's buffer. `days`: its size in working days; `meant`: the day on which the work was meant to end, the buffer behind it;
    `ends`: when it ends as things are (the P50 of the forecast where there is one, `likely`). `chain`, `left`: minutes of the chain as it
    was agreed on, and of what is left of it. `clocked`: the end follows from today."""

    milestone: Ref
    origin: Origin
    days: int
    due: date
    meant: date
    ends: date
    used: int
    chain: int
    left: int
    clocked: bool = False
    likely: bool = False

    @property
    def burnt(self) -> float:
        """The share of the buffer that is used: y of the fever chart; above 1 where the due date is missed."""
        return max(0, self.used) / self.days

    @property
    def done(self) -> float:
        """The share of the chain that is done: x of the fever chart."""
        return min(1.0, max(0.0, 1 - self.left / self.chain)) if self.chain else 1.0


def buffers_of(snapshot: Snapshot) -> Mapping[Ref, Buffer]:
    """The buffers of all open milestones that have one. Ask for it as `snapshot.once(buffers_of)`."""
    given = {ref: found for ref, one in snapshot.milestones.items() if (found := _given(snapshot, one))}
    asked = [ref for ref in sorted({*given, *snapshot.baselines}, key=identity) if _stands(snapshot, ref)]
    chains = _chains(snapshot, asked)
    made = (_buffer(snapshot, ref, given.get(ref), *chains[ref]) for ref in asked)
    return {one.milestone: one for one in made if one}


def _stands(snapshot: Snapshot, ref: Ref) -> bool:
    milestone = snapshot.milestones.get(ref)
    if milestone is None or not is_open(milestone) or milestone.due is None:
        return False
    return End(ref) in snapshot.once(plan_of).wiring.number


def _given(snapshot: Snapshot, milestone: Milestone) -> tuple[Origin, int] | None:
    """A buffer that people set, in working days: the largest of the labels, else of the items."""
    if days := max((_label(label) for label in milestone.labels), default=0):
        return "label", days
    planned = snapshot.once(_planned)
    days = max((planned.get(ref, 0) for ref in snapshot.members.get(milestone.ref, ())), default=0) if planned else 0
    return ("item", days) if days else None


def _label(label: str) -> int:
    if not label.casefold().startswith(LABEL):
        return 0
    found = amount(label[len(LABEL) :])
    return 0 if isinstance(found, str) else max(0, whole_days(found.minutes(DAY, 5 * DAY)))


def _planned(snapshot: Snapshot) -> dict[Ref, int]:
    return {ref: _size(item) for ref, item in snapshot.items.items() if is_buffer(item)}


def _size(item: Item) -> int:
    size = item.estimate
    return whole_days(min(size.value, LONGEST)) if size and size.unit == "minutes" and size.value > 0 else 0


def _buffer(snapshot: Snapshot, ref: Ref, given: tuple[Origin, int] | None, chain: int, left: int) -> Buffer | None:
    milestone, agreed = snapshot.milestones[ref], snapshot.baseline(ref)
    due, time = (agreed.due if agreed else None) or milestone.due, time_of(snapshot, milestone)
    if due is None:
        return None
    if given:
        origin, days = given
    elif agreed:
        day = agreed.start if agreed.start and agreed.origin == "set" else wall_day(agreed.at, ZoneInfo(snapshot.zone))
        origin, days = "baseline", days_after(time, day - timedelta(days=1), due) - whole_days(chain)
    else:
        return None
    if days < 1 or (origin == "baseline" and days > whole_days(chain)):
        return None
    meant = later_day(time, due if time.minutes[_place(time, due)] else later_day(time, due, -1), -days)
    ends, clocked, likely = _ends(snapshot, ref)
    return Buffer(
        milestone=ref,
        origin=origin,
        days=days,
        due=due,
        meant=meant,
        ends=ends,
        used=max(0, days_after(time, meant, min(ends, time.end))),
        chain=chain,
        left=left,
        clocked=clocked,
        likely=likely,
    )


def _place(time: WorkingTime, day: date) -> int:
    return min(max((day - time.origin).days, 0), len(time.minutes) - 1)


def _ends(snapshot: Snapshot, ref: Ref) -> tuple[date, bool, bool]:
    """When the work ends: the later of the plan and of half of all outcomes."""
    end, odds = snapshot.once(plan_of).finish_of(ref), snapshot.once(forecast_of).odds.get(ref)
    assert end is not None, "only milestones with open work are asked for"
    if odds and odds.p50 != FAR and odds.p50 > end.day:
        return odds.p50, False, True
    return end.day, end.clocked, False


def _chains(snapshot: Snapshot, milestones: list[Ref]) -> dict[Ref, tuple[int, int]]:
    """Minutes of the longest path through each milestone's items: all of them as they were agreed on, and what is left of it.

    A milestone is a part of its own of one network, so that one pass measures all."""
    works = [(ref, item) for ref in milestones for item in by_identity(_work_of(snapshot, ref))]
    homes: dict[object, dict[Ref, int]] = {}
    for number, (ref, item) in enumerate(works):
        homes.setdefault(item.ref, {})[ref] = number
    pairs = [
        (earlier, later)
        for link in snapshot.dependencies
        if link.strength != "soft"
        and link.relation == "FS"
        and (earlier_in := homes.get(link.predecessor))
        and (later_in := homes.get(link.successor))
        for ref, earlier in earlier_in.items()
        if (later := later_in.get(ref)) is not None
    ]
    before, after = np.array(pairs, np.int64).reshape(-1, 2).T
    network = Network.of(len(works), before, after)
    found = []
    for lasting in (_agreed(snapshot), _left(snapshot)):
        minutes = [lasting(ref, item) for ref, item in works]
        found.append(schedule(network, minutes).early_finish.tolist() if minutes else [])
    made = dict.fromkeys(milestones, (0, 0))
    for (ref, _), whole, left in zip(works, *found, strict=True):
        longest = made[ref]
        if whole > longest[0] or left > longest[1]:
            made[ref] = max(longest[0], whole), max(longest[1], left)
    return made


def _work_of(snapshot: Snapshot, milestone: Ref) -> list[Item]:
    """The items of a milestone, and those that were agreed on: no buffers, and nothing that was dropped."""
    agreed = snapshot.baseline(milestone)
    refs = {*snapshot.members.get(milestone, ()), *(agreed.items if agreed else ())}
    return [item for ref in refs if (item := snapshot.items.get(ref)) and item.status != "dropped" and not is_buffer(item)]


def _agreed(snapshot: Snapshot) -> Callable[[Ref, Item], int]:
    """How long an item of a milestone was meant to take when it was agreed on; what came later was not meant at all."""

    def lasting(milestone: Ref, item: Item) -> int:
        agreed = snapshot.baseline(milestone)
        if agreed is not None and agreed.items and item.ref not in agreed.items:
            return 0
        size = agreed.items.get(item.ref) if agreed is not None else None
        return _minutes(size) or _minutes(item.estimate) or _typical(snapshot, item)

    return lasting


def _left(snapshot: Snapshot) -> Callable[[Ref, Item], int]:
    """How long it takes from now on."""
    plan = snapshot.once(plan_of)

    def lasting(_: Ref, item: Item) -> int:
        number = plan.wiring.number.get(item.ref)
        return 0 if number is None else plan.durations[number].minutes

    return lasting


def _minutes(size: Quantity | None) -> int:
    return int(min(size.value, LONGEST)) if size and size.unit == "minutes" and size.value >= 1 else 0


def _typical(snapshot: Snapshot, item: Item) -> int:
    reference = snapshot.once(reference_of)
    done = reference.by_item.get(id(item))
    if done:
        return done.days * DAY
    return duration_of(item, reference, waits=True).minutes
