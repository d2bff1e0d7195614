"""Pure. The driving path in words: each step with its duration, what says so, the days that do not count, and the day it ends.

A reader can follow it with a calendar in the hand: the first date, then so many working days without those that are named.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from syncd.detect.wording import keyed, named
from syncd.model.finding import Count, Day, DaysOff, Part, Step
from syncd.model.ref import Ref
from syncd.model.rows import Dependency, Item
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.days import Off, off_within
from syncd.schedule.durations import DAY, Duration
from syncd.schedule.lagging import after_lag, lag_behind
from syncd.schedule.plan import Dates, Plan, finish_of
from syncd.schedule.reference import ALL, Typical, name_of
from syncd.schedule.wiring import End, Work, due_of, lag_minutes

SHOWN = 5
"""So many items of the driving path are shown: the last ones."""
DRAWN = 12
"""So many of them are drawn."""
_BASIS = {"remaining": "left", "estimate": "estimated", "dates": "(by its start and its due date)", "assumed": "(assumed)"}


def told(plan: Plan, path: Sequence[Work], goal: Ref | None = None) -> tuple[Part, ...]:
    """The last steps of a path, the first of them with where it stands. `goal`: the milestone that it leads to, maybe after a lag."""
    shown = path[-SHOWN:]
    hidden = len(path) - len(shown)
    parts: list[Part] = ["after ", Count(hidden, "earlier item"), ": "] if hidden else []
    begun, known = plan.snapshot.once(_beginnings), plan.snapshot.once(_steps)
    first = begun.get(id(shown[0]))
    if first is None:
        first = begun[id(shown[0])] = shown[0], tuple(_beginning(plan, shown[0]))
    parts += first[1]
    for earlier, work in pairwise(shown):
        step = known.get(id(work))
        if step is None or step[0] is not earlier:
            step = known[id(work)] = earlier, work, (" -> ", keyed(work), *_step(plan, earlier, work))
        parts += step[2]
    return *parts, *(_goal(plan, shown[-1], goal) if goal else ()), "."


def _beginnings(_: Snapshot) -> dict[int, tuple[Work, tuple[Part, ...]]]:
    """How paths that begin with a piece of work were told already, by the very object: itself, the words."""
    return {}


def _steps(_: Snapshot) -> dict[int, tuple[Work, Work, tuple[Part, ...]]]:
    """How work was told already, by the very object: what it follows, itself, the words. All paths through it have the same step."""
    return {}


def pictured(plan: Plan, path: Sequence[Work], goal: Work, *, whole: bool = True) -> tuple[Step, ...]:
    """A path and what it holds up, as a picture; none of a path that is one piece of work: the lines say it. `whole`: it is not cut at
    its beginning, so what is not drawn can be counted."""
    if len(path) < 2 or any(work is goal for work in path):
        return ()
    shown = path[-DRAWN:]
    hidden = len(path) - len(shown)
    steps = [Step(Count(hidden, "earlier item") if whole else "earlier items")] if hidden else []
    boxes = plan.snapshot.once(_boxes)
    for work in shown:
        if (box := boxes.get(id(work))) is None:
            box = boxes[id(work)] = work, named(work), tuple(_drawn(plan, work))
        steps.append(Step(box[1], box[2], (len(steps) - 1,) if steps else ()))
    due = due_of(goal)
    return *steps, Step(named(goal), ("due ", Day(due)) if due else (), (len(steps) - 1,))


def _boxes(_: Snapshot) -> dict[int, tuple[Work, Part, tuple[Part, ...]]]:
    """What was drawn of work already, by the very object: it drives much, and is drawn alike each time."""
    return {}


def _drawn(plan: Plan, work: Work) -> Iterator[Part]:
    number = plan.wiring.number.get(work.ref)
    if number is not None:
        end = plan.finish(number)
        typical = any(map(plan.is_typical, plan.numbers_on(number, DRAWN)))
        likely = "about " if typical else "no earlier than " if end.clocked else ""
        yield from (f"ends {likely}", Day(end.day, end.clocked))


def assumed_in(plan: Plan, path: Sequence[Work]) -> int:
    """How many durations of a path nothing says anything about."""
    known = (plan.dates(work.ref) for work in path if isinstance(work, Item))
    return sum(dates is not None and dates.duration.assumed and dates.own != "due" for dates in known)


def guessed(plan: Plan, path: Sequence[Work]) -> bool:
    """Whether a path rests on what is typical of such work: then its end is no more than likely."""
    numbers = (plan.wiring.number.get(work.ref) for work in path)
    return any(number is not None and plan.is_typical(number) for number in numbers)


def lasting(duration: Duration, time: WorkingTime) -> tuple[Part, ...]:
    """A duration in working days, or in hours where it is no whole number of them, and what says so."""
    usual, aged = time.longest, duration.typical is not None and duration.typical.age is not None
    hours, minutes = divmod(duration.minutes, 60)
    if duration.minutes % DAY == 0 and usual == DAY:
        amount: tuple[Part, ...] = (Count(duration.minutes // DAY, "working day", aged, aged),)
    else:
        rest: tuple[Part, ...] = (" ", Count(minutes, "minute", aged, aged)) if minutes else ()
        amount = (Count(hours, "hour", aged, aged), *rest, f" at {usual / 60:g} a day" if usual != DAY else "")
    if duration.typical is not None:
        return *amount, *_typical(duration.typical)
    return *amount, f" {_BASIS[duration.basis]}"


def _typical(typical: Typical) -> tuple[Part, ...]:
    """Which finished work says so. Of what has begun both numbers are others on another day: that is no news."""
    aged = typical.age is not None
    count = Count(typical.of, "finished item", aged, aged)
    like = (count, " like it") if typical.name != name_of(ALL) else ("all ", count)
    if not typical.age:
        return " (the median of ", *like, ")"
    age = Count(typical.age, "working day", clocked=True, aside=True)
    if typical.days:
        return " (the median of what ", *like, " had left after ", age, ")"
    return " (it is ", age, " old, and none of ", *like, " took longer)"


def not_counted(plan: Plan, dates: Dates, work: Work, since: date | None = None) -> tuple[Part, ...]:
    """The days, from its start or from `since` on, on which whoever does it would work, by the week alone, and does not."""
    team, first = plan.working.team_of(work), min(since or dates.start, dates.start)
    return without(tuple(off_within(plan.working, dates.person, team, first, dates.finish, partly=True)), clocked=dates.clocked)


def not_counted_between(plan: Plan, milestone: Work, first: date, last: date) -> tuple[Part, ...]:
    """The days between two on which the milestone's team would work, by the week alone, and does not."""
    return without(tuple(off_within(plan.working, None, plan.working.team_of(milestone), first, last)), clocked=False)


