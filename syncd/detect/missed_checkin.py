"""Pure. `missed_checkin`: nobody has checked in on an iterative milestone for too long.

Rule: for milestones whose cadence is "iterative" and that have begun. A check-in is any change by a person that the vendors show: of the
milestone, of its items, or time that was put down for one of them; what syncd writes is none. Warn after more than `every_days` working
days without one, critical after more than twice as many. A milestone of which no change is known is not judged. Source: this house's
rules.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.finding import Count, Day, Finding, Line, bucket
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.ages import moved_of
from syncd.schedule.days import days_after
from syncd.schedule.driving import driving_of, time_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import is_open

CODE = "missed_checkin"


class MissedCheckinRules(Rules):
    """How often somebody has to check in."""

    every_days: int = Field(10, ge=1, description="Working days in which a check-in is due; critical after twice as many.")


def detect(snapshot: Snapshot, rules: MissedCheckinRules) -> Iterator[Finding]:
    """One finding per milestone on which nobody checked in."""
    for ref in sorted(snapshot.milestones):
        milestone = snapshot.milestones[ref]
        if milestone.cadence != "iterative" or not is_open(milestone) or not _has_begun(snapshot, milestone):
            continue
        last, own = snapshot.once(moved_of).get(ref), rules.of(milestone.class_)
        if last is None:
            continue
        days = days_after(time_of(snapshot, milestone), wall_day(last, ZoneInfo(snapshot.zone)), snapshot.today)
        if days > own.every_days:
            yield _finding(snapshot, own, milestone, last, days)


DETECTOR = Detector(code=CODE, title="No check-in", rules=MissedCheckinRules, detect=detect)


def _has_begun(snapshot: Snapshot, milestone: Milestone) -> bool:
    if milestone.status == "doing" or (milestone.start is not None and milestone.start <= snapshot.today):
        return True
    return any(snapshot.items[ref].status in ("doing", "done") for ref in snapshot.members.get(milestone.ref, ()))


def _finding(snapshot: Snapshot, rules: MissedCheckinRules, milestone: Milestone, last: datetime, days: int) -> Finding:
    day = wall_day(last, ZoneInfo(snapshot.zone))
    members = snapshot.members.get(milestone.ref, ())
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity="critical" if days > 2 * rules.every_days else "warn",
        headline=(named(milestone), ": nobody has checked in since ", Day(day), "."),
        lines=(
            Line("Why", ("no change of it or its items for at least ", Count(days, "working day", clocked=True), ".")),
            Line(
                "Rests on",
                (Count(len(members), "item"), " of it. Rule: a check-in every ", Count(rules.every_days, "working day"), "."),
            ),
            Line("Clears", ("a change of it or of one of its items by a person.",)),
            Line("Wrong?", ("Correct the cadence of ", keyed(milestone), ", or close it.")),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *members}),
        facts={"last": last.isoformat(), "days": days, "every_days": rules.every_days},
        weight=bucket(days),
        driving=snapshot.once(driving_of).last(milestone.ref),
    )
