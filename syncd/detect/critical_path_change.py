"""Pure. `critical_path_change`: an item became critical, or nearly, for the due date of a milestone.

Rule: total float (`syncd.schedule.plan`) of a milestone's open items, and of the work that drives its end, in working days of whoever
does it. Near-critical: float <= max(2 working days, 5 % of the working days from today to the due date): info. Below zero: critical.
What stands clears past 1.5 times the limit. A milestone without a due date has none; of one that is overdue all open work is late,
which `drift` says once. Of several milestones that wait for an item each is told what is missing for itself: an item on the way to its end
has the room of that end, and one that has less room beside it has it for another milestone.
Source: the critical path method's total float; near-critical work as in PMI, Practice Standard for Scheduling (2019); limits of this house.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from math import floor
from typing import Literal

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.driving import SHOWN, told
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.action import Mode
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket, fingerprint_of
from syncd.model.record import record
from syncd.model.ref import Ref, identity, ref_to_json
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after, later
from syncd.schedule.plan import Dates, Plan, plan_of
from syncd.schedule.wiring import NO_MEMBERS, End, Work, is_open, members_of, opened_of

CODE = "critical_path_change"


class CriticalPathRules(Rules):
    """How little room makes an item critical."""

    write: Mode = Field(
        default="off", description='"off", "plan" or "on": how far its findings may be said, project and team willing'
    )
    near_days: float = Field(2, ge=0, description="Working days of float up to which an item is nearly critical.")
    near_share: float = Field(
        0.05, ge=0, le=1, description="The same as a part of the working days until the due date; the larger counts."
    )
    exit_factor: float = Field(1.5, ge=1, description="What stands is over from so many times the limit on.")


@record(frozen=True, slots=True)
class _Case:
    """An item that has little room. `number`: its own in the plan; `room`: float in working days, for this milestone; `late`: the day by
    which it has to end; `limit`: what is little."""

    milestone: Milestone
    work: Work
    number: int
    dates: Dates
    room: float
    late: date
    limit: float

    @property
    def severity(self) -> Severity:
        """Below zero its milestone is late because of it."""
        return "critical" if self.room < 0 else "info"


@record(frozen=True, slots=True)
class _Goal:
    """An open milestone whose date can be kept or missed. `room`: working days from its end to its due date; `way`: what drives its end,
    `numbers`: that and its open items, by their numbers in the plan."""

    milestone: Milestone
    due: date
    room: int
    way: frozenset[int]
    numbers: Sequence[int]


def detect(snapshot: Snapshot, rules: CriticalPathRules) -> Iterator[Finding]:
    """One finding per milestone and item."""
    plan = snapshot.once(plan_of)
    goals = [goal for ref in sorted(snapshot.milestones, key=identity) if (goal := _goal(snapshot, plan, ref))]
    least: dict[int, int] = {}
    for goal in goals:
        for number in goal.numbers:
            least[number] = min(goal.room, least.get(number, goal.room))
    for goal in goals:
        own = rules.of(goal.milestone.class_)
        for case in _cases(snapshot, plan, own, goal, least):
            yield _finding(snapshot, plan, own, case)


DETECTOR = Detector(code=CODE, title="Critical path", rules=CriticalPathRules, detect=detect)


def _goal(snapshot: Snapshot, plan: Plan, ref: Ref) -> _Goal | None:
    milestone, end = snapshot.milestones[ref], plan.finish_of(ref)
    due = milestone.due
    if end is None or due is None or due < snapshot.today or not is_open(milestone):
        return None
    way = frozenset(plan.numbers_on(plan.wiring.number[End(ref)]))
    numbers = _in_order(snapshot, plan, {*snapshot.once(members_of).get(ref, NO_MEMBERS).numbers, *way})
    return _Goal(milestone, due, days_after(plan.calendar(End(ref)), end.day, due), way, numbers)


def _in_order(snapshot: Snapshot, plan: Plan, numbers: Collection[int]) -> Sequence[int]:
    """Numbers of work in the order of the refs: items are numbered so, and come first."""
    works = plan.works
    if max(numbers, default=-1) < len(snapshot.once(opened_of).items):
        return sorted(numbers)
    return sorted(numbers, key=lambda number: identity(work.ref) if (work := works[number]) else ("", "", ""))


def _cases(snapshot: Snapshot, plan: Plan, rules: CriticalPathRules, goal: _Goal, least: Mapping[int, int]) -> Iterator[_Case]:
    milestone, time = goal.milestone, plan.calendar(End(goal.milestone.ref))
    limit = max(rules.near_days, rules.near_share * days_after(time, snapshot.today, goal.due))
    if goal.room > limit * rules.exit_factor:
        return
    for number in goal.numbers:
        work, elsewhere = plan.works[number], least[number] < goal.room
        if work is None or (elsewhere and number not in goal.way):
            continue
        room = goal.room if elsewhere else plan.room(number)
        if room > limit * rules.exit_factor or (room > limit and not _stands(snapshot, milestone, work.ref)):
            continue
        dates = plan.dates_at(number)
        late = later(plan.calendars[plan.calendar_of[number]], dates.finish, goal.room) if elsewhere else dates.late
        yield _Case(milestone, work, number, dates, room, late, limit)


def _stands(snapshot: Snapshot, milestone: Milestone, ref: Ref) -> bool:
    return fingerprint_of(CODE, milestone.ref, str(ref)) in snapshot.open


def _finding(snapshot: Snapshot, plan: Plan, rules: CriticalPathRules, case: _Case) -> Finding:
    milestone, work = case.milestone, case.work
    path = plan.works_on(work.ref, SHOWN)
    short = max(0, -floor(case.room))
    return Finding(
        code=CODE,
        subject=milestone.ref,
        discriminator=str(work.ref),
        severity=case.severity,
        headline=_headline(case),
        lines=(
            Line("Why", told(plan, path)),
            Line("Rests on", _rule(case, rules)),
            Line("Clears", (f"room for more than {rules.exit_factor:g} times that, or the item done.",)),
            Line("Wrong?", ("Correct the dates or the estimate of ", keyed(work), ", or its links.")),
        ),
        inputs=with_sources(snapshot, {milestone.ref, work.ref, *(one.ref for one in path)}),
        facts={
            "item": ref_to_json(work.ref),
            "float_days": round(case.room, 2),
            "limit_days": round(case.limit, 2),
            "finish": case.dates.finish.isoformat(),
            "late_finish": case.late.isoformat(),
            "clocked": case.dates.clocked,
        },
        weight=bucket(short) if case.dates.clocked else short,
        driving=work.ref if work.ref in snapshot.items else None,
    )


def _headline(case: _Case) -> tuple[Part, ...]:
    whole = Count(abs(floor(case.room)), "working day", case.dates.clocked)
    item, of = named(case.work), (" for ", keyed(case.milestone), ", due ", Day(case.milestone.due or case.dates.late), ".")
    if case.room < 0:
        return item, " ends ", whole, " too late", *of
    word: Literal["is", "is nearly"] = "is" if case.room == 0 else "is nearly"
    return item, f" {word} critical", *of


def _rule(case: _Case, rules: CriticalPathRules) -> tuple[Part, ...]:
    room: tuple[Part, ...] = (
        ("it ends ", Day(case.dates.finish, case.dates.clocked), " and has to by ", Day(case.late, case.dates.clocked))
        if case.room < 0
        else ("it has ", Count(floor(case.room), "working day", case.dates.clocked), " of room")
    )
    share = f"{rules.near_share:.0%}".replace("%", " %")
    return (
        *room,
        f". Rule: at most {rules.near_days:g} working days, or {share} of those until the due date; critical below none.",
    )
