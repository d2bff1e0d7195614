"""Pure. How much working time open work takes, and what says so."""

from functools import lru_cache
from typing import Literal

from syncd.model.record import record
from syncd.model.rows import Item, MergeRequest, Milestone
from syncd.schedule.reference import Reference, Typical
from syncd.schedule.workdays import workdays_within

DAY = 480
"""Minutes of a working day, where days are counted and nobody's calendar is asked."""
LONGEST = 1000 * DAY
"""No single piece of work is believed to take longer: what says so is a slip of the pen, and is listed with the hygiene of its team."""

Basis = Literal["remaining", "estimate", "dates", "class", "assumed"]
TOLD: frozenset[Basis] = frozenset(("remaining", "estimate", "dates"))
"""What people said themselves."""
Work = Item | Milestone | MergeRequest


@record(frozen=True, slots=True)
class Duration:
    """`minutes` of working time in the calendar of who does it. `basis`: what says so. `typical`: what is typical of its class, where it
    is that: with "class", or of what has begun and takes longer than its estimate."""

    minutes: int
    basis: Basis
    typical: Typical | None = None

    @property
    def assumed(self) -> bool:
        """Whether nothing at all says so."""
        return self.basis == "assumed"


ASSUMED = Duration(DAY, "assumed")
_told = lru_cache(4096)(Duration)
"""What people say is said alike of many items: a duration is made once for all of them."""


_NONE = Duration(0, "estimate")


def is_buffer(item: Item) -> bool:
    """Whether an item is no work, but time that is kept free."""
    return item.type == "buffer" or (item.type_name is not None and item.type_name.casefold() == "buffer")


def duration_of(work: Work, reference: Reference, *, waits: bool = False) -> Duration:
    """How long open work takes, by the first of these that is known. `waits`: for other work, so that its age says nothing.

    remaining time; of work that runs the larger of estimate - spent and the median that was left of work like it at its age; the
    estimate; the working days from its start to its due date; the median cycle time of its class, or what was left of that at its
    age; else one working day, assumed.
    Points give no duration, and a buffer has none: nothing is done in it.
    """
    if not isinstance(work, Item):
        return ASSUMED
    if is_buffer(work):
        return _NONE
    if (remaining := _minutes(work, "remaining")) is not None:
        return _told(remaining, "remaining")
    if (estimate := _minutes(work, "estimate")) is not None:
        return _left(work, estimate, reference)
    if work.start and work.due and work.start <= work.due:
        return Duration(min(LONGEST, DAY * max(1, workdays_within(work.start, work.due))), "dates")
    typical = reference.typical(work, waits=waits)
    if typical is None:
        return ASSUMED
    return _told(int(min(LONGEST, DAY * max(1, round(typical.days)))), "class", typical)


def _minutes(item: Item, name: Literal["remaining", "estimate"]) -> int | None:
    amount = item.remaining if name == "remaining" else item.estimate
    if amount is None or amount.unit != "minutes" or not amount.value > 0:
        return None
    return int(min(LONGEST, max(1, amount.value)))


def _left(item: Item, estimate: int, reference: Reference) -> Duration:
    if item.status != "doing":
        return _told(estimate, "estimate")
    spent = item.spent if item.spent is not None and item.spent > 0 else 0.0
    left, typical = max(estimate - spent, 60), reference.typical(item)
    if typical is None or typical.days * DAY <= left:
        return _told(int(min(LONGEST, left)), "estimate")
    return _told(int(min(LONGEST, typical.days * DAY)), "estimate", typical)
