"""Pure. `queue_wait_exceeds_slack`: a team that all others ask is not done with somebody's work in time.

Rule: the open work of a `shared` team is done in its order (what runs first, then by due date, then by age) with all of the team's time
for planned work. Where an item that another team waits for, as part of its milestone or as a hard predecessor of its work, is through
after the day on which the plan needs it, the wait exceeds the slack by the working days between. Work without time counts as the
median of the team's. Warn from `warn_days`, critical from `critical_days`; told on the milestone that waits, once per team, for its worst
item, with everybody's part of the queue, so that all who ask see the same. Source: this house's rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect.criticals import Criticals, criticals_of
from syncd.detect.wording import keyed, listed, named, with_sources
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.ref import Ref, ref_to_json
from syncd.model.rows import Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.asked import minutes_left
from syncd.schedule.days import days_after
from syncd.schedule.load import Load, load_of
from syncd.schedule.wiring import is_open

CODE = "queue_wait_exceeds_slack"

_SHOWN = 3
_ASSUMED = 480.0
_BEFORE = 100
"""So many of the items before it, the last ones, are among what a finding rests on: queues may be long, and all of them shared."""


class QueueWaitExceedsSlackRules(Rules):
    """How late a shared team may be."""

    raise_after_h: float = Field(24, ge=0, le=8760, description="Hours that it has to last before it is told: it hovers.")
    warn_days: int = Field(1, ge=1, description="Working days beyond the slack from which it is a warning.")
    critical_days: int = Field(5, ge=1, description="Working days beyond the slack from which it is critical.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        return self.rising("warn_days", "critical_days")


@dataclass(frozen=True, slots=True)
class Place:
    """An item in the queue: how many are before it, when it is through at the earliest, when it is needed, and by how many of the team's
    working days that is too late."""

    item: Item
    ahead: int
    through: date
    needed: date
    days: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The open work of a shared team in its order. `parts`: whose it is -> minutes; None: the team's own, or nobody's."""

    team: Team
    places: Sequence[Place]
    parts: Mapping[Ref | None, float]


def detect(snapshot: Snapshot, rules: QueueWaitExceedsSlackRules) -> Iterator[Finding]:
    """One finding per milestone that waits and team."""
    shared = [team for team in snapshot.teams if team.shared]
    if not shared:
        return
    criticals, load = snapshot.once(criticals_of), snapshot.once(load_of)
    asking = Asking.of(snapshot, load, criticals)
    for team in shared:
        queue = _queue(load, criticals, asking, team)
        for milestone, place in _worst(snapshot, asking, team, queue):
            own = rules.of(milestone.class_)
            if place.days >= own.warn_days:
                yield _finding(snapshot, own, queue, milestone, place)


DETECTOR = Detector(code=CODE, title="Queue of a shared team", rules=QueueWaitExceedsSlackRules, detect=detect)


@dataclass(frozen=True, slots=True)
class Asking:
    """Which open milestones wait for an item: those that it is part of, and those of the work whose hard predecessor it is."""

    load: Load
    criticals: Criticals
    after: Mapping[Ref, tuple[Ref, ...]]

    @classmethod
    def of(cls, snapshot: Snapshot, load: Load, criticals: Criticals) -> "Asking":
        """Look the links up once."""
        after: dict[Ref, list[Ref]] = {}
        for link in snapshot.dependencies:
            if link.strength != "soft" and isinstance(link.predecessor, Ref) and isinstance(link.successor, Ref):
                after.setdefault(link.predecessor, []).append(link.successor)
        return cls(load, criticals, {ref: tuple(later) for ref, later in after.items()})

    def milestones(self, snapshot: Snapshot, team: Team, item: Item) -> Iterator[Milestone]:
        """The milestones of others that wait for an item of that team."""
        own = self.criticals.milestones.get(item.ref, ())
        later = [self._above(snapshot, ref) for ref in self.after.get(item.ref, ())]
        for milestone in dict.fromkeys(one.ref for one in (*own, *(one for found in later for one in found))):
            found = snapshot.milestones[milestone]
            if self.load.working.team_of(found) is not team:
                yield found

    def _above(self, snapshot: Snapshot, ref: Ref) -> Sequence[Milestone]:
        milestone = snapshot.milestones.get(snapshot.anchor(ref))
        return (milestone,) if milestone and is_open(milestone) else self.criticals.milestones.get(ref, ())


