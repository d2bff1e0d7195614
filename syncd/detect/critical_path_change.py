"""Pure. `critical_path_change`: an item became critical, or nearly, for the due date of a milestone.

Rule: total float (`syncd.schedule.plan`) of a milestone's open items, and of the work that drives its end, in working days of whoever
does it. Near-critical: float <= max(2 working days, 5 % of the working days from today to the due date): info. Below zero: critical.
What stands clears past 1.5 times the limit. A milestone without a due date has none; of one that is overdue all open work is late,
which `drift` says once. Where the milestone's own end has more room than the limit, an item that has less has it for another milestone.
Source: the critical path method's total float; near-critical work as in PMI, Practice Standard for Scheduling (2019); limits of this house.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
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
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after
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
    """An item that has little room. `number`: its own in the plan; `room`: float in working days; `limit`: what is little."""

    milestone: Milestone
    work: Work
    number: int
    dates: Dates
    room: float
    limit: float

    @property
    def severity(self) -> Severity:
        """Below zero its milestone is late because of it."""
        return "critical" if self.room < 0 else "info"


def detect(snapshot: Snapshot, rules: CriticalPathRules) -> Iterator[Finding]:
    """One finding per milestone and item."""
    plan = snapshot.once(plan_of)
    for ref in sorted(snapshot.milestones, key=identity):
        milestone = snapshot.milestones[ref]
        own = rules.of(milestone.class_)
        for case in _cases(snapshot, plan, own, milestone):
            yield _finding(snapshot, plan, own, case)


DETECTOR = Detector(code=CODE, title="Critical path", rules=CriticalPathRules, detect=detect)


def _cases(snapshot: Snapshot, plan: Plan, rules: CriticalPathRules, milestone: Milestone) -> Iterator[_Case]:
    end, due = plan.finish_of(milestone.ref), milestone.due
    if end is None or due is None or due < snapshot.today or not is_open(milestone):
        return
    time = plan.calendar(End(milestone.ref))
    limit = max(rules.near_days, rules.near_share * days_after(time, snapshot.today, due))
    if days_after(time, end.day, due) > limit * rules.exit_factor:
        return
    numbers = {
        *snapshot.once(members_of).get(milestone.ref, NO_MEMBERS).numbers,
        *plan.numbers_on(plan.wiring.number[End(milestone.ref)]),
    }
    for number in _in_order(snapshot, plan, numbers):
        work, room = plan.works[number], plan.room(number)
        if work is None or room > limit * rules.exit_factor or (room > limit and not _stands(snapshot, milestone, work.ref)):
            continue
        yield _Case(milestone, work, number, plan.dates_at(number), room, limit)


def _in_order(snapshot: Snapshot, plan: Plan, numbers: Collection[int]) -> list[int]:
    """Numbers of work in the order of the refs: items are numbered so, and come first."""
    works = plan.works
    if max(numbers, default=-1) < len(snapshot.once(opened_of).items):
        return sorted(numbers)
    return sorted(numbers, key=lambda number: identity(work.ref) if (work := works[number]) else ("", "", ""))


def _stands(snapshot: Snapshot, milestone: Milestone, ref: Ref) -> bool:
    return fingerprint_of(CODE, milestone.ref, str(ref)) in snapshot.open


def _finding(snapshot: Snapshot, plan: Plan, rules: CriticalPathRules, case: _Case) -> Finding:
    milestone, work = case.milestone, case.work
    path = [one for number in plan.numbers_on(case.number, SHOWN) if (one := plan.works[number])]
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
            _clears(rules.exit_factor),
            Line("Wrong?", ("Correct the dates or the estimate of ", keyed(work), ", or its links.")),
        ),
        inputs=with_sources(snapshot, [milestone.ref, work.ref, *[one.ref for one in path]]),
        facts={
            "item": ref_to_json(work.ref),
            "float_days": round(case.room, 2),
            "limit_days": round(case.limit, 2),
            "finish": case.dates.finish.isoformat(),
            "late_finish": case.dates.late.isoformat(),
            "clocked": case.dates.clocked,
        },
        weight=bucket(short) if case.dates.clocked else short,
        driving=work.ref if isinstance(work, Item) else None,
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
        ("it ends ", Day(case.dates.finish, case.dates.clocked), " and has to by ", Day(case.dates.late, case.dates.clocked))
        if case.room < 0
        else ("it has ", Count(floor(case.room), "working day", case.dates.clocked), " of room")
    )
    return *room, _limits(rules.near_days, rules.near_share)


@lru_cache(64)
def _limits(near_days: float, near_share: float) -> str:
    share = f"{near_share:.0%}".replace("%", " %")
    return f". Rule: at most {near_days:g} working days, or {share} of those until the due date; critical below none."


@lru_cache(64)
def _clears(exit_factor: float) -> Line:
    return Line("Clears", (f"room for more than {exit_factor:g} times that, or the item done.",))
