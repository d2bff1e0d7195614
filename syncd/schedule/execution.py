"""Pure. How execution keeps up with a baseline: BEI, SPI(t), CPLI and the share of dates that were missed.

The dates of a baseline are those that its items had at its moment, by their history; an item without one counts with the baseline's
own due date. What is judged is the end of yesterday: nothing is late while its day goes on. Dropped items do not count.

- BEI = items done / items whose baseline date has passed. Missed: of those with a baseline date that has passed, the ones that
  are not done, or were done later. Source: Defense Contract Management Agency, 14-Point Assessment (2009), points 14 and 11.
- CPLI = (L + F) / L, with L the working days from today to the end of the open work, F those from there to the baseline's due date. Source:
  the same, point 13.
- SPI(t) = ES / AT, with AT the working days since the baseline's start and ES the earned schedule: the working day by which as much
  was planned to be done as is done, C + (EV - PV(C)) / (PV(C + 1) - PV(C)) with C the last whole day whose planned value PV(C) is earned.
  Source: W. Lipke, "Schedule is different", The Measurable News (2003). Values are sizes where all items have one of one unit, else items.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.baseline import Baseline
from syncd.model.ref import Ref
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.days import days_after, days_within
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import End, is_open

LARGEST = 1e9
"""No size of an item is believed to be larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One open milestone against its baseline.

    `items`: those of the baseline that were not dropped; `dated`: so many of them had a date of their own. `should`: those whose
    date has passed; `missed` of them; `done`: of all. `earned`, `elapsed`: ES and AT in working days. `length`, `slack`: L and F.
    """

    milestone: Ref
    baseline: Baseline
    items: tuple[Ref, ...]
    dated: int
    should: tuple[Ref, ...]
    missed: tuple[Ref, ...]
    done: int
    earned: float
    elapsed: int
    length: int
    slack: int | None

    @property
    def bei(self) -> float | None:
        """The baseline execution index; None while no date has passed."""
        return self.done / len(self.should) if self.should else None

    @property
    def missed_share(self) -> float | None:
        """The share of the dates that have passed which were missed."""
        return len(self.missed) / len(self.should) if self.should else None

    @property
    def spi(self) -> float | None:
        """The schedule performance index in time; None before the first day has passed, or where most items had no date."""
        return self.earned / self.elapsed if self.elapsed > 0 and self.dated >= 0.6 * len(self.items) > 0 else None

    @property
    def cpli(self) -> float | None:
        """The critical path length index; None without open work, or without a date to reach."""
        return (self.length + self.slack) / self.length if self.length > 0 and self.slack is not None else None


def executions_of(snapshot: Snapshot) -> Mapping[Ref, Execution]:
    """All open milestones that have a baseline with items. Use it as `snapshot.once(executions_of)`."""
    plan, found = snapshot.once(plan_of), {}
    for ref in sorted(snapshot.baselines):
        baseline, milestone = snapshot.baseline(ref), snapshot.milestones.get(snapshot.anchor(ref))
        if baseline and baseline.items and milestone and is_open(milestone):
            found[milestone.ref] = execution(snapshot, plan, milestone, baseline)
    return found


def execution(snapshot: Snapshot, plan: Plan, milestone: Milestone, baseline: Baseline) -> Execution:
    """How a milestone keeps up with a baseline."""
    zone, yesterday = ZoneInfo(snapshot.zone), snapshot.today - timedelta(days=1)
    time = _time(plan, milestone)
    items = [item for ref in sorted(baseline.items) if (item := snapshot.items.get(ref)) and item.status != "dropped"]
    own = {item.ref: due_at(item, baseline.at) for item in items}
    planned = {ref: due for ref, dated in own.items() if (due := dated or baseline.due)}
    should = tuple(ref for ref, due in planned.items() if due <= yesterday)
    done = [item for item in items if item.status == "done"]
    ended = {item.ref: wall_day(item.done_at, zone) for item in done if item.done_at}
    start = baseline.start or wall_day(baseline.at, zone)
    weights = _weights(baseline, [item.ref for item in items])
    end, due = plan.end(milestone.ref), baseline.due or milestone.due
    finish = end.finish if end else snapshot.today
    open_ = {item.ref for item in items} - {item.ref for item in done}
    return Execution(
        milestone=milestone.ref,
        baseline=baseline,
        items=tuple(item.ref for item in items),
        dated=sum(due is not None for due in own.values()),
        should=should,
        missed=tuple(ref for ref in should if ref in open_ or ended.get(ref, planned[ref]) > planned[ref]),
        done=len(done),
        earned=earned_schedule(
            [(days_within(time, start, due), weights[ref]) for ref, due in planned.items()],
            sum(weights[item.ref] for item in done if item.ref in planned),
        ),
        elapsed=days_within(time, start, yesterday),
        length=days_within(time, snapshot.today, finish) if end else 0,
        slack=days_after(time, finish, due) if due else None,
    )


def due_at(item: Item, moment: datetime) -> date | None:
    """The due date that an item had at a moment, by its history; the one of now where that tells of no change since."""
    later = [change for change in item.history if change.field == "due" and change.at > moment]
    if not later:
        return item.due
    old = min(later, key=lambda change: change.at).old
    try:
        return date.fromisoformat(old[:10]) if old else None
    except ValueError:
        return item.due


def earned_schedule(planned: Sequence[tuple[int, float]], earned: float) -> float:
    """ES in working days. `planned`: the working day, counted from 1, by which each item was to be done, and its value."""
    if not planned:
        return 0.0
    by_day: dict[int, float] = {}
    for day, value in planned:
        by_day[max(day, 1)] = by_day.get(max(day, 1), 0.0) + value
    days = sorted(by_day)
    sums, total = [], 0.0
    for day in days:
        total += by_day[day]
        sums.append(total)
    reached = bisect_right(sums, earned + 1e-9)
    if reached == len(days):
        return float(days[-1])
    before = sums[reached - 1] if reached else 0.0
    return days[reached] - 1 + (earned - before) / by_day[days[reached]]


def _weights(baseline: Baseline, refs: Sequence[Ref]) -> dict[Ref, float]:
    sizes = [size for ref in refs if (size := baseline.items[ref]) and 0 < size.value < LARGEST]
    same = len(sizes) == len(refs) and len({size.unit for size in sizes}) == 1
    return dict(zip(refs, (size.value for size in sizes), strict=True)) if same else dict.fromkeys(refs, 1.0)


def _time(plan: Plan, milestone: Milestone) -> WorkingTime:
    end = End(milestone.ref)
    if end in plan.wiring.number:
        return plan.calendar(end)
    return plan.working.calendar(None, plan.working.team_of(milestone))
