"""Pure. `in_freeze`: a deployment is planned for a time when operations forbid it, or nothing but a freeze is left for a milestone.

Rules:
- a deployment whose time lies in a freeze of its service, environment, what lies above or what lies under it (half-open);
- a milestone whose components are known (its labels or its deployments), for which there are no deployment windows, and for which every
  moment from the end of its open work until the end of its due date is frozen. With windows `forecast_after_window` tells.
Critical from 1 working day ahead, a warning from 5, before that it is only listed. An exemption makes it a line in lists: the label
`freeze-exempt:DATE` on the milestone, or one of the rules. Source: this house's rules.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from syncd.contract import Detector
from syncd.detect.booking import (
    Booking,
    Exempt,
    WindowRules,
    bookings_of,
    clock,
    exempt,
    exempted,
    how_to_exempt,
    local_day,
    pressing,
    window_named,
)
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.finding import Day, Finding, Line, Part
from syncd.model.raw import Json
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of
from syncd.schedule.slots import Slot, Slots, components, instant, slots_of, zone_of
from syncd.schedule.wiring import is_open

CODE = "in_freeze"
LABEL = "freeze-exempt"


class InFreezeRules(WindowRules):
    """How early a deployment in a freeze is told."""


def detect(snapshot: Snapshot, rules: InFreezeRules) -> Iterator[Finding]:
    """One finding per deployment in a freeze, one per milestone that only a freeze is left for."""
    slots = snapshot.once(slots_of)
    for booking in snapshot.once(bookings_of):
        freeze = max(slots.frozen(booking.names).at(booking.at), key=lambda slot: (slot.end, slot.window.ref), default=None)
        if freeze:
            own = rules.of(booking.milestone.class_ if booking.milestone else None)
            yield _deployment(snapshot, own, booking, slots, freeze)
    for ref, names in sorted(snapshot.once(components).items()):
        milestone = snapshot.milestones[ref]
        if is_open(milestone) and milestone.due and milestone.due >= snapshot.today and not slots.windows(names).slots:
            yield from _milestone(snapshot, rules.of(milestone.class_), milestone, names, slots)


DETECTOR = Detector(code=CODE, title="Deployment in a freeze", rules=InFreezeRules, detect=detect)


def done_from(snapshot: Snapshot, milestone: Milestone) -> datetime:
    """From when on a milestone can be deployed: the day on which its open work ends, or now."""
    end = snapshot.once(driving_of).finish(milestone.ref)
    if end is None:
        return snapshot.as_of
    return max(snapshot.as_of, instant(end.day, zone_of(None, snapshot.zone)))


def due_end(snapshot: Snapshot, milestone: Milestone) -> datetime:
    """The end of its due date."""
    assert milestone.due, "only milestones with a date are asked for"
    return instant(milestone.due, zone_of(None, snapshot.zone)) + timedelta(days=1)


def _deployment(snapshot: Snapshot, rules: InFreezeRules, booking: Booking, slots: Slots, freeze: Slot) -> Finding:
    let = exempt(snapshot, rules, LABEL, booking.names, booking.milestones)
    free = slots.free(booking.names, booking.at)
    planned, until = clock(snapshot, booking.at), clock(snapshot, freeze.end)
    return Finding(
        code=CODE,
        subject=booking.subject,
        discriminator=booking.discriminator,
        severity="info" if let else pressing(snapshot, rules, local_day(snapshot, booking.at), booking.milestone),
        headline=(booking.called, " is planned for ", *planned, ", in the freeze ", window_named(freeze.window), "."),
        lines=(
            Line("Why", ("the freeze of ", booking.service, " ends ", *until, ".")),
            *_rest(snapshot, rules, let, free, ("Correct the time of ", booking.called, ", or the freeze.")),
        ),
        inputs=with_sources(snapshot, {booking.deployment.ref, freeze.window.ref, *(one.ref for one in booking.milestones)}),
        facts={"at": booking.at.isoformat(), **_facts(booking.names, freeze, free, let)},
        weight=1,
        driving=snapshot.once(driving_of).last(booking.subject),
    )


def _milestone(
    snapshot: Snapshot, rules: InFreezeRules, milestone: Milestone, names: tuple[str, ...], slots: Slots
) -> Iterator[Finding]:
    since = done_from(snapshot, milestone)
    freeze = max(slots.frozen(names).at(since), key=lambda slot: (slot.end, slot.window.ref), default=None)
    free = slots.free(names, since)
    if freeze is None or free is None or free < due_end(snapshot, milestone) or milestone.due is None:
        return
    let = exempt(snapshot, rules, LABEL, names, (milestone,))
    yield Finding(
        code=CODE,
        subject=milestone.ref,
        severity="info" if let else pressing(snapshot, rules, milestone.due, milestone),
        headline=(named(milestone), ": a freeze leaves no time to deploy it until it is due, ", Day(milestone.due), "."),
        lines=(
            Line(
                "Why",
                (
                    "from when its work ends all is frozen; ",
                    window_named(freeze.window),
                    " ends ",
                    *clock(snapshot, freeze.end),
                    ".",
                ),
            ),
            *_rest(snapshot, rules, let, free, ("Correct the due date or the labels of ", keyed(milestone), ", or the freeze.")),
        ),
        inputs=with_sources(snapshot, {milestone.ref, freeze.window.ref, *snapshot.once(driving_of).path(milestone.ref)}),
        facts={"due": milestone.due.isoformat(), **_facts(names, freeze, free, let)},
        weight=1,
        driving=snapshot.once(driving_of).last(milestone.ref),
    )


def _rest(
    snapshot: Snapshot, rules: InFreezeRules, let: Exempt | None, free: datetime | None, wrong: tuple[Part, ...]
) -> Iterator[Line]:
    if let:
        yield exempted(let)
    rule = f"Rule: a warning from {rules.warn_days} working days ahead, critical from {rules.critical_days}."
    yield Line("Rests on", (f"freezes of it, of what it is part of, and of its parts. {rule}",))
    moment: tuple[Part, ...] = (": the next free moment is ", *clock(snapshot, free)) if free else ()
    yield Line("Clears", ("a time outside of the freeze", *moment, f"; or {how_to_exempt(LABEL, CODE)}."))
    yield Line("Wrong?", wrong)


def _facts(names: tuple[str, ...], freeze: Slot, free: datetime | None, let: Exempt | None) -> dict[str, Json]:
    return {
        "components": list(names),
        "freeze_end": freeze.end.isoformat(),
        "next_free": free.isoformat() if free else None,
        "exempt_until": let.until.isoformat() if let else None,
    }
