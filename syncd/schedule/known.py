"""Pure. What was known at an earlier moment: a snapshot without all that came later, so that a forecast of then can be made again.

Items are there from their creation on, with the status, dates, size and milestones that their histories tell of; what no history tells is
as it is now. What is left of work, and spent on it, is not known of then where the item was touched since. Links, teams and leave have no
history: they are taken as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from syncd.model.ref import Ref
from syncd.model.rows import Change, Item, MergeRequest, Milestone, Status
from syncd.model.snapshot import Snapshot
from syncd.schedule.past import Past, date_at, day_of, past_of, size_then
from syncd.schedule.reference import status_names
from syncd.schedule.wiring import CLOSED


def known_at(snapshot: Snapshot, at: datetime) -> Snapshot:
    """The snapshot as it would have been at that moment."""
    past, ends = snapshot.once(past_of), snapshot.once(finished_at)
    items = {ref: _item(past, item, at) for ref, item in snapshot.items.items() if item.created_at and item.created_at <= at}
    members = {
        ref: tuple(item.ref for item in past.candidates(one) if item.ref in items and past.belonged(item, one, at))
        for ref, one in snapshot.milestones.items()
    }
    milestones = {
        ref: _milestone(one, ends.get(ref), at, snapshot.as_of) for ref, one in snapshot.milestones.items() if members[ref]
    }
    merge_requests = {ref: _merge_request(one, at) for ref, one in snapshot.merge_requests.items() if _before(one.created_at, at)}
    there = items.keys() | milestones.keys() | merge_requests.keys()
    found = replace(
        snapshot,
        as_of=at,
        items=items,
        milestones=milestones,
        members={ref: members[ref] for ref in milestones},
        merge_requests=merge_requests,
        dependencies=tuple(link for link in snapshot.dependencies if link.predecessor in there and link.successor in there),
        dangling=(),
        stale=frozenset(),
        problems=(),
        baselines={},
        open={},
    )
    found.keep(status_names, snapshot.once(status_names))  # what a status name means is no news of any day
    return found


def finished_at(snapshot: Snapshot) -> Mapping[Ref, datetime]:
    """When each milestone was finished: with the last of its items, where all of them are closed or the milestone itself is done.

    Ask for it as `snapshot.once(finished_at)`."""
    found = {}
    for ref, milestone in snapshot.milestones.items():
        items = [snapshot.items[member] for member in snapshot.members.get(ref, ())]
        ends = [item.done_at for item in items if item.status == "done" and item.done_at]
        if ends and milestone.status != "dropped" and (milestone.status == "done" or all(one.status in CLOSED for one in items)):
            found[ref] = max(ends)
    return found


def _item(past: Past, item: Item, at: datetime) -> Item:
    status = past.status_at(item, at) or "todo"
    if item.done_at and item.done_at > at and status == "done":
        status = "doing"
    touched = item.updated_at is None or item.updated_at > at
    return replace(
        item,
        status=cast(Status, status),
        start=_day_then(item.history, "start", item.start, at),
        due=_day_then(item.history, "due", item.due, at),
        done_at=item.done_at if _before(item.done_at, at) and status == "done" else None,
        estimate=size_then(item, at),
        remaining=None if touched else item.remaining,
        spent=None if touched else item.spent,
        updated_at=min(item.updated_at, at) if item.updated_at else None,
        history=_until(item.history, at),
    )


def _milestone(milestone: Milestone, finished: datetime | None, at: datetime, as_of: datetime) -> Milestone:
    later = finished is not None and finished > at and milestone.status == "done"
    return replace(
        milestone,
        status="doing" if later else milestone.status,
        start=date_at(milestone, "start", milestone.start, at, as_of),
        due=date_at(milestone, "due", milestone.due, at, as_of),
        history=_until(milestone.history, at),
    )


def _merge_request(one: MergeRequest, at: datetime) -> MergeRequest:
    ended = _before(one.merged_at, at) or _before(one.closed_at, at)
    return one if ended else replace(one, status="open", merged_at=None, closed_at=None)


def _day_then(history: Iterable[Change], field: str, now: date | None, at: datetime) -> date | None:
    """A date at a moment: what the last change before it made of it, else what the first one after it made it from."""
    changes = sorted((one for one in history if one.field == field), key=lambda one: one.at)
    before = [one for one in changes if one.at <= at]
    if before:
        return day_of(before[-1].new)
    return day_of(changes[0].old) if changes else now


def _until(history: tuple[Change, ...], at: datetime) -> tuple[Change, ...]:
    return tuple(one for one in history if one.at <= at)


def _before(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at
