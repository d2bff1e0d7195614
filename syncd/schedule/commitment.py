"""Pure. Commitment: the moment from which a milestone is held to its date, and what was agreed on then.

A milestone is committed from the first moment at which it has a due date and work on one of its items has begun, by the vendor's history
("history"); where that does not tell, from the moment at which it is first seen so ("observed"). In scope is what was there and belonged
to it then and was not dropped, with the estimate that it had. See `syncd.schedule.past` for what histories tell.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syncd.model.baseline import Baseline
from syncd.model.ref import Ref
from syncd.model.rows import Milestone, Quantity
from syncd.model.snapshot import Snapshot
from syncd.schedule.past import Past, date_at, due_spans, past_of, size_then
from syncd.schedule.wiring import is_open


def commitments(snapshot: Snapshot) -> Iterator[Baseline]:
    """The baselines of open milestones that are committed and have none yet. Nothing is concluded from what was not read."""
    for ref in sorted(snapshot.milestones):
        milestone = snapshot.milestones[ref]
        if ref in snapshot.baselines or not is_open(milestone) or _is_unsure(snapshot, milestone):
            continue
        if (found := commitment(snapshot, milestone)) is not None:
            yield found


def commitment(snapshot: Snapshot, milestone: Milestone) -> Baseline | None:
    """What was agreed on when the milestone was committed; None where it is not."""
    moment = _by_history(snapshot, milestone)
    if moment is not None:
        return replace(state_then(snapshot, milestone, moment), origin="history")
    begun = any(snapshot.items[item].status in ("doing", "done") for item in snapshot.members.get(milestone.ref, ()))
    return replace(state_now(snapshot, milestone), origin="observed") if milestone.due and begun else None


def state_now(snapshot: Snapshot, milestone: Milestone) -> Baseline:
    """The milestone as it is: what a person adopts as agreed on from now on."""
    return Baseline(
        milestone=milestone.ref,
        at=snapshot.as_of,
        recorded_at=snapshot.as_of,
        origin="adopted",
        start=milestone.start,
        due=milestone.due,
        items=scope_now(snapshot, milestone.ref),
        name=milestone.title,
    )


def scope_now(snapshot: Snapshot, milestone: Ref) -> Mapping[Ref, Quantity | None]:
    """The items of a milestone that are not dropped, with their estimates."""
    items = (snapshot.items[ref] for ref in snapshot.members.get(milestone, ()))
    return {item.ref: item.estimate for item in items if item.status != "dropped"}


def state_then(snapshot: Snapshot, milestone: Milestone, at: datetime) -> Baseline:
    """The milestone as it was at a moment, as far as histories tell; what they do not tell is as it is now."""
    past = snapshot.once(past_of)
    return replace(
        state_now(snapshot, milestone),
        at=at,
        start=date_at(milestone, "start", milestone.start, at, snapshot.as_of),
        due=date_at(milestone, "due", milestone.due, at, snapshot.as_of),
        items=dict(_scope_then(past, milestone, at)),
    )


def is_told(snapshot: Snapshot, milestone: Milestone) -> bool:
    """Whether the milestone's history tells which due dates it had."""
    return bool(due_spans(milestone, snapshot.as_of))


def _scope_then(past: Past, milestone: Milestone, at: datetime) -> Iterator[tuple[Ref, Quantity | None]]:
    for item in past.candidates(milestone):
        there = item.created_at is None or item.created_at <= at
        if there and past.belonged(item, milestone, at) and past.status_at(item, at) != "dropped":
            yield item.ref, size_then(item, at)


def _by_history(snapshot: Snapshot, milestone: Milestone) -> datetime | None:
    spans = due_spans(milestone, snapshot.as_of)
    if not any(span.day for span in spans):
        return None
    past = snapshot.once(past_of)
    begins = [
        max(begun, past.joined(item, milestone))
        for ref in snapshot.members.get(milestone.ref, ())
        if (begun := past.begun(item := snapshot.items[ref])) is not None
    ]
    if not begins:
        return None
    first = min(begins)
    moments = (max(span.since, first) for span in spans if span.day and (span.until is None or first < span.until))
    return next((moment for moment in moments if moment <= snapshot.as_of), None)


def _is_unsure(snapshot: Snapshot, milestone: Milestone) -> bool:
    rests_on = {milestone.ref, *milestone.sources, *snapshot.members.get(milestone.ref, ())}
    return not snapshot.stale.isdisjoint(rests_on)
