"""Pure. What `blocked` tells of a link: who waits for whom, both ends, and the days between them that are lost."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from syncd.detect.driving import elapsed_time, needing, without
from syncd.detect.wording import end_day, named
from syncd.model.finding import Count, Day, Named, Part
from syncd.model.record import record
from syncd.model.rows import Dependency
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.days import Off, off_within
from syncd.schedule.days import later as later_day
from syncd.schedule.durations import DAY, Duration
from syncd.schedule.plan import Finish, Plan
from syncd.schedule.starts import Start, set_start
from syncd.schedule.wiring import Work, due_of, lag_minutes
from syncd.schedule.workdays import whole_days, workdays_within


@record(frozen=True, slots=True)
class Case:
    """One link under judgement. `path`: the numbers in the plan of what drives the predecessor, and of it, one more than are drawn;
    `number`: that of the successor; `start`: its; `own`: the end of the predecessor, `end`: with lag; `lost`: working days, up to `last`.
    `takes`: how long the successor takes; `time`: its calendar; `before`, `waiting`: both by their keys. `likely`: the end rests on
    what is typical; `eats`: what waits cannot end in time for its milestone any more, and this is why."""

    link: Dependency
    earlier: Work
    later: Work
    path: Sequence[int]
    number: int | None
    start: Start
    near: bool
    own: Finish
    end: Finish
    last: date
    lost: int
    takes: Duration
    time: WorkingTime
    before: Named
    waiting: Named
    today: date
    likely: bool
    eats: bool

    @property
    def after(self) -> date:
        """The first working day after the end."""
        return later_day(self.time, self.end.day, 1)

    @property
    def clocked(self) -> bool:
        """Whether the days that are lost change from one day to the next."""
        return self.end.clocked or self.start.clocked


def days_of(takes: Duration, time: WorkingTime) -> int:
    """A duration in working days of the usual length, begun ones as whole ones."""
    return -(-takes.minutes // (time.longest or DAY))


def headline(case: Case) -> tuple[Part, ...]:
    """Who waits for whom, and what that costs."""
    waits: tuple[Part, ...] = (named(case.later), " waits for ", case.before)
    if not case.lost:
        return *waits, ", which is not done." if case.link.relation == "FS" else ", which has not started."
    least = ": about " if case.likely else ": at least " if case.end.clocked else ": "
    return *waits, least, Count(case.lost, "working day", case.clocked), " lost."


def where(plan: Plan, case: Case) -> tuple[Part, ...]:
    """Both ends, and the days between them that are lost: what a reader needs to count them anew."""
    told = *ends(plan, case), "; ", case.waiting, *_begins(case), *_no_time(plan, case)
    return (*told, *_lost(plan, case)) if case.lost else told


def ends(plan: Plan, case: Case) -> tuple[Part, ...]:
    """When the predecessor ends by itself, and when with the lag."""
    end, own = case.own, due_of(case.earlier)
    if not end.clocked or end.by is not None:
        likely = "about " if case.likely else "no earlier than " if end.clocked else ""
        return case.before, f" ends {likely}", end_day(end), *_lagged(case)
    is_due: tuple[Part, ...] = (" has no due date",)
    if own is not None:
        is_due = " was due " if own < case.today else " is due ", Day(own)
    return case.before, *is_due, " and is open", *_needing(plan, case.earlier), *_lagged(case)


def _needing(plan: Plan, work: Work) -> tuple[Part, ...]:
    """Put into words once for all that wait for it."""
    known = plan.snapshot.once(_needed)
    found = known.get(id(work))
    if found is None:
        found = known[id(work)] = tuple(needing(plan, work))
    return found


def _needed(_: Snapshot) -> dict[int, tuple[Part, ...]]:
    """What was told of work already, by the very object, which the snapshot keeps."""
    return {}


def _lagged(case: Case) -> tuple[Part, ...]:
    elapsed = case.link.lag_in == "elapsed"
    lag = lag_minutes(case.link) if elapsed else whole_days(case.link.lag)
    if not lag or (elapsed and case.link.relation == "SS"):
        return ()
    long = elapsed_time(lag) if elapsed else (Count(abs(lag), "working day"),)
    return ", with a lag of " if lag > 0 else ", with a lead of ", *long, " that is ", end_day(case.end)


def _begins(case: Case) -> tuple[Part, ...]:
    if case.start.started:
        return (" started ", Day(case.start.day)) if case.start.day and case.start.set_ else (" has started",)
    if case.start.day is None:
        return (" has no date",)
    return (" starts " if case.start.set_ else " must start by "), Day(case.start.day)


def _no_time(plan: Plan, case: Case) -> tuple[Part, ...]:
    """Until when it would have to be done, where no time is left for that."""
    due = due_of(case.later)
    if case.link.relation != "FS":
        return ()
    if due and case.end.day >= due:
        return " and is due ", Day(due)
    if case.number is None or not case.eats:
        return ()
    return *needing(plan, case.later, ends=False), ", and would have to end by ", Day(plan.dates_at(case.number).late)


def _lost(plan: Plan, case: Case) -> tuple[Part, ...]:
    """From when to when the days that are lost are counted, and which of them are none."""
    since, until = case.start.day, case.last
    assert since is not None, "where nothing starts, nothing is lost"
    off: tuple[Off, ...] = ()
    if case.lost < workdays_within(since, until):
        person = None if case.number is None else plan.people[case.number]
        off = tuple(off_within(plan.working, person, plan.working.team_of(case.later), since, until))
    first, last = Day(since, case.start.clocked), Day(until, case.end.clocked)
    return ". Lost: ", first, " to ", last, *without(off, clocked=case.clocked)


def basis_of(case: Case) -> tuple[Part, ...]:
    """The dates that it rests on, and what was assumed."""
    earlier, later = case.earlier, case.later
    basis: list[Part] = [_dates_of(earlier), " of ", case.before, ", ", _dates_of(later), " of ", case.waiting]
    if case.start.day and not (case.start.started or case.start.set_):
        basis += [
            ", which takes ",
            Count(days_of(case.takes, case.time), "working day"),
            *([" (assumed)"] if case.takes.assumed else []),
        ]
    return tuple(basis)


def _dates_of(work: Work) -> str:
    if set_start(work):
        return "start and due date" if due_of(work) else "start"
    return "due date" if due_of(work) else "no date"


@lru_cache(64)
def rule(strength: str, relation: str, warn_days: int) -> tuple[Part, ...]:
    """The rule in words."""
    state = "has started" if relation == "SS" else "is done"
    rule = f"Rule: what it waits for by a {strength} link {state} before it starts; a warning from "
    return rule, Count(warn_days, "working day"), " lost, critical when no time is left."


def or_start(case: Case) -> tuple[Part, ...]:
    """What else would clear it."""
    if case.start.started or case.end.clocked or case.link.relation != "FS":
        return (", or the link removed",)
    return ", or ", case.waiting, " starting ", Day(case.after), " or later"


def wrong(case: Case) -> tuple[Part, ...]:
    """What to correct where it is not so."""
    return "Correct the dates of ", case.before, " or ", case.waiting, ", or their link."
