"""Pure. `drift`: the open work of a milestone ends after the milestone's due date.

Rule: the finish is the latest early finish of the milestone's open items, by the plan (`syncd.schedule.plan`): people's dates, pushed
later along links, in the working time of whoever does the work. Late is the number of working days of the milestone's own calendar
after the due date up to and including the finish. Open work takes at least some of today, so an overdue milestone with open work is
always late. A milestone without a due date, without open items, or done or dropped has no drift. Warn from 1 working day late,
critical from 5. Source: the critical path method's early dates; the thresholds are this house's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect import likely
from syncd.detect.driving import SHOWN, assumed_in, guessed, not_counted_between, pictured, told
from syncd.detect.wording import NEAREST, end_day, keyed, named, with_sources
from syncd.model.finding import SEVERITIES, Count, Day, Finding, Line, Part, Severity, bucket, fingerprint_of
from syncd.model.raw import Json
from syncd.model.ref import Ref, identity, ref_to_json
from syncd.model.rows import Change, Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.days import days_after
from syncd.schedule.forecast import Forecast, Odds, forecast_of
from syncd.schedule.plan import Finish, Plan, plan_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import NO_MEMBERS, End, Members, Work, due_of, is_open, members_of
from syncd.schedule.workdays import roll_forward

CODE = "drift"


class DriftRules(Rules):
    """From how many working days late a milestone is worth a word."""

    warn_days: int = Field(1, ge=1, description="Working days late from which it is a warning.")
    critical_days: int = Field(5, ge=1, description="Working days late from which it is critical.")

    warn_below: float = Field(0.85, ge=0, le=1, description="Likelihood of the due date below which it is a warning.")
    critical_below: float = Field(0.5, ge=0, le=1, description="Likelihood of the due date below which it is critical.")
    clear_above: float = Field(0.9, ge=0, le=1, description="Likelihood from which a warning is over.")
    calm_above: float = Field(0.6, ge=0, le=1, description="Likelihood from which it is critical no longer.")

    @property
    def limits(self) -> tuple[float, float, float, float]:
        """The likelihoods in the order in which `likely.verdict` takes them."""
        return self.warn_below, self.critical_below, self.clear_above, self.calm_above

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        self.rising("warn_days", "critical_days")
        if not (self.critical_below <= self.warn_below <= self.clear_above and self.critical_below <= self.calm_above):
            raise ValueError(
                "likelihoods are out of order: critical_below <= warn_below <= clear_above, critical_below <= calm_above"
            )
        return self


@dataclass(frozen=True, slots=True)
class _Case:
    """A milestone under judgement. `days`: working days late, by the plan; `path` is the driving path, the work that ends last its last.

    `odds`: the forecast, where there is one; `median`: how late half of all outcomes are; `before`: the per cent that were told last.
    """

    milestone: Milestone
    due: date
    end: Finish
    days: int
    path: tuple[Work, ...]
    open_items: tuple[Item, ...]
    odds: Odds | None = None
    median: int = 0
    before: int | None = None


def detect(snapshot: Snapshot, rules: DriftRules) -> Iterator[Finding]:
    """One finding per milestone that ends late, or probably does."""
    plan, forecast = snapshot.once(plan_of), snapshot.once(forecast_of)
    for ref in sorted(snapshot.milestones, key=identity):
        milestone = snapshot.milestones[ref]
        own = rules.of(milestone.class_)
        case = _case(snapshot, plan, forecast, milestone)
        severity = _severity(snapshot, plan, own, case) if case else None
        if case and severity:
            yield _finding(snapshot, plan, own, case, severity)


DETECTOR = Detector(code=CODE, title="Drift", rules=DriftRules, detect=detect)


def _case(snapshot: Snapshot, plan: Plan, forecast: Forecast, milestone: Milestone) -> _Case | None:
    """None where there is nothing to judge: no due date, no open work, or all of it surely in time."""
    whole, due, odds = plan.finish_of(milestone.ref), milestone.due, forecast.odds.get(milestone.ref)
    members = snapshot.once(members_of).get(milestone.ref, NO_MEMBERS)
    open_items = members.opened
    if not (is_open(milestone) and due and open_items and whole):
        return None
    if whole.day <= due and (odds is None or odds.p == 1) and all(item.due is None or item.due <= due for item in open_items):
        return None
    last, end = _last(plan, whole, members)
    time = plan.calendar(End(milestone.ref))
    path = plan.works_on(last)
    return _Case(
        milestone,
        due,
        end,
        _days_late(time, due, end),
        path,
        open_items,
        odds,
        likely.days_late(odds, due, time),
        _told_before(snapshot, milestone.ref),
    )


def _told_before(snapshot: Snapshot, ref: Ref) -> int | None:
    weight = snapshot.weights.get(fingerprint_of(CODE, ref))
    return None if weight is None or weight > 10 else 100 - 10 * weight


def _severity(snapshot: Snapshot, plan: Plan, rules: DriftRules, case: _Case) -> Severity | None:
    """The worse of what the plan says and what the forecast says; where the path is a guess by its class, the forecast alone."""
    by_plan = _by_plan(rules, case)
    if case.odds is None:
        return by_plan
    ahead = days_after(plan.calendar(End(case.milestone.ref)), snapshot.today, min(case.odds.p50, date(9000, 1, 1)))
    stands = snapshot.open.get(fingerprint_of(CODE, case.milestone.ref))
    by_odds = likely.verdict(case.odds, case.median, ahead, stands, rules.limits, rules.critical_days)
    found = [by_odds] if guessed(plan, case.path) else [by_plan, by_odds]
    return max((one for one in found if one), key=SEVERITIES.index, default=None)


def _by_plan(rules: DriftRules, case: _Case) -> Severity | None:
    if case.days < rules.warn_days:
        return None
    return "critical" if case.days >= rules.critical_days else "warn"


def _days_late(time: WorkingTime, due: date, end: Finish) -> int:
    """Working days after the due date up to and including the end. What is open on a weekend cannot end before Monday."""
    if end.day <= due:
        return 0
    return days_after(time, due, roll_forward(end.day) if end.clocked else end.day)


def _last(plan: Plan, whole: Finish, members: Members) -> tuple[Ref, Finish]:
    """What ends last. Of equals one that only today holds up, then the one that is due for longest: so that the answer stays."""
    number = max(sorted(members.numbers), key=lambda number: _lateness(plan.finish(number), plan.due[number]))
    found = plan.finish(number)
    if whole.by and whole.day > found.day:
        return whole.by, whole
    work = plan.works[number]
    assert work is not None, "an item is a node of its own"
    return work.ref, found


def _lateness(end: Finish, due: date | None) -> tuple[date, bool, int]:
    return end.day, end.clocked, -due.toordinal() if due else -date.max.toordinal()


def _finding(snapshot: Snapshot, plan: Plan, rules: DriftRules, case: _Case, severity: Severity) -> Finding:
    resting = plan.upstream([case.milestone.ref, *(item.ref for item in case.open_items)], NEAREST)
    tally = _tally(snapshot, plan, case, resting)
    changed = _changed(snapshot, case)
    by_plan = _by_plan(rules, case)
    lines = [
        Line("Why" if by_plan else "Path", told(plan, case.path, case.milestone.ref)),
        *([Line("Changed", changed)] if changed else []),
        *([Line("Forecast", _likely(rules, case, case.odds), moves=True)] if case.odds else []),
        Line("Rests on", (*_rests_on(tally), *_rule(plan, case, rules))),
        Line("Clears", _clears(rules, case, by_plan)),
        Line("Wrong?", _wrong(plan, case)),
    ]
    return Finding(
        code=CODE,
        subject=case.milestone.ref,
        severity=severity,
        headline=_headline(plan, case) if by_plan or case.odds is None else _odds_headline(rules, case, case.odds),
        lines=tuple(lines),
        inputs=with_sources(snapshot, {case.milestone.ref, *resting, *(work.ref for work in case.path)}),
        facts={
            **_facts(plan, case),
            **tally,
            "warn_days": rules.warn_days,
            "critical_days": rules.critical_days,
            **({"forecast": likely.facts(case.odds)} if case.odds else {}),
        },
        weight=_weight(case, by_plan),
        driving=_driving(case),
        hovers=severity != by_plan,
        graph=pictured(plan, case.path, case.milestone),
    )


def _weight(case: _Case, by_plan: Severity | None) -> int:
    if by_plan is None and case.odds is not None:
        return 10 - likely.per_cent(case.odds, case.before).value // 10
    return bucket(case.days) if case.end.clocked else case.days


def _tally(snapshot: Snapshot, plan: Plan, case: _Case, resting: frozenset[Ref]) -> dict[str, int]:
    """What the verdict rests on, in numbers."""
    items = snapshot.once(members_of)[case.milestone.ref].items
    return {
        "items_total": sum(item.status != "dropped" for item in items),
        "items_open": len(case.open_items),
        "undated": sum(item.due is None for item in case.open_items),
        "unestimated": sum(not (item.remaining or item.estimate) for item in case.open_items),
        "assumed_durations": assumed_in(plan, case.path),
        "in_cycles": len({ref for cycle in plan.cycles for ref in cycle} & resting),
    }


def _facts(plan: Plan, case: _Case) -> dict[str, Json]:
    return {
        "due": case.due.isoformat(),
        "finish": case.end.day.isoformat(),
        "clocked": case.end.clocked,
        "days_late": case.days,
        "path": [
            ref_to_json(work.ref) | {"finish": dates.finish.isoformat(), "clocked": dates.clocked}
            for work in case.path[-SHOWN:]
            if (dates := plan.dates(work.ref))
        ],
    }


def _odds_headline(rules: DriftRules, case: _Case, odds: Odds) -> tuple[Part, ...]:
    chance = likely.roughly(odds, case.before, (rules.critical_below, rules.clear_above))
    return named(case.milestone), ": ", *chance, " likely by its due date, ", Day(case.due), "."


def _likely(rules: DriftRules, case: _Case, odds: Odds) -> tuple[Part, ...]:
    chance = (*likely.roughly(odds, case.before, (rules.critical_below, rules.clear_above)), " likely by ", Day(case.due), "; ")
    return *chance, *likely.outcomes(odds), ". ", *likely.rests_on(odds, len(case.open_items)), "."


def _driving(case: _Case) -> Ref | None:
    return next((work.ref for work in reversed(case.path) if isinstance(work, Item)), None)


def _headline(plan: Plan, case: _Case) -> tuple[Part, ...]:
    days, due = Count(case.days, "working day", case.end.clocked), (", due ", Day(case.due), ".")
    if guessed(plan, case.path):
        return named(case.milestone), ": about ", days, " late. Work ends about ", end_day(case.end), *due
    if case.end.clocked:
        return named(case.milestone), ": at least ", days, " late. Work ends no earlier than ", end_day(case.end), *due
    return named(case.milestone), ": ", days, " late. Work ends ", end_day(case.end), *due


def _changed(snapshot: Snapshot, case: _Case) -> tuple[Part, ...]:
    """The moves of a date that explain it, the latest first: the path's first item pushed out, the milestone pulled in."""
    moves = [(change, work) for change, work in (_pushed_out(case), _pulled_in(case)) if change]
    moves.sort(key=lambda move: move[0].at, reverse=True)
    parts: list[Part] = []
    for change, work in moves:
        parts += [*(["; "] if parts else []), keyed(work), "'s due date, ", *_move(change, snapshot.zone)]
    return (*parts, ".") if parts else ()