def _queue(load: Load, criticals: Criticals, asking: Asking, team: Team) -> Queue:
    working, snapshot = load.working, load.working.snapshot
    items = [item for item in snapshot.items.values() if is_open(item) and working.team_of(item) is team]
    items.sort(key=lambda item: _turn(item, criticals.due(item)))
    known = [minutes for item in items if (minutes := minutes_left(item)) is not None]
    usual = median(known) if known else _ASSUMED
    before, time = np.cumsum(load.daily_of_team[team.name]), working.calendar(None, team)
    places: list[Place] = []
    parts: dict[Ref | None, float] = {}
    done = 0.0
    for number, item in enumerate(items):
        left = minutes_left(item)
        done += usual if left is None else left
        owner = next((one.ref for one in asking.milestones(snapshot, team, item)), None)
        parts[owner] = parts.get(owner, 0.0) + (usual if left is None else left)
        day = int(np.searchsorted(before, done - 1e-6))
        dates = criticals.plan.dates(item.ref)
        if dates and day < len(before):
            through, needed = working.today + timedelta(days=day), max(dates.late, working.today)
            days = days_after(time, needed, through) if through > needed else 0
            places.append(Place(item, number, through, needed, days))
    return Queue(team, places, parts)


def _turn(item: Item, due: date | None) -> tuple[bool, date, float, Ref]:
    return item.status != "doing", due or date.max, item.created_at.timestamp() if item.created_at else 0.0, item.ref


def _worst(snapshot: Snapshot, asking: Asking, team: Team, queue: Queue) -> Iterator[tuple[Milestone, Place]]:
    found: dict[Ref, tuple[Milestone, Place]] = {}
    for place in queue.places:
        if place.days:
            for milestone in asking.milestones(snapshot, team, place.item):
                known = found.get(milestone.ref)
                if known is None or place.days > known[1].days:
                    found[milestone.ref] = milestone, place
    yield from found.values()


def _finding(snapshot: Snapshot, rules: QueueWaitExceedsSlackRules, queue: Queue, milestone: Milestone, place: Place) -> Finding:
    severity: Severity = "critical" if place.days >= rules.critical_days else "warn"
    name = queue.team.name
    through, needed = Day(place.through, clocked=True), Day(place.needed, clocked=place.needed == snapshot.today)
    return Finding(
        code=CODE,
        subject=milestone.ref,
        discriminator=f"team:{name.casefold()}",
        severity=severity,
        headline=(
            named(milestone),
            ": ",
            keyed(place.item),
            f" waits for team {name} ",
            Count(place.days, "working day", clocked=True),
            " longer than it can.",
        ),
        lines=(
            Line(
                "Why",
                (
                    keyed(place.item),
                    " has ",
                    Count(place.ahead, "item", clocked=True),
                    " before it, is through on ",
                    through,
                    " at the earliest, and needed on ",
                    needed,
                    ".",
                ),
            ),
            Line(
                "Rests on",
                (
                    *_parts(snapshot, queue),
                    " Order: what runs, then by due date, then by age. ",
                    f"Rule: a warning from {rules.warn_days}, critical from ",
                    Count(rules.critical_days, "working day"),
                    ".",
                ),
            ),
            Line(
                "Clears",
                (keyed(place.item), f" earlier in the order, less before it, more people in team {name}, or a later date."),
            ),
            Line("Wrong?", ("Correct the due dates or the remaining work in the queue, or the members of the team.",)),
        ),
        inputs=with_sources(
            snapshot,
            {milestone.ref, *(one.item.ref for one in queue.places[max(0, place.ahead - _BEFORE) : place.ahead]), place.item.ref},
        ),
        facts={
            "team": name,
            "item": ref_to_json(place.item.ref),
            "ahead": place.ahead,
            "through": place.through.isoformat(),
            "needed": place.needed.isoformat(),
            "days_beyond_slack": place.days,
            "queue": [
                {"milestone": ref_to_json(ref) if ref else None, "hours": round(minutes / 60, 1)}
                for ref, minutes in _largest(queue)
            ],
            "warn_days": rules.warn_days,
            "critical_days": rules.critical_days,
        },
        weight=bucket(place.days),
        driving=place.item.ref,
        hovers=True,
    )


def _largest(queue: Queue) -> list[tuple[Ref | None, float]]:
    return sorted(queue.parts.items(), key=lambda pair: (-pair[1], str(pair[0])))


def _parts(snapshot: Snapshot, queue: Queue) -> tuple[Part, ...]:
    """Whose work the queue is, the largest parts first."""
    total = sum(queue.parts.values()) or 1.0
    shown: list[Part] = []
    for ref, minutes in _largest(queue)[:_SHOWN]:
        share = f" {round(10 * minutes / total) * 10} %"
        shown += [", " if shown else "", keyed(snapshot.milestones[ref]) if ref else "its own", share]
    rest = len(queue.parts) - _SHOWN
    others = listed([Count(rest, "other milestone")]) if rest > 0 else ()
    return (
        Count(len(queue.places), "item in the queue", clocked=True),
        ", in tenths of its time: ",
        *shown,
        *([" and ", *others] if others else []),
        ".",
    )
