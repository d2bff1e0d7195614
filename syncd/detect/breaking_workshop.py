"""Pure. The workshop that a breaking change asks for, as a line: when, who by their role, what about."""

from collections.abc import Iterator

from syncd.contracts.impact import Impact
from syncd.contracts.slots import Slot
from syncd.contracts.workshop import Attendee, Workshop, workshop_of
from syncd.detect.booking import clock
from syncd.detect.wording import keyed, listed
from syncd.model.finding import Day, Line, Part
from syncd.model.snapshot import Snapshot

_SHOWN = 8


def proposal(impact: Impact, snapshot: Snapshot, minutes: int) -> Iterator[Line]:
    """The proposal where something is hit. The time is found anew each day, and is no news."""
    workshop = workshop_of(impact, snapshot, minutes=minutes)
    if workshop:
        yield Line(
            "Workshop",
            (*_when(workshop, snapshot), *_who(workshop, impact, snapshot), ". Agenda: the changes above."),
            moves=True,
        )


def _when(workshop: Workshop, snapshot: Snapshot) -> tuple[Part, ...]:
    slot = workshop.slot
    if not workshop.attendees:
        return (f"{workshop.minutes} minutes; ",)
    if isinstance(slot, Slot):
        return f"{workshop.minutes} minutes on ", *clock(snapshot, slot.start), f" ({snapshot.zone}), when all are free: "
    return f"{workshop.minutes} minutes; no time until ", Day(slot.until, clocked=True), " is free for all: "


def _who(workshop: Workshop, impact: Impact, snapshot: Snapshot) -> Iterator[Part]:
    """Who comes by what they answer for: names are not told, as who reads the ticket may not know them."""
    for place, one in enumerate(workshop.attendees[:_SHOWN]):
        yield ", " if place else ""
        yield from _role(one, impact, snapshot)
    if workshop.missing:
        yield "; nobody is known to come for " if workshop.attendees else "nobody is known to come for "
        yield from listed([keyed(snapshot.milestones[ref]) for ref in workshop.missing[:_SHOWN]])


def _role(one: Attendee, impact: Impact, snapshot: Snapshot) -> tuple[Part, ...]:
    if one.of:
        return "who answers for ", *listed([keyed(snapshot.milestones[ref]) for ref in one.of])
    return (f"somebody of team {impact.contract.producer}" if impact.contract.producer else "the producer",)
