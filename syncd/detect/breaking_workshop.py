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
        yield Line("Workshop", (*_when(workshop, snapshot), *_who(workshop, impact, snapshot), ". Agenda: the changes above."), moves=True)


def _when(workshop: Workshop, snapshot: Snapshot) -> tuple[Part, ...]:
    slot = workshop.slot
    if isinstance(slot, Slot):
        return f"{workshop.minutes} minutes on ", *clock(snapshot, slot.start), f" ({snapshot.zone}), when all are free: "
    return f"{workshop.minutes} minutes; no time until ", Day(slot.until, clocked=True), " is free for all: "


def _who(workshop: Workshop, impact: Impact, snapshot: Snapshot) -> tuple[Part, ...]:
    some = [part for one in workshop.attendees for part in _roles(one, impact, snapshot)][:_SHOWN]
    comes: list[Part] = [*listed(some)] or ["nobody is known to come"]
    missing = listed([keyed(snapshot.milestones[ref]) for ref in workshop.missing[:_SHOWN]])
    return *comes, *(("; nobody is known for ", *missing) if missing else ())


def _roles(one: Attendee, impact: Impact, snapshot: Snapshot) -> Iterator[Part]:
    """Whom they come for. Names are not told: who reads the ticket may not know them."""
    if not one.of:
        yield f"team {impact.contract.producer}" if impact.contract.producer else "the producer"
    for ref in one.of:
        yield keyed(snapshot.milestones[ref])
