"""Pure. Where a large milestone falls apart most easily: its open items in parts, with as few links between them as can be.

Parts that no link holds together are cut apart first; small ones stay with the part that has most people of the same team in common.
Where all is one part it is cut at one moment of its order: between a quarter and three quarters of the items, where the fewest results
are handed over. All links to one item, at a merge, count as one, and so do all links from one item. Soft links do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from syncd.model.ref import Ref, identity
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import Ints
from syncd.schedule.hygiene import team_name
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.wiring import binding, members_of, opened_of

SMALL = 3
"""Parts with fewer items are no part of their own."""
MOST = 4
"""So many parts are proposed, at most."""


@dataclass(frozen=True, slots=True)
class Cut:
    """`parts`: the open items of each, in the order of the work; `crossing`: the links between them, as (earlier, later)."""

    parts: tuple[tuple[Ref, ...], ...]
    crossing: tuple[tuple[Ref, Ref], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a milestone's open work looks like. `outside`: the work beyond it that it waits for; `teams`: whose work it is."""

    items: tuple[Item, ...]
    outside: tuple[Ref, ...]
    teams: tuple[str, ...]


def shape_of(snapshot: Snapshot, milestone: Ref) -> Shape:
    """The shape of an open milestone."""
    waits, works, members = snapshot.once(_waits), snapshot.once(opened_of).works, snapshot.once(members_of)[milestone]
    own = {*members.numbers, snapshot.once(_milestones)[milestone]}
    outside = {earlier for one in own for earlier in waits.get(one, ()) if earlier not in own}
    teams = sorted({team_name(snapshot, item) for item in members.opened})
    return Shape(members.opened, tuple(sorted([works[one].ref for one in outside], key=identity)), tuple(teams))


def _milestones(snapshot: Snapshot) -> dict[Ref, int]:
    """The numbers of open milestones among all open work."""
    open_ = snapshot.once(opened_of)
    others = open_.works[len(open_.items) :]
    return {work.ref: number for number, work in enumerate(others, len(open_.items)) if isinstance(work, Milestone)}


def _waits(snapshot: Snapshot) -> dict[int, list[int]]:
    """What open work waits for, by its numbers."""
    found: dict[int, list[int]] = {}
    bound = binding(snapshot)
    for earlier, later in zip(bound.earlier, bound.later, strict=True):
        found.setdefault(later, []).append(earlier)
    return found


def cut_of(snapshot: Snapshot, items: Sequence[Item]) -> Cut | None:
    """The proposed cut of these items; None where there is none that leaves two parts of some size."""
    plan = snapshot.once(plan_of)
    order = sorted((item.ref for item in items), key=lambda ref: (_starts(plan, ref), identity(ref)))
    place = {ref: number for number, ref in enumerate(order)}
    waits, number, works = snapshot.once(_waits), plan.wiring.number, snapshot.once(opened_of).works
    links = [
        (earlier, later)
        for later in order
        for one in waits.get(number.get(later, -1), ())
        if (earlier := works[one].ref) in place
    ]
    parts = _apart(snapshot, order, links)
    if len(parts) < 2:
        parts = _one_cut(order, [(place[earlier], place[later]) for earlier, later in links])
    if len(parts) < 2:
        return None
    home = {ref: number for number, part in enumerate(parts) for ref in part}
    crossing = tuple((earlier, later) for earlier, later in links if home[earlier] != home[later])
    return Cut(tuple(tuple(part) for part in parts), crossing)


def _starts(plan: Plan, ref: Ref) -> int:
    number = plan.wiring.number.get(ref)
    return 0 if number is None else int(plan.schedule.early_start[number])


def _apart(snapshot: Snapshot, order: Sequence[Ref], links: Sequence[tuple[Ref, Ref]]) -> list[list[Ref]]:
    """The parts that hang together, the largest first; what is small goes to the part with most items of its team."""
    above = {ref: ref for ref in order}

    def root(ref: Ref) -> Ref:
        while above[ref] != ref:
            above[ref] = above[above[ref]]
            ref = above[ref]
        return ref

    for earlier, later in links:
        above[root(earlier)] = root(later)
    groups: dict[Ref, list[Ref]] = {}
    for ref in order:
        groups.setdefault(root(ref), []).append(ref)
    ranked = sorted(groups.values(), key=lambda group: (-len(group), identity(group[0])))
    parts = [group for group in ranked[:MOST] if len(group) >= SMALL]
    rest = [ref for group in ranked[len(parts) :] for ref in group]
    teams = [_teams(snapshot, part) for part in parts]
    loose: dict[str, list[Ref]] = {}
    for ref in rest:
        team = team_name(snapshot, snapshot.items[ref])
        best = max(range(len(parts)), key=lambda number: teams[number].get(team, 0), default=None)
        if best is not None and teams[best].get(team):
            parts[best].append(ref)
        else:
            loose.setdefault(team, []).append(ref)
    for group in sorted(loose.values(), key=lambda group: (-len(group), identity(group[0]))):
        if len(group) >= SMALL and len(parts) < MOST:
            parts.append(group)
        elif parts:
            parts[-1] += group
    return parts


def _teams(snapshot: Snapshot, part: Sequence[Ref]) -> dict[str, int]:
    found: dict[str, int] = {}
    for ref in part:
        team = team_name(snapshot, snapshot.items[ref])
        found[team] = found.get(team, 0) + 1
    return found


def _one_cut(order: Sequence[Ref], links: Sequence[tuple[int, int]]) -> list[list[Ref]]:
    """Two parts: an earlier and a later one. Of equal cuts the one nearest to the middle."""
    count = len(order)
    low, high = max(SMALL, count // 4), min(count - SMALL, count - count // 4)
    if low > high:
        return []
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for one, other in links:
        earlier, later = min(one, other), max(one, other)
        first[later] = min(first.get(later, earlier), earlier)
        last[earlier] = max(last.get(earlier, later), later)
    merging = _open_at(count, [(begin, end) for end, begin in first.items()])
    leaving = _open_at(count, list(last.items()))
    handed = np.minimum(merging, leaving)
    at = min(range(low, high + 1), key=lambda number: (int(handed[number]), abs(2 * number - count), number))
    return [list(order[:at]), list(order[at:])]


def _open_at(count: int, spans: Sequence[tuple[int, int]]) -> Ints:
    """How many spans of places a cut before each place goes through."""
    steps = np.zeros(count + 1, np.int64)
    for begin, end in spans:
        steps[begin + 1] += 1
        steps[end + 1] -= 1
    found: Ints = np.cumsum(steps)
    return found
