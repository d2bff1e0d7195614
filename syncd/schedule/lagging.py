"""Pure. Lags in elapsed time, in the plan: the day on which one is over, and the one that leads from work to what it drives.

Elapsed time runs on the clock of the wall, as in `crossed`: from the last instant of the predecessor, or from the close of work on the
date that it is due on, through nights, weekends and holidays, to the next working instant of what waits.
"""

from datetime import date

import numpy as np

from syncd.model.ref import Ref
from syncd.model.rows import Dependency
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.dated import end_of
from syncd.schedule.days import later
from syncd.schedule.plan import Finish, Plan
from syncd.schedule.wiring import Node, lag_minutes
from syncd.schedule.workdays import roll_forward, whole_days

_FIRST, _LAST = np.datetime64(date.min), np.datetime64(date.max)


def after_lag(plan: Plan, link: Dependency, end: Finish, time: WorkingTime) -> date:
    """The day on which the lag of a link is over, by whose end what waits in the calendar `time` may start on the next; `end`: that of
    the predecessor. A lag in elapsed time may be over on a day off; a day on which nothing is lost before its work begins is none."""
    if link.lag_in == "working":
        return later(time, end.day, whole_days(link.lag))
    over = _ends(plan, link, end, time) + np.timedelta64(lag_minutes(link) - time.start_of_day - 1, "m")
    day: date = min(max(over.astype("datetime64[D]"), _FIRST), _LAST).item()
    return day


def _ends(plan: Plan, link: Dependency, end: Finish, time: WorkingTime) -> np.datetime64:
    """The instant at which the predecessor has ended."""
    number = plan.wiring.number.get(link.predecessor) if isinstance(link.predecessor, Ref) else None
    if number is None:
        return _close(np.datetime64(roll_forward(end.day) if end.clocked else end.day), time)
    calendar, held = plan.calendars[plan.calendar_of[number]], plan.held[number]
    own = end_of(plan.schedule, calendar, number)
    if np.isnat(held):  # none, or later than the calendars reach
        return own if own.astype("datetime64[D]") >= np.datetime64(end.day) else _close(np.datetime64(end.day), calendar)
    return max(own, _close(held.astype("datetime64[D]") - 1, calendar))


def _close(day: np.datetime64, time: WorkingTime) -> np.datetime64:
    """When work on a day ends, on the clock of the wall."""
    return day + np.timedelta64(time.start_of_day + time.longest, "m")


def lag_behind(plan: Plan, node: Node, earlier: Ref) -> Dependency | None:
    """The link with a lag in elapsed time along which `earlier` drives a node: its own, or that of the milestone in between."""
    found: Dependency | None = None
    if not plan.wiring.wires.elapsed:
        return None
    while (wire := plan.driver(node)) is not None:
        found, node = wire.link if wire.elapsed else found, plan.wiring.nodes[wire.earlier]
        if isinstance(node, Ref):
            return found if node == earlier else None
    return None
