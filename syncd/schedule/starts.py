"""Pure. When work starts: as people set it, or at the latest that its due date allows."""

from datetime import date, timedelta

from syncd.model.record import record
from syncd.model.rows import MergeRequest
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.days import days_after, later
from syncd.schedule.wiring import Work, due_of
from syncd.schedule.workdays import start_for


@record(frozen=True, slots=True)
class Start:
    """The start of a piece of work. `day` None: nothing says when. `clocked`: it follows from today. `started`: it runs already.

    `set_`: people set it; else it is the latest day from which the work, in its duration, ends on its due date.
    """

    day: date | None
    started: bool
    set_: bool = False
    clocked: bool = False

    def within(self, days: int, today: date, time: WorkingTime) -> bool:
        """Whether the work has started, or should in so many working days."""
        return self.started or (self.day is not None and days_after(time, today, self.day) <= days)


def start_of(work: Work, today: date, days: int, time: WorkingTime) -> Start:
    """The start of open work that takes so many working days of `time`. What runs without a start in the past counts from today."""
    start, due = set_start(work), due_of(work)
    if work.status == "doing":
        past = start is not None and start <= today
        return Start(start if past else today, started=True, set_=past, clocked=not past)
    if start:
        return Start(start, started=start <= today, set_=True)
    return Start(_latest(due, days, time) if due else None, started=False)


def _latest(due: date, days: int, time: WorkingTime) -> date:
    """The last working day on which work of so many days can start and still end by its due date."""
    if not time.origin < due < time.end - timedelta(days=1):
        return start_for(due, days)
    return later(time, later(time, due + timedelta(days=1), -1), 1 - max(days, 1))


def set_start(work: Work) -> date | None:
    """The start that people set."""
    return None if isinstance(work, MergeRequest) else work.start
