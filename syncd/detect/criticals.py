"""Pure. The items that no delay fits into, by the plan, and the milestones that each item is part of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import milestones_of
from syncd.schedule.plan import Dates, Plan, plan_of


@dataclass(frozen=True, slots=True)
class Criticals:
    """`items`: the open items without total float, in the order of their refs. `milestones`: as `milestones_of`."""

    plan: Plan
    items: tuple[Item, ...]
    milestones: Mapping[Ref, tuple[Milestone, ...]]

    def dates(self, item: Item) -> Dates:
        """The dates of one of them."""
        found = self.plan.dates(item.ref)
        assert found is not None, "an open item is in the plan"
        return found

    def due(self, item: Item) -> date | None:
        """When it is due: by its own date, else by that of its milestones."""
        return item.due or next((one.due for one in self.milestones.get(item.ref, ()) if one.due), None)

    def milestone(self, item: Item) -> Milestone | None:
        """The milestone of it that is due first."""
        return next(iter(self.milestones.get(item.ref, ())), None)


def criticals_of(snapshot: Snapshot) -> Criticals:
    """The critical items of a snapshot, made once for all who ask (`Snapshot.once`)."""
    plan = snapshot.once(plan_of)
    nodes = (plan.wiring.nodes[number] for number in np.flatnonzero(plan.schedule.critical).tolist())
    refs = sorted(node for node in nodes if isinstance(node, Ref) and node in snapshot.items)
    return Criticals(plan, tuple(snapshot.items[ref] for ref in refs), snapshot.once(milestones_of))
