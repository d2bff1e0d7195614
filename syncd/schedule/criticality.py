"""Pure. The criticality index: in what share of the draws of a plan each piece of open work decides when a milestone's work ends.

`criticality_of(snapshot, milestone)`. In a draw, work is critical for a milestone where links that leave no slack lead from it to the
end of the last of the milestone's open items; of equally late chains all are. The milestone's own due date holds nothing of that back.
The dates of other work do: work that is held by its own date is critical itself, and what comes before it has slack. Where people are
away, a link leaves slack once its predecessor could end a whole working day later. Sources: the index is that of R. Van Slyke, "Monte
Carlo methods and the PERT problem", Operations Research 11 (1963); what it tells and what it does not: T. Williams, "Criticality in
stochastic networks", Journal of the Operational Research Society 43 (1992).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.schedule.chances import draws_of, pools_of, simulated
from syncd.schedule.forecast import DRAWS, ENOUGH, forecast_of
from syncd.schedule.part import Part
from syncd.schedule.plan import plan_of
from syncd.schedule.reference import LEAST, reference_of
from syncd.schedule.wiring import End


@dataclass(frozen=True, slots=True)
class Criticality:
    """`shares`: by work that precedes the end of a milestone's work, in what part of so many `draws` it was critical, from 0 to 1; the most
    critical first, of equals what comes first. `lacking`: why nothing is known."""

    milestone: Ref
    draws: int = 0
    shares: Mapping[Ref, float] = field(default_factory=dict)
    lacking: str | None = None


def criticality_of(snapshot: Snapshot, milestone: Ref) -> Criticality:
    """The index of one milestone, where the plan is drawn for its forecast: from the same draws. Only what precedes it is computed."""
    lacking = _lacking(snapshot, milestone)
    if lacking:
        return Criticality(milestone, lacking=lacking)
    plan, end = snapshot.once(plan_of), End(milestone)
    part = Part.before(plan, end)
    draws = draws_of(len(part.numbers), DRAWS)
    drawn = simulated(part, snapshot.once(reference_of), snapshot.once(pools_of), [], draws, towards=end)
    nodes = [plan.wiring.nodes[number] for number in part.numbers.tolist()]
    order = np.lexsort((part.network.place, -drawn.critical)).tolist()
    counts = drawn.critical.tolist()
    return Criticality(milestone, draws, {node: counts[at] / draws for at in order if isinstance(node := nodes[at], Ref)})


def _lacking(snapshot: Snapshot, milestone: Ref) -> str | None:
    forecast = snapshot.once(forecast_of)
    odds = forecast.odds.get(milestone)
    if odds is None:
        return forecast.lacking.get(milestone, "no open item belongs to it")
    if odds.method != "network":
        return (
            "it is forecast from weeks of the past, which tell no item from another; "
            f"the plan is drawn where {ENOUGH:.0%} of its open items and {LEAST} finished ones have an estimate in time"
        )
    return None
