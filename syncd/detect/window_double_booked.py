"""Pure. `window_double_booked`: two planned deployments take the same time of one component, or of one person.

Rule: deployments take `deployment_minutes` from their time on, and two of them overlap (half-open: one that begins when the other ends
does not). The same component, or one a part of the other's, in the same environment as far as both name one: critical. The same person:
critical from 1 working day ahead, a warning from 5, before that it is only listed. Source: this house's rules.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field

from syncd.contract import Detector
from syncd.detect.booking import (
    Booking,
    WindowRules,
    bookings_of,
    clock,
    exempt,
    exempted,
    how_to_exempt,
    local_day,
    pressing,
    same_component,
)
from syncd.detect.wording import with_sources
from syncd.model.finding import Count, Finding, Line, Part, Quote
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of
from syncd.schedule.slots import slots_of

CODE = "window_double_booked"
LABEL = "window-exempt"


class WindowDoubleBookedRules(WindowRules):
    """How long a deployment takes, and how early it is told."""

    deployment_minutes: int = Field(
        60, ge=1, le=10080, description="Minutes that a deployment takes, where nothing else is known."
    )


def detect(snapshot: Snapshot, rules: WindowDoubleBookedRules) -> Iterator[Finding]:
    """One finding per pair, about the later one of the two."""
    length = timedelta(minutes=rules.deployment_minutes)
    running: list[Booking] = []
    for booking in snapshot.once(bookings_of):
        running = [other for other in running if other.at + length > booking.at]
        for other in running:
            same = same_component(other, booking)
            if same or _same_person(other, booking):
                yield _finding(snapshot, rules, other, booking, same=same)
        running.append(booking)


DETECTOR = Detector(code=CODE, title="Two deployments at once", rules=WindowDoubleBookedRules, detect=detect)


def _same_person(one: Booking, other: Booking) -> bool:
    return one.deployment.by is not None and one.deployment.by == other.deployment.by


def _finding(snapshot: Snapshot, rules: WindowDoubleBookedRules, earlier: Booking, later: Booking, *, same: bool) -> Finding:
    let = exempt(snapshot, rules, LABEL, later.names, later.milestones)
    severity = "critical" if same else pressing(snapshot, rules, local_day(snapshot, later.at), later.milestone)
    free = _free(snapshot, rules, later)
    moment: tuple[Part, ...] = (": the next free moment is ", *clock(snapshot, free)) if free else ()
    return Finding(
        code=CODE,
        subject=later.subject,
        discriminator=f"{later.deployment.ref} {earlier.deployment.ref}",
        severity="info" if let else severity,
        headline=(later.called, " and ", earlier.called, " are planned for the same time, ", *clock(snapshot, later.at), "."),
        lines=(
            Line("Why", tuple(_why(earlier, later, same=same))),
            *([exempted(let)] if let else []),
            Line("Rests on", ("their times, and that each takes ", Count(rules.deployment_minutes, "minute"), " (assumed).")),
            Line("Clears", ("another time for one of them", *moment, f"; or {how_to_exempt(LABEL, CODE)}.")),
            Line("Wrong?", ("Correct the time of ", later.called, " or ", earlier.called, ".")),
        ),
        inputs=with_sources(
            snapshot,
            {each.deployment.ref for each in (earlier, later)}
            | {one.ref for each in (earlier, later) for one in each.milestones},
        ),
        facts={
            "at": [earlier.at.isoformat(), later.at.isoformat()],
            "same_component": same,
            "next_free": free.isoformat() if free else None,
            "exempt_until": let.until.isoformat() if let else None,
        },
        weight=2 if same else 1,
        driving=snapshot.once(driving_of).last(later.subject),
    )


def _why(earlier: Booking, later: Booking, *, same: bool) -> Iterator[Part]:
    if same:
        yield from ("both deploy ", later.service, ", a part of it or what it is part of.")
        return
    row = later.deployment
    yield "both are planned by "
    yield Quote(row.by.name, row.ref, row.audience, row.scope_id, "author") if row.by else "one person"
    yield from ("; one deploys ", later.service, ", the other ", earlier.service, ".")


def _free(snapshot: Snapshot, rules: WindowDoubleBookedRules, booking: Booking) -> datetime | None:
    """The first moment for it, in a window and in no freeze, that no deployment of its component or by the same person takes."""
    slots, length = snapshot.once(slots_of), timedelta(minutes=rules.deployment_minutes)
    others = [
        one
        for one in snapshot.once(bookings_of)
        if one.deployment.ref != booking.deployment.ref and (same_component(one, booking) or _same_person(one, booking))
    ]
    moment = slots.free(booking.names, booking.at)
    for other in others:  # by time: what one of them pushes later can only meet later ones
        if moment is not None and other.at < moment + length and moment < other.at + length:
            moment = slots.free(booking.names, other.at + length)
    return moment
