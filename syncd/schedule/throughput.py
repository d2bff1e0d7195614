"""Pure. Throughput: how many items are finished in a week, and when a backlog is done if it goes on like that.

Weeks of the past are drawn at random, with replacement, weeks in which nothing was finished included, until the backlog is done.
Source: D. Vacanti, "Actionable Agile Metrics for Predictability" (2015), Monte Carlo "when" forecasts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Ints

WEEKS = 26
"""So many whole weeks of the past are drawn from, at most."""
HORIZON = 260
"""So many weeks ahead are looked at: what is not done by then is not done."""

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rates:
    """Whole weeks of the past, oldest first. `first`: the Monday of the first; `done`: items finished in each."""

    first: date
    done: tuple[int, ...]

    @property
    def finished(self) -> int:
        """All that was finished in these weeks."""
        return sum(self.done)


def rates(done: Iterable[date], today: date, most: int = WEEKS) -> Rates:
    """The whole weeks (Monday to Sunday) before the one of `today`, from the first in which anything was done on."""
    monday = today - timedelta(days=today.weekday())
    finished = [day for day in done if day < monday]
    if not finished:
        return Rates(monday, ())
    oldest = min(finished)
    first = max(oldest - timedelta(days=oldest.weekday()), monday - timedelta(weeks=most))
    weeks = (monday - first).days // 7
    at = np.array([(day - first).days // 7 for day in finished if day >= first], np.int64)
    return Rates(first, tuple(np.bincount(at, minlength=weeks).tolist()))


@dataclass(frozen=True, slots=True, eq=False)
class Weeks:
    """Weeks that were drawn, draws x weeks: what is `done` up to the end of each."""

    done: Reals

    def until(self, backlog: float, grows: float = 0.0) -> Reals:
        """In how many weeks a backlog is done, once per draw; `inf` where not within the weeks that were drawn.

        `grows`: items that are added per item that is done, below 1. Within the last week the finish is placed by what was left.
        """
        if backlog <= 0:
            return np.zeros(len(self.done))
        backlog, total = backlog / (1 - grows), self.done
        weeks = np.count_nonzero(total < backlog - 1e-9, axis=1)  # it never falls
        found = np.full(len(total), np.inf)
        rows = np.flatnonzero(weeks < total.shape[1])
        week = weeks[rows]
        before = np.where(week > 0, total[rows, np.maximum(week - 1, 0)], 0.0)
        step = np.maximum(total[rows, week] - before, 1e-9)
        found[rows] = week + np.clip((backlog - before) / step, 0, 1)
        return found


def drawn(rates: Rates, draws: int, seed: int, *, ahead: int = HORIZON, supply: Sequence[float] = ()) -> Weeks:
    """Draw so many weeks ahead. `supply`: the part of a usual week that people are there, from this week on; 1 beyond its end."""
    if not rates.finished:
        return Weeks(np.zeros((draws, ahead)))
    there = np.ones(ahead)
    there[: min(len(supply), ahead)] = supply[:ahead]
    at: Ints = np.random.Generator(np.random.PCG64(seed)).integers(0, len(rates.done), (draws, ahead))
    return Weeks(np.cumsum(np.array(rates.done, np.float64)[at] * there, axis=1))


def needed(rates: Rates, backlog: float) -> int:
    """How many weeks ahead are worth drawing for a backlog: four times as many as it takes on average, and half a year."""
    mean = rates.finished / max(len(rates.done), 1)
    return HORIZON if mean <= 0 else int(min(HORIZON, 4 * backlog / mean + 26))
