"""Pure. How the scope of a milestone grew since it was agreed on: what came, what went, in the one unit that all of it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from syncd.model.baseline import Baseline
from syncd.model.ref import Ref, identity
from syncd.model.rows import Item, Milestone, Quantity
from syncd.model.snapshot import Snapshot
from syncd.schedule.wiring import NO_MEMBERS, members_of

Unit = Literal["minutes", "points", "items"]
MINUTES_PER_DAY = 480


@dataclass(frozen=True, slots=True)
class Growth:
    """`added`: items that came since; `grown`: agreed ones whose estimate is larger now; `removed`: agreed ones that are gone or dropped.

    Sizes are in `unit`: working minutes or points where all items, then and now, have them, else numbers of items.
    """

    unit: Unit
    agreed: float
    added: tuple[tuple[Item, float], ...]
    grown: tuple[tuple[Item, float], ...]
    removed: tuple[tuple[Ref, float], ...]

    @property
    def more(self) -> float:
        """The size that came."""
        return sum(size for _, size in (*self.added, *self.grown))

    @property
    def less(self) -> float:
        """The size that went."""
        return sum(size for _, size in self.removed)


def growth(snapshot: Snapshot, milestone: Milestone, agreed: Baseline) -> Growth | None:
    """What changed; None where nothing was agreed on to compare with."""
    items = snapshot.once(members_of).get(milestone.ref, NO_MEMBERS).items
    now = {item.ref: item for item in items if item.status != "dropped"}
    unit = _unit([*agreed.items.values(), *(item.estimate for item in now.values())])
    then = {ref: _size(size, unit) for ref, size in agreed.items.items()}
    total = sum(then.values())
    if total <= 0:
        return None
    sizes = [(ref, item, _size(item.estimate, unit)) for ref, item in sorted(now.items(), key=lambda one: identity(one[0]))]
    return Growth(
        unit,
        total,
        added=tuple([(item, size) for ref, item, size in sizes if ref not in then]),
        grown=tuple([(item, size - was) for ref, item, size in sizes if (was := then.get(ref)) is not None and size > was]),
        removed=tuple([(ref, then[ref]) for ref in sorted(then, key=identity) if ref not in now]),
    )


def _unit(sizes: Iterable[Quantity | None]) -> Unit:
    units = {size.unit if size and 0 < size.value < float("inf") else None for size in sizes}
    only = units.pop() if len(units) == 1 else None
    return only or "items"


def _size(size: Quantity | None, unit: Unit) -> float:
    return size.value if size and unit != "items" else 1.0
