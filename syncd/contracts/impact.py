"""Pure. Whom a breaking change meets before they can be ready for it.

A consumer starts to adapt today, or when the change landed, and takes so many working days for each change that breaks what they call, up
to a limit, in the working time of their team. Where that ends after the change lands, the commitment is hit. A change lands on the next
working day of the producer where its merge request can be merged as it is, else when its milestone is due, else by the plan; one that is
merged has landed. The days per change are this house's; a rule sets them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Literal

import numpy as np

from syncd.contracts.change import Change, Verdict
from syncd.contracts.consumers import Contract, Relying, nobody, relying
from syncd.model.ref import Ref
from syncd.model.rows import Dependency, MergeRequest, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.calendar import NotComputable, WorkingTime
from syncd.schedule.days import days_after, later
from syncd.schedule.durations import DAY
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.wiring import is_open

Basis = Literal["merged", "mergeable", "due", "planned", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What it takes to adapt, in working days: per change that breaks, and at most in all."""

    days_per_change: float = 2
    days_at_most: float = 10

    def days(self, breaking: int) -> float:
        """For so many changes."""
        return min(breaking * self.days_per_change, self.days_at_most)


DEFAULT = Effort()


@dataclass(frozen=True, slots=True)
class Landing:
    """The day from which the change is there, and what says so. `clocked`: it follows from today."""

    day: date
    basis: Basis
    by: Ref | None = None

    @property
    def clocked(self) -> bool:
        """Whether another day moves it."""
        return self.basis in ("mergeable", "assumed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """What a change asks of one consuming milestone.

    `changes`: what breaks them; `days`: working days that it takes; `ready`: the last of these; `late`: working days from the landing to
    that one, 0 where they are ready in time; `slips`: working days by which the milestone then ends later than due and planned, 0 where it
    does not, or has no due date; `owner`: who answers for it, as far as is known.
    """

    milestone: Ref
    team: Team | None
    why: str
    links: tuple[Dependency, ...]
    changes: tuple[Change, ...]
    days: float
    ready: date
    late: int
    slips: int
    due: date | None
    owner: Person | None

    @property
    def hit(self) -> bool:
        """Whether the change lands before they are ready."""
        return self.late > 0


@dataclass(frozen=True, slots=True)
class Impact:
    """Whom a verdict meets. `adaptations`: those that are hit first, the latest first of them; `unheard`: teams of the file of consumers
    that nobody knows; `problems`: milestones that could not be computed."""

    contract: Contract
    landing: Landing
    adaptations: tuple[Adaptation, ...] = ()
    unheard: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def hits(self) -> tuple[Adaptation, ...]:
        """The commitments that are hit."""
        return tuple(one for one in self.adaptations if one.hit)


def impact_of(
    verdict: Verdict,
    contract: Contract,
    snapshot: Snapshot,
    request: MergeRequest | None = None,
    effort: Effort = DEFAULT,
    landing: Landing | None = None,
) -> Impact:
    """Whom the breaking changes of a verdict meet, and when. `request`: the merge request that brings them. `landing`: where that is known:
    what has landed is adapted to from that day on."""
    plan = snapshot.once(plan_of)
    landing = landing or landing_of(contract, plan, request)
    breaking = [change for change in verdict.changes if change.level == "breaking"]
    found: list[Adaptation] = []
    problems: list[str] = []
    for one in relying(contract, snapshot, plan.working) if breaking else ():
        changes = tuple(change for change in breaking if one.concerns(change))
        if not changes or (one.why == "team" and _over(one.milestone, landing)):
            continue
        try:
            found.append(_adaptation(plan, one, changes, landing, effort))
        except NotComputable as error:
            problems.append(f"{one.milestone.ref.label}: when they are ready is not known, {error}")
    found.sort(key=lambda adaptation: (-adaptation.late, -adaptation.slips, adaptation.milestone))
    return Impact(contract, landing, tuple(found), nobody(contract, plan.working), tuple(problems))


def landing_of(contract: Contract, plan: Plan, request: MergeRequest | None) -> Landing:
    """When the change is there."""
    snapshot, today = plan.snapshot, plan.snapshot.today
    tomorrow = later(_calendar(plan, plan.working.team(contract.producer)), today, 1)
    if request and request.status == "merged":
        return Landing(request.merged_at.date() if request.merged_at else today, "merged", request.ref)
    if request and request.status == "open" and request.mergeable and not request.draft:
        return Landing(tomorrow, "mergeable", request.ref)
    for refs in (request.milestones if request else (), contract.milestones):
        known = sorted({snapshot.anchor(ref) for ref in refs if isinstance(ref, Ref)})
        if found := _by_milestones(known, plan, tomorrow):
            return found
    return Landing(tomorrow, "assumed", request.ref if request else None)


def _by_milestones(refs: Sequence[Ref], plan: Plan, tomorrow: date) -> Landing | None:
    """By the first due date, else by the first end of the plan; what is overdue lands tomorrow."""
    dues = [(one.due, one.ref) for ref in refs if (one := plan.snapshot.milestones.get(ref)) and is_open(one) and one.due]
    planned = [(dates.finish, ref) for ref in refs if (dates := plan.end(ref))]
    for basis, days in (("due", dues), ("planned", planned)):
        if days:
            day, by = min(days)
            return Landing(max(day, tomorrow), "assumed" if day < tomorrow else "due" if basis == "due" else "planned", by)
    return None


def _over(milestone: Milestone, landing: Landing) -> bool:
    """Whether a commitment is to be kept before the change lands."""
    return milestone.due is not None and milestone.due < landing.day


def _calendar(plan: Plan, team: Team | None) -> WorkingTime:
    return plan.working.calendar(None, team)


def _adaptation(plan: Plan, one: Relying, changes: Sequence[Change], landing: Landing, effort: Effort) -> Adaptation:
    time, days = _calendar(plan, one.team), effort.days(len(changes))
    minutes, today = ceil(days * DAY), plan.snapshot.today
    begins = min(landing.day, today) if landing.basis == "merged" else today
    ready = _end(time, begins, minutes)
    left = minutes if begins == today else min(minutes, max(0, int(time.count(today, ready + timedelta(days=1)))))
    milestone = one.milestone
    return Adaptation(
        milestone=milestone.ref,
        team=one.team,
        why=one.why,
        links=one.links,
        changes=tuple(changes),
        days=days,
        ready=ready,
        late=max(0, days_after(time, landing.day, ready)) if minutes else 0,
        slips=_slips(plan, milestone, time, left),
        due=milestone.due,
        owner=milestone.owner,
    )


def _slips(plan: Plan, milestone: Milestone, time: WorkingTime, minutes: int) -> int:
    """Working days by which the milestone ends later than due, and than it would anyway, with that much more to do."""
    if milestone.due is None:
        return 0
    planned = plan.end(milestone.ref)
    begins = max(planned.finish + timedelta(days=1), plan.snapshot.today) if planned else plan.snapshot.today
    expected = max(milestone.due, planned.finish) if planned else milestone.due
    return max(0, days_after(time, expected, _end(time, begins, minutes)))


def _end(time: WorkingTime, day: date, minutes: int) -> date:
    """The last day of work that begins on that one."""
    if not minutes:
        return day
    found: date = np.asarray(time.add(day, minutes), "datetime64[D]").item()
    return found
