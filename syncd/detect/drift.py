"""Pure. `drift`: the open work of a milestone ends after the milestone's due date.

Rule: the finish is the latest early finish of the milestone's open items, by the plan (`syncd.schedule.plan`): people's dates, pushed
later along links, in the working time of whoever does the work. Late is the number of working days of the milestone's own calendar
after the due date up to and including the finish. Open work takes at least some of today, so an overdue milestone with open work is
always late. A milestone without a due date, without open items, or done or dropped has no drift. Warn from 1 working day late,
critical from 5. Source: the critical path method's early dates; the thresholds are this house's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect.driving import SHOWN, assumed_in, not_counted_between, told
from syncd.detect.wording import end_day, keyed, named, ref_facts, with_sources
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.raw import Json
from syncd.model.ref import Ref
from syncd.model.rows import Change, Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after
from syncd.schedule.plan import Dates, Finish, Plan, plan_of
from syncd.schedule.wiring import End, Work, due_of, is_open
from syncd.schedule.workdays import roll_forward

CODE = "drift"


class DriftRules(Rules):
    """From how many working days late a milestone is worth a word."""

    warn_days: int = Field(1, ge=1, description="Working days late from which it is a warning.")
    critical_days: int = Field(5, ge=1, description="Working days late from which it is critical.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.critical_days < self.warn_days:
            raise ValueError("critical_days is smaller than warn_days: make it at least as large")
        return self


@dataclass(frozen=True, slots=True)
class _Late:
    """A milestone that ends late: `path` is the driving path, the work that ends last is its last."""

    milestone: Milestone
    due: date
    end: Finish
    days: int
    path: tuple[Work, ...]
    open_items: tuple[Item, ...]


def detect(snapshot: Snapshot, rules: DriftRules) -> Iterator[Finding]:
    """One finding per milestone that ends late."""
    plan = snapshot.once(plan_of)
    for ref in sorted(snapshot.milestones):
        late = _late(snapshot, plan, snapshot.milestones[ref])
        if late and late.days >= rules.warn_days:
            yield _finding(snapshot, plan, rules, late)


DETECTOR = Detector(code=CODE, title="Drift", rules=DriftRules, detect=detect)


def _late(snapshot: Snapshot, plan: Plan, milestone: Milestone) -> _Late | None:
    open_items = tuple(item for ref in snapshot.members.get(milestone.ref, ()) if is_open(item := snapshot.items[ref]))
    if not (is_open(milestone) and milestone.due and open_items):
        return None
    last, end = _last(plan, milestone.ref, open_items)
    days = days_late(plan, milestone, end)
    path = tuple(work for ref in plan.path(last) if (work := snapshot.get(ref)))
    return _Late(milestone, milestone.due, end, days, path, open_items) if days else None


def days_late(plan: Plan, milestone: Milestone, end: Finish) -> int:
    """Working days after the milestone's due date up to and including the end. What is open on a weekend cannot end before Monday."""
    if milestone.due is None or end.day <= milestone.due:
        return 0
    day = roll_forward(end.day) if end.clocked else end.day
    return days_after(plan.calendar(End(milestone.ref)), milestone.due, day)


def _last(plan: Plan, milestone: Ref, open_items: Iterable[Item]) -> tuple[Ref, Finish]:
    """What ends last. Of equals one that only today holds up, then the one that is due for longest: so that the answer stays."""
    dated = [(item, dates) for item in sorted(open_items, key=lambda item: item.ref) if (dates := plan.dates(item.ref))]
    item, dates = max(dated, key=lambda found: _lateness(found[1], found[0].due))
    whole = plan.end(milestone)
    if whole and whole.by and whole.finish > dates.finish:
        return whole.by, Finish(whole.finish, whole.clocked, whole.by)
    return item.ref, Finish(dates.finish, dates.clocked, dates.by)


def _lateness(dates: Dates, due: date | None) -> tuple[date, bool, int]:
    return dates.finish, dates.clocked, -due.toordinal() if due else -date.max.toordinal()


def _finding(snapshot: Snapshot, plan: Plan, rules: DriftRules, late: _Late) -> Finding:
    resting = plan.upstream([late.milestone.ref, *(item.ref for item in late.open_items)])
    tally = _tally(snapshot, plan, late, resting)
    changed = _changed(snapshot, late)
    severity: Severity = "critical" if late.days >= rules.critical_days else "warn"
    lines = [
        Line("Why", told(plan, late.path)),
        *([Line("Changed", changed)] if changed else []),
        Line("Rests on", (*_rests_on(tally), *_rule(plan, late, rules))),
        Line("Clears", _clears(late)),
        Line("Wrong?", _wrong(plan, late)),
    ]
    return Finding(
        code=CODE,
        subject=late.milestone.ref,
        severity=severity,
        headline=_headline(late),
        lines=tuple(lines),
        inputs=with_sources(snapshot, {late.milestone.ref, *resting, *(work.ref for work in late.path)}),
        facts={**_facts(plan, late), **tally, "warn_days": rules.warn_days, "critical_days": rules.critical_days},
        weight=bucket(late.days) if late.end.clocked else late.days,
        driving=_driving(late),
    )


