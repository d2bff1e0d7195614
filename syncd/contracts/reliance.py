"""Pure. A watched contract as the impact takes it: names become milestones, and a merge request brings those that it belongs to."""

from collections.abc import Iterator
from dataclasses import replace

from syncd.contracts.consumers import Consumer
from syncd.contracts.consumers import Contract as Relied
from syncd.contracts.impact import Effort
from syncd.model.contract import Contract
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.wiring import is_open
from syncd.schedule.working import working_of

MOST_DAYS = 365
"""Nothing is counted beyond, as the configuration takes no more."""


def relied_on(contract: Contract, snapshot: Snapshot) -> Relied:
    """Who promises it and who relies on it. The producer's milestones count only where links show who waits for them."""
    named = snapshot.once(_by_name)
    keys = (named[key] for name in contract.milestones if (key := name.casefold()) in named)
    refs = tuple(dict.fromkeys(keys))
    consumers = [Consumer(team=team) for team in contract.teams]
    return Relied(
        kind=contract.kind or "",
        path=contract.paths[0],
        producer=contract.producer or "",
        milestones=tuple(_of_producer(contract, snapshot)) if contract.by_links else (),
        consumers=tuple([*consumers, Consumer(milestones=refs)] if refs else consumers),
    )


def effort_of(contract: Contract, days_at_most: float) -> Effort:
    """What it takes to adapt to the contract."""
    each = min(contract.adaptation_days, MOST_DAYS)
    return Effort(days_per_change=each, days_at_most=max(days_at_most, each))


def unknown_names(contract: Contract, snapshot: Snapshot) -> tuple[str, ...]:
    """The keys among its consumers that no milestone has."""
    named = snapshot.once(_by_name)
    return tuple(name for name in contract.milestones if name.casefold() not in named)


def with_milestones(request: MergeRequest, snapshot: Snapshot) -> MergeRequest:
    """The merge request with the milestones of the items that it closes."""
    items = (snapshot.items.get(ref) for ref in request.closes if isinstance(ref, Ref))
    more = (ref for item in items if item for ref in item.milestones)
    return replace(request, milestones=tuple(dict.fromkeys((*request.milestones, *more))))


def _of_producer(contract: Contract, snapshot: Snapshot) -> Iterator[Ref]:
    working = snapshot.once(working_of)
    producer = working.team(contract.producer or "")
    for ref in sorted(snapshot.milestones) if producer else ():
        if is_open(snapshot.milestones[ref]) and working.team_of(snapshot.milestones[ref]) is producer:
            yield ref


def _by_name(snapshot: Snapshot) -> dict[str, Ref]:
    """Milestones by the keys of all their sources."""
    found: dict[str, Ref] = {}
    for ref in sorted(snapshot.milestones):
        for key in _keys(snapshot.milestones[ref]):
            found.setdefault(key.casefold(), ref)
    return found


def _keys(milestone: Milestone) -> Iterator[str]:
    yield from (ref.key for ref in (milestone.ref, *milestone.sources) if ref.key)
