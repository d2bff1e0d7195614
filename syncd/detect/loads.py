"""Pure. What the detectors of capacity share: load against its limits, over which weeks, and where it hurts most."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Self

from pydantic import Field, model_validator

from syncd.contract import Rules
from syncd.detect.wording import with_sources
from syncd.model.finding import Count, Day, Part, Severity, fingerprint_of
from syncd.model.ref import Ref, identity
from syncd.model.rows import Item, Milestone, Person
from syncd.model.snapshot import Snapshot
from syncd.schedule.asked import Asked
from syncd.schedule.load import WEEKS, Book, Load, ratio


class LoadRules(Rules):
    """Load is work / time for planned work: 1.0 is all of it."""

    raise_after_h: float = Field(24, ge=0, le=8760, description="Hours that too much has to last before it is told: it hovers.")
    weeks: int = Field(12, ge=1, le=WEEKS, description="So many weeks ahead are looked at.")
    least_weeks: int = Field(2, ge=1, le=WEEKS, description="Work that may be done at any time overloads from so many weeks on.")
    warn_load: float = Field(1.0, gt=0, description="Load above which it is a warning.")
    critical_load: float = Field(1.2, gt=0, description="Load above which it is critical.")
    warn_clears: float = Field(0.95, gt=0, description="A warning clears at this load.")
    critical_clears: float = Field(1.1, gt=0, description="What was critical becomes a warning at this load.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.warn_clears <= self.warn_load <= self.critical_load or not self.warn_clears <= self.critical_clears:
            raise ValueError("the limits are not in order: warn_clears, warn_load, critical_load, and critical_clears in between")
        if self.critical_clears > self.critical_load:
            raise ValueError("critical_clears is larger than critical_load: make it at most as large")
        return self

    def severity(self, load: float, was: Severity | None = None) -> Severity | None:
        """What a load is worth. `was`: what stands open: it goes down only past its other limit."""
        if load > (self.critical_clears if was == "critical" else self.critical_load):
            return "critical"
        return "warn" if load > (self.warn_clears if was in ("warn", "critical") else self.warn_load) else None


@dataclass(frozen=True, slots=True)
class Excess:
    """Weeks with too much work. `first`, `last`: their numbers, both included; `demand`, `supply` in minutes. `tight`: it cannot be done by
    the end of the last one, in whatever order; else each of these weeks has too much when work is spread evenly."""

    first: int
    last: int
    demand: float
    supply: float
    tight: bool

    @property
    def load(self) -> float:
        """Work / time."""
        return ratio(self.demand, self.supply)

    @property
    def missing(self) -> float:
        """The minutes that are not there."""
        return max(0.0, self.demand - self.supply)

    @property
    def weeks(self) -> int:
        """How many weeks it lasts."""
        return self.last - self.first + 1

    def days(self, load: Load) -> tuple[date, date]:
        """The first day, which is not before today, and the last one."""
        return max(load.weeks[self.first], load.working.today), load.weeks[self.last] + timedelta(days=6)


def worst(book: Book, rules: LoadRules) -> Excess | None:
    """The weeks with the greatest load above the limit at which a warning clears. Those whose work cannot be done in whatever order come
    before those that have too much of it only when it is spread: else more work could make it look better."""
    tight, spread = (
        max(found, key=lambda one: (round(one.load, 6), -one.last), default=None)
        for found in (_tight(book, rules, rules.warn_clears), _spread(book, rules, rules.warn_clears))
    )
    if tight and spread and spread.load > tight.load <= rules.warn_load:
        return spread
    return tight or spread


def _tight(book: Book, rules: LoadRules, limit: float) -> Iterator[Excess]:
    due = supply = 0.0
    for week, (more, time) in enumerate(zip(book.due[: rules.weeks].tolist(), book.supply[: rules.weeks].tolist(), strict=True)):
        due, supply = due + more, supply + time
        if ratio(due, supply) > limit:
            yield Excess(0, week, due, supply, tight=True)


def _spread(book: Book, rules: LoadRules, limit: float) -> Iterator[Excess]:
    demand, supply = book.demand[: rules.weeks].tolist(), book.supply[: rules.weeks].tolist()

    def over(week: int) -> bool:
        return ratio(demand[week], supply[week]) > limit

    for above, run in groupby(range(rules.weeks), over):
        weeks = list(run)
        if above and len(weeks) >= rules.least_weeks:
            these = slice(weeks[0], weeks[-1] + 1)
            yield Excess(weeks[0], weeks[-1], float(book.demand[these].sum()), float(book.supply[these].sum()), tight=False)


def within(asked: Asked, first: date, last: date) -> float:
    """Minutes of an item that fall into these days, when it is spread evenly over its own."""
    if asked.last is None:
        return asked.minutes
    days = (asked.last - asked.first).days + 1
    return asked.minutes * max(0, (min(last, asked.last) - max(first, asked.first)).days + 1) / days


def falling_into(asked: Iterable[Asked], excess: Excess, load: Load) -> dict[Asked, float]:
    """The items of these weeks, with the minutes that fall into them, the largest first."""
    first, last = excess.days(load)
    found = [(one, minutes) for one in asked if (minutes := within(one, first, last)) >= 1]
    found.sort(key=lambda pair: (-pair[1], identity(pair[0].item.ref)))
    return dict(found)


def hurt(snapshot: Snapshot, code: str, discriminator: str, falling: Mapping[Asked, float]) -> Milestone | Item:
    """The open milestone with most of that work, else the largest item. As long as one that it was told of has a part in it, that one."""
    minutes: dict[Ref, float] = {}
    for asked, amount in falling.items():
        for ref in asked.milestones:
            minutes[ref] = minutes.get(ref, 0) + amount
    if not minutes:
        minutes = {asked.ref: amount for asked, amount in falling.items()}
    told = [ref for ref in minutes if fingerprint_of(code, ref, discriminator) in snapshot.open] if snapshot.open else []
    most = max(minutes.values())
    ref = min(told or [ref for ref, amount in minutes.items() if amount == most], key=identity)
    return snapshot.milestones.get(ref) or snapshot.items[ref]


def was(snapshot: Snapshot, code: str, subject: Ref, discriminator: str = "") -> Severity | None:
    """How severe the finding is that stands open there."""
    return snapshot.open.get(fingerprint_of(code, subject, discriminator))


def resting_on(snapshot: Snapshot, subject: Ref, asked: Iterable[Asked], load: Load, people: Iterable[Person]) -> frozenset[Ref]:
    """All that a load rests on: the work, its milestones, and the leave of those people from today on."""
    refs = {subject, *(one.ref for one in asked)}
    for person in people:
        for absence in load.working.leave.by_person.get(person, ()):
            end = absence.end or absence.start
            if end is not None and date(end.year, end.month, end.day) >= load.working.today:
                refs.add(absence.ref)
    return with_sources(snapshot, refs)


def amounts(excess: Excess) -> tuple[Part, ...]:
    """`52 hours of work in 40 hours of time`. Both follow from today."""
    work = Count(round(excess.demand / 60), "hour of work", clocked=True)
    return work, " in ", Count(round(excess.supply / 60), "hour of time", clocked=True)


def period(excess: Excess, load: Load) -> tuple[Part, ...]:
    """`until Sun 14 June`, or `from ... to ...`."""
    first, last = excess.days(load)
    if excess.first == 0:
        return "until ", Day(last, clocked=True)
    return "from ", Day(first, clocked=True), " to ", Day(last, clocked=True)


def focus_told(snapshot: Snapshot, teams: Iterable[str]) -> str:
    """Which part of working time is for planned work in these teams, where it is not all of it; "" else. Without a team the default."""
    names, default = frozenset(teams), snapshot.work.focus
    of = {default if team.focus is None else team.focus for team in snapshot.teams if team.name in names} or {default}
    told = " or ".join(f"{100 * focus:.0f} %" for focus in sorted(of))
    return f"{told} of working time is for planned work" if of != {1.0} else ""


def limits(rules: LoadRules) -> str:
    """The rule in words."""
    return (
        f"Rule: planned work against working time less leave, holidays and meetings; a warning above {100 * rules.warn_load:.0f} %, "
        f"critical above {100 * rules.critical_load:.0f} %"
    )