def _tally(snapshot: Snapshot, plan: Plan, late: _Late, resting: frozenset[Ref]) -> dict[str, int]:
    """What the verdict rests on, in numbers."""
    items = [snapshot.items[ref] for ref in snapshot.members[late.milestone.ref]]
    return {
        "items_total": sum(item.status != "dropped" for item in items),
        "items_open": len(late.open_items),
        "undated": sum(item.due is None for item in late.open_items),
        "unestimated": sum(not (item.remaining or item.estimate) for item in late.open_items),
        "assumed_durations": assumed_in(plan, late.path),
        "in_cycles": len({ref for cycle in plan.cycles for ref in cycle} & resting),
    }


def _facts(plan: Plan, late: _Late) -> dict[str, Json]:
    return {
        "due": late.due.isoformat(),
        "finish": late.end.day.isoformat(),
        "clocked": late.end.clocked,
        "days_late": late.days,
        "path": [
            ref_facts(work.ref) | {"finish": dates.finish.isoformat(), "clocked": dates.clocked}
            for work in late.path[-SHOWN:]
            if (dates := plan.dates(work.ref))
        ],
    }


def _driving(late: _Late) -> Ref | None:
    return next((work.ref for work in reversed(late.path) if isinstance(work, Item)), None)


def _headline(late: _Late) -> tuple[Part, ...]:
    days = Count(late.days, "working day", late.end.clocked)
    due = (", due ", Day(late.due), ".")
    if late.end.clocked:
        return named(late.milestone), ": at least ", days, " late. Work ends no earlier than ", end_day(late.end), *due
    return named(late.milestone), ": ", days, " late. Work ends ", end_day(late.end), *due


def _changed(snapshot: Snapshot, late: _Late) -> tuple[Part, ...]:
    """The moves of a date that explain it, the latest first: the path's first item pushed out, the milestone pulled in."""
    moves = [(change, work) for change, work in (_pushed_out(late), _pulled_in(late)) if change]
    moves.sort(key=lambda move: move[0].at, reverse=True)
    parts: list[Part] = []
    for change, work in moves:
        parts += [*(["; "] if parts else []), keyed(work), "'s due date, ", *_move(change, snapshot.zone)]
    return (*parts, ".") if parts else ()


def _pushed_out(late: _Late) -> tuple[Change | None, Work]:
    first = late.path[0]
    change, old, new = _last_move(first)
    return change if old < new and not late.end.clocked else None, first


def _pulled_in(late: _Late) -> tuple[Change | None, Work]:
    change, old, new = _last_move(late.milestone)
    return change if new < old else None, late.milestone


def _last_move(work: Work) -> tuple[Change | None, date, date]:
    """The change that led to the due date as it is, from which date to which; no date before is the earliest."""
    history = work.history if isinstance(work, Item | Milestone) else ()
    change = max((change for change in history if change.field == "due"), key=lambda change: change.at, default=None)
    due = due_of(work)
    if change is None or due is None or _day(change.new) != due:
        return None, date.min, date.min
    return change, _day(change.old) or date.min, due


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _move(change: Change, zone: str) -> tuple[Part, ...]:
    old, new = _day(change.old), _day(change.new)
    on = (", on ", Day(change.at.astimezone(ZoneInfo(zone)).date()))
    if old is None or new is None:
        return "set to ", *([Day(new)] if new else []), *on
    return Day(old), " -> ", Day(new), *on


def _rests_on(tally: dict[str, int]) -> tuple[Part, ...]:
    undated = tally["undated"]
    parts: list[Part] = [f"{tally['items_open'] - undated} of ", Count(tally["items_open"], "open item"), " dated"]
    if undated:
        parts.append(f"; {undated} without a date may move this later")
    if tally["assumed_durations"]:
        parts += ["; ", Count(tally["assumed_durations"], "duration"), " assumed"]
    if tally["in_cycles"]:
        parts += ["; links among ", Count(tally["in_cycles"], "item in a cycle"), " are not counted"]
    return *parts, ". "


def _rule(plan: Plan, late: _Late, rules: DriftRules) -> tuple[Part, ...]:
    """The thresholds, and the days after the due date that do not count."""
    off = not_counted_between(plan, late.milestone, late.due + timedelta(days=1), late.end.day)
    days = ("working days", *off) if not late.end.clocked else ("working days",)
    warn = Count(rules.warn_days, "working day late")
    return "Rule: ", *days, ", a warning from ", warn, f", critical from {rules.critical_days}."


def _clears(late: _Late) -> tuple[Part, ...]:
    if late.end.clocked:
        return ("the open work done or dropped, or a later due date.",)
    return "due ", Day(late.end.day), " or later, or ", Count(late.days, "working day"), " less on this path."


def _wrong(plan: Plan, late: _Late) -> tuple[Part, ...]:
    first, last = late.path[0], late.path[-1]
    other = () if first is last else (" or ", keyed(last))
    if due_of(first) is None:
        return "Give ", keyed(first), " a due date", *((", or correct that of ", keyed(last)) if other else ()), "."
    dates = plan.dates(first.ref)
    close = ", or close what is done" if dates and dates.clocked else ""
    return "Correct the due date of ", keyed(first), *other, f"{close}."
