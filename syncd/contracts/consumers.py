"""Pure. Whose promise a contract is, and which milestones rely on it: by the file of consumers, and by what waits for the producer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from syncd.contracts.change import Change
from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Milestone
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.wiring import ends_of, is_open
from syncd.schedule.working import Working

Why = Literal["named", "team", "link"]
"""A consumer names the milestone; it is one of the consuming team's; it waits for a milestone of the producer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """Who relies on a contract, as the file of consumers says: a team, or milestones, or both. `uses`: the operations that they call;
    empty: all of them."""

    team: str = ""
    milestones: tuple[Ref, ...] = ()
    uses: tuple[str, ...] = ()

    def concerns(self, change: Change) -> bool:
        """Whether a change meets what they call. What is of no single operation may always do."""
        return not self.uses or not change.operation or change.operation in self.uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A description of an interface in a repository. `producer`: the team that promises it; `milestones`: theirs, with which the change
    comes; `consumers`: by the file."""

    kind: str
    path: str
    producer: str = ""
    milestones: tuple[Ref, ...] = ()
    consumers: tuple[Consumer, ...] = ()


@dataclass(frozen=True, slots=True)
class Relying:
    """An open milestone that relies on a contract, whose it is, and why it is known. `links`: the dependencies that say so."""

    milestone: Milestone
    team: Team | None
    why: Why
    consumers: tuple[Consumer, ...] = ()
    links: tuple[Dependency, ...] = ()

    def concerns(self, change: Change) -> bool:
        """Whether a change meets what they call; who is known by a link alone may call anything."""
        return not self.consumers or any(one.concerns(change) for one in self.consumers)


_SURE: tuple[Why, ...] = ("named", "team", "link")


def relying(contract: Contract, snapshot: Snapshot, working: Working) -> tuple[Relying, ...]:
    """Who relies on a contract, each milestone once, in the order of their refs; the producer's own milestones do not."""
    own = {snapshot.anchor(ref) for ref in contract.milestones}
    found: dict[Ref, Relying] = {}
    for one in (*_named(contract, snapshot, working), *_of_teams(contract, snapshot, working), *_linked(own, snapshot, working)):
        ref = one.milestone.ref
        if ref in own or not is_open(one.milestone) or _producer(contract, one.team):
            continue
        known = found.get(ref)
        found[ref] = _together(known, one) if known else one
    return tuple(found[ref] for ref in sorted(found))


def nobody(contract: Contract, working: Working) -> tuple[str, ...]:
    """The teams that the file of consumers names and that the configuration does not have."""
    return tuple(dict.fromkeys(one.team for one in contract.consumers if one.team and working.team(one.team) is None))


def _together(known: Relying, more: Relying) -> Relying:
    why = min(known.why, more.why, key=_SURE.index)
    consumers = tuple(dict.fromkeys((*known.consumers, *more.consumers)))
    return Relying(known.milestone, known.team, why, consumers, tuple(dict.fromkeys((*known.links, *more.links))))


def _producer(contract: Contract, team: Team | None) -> bool:
    return team is not None and team.name.casefold() == contract.producer.strip().casefold()


def _named(contract: Contract, snapshot: Snapshot, working: Working) -> Iterator[Relying]:
    for consumer in contract.consumers:
        for ref in consumer.milestones:
            milestone = snapshot.milestones.get(snapshot.anchor(ref))
            if milestone:
                yield Relying(milestone, working.team(consumer.team) or working.team_of(milestone), "named", (consumer,))


def _of_teams(contract: Contract, snapshot: Snapshot, working: Working) -> Iterator[Relying]:
    """The milestones of teams that name none."""
    by_team: dict[str, list[Consumer]] = {}
    for consumer in contract.consumers:
        team = working.team(consumer.team) if consumer.team and not consumer.milestones else None
        if team:
            by_team.setdefault(team.name, []).append(consumer)
    if not by_team:
        return
    for milestone in snapshot.milestones.values():
        team = working.team_of(milestone)
        if team and team.name in by_team:
            yield Relying(milestone, team, "team", tuple(by_team[team.name]))


def _linked(own: Iterable[Ref], snapshot: Snapshot, working: Working) -> Iterator[Relying]:
    """What waits for a milestone of the producer, or for an item of one; an item stands for its milestones."""
    parts = {part for ref in own for part in (ref, *snapshot.members.get(ref, ()))}
    for link in snapshot.dependencies if parts else ():
        ends = ends_of(link)
        if ends is None or ends[0] not in parts:
            continue
        for milestone in _milestones(ends[1], snapshot):
            yield Relying(milestone, working.team_of(milestone), "link", (), (link,))


def _milestones(ref: Ref, snapshot: Snapshot) -> Iterator[Milestone]:
    if milestone := snapshot.milestones.get(ref):
        yield milestone
    elif item := snapshot.items.get(ref):
        for of in item.milestones:
            if isinstance(of, Ref) and (above := snapshot.milestones.get(snapshot.anchor(of))):
                yield above
