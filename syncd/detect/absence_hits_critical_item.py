"""Pure. `absence_hits_critical_item`: the only person of a critical item is away for most of the time that it has left.

Rule: an open item without total float (by the plan) and with one assignee; of the days on which they would work, from today or its
start to its due date (its own, else its milestone's), they are away all day on more than `away_share`. Warn; critical where what is left
to do does not fit into the time that is left to them. It clears at `clears_share`. Leave counts by calendars alone: busy time is none.
Source: this house's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect.criticals import Criticals, criticals_of
from syncd.detect.loads import resting_on, was
from syncd.detect.wording import called, keyed, named
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.rows import Item, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import minutes_left
from syncd.schedule.load import Load, load_of

CODE = "absence_hits_critical_item"


class AbsenceHitsCriticalItemRules(Rules):
    """How much of an item's time somebody may be away."""

    away_share: float = Field(0.5, gt=0, lt=1, description="It is told above this share of the working days that are left.")
    clears_share: float = Field(0.4, ge=0, lt=1, description="It clears at this share.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.clears_share > self.away_share:
            raise ValueError("clears_share is larger than away_share: make it at most as large")
        return self


@dataclass(frozen=True, slots=True)
class Gone:
    """Who is away of an item's days. `days`, `of`: working days away, and in all; `left`: minutes of work, `there`: minutes of time."""

    item: Item
    person: Person
    until: date
    days: int
    of: int
    left: float
    there: float


def detect(snapshot: Snapshot, rules: AbsenceHitsCriticalItemRules) -> Iterator[Finding]:
    """One finding per item."""
    if not snapshot.absences:
        return
    criticals, load = snapshot.once(criticals_of), snapshot.once(load_of)
    for item in criticals.items:
        if len(item.assignees) == 1 and item.assignees[0] in load.working.leave.by_person:
            milestone = criticals.milestone(item)
            own = rules.of(milestone.class_) if milestone else rules
            gone = _gone(criticals, load, item)
            limit = own.clears_share if was(snapshot, CODE, item.ref) else own.away_share
            if gone and gone.days > limit * gone.of:
                yield _finding(snapshot, load, own, criticals, gone)


DETECTOR = Detector(code=CODE, title="Away when it counts", rules=AbsenceHitsCriticalItemRules, detect=detect)


def _gone(criticals: Criticals, load: Load, item: Item) -> Gone | None:
    due, today, working = criticals.due(item), load.working.today, load.working
    if due is None or due < today:
        return None
    first, person = min(max(today, item.start or today), due), item.assignees[0]
    days, of = working.days_away(person, first, due)
    there = load.supply(person)[(first - today).days : (due - today).days + 1].sum()
    return Gone(item, person, due, days, of, minutes_left(item) or 0, float(there))


def _finding(snapshot: Snapshot, load: Load, rules: AbsenceHitsCriticalItemRules, criticals: Criticals, gone: Gone) -> Finding:
    item, milestone = gone.item, criticals.milestone(gone.item)
    severity: Severity = "critical" if gone.left > gone.there else "warn"
    who = called(gone.person, "assignee", item)
    of: tuple[Part, ...] = (" of ", named(milestone)) if milestone else ()
    days = Count(gone.days, "day", clocked=True)
    left = Count(round(gone.left / 60), "hour of work"), " left, ", Count(round(gone.there / 60), "hour of time", clocked=True)
    return Finding(
        code=CODE,
        subject=item.ref,
        severity=severity,
        headline=(
            named(item),
            ": ",
            who,
            " is away on ",
            days,
            " of the ",
            Count(gone.of, "working day", clocked=True),
            " until ",
            Day(gone.until),
            ", and nobody else is on it.",
        ),
        lines=(
            Line("Why", (keyed(item), *of, " has no time to spare", *((": ", *left) if gone.left else ()), ".")),
            Line(
                "Rests on",
                (f"calendars of leave, and the plan. Rule: away on more than {100 * rules.away_share:.0f} % of its days.",),
            ),
            Line("Clears", ("a second person on ", keyed(item), ", another date for it or for the leave.")),
            Line("Wrong?", ("Correct the assignee or the dates of ", keyed(item), ", or the calendar.")),
        ),
        inputs=resting_on(snapshot, milestone.ref if milestone else item.ref, (), load, [gone.person]) | {item.ref},
        facts={
            "days_away": gone.days,
            "working_days": gone.of,
            "until": gone.until.isoformat(),
            "hours_left": round(gone.left / 60, 1),
            "hours_there": round(gone.there / 60, 1),
            "away_share": rules.away_share,
        },
        weight=bucket(gone.days),
        driving=item.ref,
    )