def _pushed_out(case: _Case) -> tuple[Change | None, Work]:
    first = case.path[0]
    change, old, new = _last_move(first)
    return change if old < new and not case.end.clocked else None, first


def _pulled_in(case: _Case) -> tuple[Change | None, Work]:
    change, old, new = _last_move(case.milestone)
    return change if new < old else None, case.milestone


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
    on = (", on ", Day(wall_day(change.at, ZoneInfo(zone))))
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


def _rule(plan: Plan, case: _Case, rules: DriftRules) -> tuple[Part, ...]:
    """The thresholds, and the days after the due date that do not count."""
    off = not_counted_between(plan, case.milestone, case.due + timedelta(days=1), case.end.day)
    days = ("working days", *off) if not case.end.clocked else ("working days",)
    warn = Count(rules.warn_days, "working day late")
    chances = (
        f"; or below {100 * rules.warn_below:.0f} % likely, critical below {100 * rules.critical_below:.0f} %"
        if case.odds
        else ""
    )
    return "Rule: ", *days, ", a warning from ", warn, f", critical from {rules.critical_days}{chances}."


def _clears(rules: DriftRules, case: _Case, by_plan: Severity | None) -> tuple[Part, ...]:
    if by_plan is None:
        return (f"{100 * rules.clear_above:.0f} % likely, by a later due date, less to do, or more people.",)
    if case.end.clocked:
        return ("the open work done or dropped, or a later due date.",)
    return "due ", Day(case.end.day), " or later, or ", Count(case.days, "working day"), " less on this path."


def _wrong(plan: Plan, case: _Case) -> tuple[Part, ...]:
    first, last = case.path[0], case.path[-1]
    other = () if first is last else (" or ", keyed(last))
    if due_of(first) is None:
        return "Give ", keyed(first), " a due date", *((", or correct that of ", keyed(last)) if other else ()), "."
    dates = plan.dates(first.ref)
    close = ", or close what is done" if dates and dates.clocked else ""
    return "Correct the due date of ", keyed(first), *other, f"{close}."
