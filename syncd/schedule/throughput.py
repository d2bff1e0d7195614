"""Pure. Throughput: how many items a team finishes in a week, and when a backlog is done if it goes on like that.

Weeks of the past are drawn at random, with replacement, weeks in which nothing was finished included, until the backlog and what is added
to it meanwhile are done. Source: D. Vacanti, "Actionable Agile Metrics for Predictability" (2015), Monte Carlo "when" forecasts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

WEEKS = 26
"""So many whole weeks of the past are drawn from, at most."""
HORIZON = 260
"""So many weeks ahead are looked at: what is not done by then is not done."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rates:
    """Whole weeks of the past, oldest first. `first`: the Monday of the first; `done`: items finished in each; `added`: new ones."""

    first: date
    done: tuple[int, ...]
    added: tuple[int, ...]

    @property
    def finished(self) -> int:
        """All that was finished in these weeks."""
        return sum(self.done)


def rates(done: Iterable[date], added: Iterable[date], today: date, most: int = WEEKS) -> Rates:
    """The whole weeks (Monday to Sunday) before the one of `today`, from the first in which anything was done on."""
    monday = today - timedelta(days=today.weekday())
    finished = [day for day in done if day < monday]
    if not finished:
        return Rates(monday, (), ())
    oldest = min(finished)
    first = max(oldest - timedelta(days=oldest.weekday()), monday - timedelta(weeks=most))
    weeks = (monday - first).days // 7
    return Rates(first, _counted(finished, first, weeks), _counted(added, first, weeks))


def _counted(days: Iterable[date], first: date, weeks: int) -> tuple[int, ...]:
    at = np.array([(day - first).days // 7 for day in days], np.int64)
    at = at[(at >= 0) & (at < weeks)]
    return tuple(np.bincount(at, minlength=weeks).tolist())


def weeks_until_done(
    backlog: int, rates: Rates, draws: int, seed: int, supply: Sequence[float] = (), grows: float = 0.0
) -> npt.NDArray[np.float64]:
    """In how many weeks from now a backlog is done, once per draw; `inf` where not within `HORIZON`.

    `supply`: the part of a usual week that people are there, week by week from now on (1 beyond its end). `grows`: the part of
    what is added each week that comes on top of this backlog. Within the last week the finish is placed by what was left to do.
    """
    if backlog <= 0:
        return np.zeros(draws)
    found = np.full(draws, np.inf)
    if not rates.finished:
        return found
    done, added = np.array(rates.done, np.float64), np.array(rates.added, np.float64)
    there = np.ones(HORIZON)
    there[: min(len(supply), HORIZON)] = supply[:HORIZON]
    drawn = np.random.Generator(np.random.PCG64(seed)).integers(0, len(done), (draws, HORIZON))
    net = done[drawn] * there - added[drawn] * grows
    total = np.cumsum(net, axis=1)
    over = total >= backlog - 1e-9
    ends = over.any(axis=1)
    week = over.argmax(axis=1)
    rows = np.flatnonzero(ends)
    before = np.where(week[rows] > 0, total[rows, np.maximum(week[rows] - 1, 0)], 0.0)
    step = net[rows, week[rows]]
    found[rows] = week[rows] + np.clip((backlog - before) / np.where(step > 0, step, 1), 0, 1)
    return found
