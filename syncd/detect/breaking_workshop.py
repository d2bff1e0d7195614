"""Pure. The workshop that a breaking change asks for, as a line: when, who by their role, what about."""

from collections.abc import Iterator

from syncd.contracts.impact import Impact
from syncd.contracts.slots import Slot, in_the_way
from syncd.contracts.workshop import Attendee, Workshop
from syncd.detect.booking import clock
from syncd.detect.wording import keyed, listed
from syncd.model.contract import Contract
from syncd.model.finding import Day, Line, Part
from syncd.model.raw import Json
from syncd.model.snapshot import Snapshot

_SHOWN = 8
_AGENDA = "Agenda: the changes above."


def proposal(workshop: Workshop, impact: Impact, snapshot: Snapshot) -> Line:
    """What is proposed. The time is found anew each day, and is no news."""
    return Line(
        "Workshop",
        (*_when(workshop, snapshot), *_who(workshop, impact, snapshot), f".{_why_not_sooner(workshop, snapshot)} {_AGENDA}"),
        moves=True,
    )


def as_fact(workshop: Workshop, contract: Contract) -> dict[str, Json]:
    """When it is (RFC 3339, null where there is no time), and the calendar that takes it."""
    slot, calendar = workshop.slot, contract.workshop
    start, end = (slot.start.isoformat(), slot.end.isoformat()) if isinstance(slot, Slot) else (None, None)
    return {"start": start, "end": end, "calendar": {"connection": calendar[0], "id": calendar[1]} if calendar else None}


def _when(workshop: Workshop, snapshot: Snapshot) -> tuple[Part, ...]:
    slot = workshop.slot
    if not workshop.attendees:
        return (f"{workshop.minutes} minutes; ",)
    if isinstance(slot, Slot):
        return f"{workshop.minutes} minutes on ", *clock(snapshot, slot.start), f" ({snapshot.zone}), when all are free: "
    return f"{workshop.minutes} minutes; no time until ", Day(slot.until, clocked=True), " is free for all: "


def _why_not_sooner(workshop: Workshop, snapshot: Snapshot) -> str:
    """How many of them cannot come sooner; who that is, and why, is theirs to say."""
    slot = workshop.slot
    kept = in_the_way(snapshot, [one.person for one in workshop.attendees], slot) if isinstance(slot, Slot) else {}
    return f" Not sooner: until then {len(kept)} of them {'are' if len(kept) > 1 else 'is'} away or busy." if kept else ""


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
