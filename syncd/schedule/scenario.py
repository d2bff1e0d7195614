"""Pure. What if: changes to a plan that nobody has made, applied to a snapshot, and what they come to.

`apply(snapshot, scenario)` gives another snapshot, from which everything follows as from any; `compare` says what moved. Random numbers
belong to items (`chances`), so that what is not touched does not move by chance.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from syncd.model.ref import Ref, identity
from syncd.model.rows import Absence, Dependency, Item, Milestone, Window
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Member, Team
from syncd.schedule.days import days_after
from syncd.schedule.forecast import FAR, Odds, forecast_of
from syncd.schedule.plan import plan_of
from syncd.schedule.wiring import is_open
from syncd.schedule.working import working_of

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`milestones`, `items`: what other values their fields have. `moved`: items -> the milestone that they belong to now, None to none;
    `new`: items that are not there yet, and of which milestone. `joining`, `leaving`: of teams. `unlinked`: predecessor and successor."""

    name: str = ""
    milestones: Mapping[Ref, Fields] = field(default_factory=dict)
    items: Mapping[Ref, Fields] = field(default_factory=dict)
    moved: Mapping[Ref, Ref | None] = field(default_factory=dict)
    new: tuple[tuple[Item, Ref | None], ...] = ()
    joining: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    leaving: Mapping[str, frozenset[str]] = field(default_factory=dict)
    leave: tuple[Absence, ...] = ()
    freezes: tuple[Window, ...] = ()
    links: tuple[Dependency, ...] = ()
    unlinked: frozenset[tuple[Ref, Ref]] = frozenset()

    @property
    def teams(self) -> frozenset[str]:
        """The teams whose people change."""
        return frozenset({*self.joining, *self.leaving})


def apply(snapshot: Snapshot, scenario: Scenario) -> Snapshot:
    """The snapshot as the scenario has it. The snapshot itself stays as it is."""
    new = {item.ref: item for item, _ in scenario.new}
    items = {ref: _changed(item, scenario.items.get(ref)) for ref, item in snapshot.items.items()} | new
    links = (link for link in snapshot.dependencies if (link.predecessor, link.successor) not in scenario.unlinked)
    return replace(
        snapshot,
        milestones={ref: _changed(one, scenario.milestones.get(ref)) for ref, one in snapshot.milestones.items()},
        items=items,
        members=_members(snapshot, scenario),
        teams=tuple(_team(team, scenario) for team in snapshot.teams),
        absences=(*snapshot.absences, *scenario.leave),
        windows=(*snapshot.windows, *scenario.freezes),
        dependencies=(*links, *scenario.links),
    )


def _changed(work: Any, fields: Fields | None) -> Any:
    return replace(work, **fields) if fields else work


def _members(snapshot: Snapshot, scenario: Scenario) -> dict[Ref, tuple[Ref, ...]]:
    """Who belongs where: what moves leaves all milestones but those above the one that it goes to."""
    into = {**scenario.moved, **{item.ref: of for item, of in scenario.new}}
    members = {ref: tuple(one for one in theirs if one not in into) for ref, theirs in snapshot.members.items()}
    for item, milestone in into.items():
        for ref in _upward(snapshot, milestone):
            members[ref] = (*members.get(ref, ()), item)
    return members


def _upward(snapshot: Snapshot, milestone: Ref | None) -> Iterator[Ref]:
    seen: set[Ref] = set()
    while milestone is not None and milestone not in seen and milestone in snapshot.milestones:
        seen.add(milestone)
        yield milestone
        parent = snapshot.milestones[milestone].parent
        milestone = snapshot.anchor(parent) if isinstance(parent, Ref) else None


def _team(team: Team, scenario: Scenario) -> Team:
    gone = scenario.leaving.get(team.name, frozenset())
    stay = tuple(member for member in team.members if member.person not in gone)
    return replace(team, members=(*stay, *scenario.joining.get(team.name, ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a milestone stands: by the plan (`ends`), and, where it can be forecast, by the odds. `method`: None without a forecast."""

    due: date | None
    ends: date | None = None
    p: float | None = None
    p50: date | None = None
    p85: date | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A milestone before and after. `days`: working days by which P85 moves, or the plan's end where either has no forecast; later is
    positive; None where one of them has no end."""

    milestone: Ref
    before: Standing
    after: Standing
    days: int | None

    @property
    def moved(self) -> bool:
        """Whether anything of it is different."""
        return self.before != self.after


def touched(snapshot: Snapshot, scenario: Scenario) -> tuple[Ref, ...]:
    """The milestones that a scenario changes itself, or whose items it changes."""
    items = {
        *scenario.items,
        *scenario.moved,
        *(end for link in scenario.links for end in (link.predecessor, link.successor) if isinstance(end, Ref)),
    }
    items |= {end for pair in scenario.unlinked for end in pair}
    own = {*scenario.milestones, *(of for of in (*scenario.moved.values(), *(of for _, of in scenario.new)) if of)}
    above = (ref for ref, members in snapshot.members.items() if ref not in own and not items.isdisjoint(members))
    return tuple(sorted({*own, *above, *(ref for ref in items if ref in snapshot.milestones)}, key=identity))


def compare(before: Snapshot, after: Snapshot) -> tuple[Move, ...]:
    """All milestones that are open, in the order of their due dates: also those that do not move."""
    refs = [ref for ref, one in before.milestones.items() if is_open(one) or is_open(after.milestones.get(ref))]
    order = sorted(refs, key=lambda ref: (before.milestones[ref].due or date.max, identity(ref)))
    one, other = standings(before, order), standings(after, order)
    time = before.once(working_of).default
    return tuple(Move(milestone=ref, before=one[ref], after=other[ref], days=_days(one[ref], other[ref], time)) for ref in order)


def standings(snapshot: Snapshot, milestones: Iterable[Ref]) -> dict[Ref, Standing]:
    """How these milestones stand."""
    return {ref: _standing(snapshot, snapshot.milestones[ref]) for ref in milestones}


def _standing(snapshot: Snapshot, milestone: Milestone) -> Standing:
    odds: Odds | None = snapshot.once(forecast_of).odds.get(milestone.ref)
    end = snapshot.once(plan_of).end(milestone.ref)
    ends = end.finish if end else None
    if odds is None:
        return Standing(due=milestone.due, ends=ends)
    return Standing(due=milestone.due, ends=ends, p=odds.p, p50=odds.p50, p85=odds.p85, method=odds.method)


def _days(before: Standing, after: Standing, time: Any) -> int | None:
    forecast = before.p85 is not None and after.p85 is not None
    old, new = (before.p85, after.p85) if forecast else (before.ends, after.ends)
    if old is None or new is None or FAR in (old, new):
        return 0 if old == new and old is not None else None
    return days_after(time, old, new)
