"""Pure. `forecast_after_window`: when a milestone's work is done, no deployment window is left until it is due.

Rule: for milestones whose components are known (its labels, or the services of its deployments) and for which there are deployment
windows. The first moment, from the day on which its open work ends, that lies in a window and in no freeze is after the end of its due
date, or unknown. Pressing by the last window that starts before that end, which is the one that is missed: critical from 1 working day
ahead, a warning from 5, before that it is only listed. An exemption (`window-exempt:DATE`, or a rule) makes it a line in lists.
Source: this house's rules.
"""

from collections.abc import Iterator
from datetime import datetime

from syncd.contract import Detector
from syncd.detect.booking import WindowRules, clock, exempt, exempted, how_to_exempt, local_day, pressing, window_named
from syncd.detect.in_freeze import done_from, due_end
from syncd.detect.wording import end_day, keyed, named, with_sources
from syncd.model.finding import Day, Finding, Line, Part
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of
from syncd.schedule.slots import Slot, Slots, components, slots_of
from syncd.schedule.wiring import is_open

CODE = "forecast_after_window"
LABEL = "window-exempt"


class ForecastAfterWindowRules(WindowRules):
    """How early a window that will be missed is told."""


def detect(snapshot: Snapshot, rules: ForecastAfterWindowRules) -> Iterator[Finding]:
    """One finding per milestone whose work ends too late for every window until it is due."""
    slots = snapshot.once(slots_of)
    for ref, names in sorted(snapshot.once(components).items()):
        milestone = snapshot.milestones[ref]
        if not (is_open(milestone) and milestone.due and milestone.due >= snapshot.today and slots.windows(names).slots):
            continue
        free = slots.free(names, done_from(snapshot, milestone))
        if free is None or free >= due_end(snapshot, milestone):
            yield _finding(snapshot, rules.of(milestone.class_), milestone, names, slots, free)


DETECTOR = Detector(code=CODE, title="Too late for the window", rules=ForecastAfterWindowRules, detect=detect)


def _finding(
    snapshot: Snapshot,
    rules: ForecastAfterWindowRules,
    milestone: Milestone,
    names: tuple[str, ...],
    slots: Slots,
    free: datetime | None,
) -> Finding:
    assert milestone.due, "only milestones with a date are judged"
    missed = slots.windows(names).before(due_end(snapshot, milestone))
    let = exempt(snapshot, rules, LABEL, names, (milestone,))
    target = max(snapshot.today, min(milestone.due, local_day(snapshot, missed.start))) if missed else milestone.due
    later: tuple[Part, ...] = (" The next free moment is ", *clock(snapshot, free), ".") if free else (" No later one is known.",)
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity="info" if let else pressing(snapshot, rules, target, milestone),
        headline=(
            named(milestone),
            ": no deployment window is left between its work and its due date, ",
            Day(milestone.due),
            ".",
            *later,
        ),
        lines=(
            Line("Why", tuple(_why(snapshot, milestone, missed))),
            *([exempted(let)] if let else []),
            Line("Rests on", _rests_on(rules)),
            Line("Clears", (f"work that ends before the window does, a later due date, or {how_to_exempt(LABEL, CODE)}.",)),
            Line("Wrong?", ("Correct the dates of ", keyed(milestone), ", its labels, or the windows.")),
        ),
        inputs=with_sources(
            snapshot,
            {milestone.ref, *snapshot.once(driving_of).path(milestone.ref), *([missed.window.ref] if missed else [])},
        ),
        facts={
            "due": milestone.due.isoformat(),
            "components": list(names),
            "window": missed.start.isoformat() if missed else None,
            "next_free": free.isoformat() if free else None,
            "exempt_until": let.until.isoformat() if let else None,
        },
        weight=1,
        driving=snapshot.once(driving_of).last(milestone.ref),
        hovers=True,
    )


def _why(snapshot: Snapshot, milestone: Milestone, missed: Slot | None) -> Iterator[Part]:
    end = snapshot.once(driving_of).finish(milestone.ref)
    if end:
        yield from ("its open work ends ", *(("no earlier than ",) if end.clocked else ()), end_day(end))
    else:
        yield "its work is done"
    if missed:
        ended = missed.end <= done_from(snapshot, milestone)
        yield from ("; the last window before, ", window_named(missed.window))
        yield from (", ends ", *clock(snapshot, missed.end)) if ended else (", is frozen",)
    yield "."


def _rests_on(rules: ForecastAfterWindowRules) -> tuple[Part, ...]:
    rule = f"Rule: a warning from {rules.warn_days} working days before the window, critical from {rules.critical_days}."
    return (f"the windows and freezes of its components, and the dates of its open work. {rule}",)
