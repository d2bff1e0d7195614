"""Pure. The meeting in which a producer and the consumers that are hit agree: who comes, what about, and when."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.contracts.change import Change
from syncd.contracts.impact import Impact
from syncd.contracts.slots import WORKING_DAYS, NoSlot, Slot, first_slot
from syncd.model.ref import Ref
from syncd.model.rows import Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.working import Working, working_of


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who should come. `of`: the milestones that they answer for; none: they come for the producer."""

    person: Person
    of: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A change to speak about, and the milestones that it hits."""

    change: Change
    hits: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A proposal. `agenda`: what hits most milestones first; `missing`: milestones for which nobody is known to come."""

    attendees: tuple[Attendee, ...]
    agenda: tuple[Topic, ...]
    minutes: int
    slot: Slot | NoSlot
    missing: tuple[Ref, ...] = ()


def workshop_of(impact: Impact, snapshot: Snapshot, *, minutes: int = 60, working_days: int = WORKING_DAYS) -> Workshop | None:
    """The meeting that an impact asks for; None where nothing is hit."""
    if not impact.hits:
        return None
    working = snapshot.once(working_of)
    attendees = tuple(_attendees(impact, snapshot, working))
    known = {ref for attendee in attendees for ref in attendee.of}
    slot = first_slot(snapshot, [attendee.person for attendee in attendees], minutes, working_days=working_days)
    missing = tuple(hit.milestone for hit in impact.hits if hit.milestone not in known)
    return Workshop(attendees, agenda(impact), minutes, slot, missing)


def agenda(impact: Impact) -> tuple[Topic, ...]:
    """What there is to speak about."""
    hit: dict[Change, list[Ref]] = {}
    for one in impact.hits:
        for change in one.changes:
            hit.setdefault(change, []).append(one.milestone)
    topics = [Topic(change, tuple(sorted(refs))) for change, refs in hit.items()]
    return tuple(sorted(topics, key=lambda topic: (-len(topic.hits), topic.change.place, topic.change.rule)))


def _attendees(impact: Impact, snapshot: Snapshot, working: Working) -> Iterator[Attendee]:
    producer = _producer(impact, snapshot, working)
    answers: dict[Person, list[Ref]] = {} if producer is None else {producer: []}
    for hit in impact.hits:
        person = hit.owner or _somebody(hit.team, working)
        if person:
            answers.setdefault(person, []).append(hit.milestone)
    for person, refs in answers.items():
        yield Attendee(person, tuple(refs))


def _producer(impact: Impact, snapshot: Snapshot, working: Working) -> Person | None:
    """The owner of the milestone that the change comes with, else somebody of the team."""
    known = (snapshot.milestones.get(snapshot.anchor(ref)) for ref in impact.contract.milestones)
    owner = next((milestone.owner for milestone in known if milestone and milestone.owner), None)
    return owner or _somebody(working.team(impact.contract.producer), working)


def _somebody(team: Team | None, working: Working) -> Person | None:
    """The first of a team, in the order of the configuration, who has working time left."""
    people = working.in_team(team) if team else ()
    return next((person for person in people if not working.idle(person, team)), None)
