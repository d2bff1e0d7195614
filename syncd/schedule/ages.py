"""Pure. How old things are: when something was last touched or moved, and whether work takes longer than work like it took."""

from collections.abc import Mapping
from datetime import datetime

from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.reference import Class, reference_of
from syncd.schedule.wiring import NO_MEMBERS, members_of
from syncd.schedule.workdays import workdays_within


def is_old(snapshot: Snapshot, item: Item) -> bool:
    """Whether work that has begun takes longer than 85 of 100 finished items of its reference class took, in working days."""
    reference = snapshot.once(reference_of)
    class_, began = reference.like(item), reference.began.get(item.ref)
    return class_ is not None and began is not None and workdays_within(began, snapshot.today) > snapshot.once(_longest)[class_]


def _longest(snapshot: Snapshot) -> dict[Class, int]:
    """By reference class: the working days within which 85 of 100 of its items were done."""
    return {class_: days[-(-85 * len(days) // 100) - 1] for class_, days in snapshot.once(reference_of).ordered.items()}


def touched_at(row: Item | Milestone) -> datetime | None:
    """When it was last changed, as far as its vendor tells."""
    last, updated = row.history[-1].at if row.history else None, row.updated_at
    return max(last, updated) if last and updated else last or updated


def moved_of(snapshot: Snapshot) -> Mapping[Ref, datetime]:
    """Milestone -> when anything of it was last changed: itself, an item of it, or time put down for one. Only where something tells.
    Ask for it by `snapshot.once(moved_of)`."""
    efforts, found = _efforts(snapshot), {}
    members = snapshot.once(members_of)
    for ref, milestone in snapshot.milestones.items():
        items = members.get(ref, NO_MEMBERS).items
        moments = [touched_at(milestone), *[touched_at(item) for item in items]]
        moments += [efforts.get(item.ref) for item in items] if efforts else []
        past = [moment for moment in moments if moment is not None and moment <= snapshot.as_of]
        if past:
            found[ref] = max(past)
    return found


def _efforts(snapshot: Snapshot) -> dict[Ref, datetime]:
    found: dict[Ref, datetime] = {}
    for effort in snapshot.efforts:
        if isinstance(effort.item, Ref) and effort.at is not None:
            found[effort.item] = max(effort.at, found.get(effort.item, effort.at))
    return found