def without(off: Sequence[Off], *, clocked: bool) -> tuple[Part, ...]:
    """These days, and why nobody works on them."""
    return (DaysOff(tuple((one.first, one.last, one.why) for one in off), clocked),) if off or clocked else ()


def needing(plan: Plan, work: Work, *, ends: bool = True) -> Iterator[Part]:
    """How long work takes, and when it ends; nothing of what is assumed to be done today."""
    dates = plan.dates(work.ref)
    if dates is not None and (not dates.duration.assumed or dates.finish != dates.start):
        since = plan.snapshot.today if dates.own == "today" else None
        yield from (", needs ", *_needs(plan, dates, work, since))
        yield from (", ends ", Day(dates.finish, dates.clocked)) if ends else ()


def _beginning(plan: Plan, work: Work) -> Iterator[Part]:
    dates = plan.dates(work.ref)
    assert dates is not None, "a path is made of what has dates"
    due = due_of(work)
    yield keyed(work)
    if dates.own == "today":
        verb = " was due " if due is not None and due < plan.snapshot.today else " is due "
        yield from (" is open and has no due date",) if due is None else (verb, Day(due), " and is open")
        yield from needing(plan, work)
        return
    if dates.own == "start":
        yield from (" starts ", Day(dates.start), ", needs ", *_needs(plan, dates, work), ",")
    yield from (" ends ", Day(dates.finish, dates.clocked))


def _goal(plan: Plan, last: Work, goal: Ref) -> Iterator[Part]:
    """A lag in elapsed time between the last work and the end of what it leads to."""
    link = lag_behind(plan, End(goal), last.ref)
    if link and (end := plan.finish_of(goal)):
        yield from (" -> ", *_lagging(link), ", ", Day(end.day, end.clocked))


def _step(plan: Plan, earlier: Work, work: Work) -> Iterator[Part]:
    """How the work follows: in what time, with which lag, until when."""
    dates = plan.dates(work.ref)
    if dates is None:
        return
    link = (dates.link if dates.by == earlier.ref else None) or lag_behind(plan, work.ref, earlier.ref)
    elapsed = link is not None and link.lag_in == "elapsed" and lag_minutes(link) != 0
    if not isinstance(work, Item):
        yield from (" ", *_lagging(link), ", ends ", Day(dates.finish, dates.clocked)) if link and elapsed else ()
        return
    if link and link.relation in ("FF", "SF"):
        said = f" ends after it ({link.relation}"
        yield from (f"{said}, ", *_lagging(link), "), ") if elapsed else (f"{said}), ",)
        yield Day(dates.finish, dates.clocked)
        return
    before = plan.dates(earlier.ref)
    follows = before is not None and before.finish < dates.start and (link is None or link.relation == "FS")
    since = before.finish + timedelta(days=1) if before and follows else None
    if link and elapsed and since:
        since = after_lag(plan, link, finish_of(plan, earlier), plan.calendar(work.ref)) + timedelta(days=1)
    yield from (" needs ", *_needs(plan, dates, work, since))
    if link and link.lag:
        yield from (" ", *_lagging(link)) if elapsed else (" after a lag of ", *_lag(link.lag))
    yield from (", ends ", Day(dates.finish, dates.clocked))


def _needs(plan: Plan, dates: Dates, work: Work, since: date | None = None) -> Iterator[Part]:
    yield from lasting(dates.duration, plan.calendar(work.ref))
    yield from not_counted(plan, dates, work, since)


def _lagging(link: Dependency) -> tuple[Part, ...]:
    """A lag, or a lead, in elapsed time."""
    return "after a lag of " if link.lag > 0 else "with a lead of ", *elapsed_time(lag_minutes(link))


def elapsed_time(minutes: int) -> tuple[Part, ...]:
    """A lag in days, hours or minutes of elapsed time, without its sign, and what counts in it that is no working time."""
    whole = abs(minutes)
    if whole % 1440 == 0:
        return Count(whole // 1440, "elapsed day"), " (weekends count)"
    if whole % 60 == 0:
        return Count(whole // 60, "elapsed hour"), " (nights and weekends count)"
    return Count(whole, "elapsed minute"), " (nights and weekends count)"


def _lag(minutes: float) -> Iterator[Part]:
    whole = round(minutes)
    if whole % DAY == 0:
        yield Count(whole // DAY, "working day")
    else:
        yield Count(round(whole / 60), "hour")
