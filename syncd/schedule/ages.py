"""Pure. How old things are: when something was last touched or moved, and whether work takes longer than work like it took."""

from collections.abc import Mapping
from datetime import datetime

from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.reference import Class, reference_of
from syncd.schedule.workdays import workdays_within


def is_old(snapshot: Snapshot, item: Item) -> bool:
    """Whether work that has begun takes longer than 85 of 100 finished items of its reference class took, in working days."""
    reference = snapshot.once(reference_of)
    class_, began = reference.like(item), reference.began.get(item.ref)
    return class_ is not None and began is not None and workdays_within(began, snapshot.today) > snapshot.once(_longest)[class_]


def _longest(snapshot: Snapshot) -> dict[Class, int]:
    """By reference class: the working days within which 85 of 100 of its items were done."""
    found = {class_: sorted(one.days for one in items) for class_, items in snapshot.once(reference_of).classes.items()}
    return {class_: days[-(-85 * len(days) // 100) - 1] for class_, days in found.items()}


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
