"""Pure. When work starts: as people set it, or at the latest that its due date allows."""

from datetime import date

from syncd.model.record import record
from syncd.model.rows import Item, Milestone
from syncd.schedule.wiring import Work, due_of
from syncd.schedule.workdays import start_for, workdays_after


@record(frozen=True, slots=True)
class Start:
    """The start of a piece of work. `day` None: nothing says when. `clocked`: it follows from today. `started`: it runs already.

    `set_`: people set it; else it is the latest day from which the work, in its duration, ends on its due date.
    """

    day: date | None
    started: bool
    set_: bool = False
    clocked: bool = False

    def within(self, days: int, today: date) -> bool:
        """Whether the work has started, or should in so many working days."""
        return self.started or (self.day is not None and workdays_after(today, self.day) <= days)


def start_of(work: Work, today: date, days: int) -> Start:
    """The start of open work that takes so many working days. Work that runs without a start date in the past counts from today."""
    start, due = set_start(work), due_of(work)
    if work.status == "doing":
        past = start is not None and start <= today
        return Start(start if past else today, started=True, set_=past, clocked=not past)
    if start:
        return Start(start, started=start <= today, set_=True)
    return Start(start_for(due, days) if due else None, started=False)


def set_start(work: Work) -> date | None:
    """The start that people set."""
    return work.start if isinstance(work, Item | Milestone) else None
