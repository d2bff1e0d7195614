"""Pure. A part of a plan that can be drawn by itself: all of it, or one node with everything that precedes it."""

from dataclasses import dataclass

import numpy as np

from syncd.schedule.calendar import Ints
from syncd.schedule.compiled import Network
from syncd.schedule.plan import Plan
from syncd.schedule.wiring import Node


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some nodes of a plan and all links between them. `numbers`: theirs in the plan, in order, so that items come first; `calendars`:
    the numbers there of the calendars that count, and `calendar_of`: by node its place among those."""

    plan: Plan
    network: Network
    numbers: Ints
    calendars: Ints
    calendar_of: Ints

    @classmethod
    def whole(cls, plan: Plan) -> "Part":
        """All of it."""
        return cls._of(plan, plan.network, np.arange(plan.network.items))

    @classmethod
    def before(cls, plan: Plan, node: Node) -> "Part":
        """A node and what precedes it, through links and memberships: nothing else has a say in when it ends."""
        numbers = preceding(plan.network, plan.wiring.number[node])
        return cls._of(plan, _within(plan.network, numbers), numbers)

    @classmethod
    def _of(cls, plan: Plan, network: Network, numbers: Ints) -> "Part":
        calendars, calendar_of = np.unique(np.array(plan.calendar_of, np.int64)[numbers], return_inverse=True)
        return cls(plan, network, numbers, calendars, calendar_of)

    @property
    def on_one_calendar(self) -> bool:
        """Whether all of it is counted in the default calendar, and no lag needs dates."""
        return self.network.timeless and not self.calendars.any()

    def place(self, node: Node) -> int:
        """The number that a node has here."""
        return int(np.searchsorted(self.numbers, self.plan.wiring.number[node]))


def preceding(network: Network, item: int) -> Ints:
    """The numbers, in order, of an item and all items from which links lead to it. What is inside a cycle does not count, as its links
    do not."""
    found, side = np.zeros(network.items, np.bool_), network.backward
    found[network.place[item]] = True
    for level in side.levels:
        found[level.low : level.high] |= np.logical_or.reduceat(found[side.other[level.first : level.last]], level.starts)
    return np.flatnonzero(found[network.place])


def _within(network: Network, numbers: Ints) -> Network:
    """These items, and the links between them."""
    place, side = np.full(network.items, -1, np.int64), network.forward
    place[network.place[numbers]] = np.arange(len(numbers))
    inside = np.flatnonzero((place[side.other] >= 0) & (place[side.to] >= 0))
    ends = place[side.other[inside]], place[side.to[inside]]
    return Network.of(len(numbers), *ends, side.relation[inside], side.lag[inside], side.elapsed[inside])
