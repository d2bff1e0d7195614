"""Pure. The dates of all nodes of a plan at once: days by calendar, what drives each, and which of them follow from today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Ints, WorkingTime
from syncd.schedule.compiled import Bools
from syncd.schedule.cpm import Schedule

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Columns:
    """By node: the first day, the last day, and the last day on which it may end."""

    starts: list[date]
    finishes: list[date]
    lates: list[date]


def columns_of(made: Schedule, calendars: Sequence[WorkingTime], calendar_of: Sequence[int]) -> Columns:
    """The early and late times as days of each node's own calendar. What takes no time starts on the day on which it ends: where
    nothing comes before it, not on the evening before today."""
    of = np.array(calendar_of, np.int64)
    starts, finishes, lates = (np.empty(len(of), "datetime64[D]") for _ in range(3))
    for number, these in by_number(of):
        time = calendars[number]
        begins, ends = made.early_start[these], made.early_finish[these]
        goes_on = time.start(np.minimum(begins, time.total - 1)).astype("datetime64[D]")
        finishes[these] = np.where((begins == ends) & made.opens[these], goes_on, time.finish(ends).astype("datetime64[D]"))
        starts[these] = np.where(begins == ends, finishes[these], goes_on)
        lates[these] = time.finish(np.clip(made.late_finish[these], 0, time.total))
    return Columns(_dates(starts), _dates(finishes), _dates(lates))


def end_of(made: Schedule, time: WorkingTime, number: int) -> np.datetime64:
    """The early end of one node. What follows from an elapsed lag and takes no time may stand at the beginning of a day."""
    end = made.early_finish[number]
    opens = not made.network.timeless and made.opens[number] and made.early_start[number] == end
    at: Any = (time.start if opens else time.finish)(end)
    return np.datetime64(at, "m")


def drivers_of(driving: Bools, later: Ints, free: Bools) -> Ints:
    """By node the first wire into it that leaves no slack; -1 where there is none, or where its dates are its own (`free`)."""
    found = np.full(len(free), -1, np.int64)
    tight = np.flatnonzero(driving)[::-1]
    found[later[tight]] = tight  # of several the last one written stays: the first of the input
    found[free] = -1
    return found


def roots_of(drivers: Ints, earlier: Ints) -> Ints:
    """By node where its driving path begins; of nodes that drive each other any one of them."""
    at = np.arange(len(drivers))
    pushed = np.flatnonzero(drivers >= 0)
    at[pushed] = earlier[drivers[pushed]]
    for _ in range(len(at).bit_length()):
        further = at[at]
        if np.array_equal(further, at):
            break
        at = further
    return at


def by_number(of: Ints) -> list[tuple[int, Ints]]:
    """Each number that occurs, with the places at which it does: one sort, however many numbers there are."""
    if not len(of):
        return []
    order = np.argsort(of, kind="stable")
    numbers, first = np.unique(of[order], return_index=True)
    return list(zip(numbers.tolist(), np.split(order, first[1:]), strict=True))


def ordinals_of(days: Iterable[date | None]) -> Ints:
    """Dates as ordinals, 0 for none: many become an array a good deal sooner this way than as they are."""
    return np.array([day.toordinal() if day else 0 for day in days], np.int64)


def days_of(ordinals: Ints) -> npt.NDArray[np.datetime64]:
    """Ordinals as dates."""
    return (ordinals - _EPOCH).astype("datetime64[D]")


def _dates(days: npt.NDArray[np.datetime64]) -> Any:
    return days.tolist()
