"""Pure. How old things are: when something last moved, how long work of a class takes from its begin to its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.past import past_of

Class = tuple[str, str]
"""A connection and a type of item: what is alike enough to be compared."""

LEAST = 20
"""So many finished items of a class are needed to say how long they take."""


@dataclass(frozen=True, slots=True)
class CycleTimes:
    """By class: the time within which 85 of 100 items were done, from when work on them began."""

    p85: Mapping[Class, timedelta]
    finished: Mapping[Class, int]


def cycle_times_of(snapshot: Snapshot) -> CycleTimes:
    """From all finished items whose begin and end are known; ask for it by `snapshot.once(cycle_times_of)`."""
    past, found = snapshot.once(past_of), dict[Class, list[timedelta]]()
    for item in snapshot.items.values():
        if item.status == "done" and item.done_at and (begun := past.begun(item)) and begun <= item.done_at:
            found.setdefault(class_of(item), []).append(item.done_at - begun)
    enough = {class_: sorted(times) for class_, times in found.items() if len(times) >= LEAST}
    p85 = {class_: times[min(len(times) - 1, -(-85 * len(times) // 100) - 1)] for class_, times in enough.items()}
    return CycleTimes(p85, {class_: len(times) for class_, times in found.items()})


def class_of(item: Item) -> Class:
    """What it is compared with."""
    return item.ref.connection, item.type


def touched_at(row: Item | Milestone) -> datetime | None:
    """When it was last changed, as far as its vendor tells."""
    moments = [change.at for change in row.history[-1:]]
    return max([*moments, row.updated_at] if row.updated_at else moments, default=None)


def moved_of(snapshot: Snapshot) -> Mapping[Ref, datetime]:
    """Milestone -> when anything of it was last changed: itself, an item of it, or time put down for one. Only where something tells.
    Ask for it by `snapshot.once(moved_of)`."""
    efforts = _efforts(snapshot)
    items = {ref: _latest(snapshot, touched_at(item), efforts.get(ref)) for ref, item in snapshot.items.items()}
    found = {
        ref: _latest(snapshot, touched_at(milestone), *(items.get(item) for item in snapshot.members.get(ref, ())))
        for ref, milestone in snapshot.milestones.items()
    }
    return {ref: moment for ref, moment in found.items() if moment is not None}


def _latest(snapshot: Snapshot, *moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None and moment <= snapshot.as_of), default=None)


def _efforts(snapshot: Snapshot) -> dict[Ref, datetime]:
    found: dict[Ref, datetime] = {}
    for effort in snapshot.efforts:
        if isinstance(effort.item, Ref) and effort.at is not None:
            found[effort.item] = max(effort.at, found.get(effort.item, effort.at))
    return found
