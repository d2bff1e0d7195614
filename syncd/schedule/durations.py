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
Work = Item | Milestone | MergeRequest


@record(frozen=True, slots=True)
class Duration:
    """`minutes` of working time in the calendar of who does it. `basis`: what says so; with "class" what is typical of it."""

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


def duration_of(work: Work, reference: Reference) -> Duration:
    """How long open work takes, by the first of these that is known:

    remaining time; of work that runs the larger of estimate - spent and the median that was left of work like it at its age; the
    estimate; the working days from its start to its due date; the median cycle time of its class; else one working day, assumed.
    Points give no duration, and a buffer has none: nothing is done in it.
    """
    if not isinstance(work, Item):
        return ASSUMED
    if is_buffer(work):
        return _NONE
    if (remaining := _minutes(work, "remaining")) is not None:
        return _told(remaining, "remaining")
    if (estimate := _minutes(work, "estimate")) is not None:
        return _told(_left(work, estimate, reference), "estimate")
    if work.start and work.due and work.start <= work.due:
        return Duration(min(LONGEST, DAY * max(1, workdays_within(work.start, work.due))), "dates")
    typical = reference.typical(work)
    if typical is None:
        return ASSUMED
    left = reference.left(work, _age(work, reference)) if work.status == "doing" else typical.days
    return Duration(min(LONGEST, DAY * max(1, round(left or 1))), "class", typical)


def _minutes(item: Item, name: Literal["remaining", "estimate"]) -> int | None:
    amount = item.remaining if name == "remaining" else item.estimate
    if amount is None or amount.unit != "minutes" or not amount.value > 0:
        return None
    return int(min(LONGEST, max(1, amount.value)))


def _left(item: Item, estimate: int, reference: Reference) -> int:
    if item.status != "doing":
        return estimate
    spent = item.spent if item.spent is not None and item.spent > 0 else 0.0
    left = reference.left(item, _age(item, reference))
    return int(min(LONGEST, max(estimate - spent, (left or 0) * DAY, 60)))


def _age(item: Item, reference: Reference) -> int:
    began = reference.began.get(item.ref)
    return max(0, workdays_within(began, reference.today) - 1) if began else 0
