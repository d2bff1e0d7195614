"""Pure. `baseline_slip`: the due date of a milestone was pushed out since it was agreed on.

Rule: against the baseline that counts, the last one that was recorded. The slip is the working days of its team from the agreed due
date to the one of now; the length is those from the agreed start (the moment of agreement, where there is none) to the agreed due
date, both included; a push is a change to a later date after the moment of agreement. Warn from 2 pushes or more than 10 % of the
length, critical from 3 pushes or more than 20 %. A milestone that is closed, has no date, is due no later than agreed, or has no
baseline has no slip. It clears when somebody agrees on a new baseline. Source: this house's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, named, percent_of, with_sources
from syncd.model.baseline import Baseline
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity
from syncd.model.rows import Change, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after, days_within
from syncd.schedule.driving import driving_of, time_of
from syncd.schedule.past import changes_of, day_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import is_open

CODE = "baseline_slip"


class BaselineSlipRules(Rules):
    """How often and how far a date may be pushed."""

    warn_pushes: int = Field(2, ge=1, description="Pushes of the due date from which it is a warning.")
    critical_pushes: int = Field(3, ge=1, description="Pushes of the due date from which it is critical.")
    warn_percent: float = Field(10, ge=0, description="Slip in percent of the agreed length above which it is a warning.")
    critical_percent: float = Field(20, ge=0, description="Slip in percent of the agreed length above which it is critical.")


@dataclass(frozen=True, slots=True)
class _Slip:
    """`pushes` by the history, oldest first; `length` and `days` in working days."""

    milestone: Milestone
    agreed: Baseline
    begun: date
    old: date
    new: date
    pushes: tuple[Change, ...]
    days: int
    length: int

    @property
    def percent(self) -> float:
        return 100 * self.days / self.length


def detect(snapshot: Snapshot, rules: BaselineSlipRules) -> Iterator[Finding]:
    """One finding per milestone that slipped from what was agreed on."""
    for ref in sorted(snapshot.baselines):
        milestone = snapshot.milestones.get(ref)
        slip = _slip(snapshot, milestone) if milestone and is_open(milestone) else None
        if slip:
            own = rules.of(slip.milestone.class_)
            if (severity := _severity(slip, own)) is not None:
                yield _finding(snapshot, slip, own, severity)


DETECTOR = Detector(code=CODE, title="Slipped from the baseline", rules=BaselineSlipRules, detect=detect)


def _slip(snapshot: Snapshot, milestone: Milestone) -> _Slip | None:
    agreed = snapshot.baseline(milestone.ref)
    if agreed is None or agreed.due is None or milestone.due is None or milestone.due <= agreed.due:
        return None
    moves = [one for one in changes_of(milestone.history, "due", snapshot.as_of) if one.at > agreed.at]
    pushes = tuple(one for one in moves if (old := day_of(one.old)) and (new := day_of(one.new)) and new > old)
    begun = agreed.start or wall_day(agreed.at, ZoneInfo(snapshot.zone))
    time = time_of(snapshot, milestone)
    days = days_after(time, agreed.due, milestone.due)
    return _Slip(milestone, agreed, begun, agreed.due, milestone.due, pushes, days, max(1, days_within(time, begun, agreed.due)))


def _severity(slip: _Slip, rules: BaselineSlipRules) -> Severity | None:
    pushes = len(slip.pushes)
    if pushes >= rules.critical_pushes or slip.percent > rules.critical_percent:
        return "critical"
    return "warn" if pushes >= rules.warn_pushes or slip.percent > rules.warn_percent else None


def _finding(snapshot: Snapshot, slip: _Slip, rules: BaselineSlipRules, severity: Severity) -> Finding:
    milestone, agreed = slip.milestone, slip.agreed
    days = Count(slip.days, "working day")
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity=severity,
        headline=(named(milestone), ": due ", days, " later than agreed", *_pushed(slip), "."),
        lines=(
            Line("Why", ("agreed on was ", Day(slip.old), _origin(agreed), "; due is ", Day(slip.new), ".")),
            *([Line("Changed", tuple(_moves(slip, snapshot.zone)))] if slip.pushes else []),
            Line("Rests on", _rests_on(slip, rules)),
            Line("Clears", ("a new baseline (syncd baseline adopt, with the reason), or due ", Day(slip.old), " again.")),
            Line("Wrong?", ("Correct the due date of ", keyed(milestone), ", or what was agreed on: syncd baseline set.")),
        ),
        inputs=with_sources(snapshot, {milestone.ref}),
        facts={
            "agreed": slip.old.isoformat(),
            "agreed_at": agreed.at.isoformat(),
            "origin": agreed.origin,
            "due": slip.new.isoformat(),
            "slip_days": slip.days,
            "length_days": slip.length,
            "percent": round(slip.percent, 1),
            "pushes": len(slip.pushes),
        },
        weight=slip.days,
        driving=snapshot.once(driving_of).last(milestone.ref),
    )


def _pushed(slip: _Slip) -> tuple[Part, ...]:
    return (", after ", Count(len(slip.pushes), "push")) if slip.pushes else ()


def _origin(agreed: Baseline) -> str:
    told = {"history": "by its history", "observed": "when it was first seen", "adopted": "adopted", "set": "set"}
    return f" ({told[agreed.origin]})"


def _moves(slip: _Slip, zone: str) -> Iterator[Part]:
    """The latest pushes, the last one first."""
    for place, change in enumerate(reversed(slip.pushes[-3:])):
        old, new = day_of(change.old), day_of(change.new)
        if old and new:
            on = wall_day(change.at, ZoneInfo(zone))
            yield from (*(("; ",) if place else ()), Day(old), " -> ", Day(new), " on ", Day(on))
    yield "."


def _rests_on(slip: _Slip, rules: BaselineSlipRules) -> tuple[Part, ...]:
    pushes = () if slip.pushes else (" No history tells of pushes.",)
    rule = (
        f"Rule: a warning from {rules.warn_pushes} pushes or above {rules.warn_percent:g} % of the agreed length, critical from "
        f"{rules.critical_pushes} or above {rules.critical_percent:g} %."
    )
    share = percent_of(slip.percent, (rules.warn_percent, rules.critical_percent))
    length = Count(slip.length, "working day"), " from ", Day(slip.begun), " to ", Day(slip.old)
    return f"{share} of the agreed ", *length, ".", *pushes, " ", rule
