"""Pure. `incident_impact`: people work on an incident and not on the critical work that is theirs. It proposes a date; nothing is moved.

Rule: an open incident, and an open critical item of the same person that runs, or should by the plan. Lost are the person's working days
since the incident began, up to yesterday, and what is left of it where that is known as time, less the total float of the item. Warn from
`warn_days`, critical from `critical_days`. One finding per milestone and incident, on its worst item. Source: this house's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect.criticals import Criticals, criticals_of
from syncd.detect.loads import resting_on
from syncd.detect.wording import called, keyed, named
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.ref import Ref, ref_to_json
from syncd.model.rows import Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import minutes_left
from syncd.schedule.days import later
from syncd.schedule.driving import time_of
from syncd.schedule.load import Load, load_of
from syncd.schedule.wiring import is_open

CODE = "incident_impact"

_INCIDENT = "incident"
_DAY = 480


class IncidentImpactRules(Rules):
    """From how many lost working days an incident is worth a word."""

    warn_days: int = Field(1, ge=1, description="Lost working days from which it is a warning.")
    critical_days: int = Field(5, ge=1, description="Lost working days from which it is critical.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        return self.rising("warn_days", "critical_days")


@dataclass(frozen=True, slots=True)
class Taken:
    """A critical item whose person works on an incident instead. `days`: working days lost; `since`: from when; `gone`: those up to
    yesterday, `left`: working days that are left of the incident for each of its people."""

    incident: Item
    item: Item
    milestone: Milestone
    person: Person
    since: date
    days: int
    gone: int
    left: float


def detect(snapshot: Snapshot, rules: IncidentImpactRules) -> Iterator[Finding]:
    """One finding per milestone and incident."""
    incidents = [item for item in snapshot.items.values() if item.type == _INCIDENT and item.assignees and is_open(item)]
    if not incidents:
        return
    criticals, load = snapshot.once(criticals_of), snapshot.once(load_of)
    theirs = _by_person(criticals, snapshot.today)
    found: dict[tuple[Ref, Ref], Taken] = {}
    for incident in incidents:
        for taken in _taken(load, incident, theirs):
            known = found.get((taken.milestone.ref, incident.ref))
            if known is None or taken.days > known.days:
                found[taken.milestone.ref, incident.ref] = taken
    for taken in found.values():
        own = rules.of(taken.milestone.class_)
        if taken.days >= own.warn_days:
            yield _finding(snapshot, load, own, taken)


DETECTOR = Detector(code=CODE, title="Incident", rules=IncidentImpactRules, detect=detect)


_Begun = tuple[Item, Milestone, float]
"""A critical item that has begun, or should have by now, its milestone, and its float in days."""


def _by_person(criticals: Criticals, today: date) -> dict[Person, list[_Begun]]:
    found: dict[Person, list[_Begun]] = {}
    for item in criticals.items:
        milestone, dates = criticals.milestone(item), criticals.dates(item)
        if item.type != _INCIDENT and milestone and (item.status == "doing" or dates.start <= today):
            for person in item.assignees:
                found.setdefault(person, []).append((item, milestone, max(0, dates.total_float) / _DAY))
    return found


def _taken(load: Load, incident: Item, theirs: dict[Person, list[_Begun]]) -> Iterator[Taken]:
    working, left = load.working, (minutes_left(incident) or 0) / _DAY / max(1, len(incident.assignees))
    for person in incident.assignees:
        zone = working.zone_of(person)
        since = incident.created_at.astimezone(zone).date() if incident.created_at else working.today
        worked: dict[date, int] = {}
        for item, milestone, room in theirs.get(person, ()):
            first = max(since, item.start or since)
            if first not in worked:
                worked[first] = _worked(load, person, first)
            gone = worked[first]
            yield Taken(incident, item, milestone, person, first, ceil(gone + left - room - 1e-9), gone, left)


def _worked(load: Load, person: Person, first: date) -> int:
    """Working days from a date up to yesterday."""
    working = load.working
    yesterday = working.today - timedelta(days=1)
    if first > yesterday:
        return 0
    return int(np.count_nonzero(working.minutes(person)[working.place(first) : working.place(yesterday) + 1]))


def _finding(snapshot: Snapshot, load: Load, rules: IncidentImpactRules, taken: Taken) -> Finding:
    incident, item, milestone = taken.incident, taken.item, taken.milestone
    severity: Severity = "critical" if taken.days >= rules.critical_days else "warn"
    lost = Count(taken.days, "working day", clocked=True)
    new = _later(snapshot, milestone, taken.days)
    proposed: tuple[Part, ...] = (", or a new date: agree on ", Day(new, clocked=True), " or later") if new else ()
    return Finding(
        code=CODE,
        subject=milestone.ref,
        discriminator=str(incident.ref),
        severity=severity,
        headline=(named(milestone), ": ", keyed(incident), " takes ", lost, " from its critical work."),
        lines=(
            Line(
                "Why",
                (
                    called(taken.person, "assignee", item),
                    " is on ",
                    named(incident),
                    " since ",
                    Day(taken.since),
                    " and not on ",
                    keyed(item),
                    ", which has no time to spare",
                    *_lost(taken),
                ),
            ),
            Line(
                "Rests on",
                (
                    f"its people and working days, and the plan. Rule: a warning from {rules.warn_days}, critical from ",
                    Count(rules.critical_days, "lost working day"),
                    ".",
                ),
            ),
            Line(
                "Clears", (keyed(incident), " done, somebody else on ", keyed(item), *proposed, ". No date is moved by itself.")
            ),
            Line("Wrong?", ("Correct the assignees or the status of ", keyed(incident), " or ", keyed(item), ".")),
        ),
        inputs=resting_on(snapshot, milestone.ref, (), load, [taken.person]) | {incident.ref, item.ref},
        facts={
            "incident": ref_to_json(incident.ref),
            "item": ref_to_json(item.ref),
            "days_lost": taken.days,
            "since": taken.since.isoformat(),
            "due": milestone.due.isoformat() if milestone.due else None,
            "proposed_due": new.isoformat() if new else None,
            "warn_days": rules.warn_days,
            "critical_days": rules.critical_days,
        },
        weight=bucket(taken.days),
        driving=item.ref,
    )


def _lost(taken: Taken) -> tuple[Part, ...]:
    """What the number is made of."""
    gone = "; lost: ", Count(taken.gone, "working day", clocked=True), " until yesterday"
    if not taken.left:
        return *gone, "."
    each = f" for each of {len(taken.incident.assignees)} people" if len(taken.incident.assignees) > 1 else ""
    whole = round(taken.left)
    left: Part = Count(whole, "working day") if whole == taken.left else f"{taken.left:.3g} working days"
    return *gone, ", ", left, f" left of the incident{each}."


def _later(snapshot: Snapshot, milestone: Milestone, days: int) -> date | None:
    """Its due date, so many working days later; none where the calendars do not reach so far."""
    due, time = milestone.due, time_of(snapshot, milestone)
    return later(time, due, days) if due and time.origin <= due < time.end - timedelta(days=2 * days + 7) else None
