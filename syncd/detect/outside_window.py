"""Pure. `outside_window`: a deployment is planned for a time when operations have no window for its component.

Rule: windows of its service or environment, or of what lies above, are known, and its time lies in none of them (half-open: at the end is
outside). Critical from 1 working day ahead, a warning from 5, before that it is only listed. An exemption makes it a line in lists: the
label `window-exempt:DATE` on its milestone, or one of the rules. Source: this house's rules.
"""

from collections.abc import Iterator

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
    window_named,
)
from syncd.detect.wording import with_sources
from syncd.model.finding import Count, Finding, Line, Part
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of
from syncd.schedule.slots import Shelf, Slots, slots_of

CODE = "outside_window"
LABEL = "window-exempt"


class OutsideWindowRules(WindowRules):
    """How early a deployment outside of the windows is told."""


def detect(snapshot: Snapshot, rules: OutsideWindowRules) -> Iterator[Finding]:
    """One finding per deployment outside of the windows of its component."""
    slots = snapshot.once(slots_of)
    for booking in snapshot.once(bookings_of):
        windows = slots.windows(booking.names)
        if windows.slots and not any(windows.at(booking.at)):
            own = rules.of(booking.milestone.class_ if booking.milestone else None)
            yield _finding(snapshot, own, booking, slots, windows)


DETECTOR = Detector(code=CODE, title="Deployment outside of the windows", rules=OutsideWindowRules, detect=detect)


def _finding(snapshot: Snapshot, rules: OutsideWindowRules, booking: Booking, slots: Slots, windows: Shelf) -> Finding:
    let = exempt(snapshot, rules, LABEL, booking.names, booking.milestones)
    free = slots.free(booking.names, booking.at)
    around = [slot for slot in (windows.before(booking.at), next(windows.from_(booking.at), None)) if slot]
    next_free: tuple[Part, ...] = (": the next free moment is ", *clock(snapshot, free)) if free else ()
    planned = clock(snapshot, booking.at)
    rule = f"Rule: a warning from {rules.warn_days} working days ahead, critical from {rules.critical_days}."
    return Finding(
        code=CODE,
        subject=booking.subject,
        discriminator=booking.discriminator,
        severity="info" if let else pressing(snapshot, rules, local_day(snapshot, booking.at), booking.milestone),
        headline=(booking.called, " is planned for ", *planned, ", outside of every window of ", booking.service, "."),
        lines=(
            Line("Why", tuple(_around(snapshot, windows, booking))),
            *([exempted(let)] if let else []),
            Line("Rests on", (Count(len(windows.slots), "window"), f" of it. {rule}")),
            Line("Clears", ("a time inside of a window", *next_free, f"; or {how_to_exempt(LABEL, CODE)}.")),
            Line("Wrong?", ("Correct the time of ", booking.called, ", or the windows.")),
        ),
        inputs=with_sources(
            snapshot,
            {booking.deployment.ref, *(one.ref for one in booking.milestones), *(slot.window.ref for slot in around)},
        ),
        facts={
            "at": booking.at.isoformat(),
            "components": list(booking.names),
            "next_free": free.isoformat() if free else None,
            "exempt_until": let.until.isoformat() if let else None,
        },
        weight=1,
        driving=snapshot.once(driving_of).last(booking.subject),
    )


def _around(snapshot: Snapshot, windows: Shelf, booking: Booking) -> Iterator[Part]:
    before, after = windows.before(booking.at), next(windows.from_(booking.at), None)
    if before:
        yield from ("the window before it, ", window_named(before.window), ", ends ", *clock(snapshot, before.end))
    if before and after:
        yield "; "
    if after:
        yield from ("the next one, ", window_named(after.window), ", begins ", *clock(snapshot, after.start))
    yield "." if after else "; no later one is known."
