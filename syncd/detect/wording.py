"""Pure. How detectors name things: what a vendor's users wrote is always marked as theirs, with who may read it."""

from collections.abc import Iterable, Sequence
from typing import Literal

from syncd.model.finding import Day, Named, Part, Quote
from syncd.model.ref import Ref
from syncd.model.rows import Claim, ContractFile, Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.plan import Finish
from syncd.schedule.wiring import Work

Written = Work | Claim | ContractFile
Role = Literal["owner", "assignee", "author"]
NEAREST = 1000
"""A verdict rests on about so much of the work upstream, the nearest: of a long path each would else hold all the others."""


def keyed(work: Written) -> Named:
    """An object by its key."""
    return Named(work.ref, "", work.audience, work.scope_id)


def named(work: Work) -> Named:
    """An object by key and title. A joined milestone is called what its anchor calls it: no title crosses from another source."""
    claims = getattr(work, "claims", None)
    if not claims:
        return Named(work.ref, work.title, work.audience, work.scope_id)
    own = claims.get(work.ref.connection)
    return Named(own.ref, own.title, own.audience, own.scope_id) if own else keyed(work)


def quoted(text: str, work: Written) -> Quote:
    """Text that was read from an object."""
    return Quote(text, work.ref, work.audience, work.scope_id)


def called(person: Person, role: Role, work: Written) -> Quote:
    """A person by name, with the role by which to tell of them where names are not shown."""
    return Quote(person.name, work.ref, work.audience, work.scope_id, role)


def owners(work: Work) -> tuple[Part, ...]:
    """Who works on it: names as parts, or that there is nobody."""
    role, people = _workers(work)
    return listed([called(person, role, work) for person in people if person]) or ("nobody is assigned to it",)


def _workers(work: Work) -> tuple[Role, Sequence[Person | None]]:
    if isinstance(work, Item):
        return "assignee", work.assignees
    return ("owner", [work.owner]) if isinstance(work, Milestone) else ("author", [work.author])


def listed(parts: Sequence[Part], last: str = " and ") -> tuple[Part, ...]:
    """`A`, `A and B`, `A, B and C`."""
    if len(parts) < 2:
        return tuple(parts)
    separated: list[Part] = []
    for place, part in enumerate(parts):
        separated += [last if place == len(parts) - 1 else ", ", part] if place else [part]
    return tuple(separated)


def percent_of(percent: float, limits: Iterable[float]) -> str:
    """A percentage in whole numbers; with a decimal where it would else look like a limit that it is beyond, or not yet."""
    whole = round(percent)
    return f"{percent:.1f} %" if percent != whole and any(whole == limit for limit in limits) else f"{whole} %"


def end_day(end: Finish) -> Day:
    """An early end as a date."""
    return Day(end.day, end.clocked)


def with_sources(snapshot: Snapshot, refs: Iterable[Ref]) -> frozenset[Ref]:
    """The refs, and for joined milestones all their sources: what a verdict on them rests on."""
    every, joined = frozenset(refs), snapshot.once(_joined)
    if every.isdisjoint(joined):
        return every
    return every.union(*(snapshot.milestones[ref].sources for ref in every & joined))


def _joined(snapshot: Snapshot) -> frozenset[Ref]:
    return frozenset(ref for ref, milestone in snapshot.milestones.items() if milestone.sources)
