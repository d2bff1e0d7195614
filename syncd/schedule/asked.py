"""Pure. What open work asks of people: how many minutes of it are left, within which days, and which skills they take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from syncd.model.record import record
from syncd.model.ref import Ref, identity
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.wiring import CLOSED, is_open
from syncd.schedule.working import Working

_Several = tuple[Milestone, ...]
SKILL = "skill:"
"""A label that begins so names a skill that the item takes."""


@record(frozen=True, slots=True, eq=False)
class Asked:
    """One open item with time left. `minutes`: of all its people together. `first`, `last`: the days within which it is to be done; what
    is overdue is from today on, `last` None: as fast as its people can. `milestones`: those of `milestones_of`."""

    item: Item
    minutes: float
    first: date
    last: date | None
    milestones: tuple[Ref, ...]
    skills: tuple[str, ...]

    @property
    def ref(self) -> Ref:
        """The item's."""
        return self.item.ref


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Open items that ask for nothing that can be counted: without time (unestimated, or in points), and without any date."""

    untimed: tuple[Ref, ...] = ()
    undated: tuple[Ref, ...] = ()


def minutes_left(item: Item) -> float | None:
    """What is left of it: the remaining time, else the estimate less what was spent; None where no time is known. Points are no time."""
    if item.remaining is not None and item.remaining.unit == "minutes":
        return max(0.0, item.remaining.value)
    if item.estimate is not None and item.estimate.unit == "minutes":
        return max(0.0, item.estimate.value - (item.spent or 0))
    return None


def skills_of(item: Item) -> tuple[str, ...]:
    """The skills that its labels name."""
    return _skills(item.labels) if item.labels else ()


@lru_cache(4096)
def _skills(labels: tuple[str, ...]) -> tuple[str, ...]:
    found = (label[len(SKILL) :].strip().casefold() for label in labels if label[: len(SKILL)].casefold() == SKILL)
    return tuple(sorted({skill for skill in found if skill}))


def asked_of(snapshot: Snapshot, working: Working) -> tuple[tuple[Asked, ...], Uncounted]:
    """All that open items ask for, and what of them cannot be counted."""
    of_item = snapshot.once(milestones_of)
    found: list[Asked] = []
    untimed: list[Ref] = []
    undated: list[Ref] = []
    for ref, item in snapshot.items.items():
        if item.status in CLOSED:
            continue
        minutes = minutes_left(item)
        if minutes is None:
            untimed.append(ref)
        elif minutes:
            milestones = of_item.get(ref, ())
            due = item.due or _least([one.due for one in milestones])
            if due is None:
                undated.append(ref)
            else:
                found.append(_asked(working, item, minutes, due, milestones))
    return tuple(found), Uncounted(tuple(untimed), tuple(undated))


def _asked(working: Working, item: Item, minutes: float, due: date, milestones: tuple[Milestone, ...]) -> Asked:
    today = working.today
    start = item.start or _least([one.start for one in milestones]) or today
    first = max(today, start)
    last = None if due < today else max(due, first)
    refs = tuple([one.ref for one in milestones])
    return Asked(item, minutes, first if last else today, last, refs, skills_of(item))


def _least(days: list[date | None]) -> date | None:
    if len(days) == 1:
        return days[0]
    return min([day for day in days if day], default=None)


def milestones_of(snapshot: Snapshot) -> Mapping[Ref, tuple[Milestone, ...]]:
    """The open milestones of each item, what is due first first. Of one and another above it only the lower one: a programme does not ask
    for what its milestones ask for. Asked for by `Snapshot.once`."""
    above = {ref: frozenset(_above(snapshot, ref)) for ref in snapshot.milestones}
    found: dict[Ref, _Several] = {}
    for milestone, items in _memberships(snapshot):
        alone = (milestone,)
        longer: dict[int, tuple[_Several, _Several]] = {}  # many items are part of the very same ones
        for item in items:
            theirs = found.setdefault(item, alone)
            if theirs is not alone:
                known = longer.get(id(theirs))
                if known is None:
                    known = longer[id(theirs)] = theirs, theirs + alone
                found[item] = known[1]
    lowest: dict[int, tuple[_Several, _Several]] = {}
    for ref, theirs in found.items():
        if len(theirs) > 1:
            known = lowest.get(id(theirs))
            if known is None:
                known = lowest[id(theirs)] = theirs, _lowest(theirs, above)
            found[ref] = known[1]
    return found


def _lowest(milestones: tuple[Milestone, ...], above: Mapping[Ref, frozenset[Ref]]) -> tuple[Milestone, ...]:
    higher = frozenset[Ref]().union(*(above[one.ref] for one in milestones))
    return tuple(one for one in milestones if one.ref not in higher) or milestones


def _above(snapshot: Snapshot, ref: Ref) -> Iterator[Ref]:
    """What a milestone is part of, however far up."""
    seen = {ref}
    while (milestone := snapshot.milestones.get(ref)) and isinstance(milestone.parent, Ref):
        ref = snapshot.anchor(milestone.parent)
        if ref in seen:
            return
        seen.add(ref)
        yield ref


def _memberships(snapshot: Snapshot) -> Iterator[tuple[Milestone, tuple[Ref, ...]]]:
    opened = [one for ref in snapshot.members if (one := snapshot.milestones.get(ref)) and is_open(one)]
    for milestone in sorted(opened, key=lambda one: (one.due or date.max, identity(one.ref))):
        yield milestone, snapshot.members[milestone.ref]
