"""Pure. Work that waits for itself: the cycles of hard links between open work."""

from dataclasses import dataclass

import numpy as np

from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.schedule.order import components, levels
from syncd.schedule.wiring import binding


@dataclass(frozen=True, slots=True)
class Cycle:
    """`ring`: one shortest cycle, in the order of the work, each the predecessor of the next. `members`: all that are caught in it."""

    ring: tuple[Ref, ...]
    members: tuple[Ref, ...]


def cycles_of(snapshot: Snapshot) -> tuple[Cycle, ...]:
    """The cycles, by their first member. The same whatever the order of the links. Use it as `snapshot.once(cycles_of)`."""
    bound = binding(snapshot)
    if not np.any(levels(len(bound.works), np.array(bound.earlier, np.int64), np.array(bound.later, np.int64)) < 0):
        return ()  # the usual case
    works = bound.works
    links = sorted({(works[earlier].ref, works[later].ref) for earlier, later in zip(bound.earlier, bound.later, strict=True)})
    refs = sorted({ref for link in links for ref in link})
    number = {ref: place for place, ref in enumerate(refs)}
    before = np.array([number[earlier] for earlier, _ in links], np.int64)
    after = np.array([number[later] for _, later in links], np.int64)
    level = levels(len(refs), before, after)
    if not np.any(level < 0):
        return ()
    part, rings = components(len(refs), before, after, level)
    return tuple(
        Cycle(tuple(refs[one] for one in ring), tuple(refs[one] for one in np.flatnonzero(part == place).tolist()))
        for place, ring in enumerate(rings)
    )
