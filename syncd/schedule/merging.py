"""Pure. Where paths of work come together, how much the forecasts of these paths spread, and how large a buffer there should be.

Where several paths merge, the latest of them counts: the more there are and the more they spread, the later. A buffer of the root of the
sum of the squares of (P85 - P50) of the paths that come in covers them about as well as each P85 covers its own, where they do not depend
on each other. Source: R. Newbold, "Project Management in the Fast Lane" (1998): the square root of the sum of squares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from syncd.model.ref import Ref, identity
from syncd.model.snapshot import Snapshot
from syncd.schedule.chances import draws_of, pools_of, simulate
from syncd.schedule.durations import DAY
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.reference import reference_of
from syncd.schedule.wiring import End, Gate, Node

DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """`at`: the item or milestone in which paths come together. `incoming`: the last work of each path with the spread of its forecast,
    P85 - P50 in working days, the widest first. `days`: the size of a buffer before it; `float_days`: what the plan leaves there now."""

    at: Ref
    incoming: tuple[tuple[Ref, float], ...]
    days: int
    float_days: float


def merges_of(snapshot: Snapshot, milestones: Iterable[Ref]) -> tuple[Merge, ...]:
    """The merge points of these milestones, in the order of the work: their items with several predecessors, and the milestones
    themselves where several paths end."""
    plan = snapshot.once(plan_of)
    found: list[tuple[Ref, Node, tuple[Ref, ...]]] = []
    for milestone in milestones:
        members = [ref for ref in snapshot.members.get(milestone, ()) if ref in plan.wiring.number]
        if End(milestone) not in plan.wiring.number:
            continue
        followed = {work for ref in members for work in _before(plan, ref)}
        found += [(ref, ref, before) for ref in members if len(before := _before(plan, ref)) > 1]
        ends = tuple(ref for ref in (*members, *_before(plan, Gate(milestone))) if ref not in followed)
        if len(ends) > 1:
            found.append((milestone, End(milestone), ends))
    spreads = _spreads(snapshot, plan, {ref for _, _, incoming in found for ref in incoming})
    made = {at: _merge(plan, at, node, incoming, spreads) for at, node, incoming in found}
    return tuple(sorted(made.values(), key=lambda one: (_starts(plan, one.at), identity(one.at))))


def _before(plan: Plan, node: Node) -> tuple[Ref, ...]:
    """The work that a node waits for, itself or by way of a gate; each once."""
    found: dict[Ref, None] = {}
    for wire in plan.waits(node):
        earlier = plan.wiring.nodes[wire.earlier]
        found |= dict.fromkeys(
            (earlier,) if isinstance(earlier, Ref) else _before(plan, earlier) if isinstance(earlier, Gate) else ()
        )
    return tuple(found)


def _starts(plan: Plan, at: Ref) -> int:
    number = plan.wiring.number.get(End(at), plan.wiring.number.get(at, 0))
    return int(plan.schedule.early_start[number])


def _merge(plan: Plan, at: Ref, node: Node, incoming: Sequence[Ref], spreads: dict[Ref, float]) -> Merge:
    paths = sorted(((ref, spreads[ref]) for ref in incoming), key=lambda one: (-one[1], identity(one[0])))
    dates = plan.dates(node)
    return Merge(
        at=at,
        incoming=tuple(paths),
        days=ceil(round(sqrt(sum(spread**2 for _, spread in paths)), 6)),
        float_days=round(dates.total_float / DAY, 1) if dates else 0.0,
    )


def _spreads(snapshot: Snapshot, plan: Plan, refs: set[Ref]) -> dict[Ref, float]:
    """P85 - P50 of when each piece of work ends, in working days of the default calendar."""
    if not refs:
        return {}
    order = sorted(refs, key=identity)
    reference = snapshot.once(reference_of)
    draws = draws_of(max(len(order), len(plan.wiring.nodes)), DRAWS)
    ends = np.sort(simulate(plan, reference, snapshot.once(pools_of), order, draws).ends, axis=0)
    p50, p85 = (ends[ceil(share * draws) - 1] for share in (0.5, 0.85))
    return dict(zip(order, ((p85 - p50) / DAY).tolist(), strict=True))
