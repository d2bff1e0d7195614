"""Pure. `drift`: the open work of a milestone ends after the milestone's due date.

Rule: the finish is the latest, over the open items and their hard predecessors, of max(due, today) pushed along links (how: see
`syncd.schedule.forward`); late is the number of working days, Monday to Friday in the model's zone, after the due date up to and
including the finish. An open item without a due date finishes no earlier than today, so an overdue milestone with open work is
always late. A milestone without a due date, without open items, or done or dropped has no drift. Warn from 1 working day late,
critical from 5. Source: the critical path method's early dates; the thresholds are this house's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect.wording import end_day, keyed, named, ref_facts, with_sources
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.raw import Json
from syncd.model.ref import Ref
from syncd.model.rows import Change, Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.forward import End, Forward, Work, due_of, duration, forward, is_open
from syncd.schedule.workdays import roll_forward, workdays_after

CODE = "drift"

_SHOWN = 5
"""So many items of the driving path are shown: the last ones."""


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
    end: End
    days: int
    path: tuple[Work, ...]
    open_items: tuple[Item, ...]


def detect(snapshot: Snapshot, rules: DriftRules) -> Iterator[Finding]:
    """One finding per milestone that ends late."""
    plan = forward(snapshot)
    for ref in sorted(snapshot.milestones):
        late = _late(snapshot, plan, snapshot.milestones[ref])
        if late and late.days >= rules.warn_days:
            yield _finding(snapshot, plan, rules, late)


DETECTOR = Detector(code=CODE, title="Drift", rules=DriftRules, detect=detect)


def _late(snapshot: Snapshot, plan: Forward, milestone: Milestone) -> _Late | None:
    open_items = tuple(item for ref in snapshot.members.get(milestone.ref, ()) if is_open(item := snapshot.items[ref]))
    if not (is_open(milestone) and milestone.due and open_items):
        return None
    last, end = _last(plan, milestone.ref, open_items)
    days = days_late(milestone.due, end)
    return _Late(milestone, milestone.due, end, days, _path(snapshot, plan, last), open_items) if days else None


def days_late(due: date, end: End) -> int:
    """Working days after `due` up to and including the end. Work that is open on a weekend cannot end before Monday."""
    if end.day <= due:
        return 0
    return workdays_after(due, roll_forward(end.day) if end.clocked else end.day)


def _last(plan: Forward, milestone: Ref, open_items: Iterable[Item]) -> tuple[Ref, End]:
    """What ends last. Of equals one that only today holds up, then the one that is due for longest: so that the answer stays."""
    item = max(sorted(open_items, key=lambda item: item.ref), key=lambda item: _lateness(plan.ends[item.ref], item.due))
    last, end = item.ref, plan.ends[item.ref]
    gate = plan.gates.get(milestone)
    return (gate.by, gate) if gate and gate.by and gate.day > end.day else (last, end)


def _lateness(end: End, due: date | None) -> tuple[date, bool, int]:
    return end.day, end.clocked, -due.toordinal() if due else -date.max.toordinal()


def _path(snapshot: Snapshot, plan: Forward, last: Ref) -> tuple[Work, ...]:
    path: list[Work] = []
    step: Ref | None = last
    while step is not None and (work := snapshot.get(step)):
        path.append(work)
        step = plan.ends[step].by
    return tuple(reversed(path))


def _finding(snapshot: Snapshot, plan: Forward, rules: DriftRules, late: _Late) -> Finding:
    resting = plan.upstream([late.milestone.ref, *(item.ref for item in late.open_items)])
    tally = _tally(snapshot, plan, late, resting)
    changed = _changed(snapshot, late)
    severity: Severity = "critical" if late.days >= rules.critical_days else "warn"
    lines = [
        Line("Why", _why(plan, late)),
        *([Line("Changed", changed)] if changed else []),
        Line("Rests on", _rests_on(tally, rules)),
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


def _tally(snapshot: Snapshot, plan: Forward, late: _Late, resting: frozenset[Ref]) -> dict[str, int]:
    """What the verdict rests on, in numbers."""
    waiting = [work for ref in resting & set(plan.waits_for) if isinstance(work := snapshot.get(ref), Item)]
    items = [snapshot.items[ref] for ref in snapshot.members[late.milestone.ref]]
    return {
        "items_total": sum(item.status != "dropped" for item in items),
        "items_open": len(late.open_items),
        "undated": sum(item.due is None for item in late.open_items),
        "unestimated": sum(not (item.remaining or item.estimate) for item in late.open_items),
        "assumed_durations": sum(duration(work)[1] for work in waiting),
        "in_cycles": len({ref for cycle in plan.cycles for ref in cycle} & resting),
    }


def _facts(plan: Forward, late: _Late) -> dict[str, Json]:
    return {
        "due": late.due.isoformat(),
        "finish": late.end.day.isoformat(),
        "clocked": late.end.clocked,
        "days_late": late.days,
        "path": [
            ref_facts(work.ref) | {"finish": plan.ends[work.ref].day.isoformat(), "clocked": plan.ends[work.ref].clocked}
            for work in late.path[-_SHOWN:]
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


def _why(plan: Forward, late: _Late) -> tuple[Part, ...]:
    shown = late.path[-_SHOWN:]
    hidden = len(late.path) - len(shown)
    parts: list[Part] = [*_after(hidden), *_beginning(shown[0], plan.ends[shown[0].ref])]
    for earlier, work in pairwise(shown):
        parts += [" -> ", keyed(work), *_step(plan, earlier, work)]
    return *parts, "."


def _after(hidden: int) -> tuple[Part, ...]:
    return ("after ", Count(hidden, "earlier item"), ": ") if hidden else ()


def _beginning(work: Work, end: End) -> tuple[Part, ...]:
    due = due_of(work)
    if end.by is not None or not end.clocked:
        return keyed(work), " ends ", end_day(end)
    if due is None:
        return keyed(work), " is open and has no due date"
    return keyed(work), " was due ", Day(due), " and is open"


def _step(plan: Forward, earlier: Work, work: Work) -> tuple[Part, ...]:
    """How the work follows: in what time, with which lag."""
    if not isinstance(work, Item):
        return ()
    link = next((link for link in plan.waits_for.get(work.ref, ()) if link.predecessor == earlier.ref), None)
    if link and link.relation in ("FF", "SF"):
        return (f" ends after it ({link.relation})",)
    days, assumed = duration(work)
    lag = (" after a lag of ", Count(link.lag, "working day")) if link and link.lag else ()
    return " needs ", Count(days, "working day"), *((", assumed",) if assumed else ()), *lag


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


def _rests_on(tally: dict[str, int], rules: DriftRules) -> tuple[Part, ...]:
    undated = tally["undated"]
    parts: list[Part] = [f"{tally['items_open'] - undated} of ", Count(tally["items_open"], "open item"), " dated"]
    if undated:
        parts.append(f"; {undated} without a date may move this later")
    if tally["assumed_durations"]:
        parts += ["; ", Count(tally["assumed_durations"], "duration"), " assumed"]
    if tally["in_cycles"]:
        parts += ["; links among ", Count(tally["in_cycles"], "item in a cycle"), " are not counted"]
    warn = Count(rules.warn_days, "working day late")
    return *parts, ". Rule: Monday to Friday, a warning from ", warn, f", critical from {rules.critical_days}."


def _clears(late: _Late) -> tuple[Part, ...]:
    if late.end.clocked:
        return ("the open work done or dropped, or a later due date.",)
    return "due ", Day(late.end.day), " or later, or ", Count(late.days, "working day"), " less on this path."


def _wrong(plan: Forward, late: _Late) -> tuple[Part, ...]:
    first, last = late.path[0], late.path[-1]
    other = () if first is last else (" or ", keyed(last))
    if due_of(first) is None:
        return "Give ", keyed(first), " a due date", *((", or correct that of ", keyed(last)) if other else ()), "."
    close = ", or close what is done" if plan.ends[first.ref].clocked else ""
    return "Correct the due date of ", keyed(first), *other, f"{close}."
