"""Pure. How well forecasts held: those of earlier Mondays, made again from what was known then, against what became of it.

Of each Monday every milestone that could be forecast is judged once its P95 has passed, and so is every item on which work began in the
week that followed, by the cycle times of its class as they were known on that Monday: finished or not, so that neither the quick ones
nor the slow ones are judged alone. A forecast is well made where its P50 holds in half of all cases, its
P85 in 85 % and its P95 in 95 %. Source: A. Murphy and R. Winkler, "A general framework for forecast verification" (1987): reliability.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import sqrt
from typing import Literal
from zoneinfo import ZoneInfo

from syncd.model.ref import Ref, identity
from syncd.model.snapshot import Snapshot
from syncd.schedule.forecast import forecast_of
from syncd.schedule.hygiene import team_name
from syncd.schedule.known import finished_at, known_at
from syncd.schedule.reference import Finished, reference_of
from syncd.schedule.workdays import workdays_within

SHARES = (0.5, 0.85, 0.95)
"""The shares of all outcomes that P50, P85 and P95 promise."""
WEEKS = 12
"""So many Mondays are looked at unless somebody says otherwise."""
FEW = 10
"""Of fewer milestones or items nothing is said."""

Kind = Literal["milestone", "item"]
Reading = Literal["too few", "as it should", "too hopeful", "too careful"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One forecast and what became of it. `expected`: P50, P85 and P95, of a milestone days, of an item working days; `actual` None: it is
    not done, and later than P95. `p`, `kept`: how likely its due date was then, and whether it was kept; None without one."""

    kind: Kind
    ref: Ref
    on: date
    team: str
    type: str
    expected: tuple[date, date, date] | tuple[int, int, int]
    actual: date | int | None
    held: tuple[bool, bool, bool]
    p: float | None = None
    kept: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How often forecasts held. `team`, `type`: "" all of them. `refs`: so many milestones or items were forecast `count` times.
    `held`: the shares in which P50, P85 and P95 held; `early`: in which it was done before P50. `brier`: the mean squared error of the
    likelihood of due dates (0 is perfect)."""

    kind: Kind
    team: str
    type: str
    count: int
    refs: int
    held: tuple[float, float, float]
    early: float
    brier: float | None = None

    @property
    def reading(self) -> Reading:
        """What that says. Forecasts of one milestone rest on each other: by the number of milestones, two standard errors are chance.

        Days are whole: P50 may well hold in more than half of all cases where many end on that very day, so that being early counts."""
        if self.refs < FEW:
            return "too few"
        off = [(held - share) / sqrt(share * (1 - share) / self.refs) for held, share in zip(self.held, SHARES, strict=True)]
        if min(off) < -2:
            return "too hopeful"
        return "too careful" if (self.early - 0.5) / sqrt(0.25 / self.refs) > 2 else "as it should"


def mondays(today: date, weeks: int) -> tuple[date, ...]:
    """The last Mondays before this week's, the oldest first."""
    monday = today - timedelta(days=today.weekday())
    return tuple(monday - timedelta(weeks=back) for back in range(weeks, 0, -1))


def replayed(snapshot: Snapshot, monday: date) -> tuple[Outcome, ...]:
    """The forecasts of one Monday, as far as it is known what became of them."""
    at = datetime.combine(monday, time(), ZoneInfo(snapshot.zone))
    known = known_at(snapshot, at)
    return *_milestones(snapshot, known, monday), *_items(snapshot, known, monday)


def calibrated(outcomes: Iterable[Outcome]) -> tuple[Calibration, ...]:
    """All together first, then by team, and by team and type; milestones before items."""
    groups: dict[tuple[int, str, str], list[Outcome]] = {}
    for one in outcomes:
        place = 0 if one.kind == "milestone" else 1
        for team, type_ in (("", ""), (one.team, ""), (one.team, one.type)):
            groups.setdefault((place, team, type_), []).append(one)
    return tuple(_calibration(team, type_, some) for (_, team, type_), some in sorted(groups.items()))


def _calibration(team: str, type_: str, some: Sequence[Outcome]) -> Calibration:
    first, second, third = (sum(one.held[place] for one in some) / len(some) for place in range(3))
    errors = [(one.p - one.kept) ** 2 for one in some if one.p is not None and one.kept is not None]
    return Calibration(
        kind=some[0].kind,
        team=team,
        type=type_,
        count=len(some),
        refs=len({one.ref for one in some}),
        held=(first, second, third),
        early=sum(_early(one) for one in some) / len(some),
        brier=sum(errors) / len(errors) if errors else None,
    )


def _milestones(snapshot: Snapshot, known: Snapshot, monday: date) -> Iterator[Outcome]:
    zone, ends = ZoneInfo(snapshot.zone), snapshot.once(finished_at)
    odds = known.once(forecast_of).odds
    for ref in sorted(odds, key=identity):
        one, milestone = odds[ref], known.milestones[ref]
        actual = ends[ref].astimezone(zone).date() if ref in ends else None
        if snapshot.today <= one.p95:
            continue
        expected = one.p50, one.p85, one.p95
        passed = actual is not None or (milestone.due is not None and milestone.due < snapshot.today)
        yield Outcome(
            kind="milestone",
            ref=ref,
            on=monday,
            team=team_name(snapshot, milestone),
            type=milestone.milestone_kind,
            expected=expected,
            actual=actual,
            held=_held(actual, expected),
            p=one.p if passed else None,
            kept=None if milestone.due is None or not passed else actual is not None and actual <= milestone.due,
        )


def _items(snapshot: Snapshot, known: Snapshot, monday: date) -> Iterator[Outcome]:
    reference, then = snapshot.once(reference_of), known.once(reference_of)
    passed = workdays_within(monday + timedelta(days=7), snapshot.today - timedelta(days=1))
    for ref, began in sorted(_begun(snapshot), key=lambda one: identity(one[0])):
        if not monday <= began < monday + timedelta(days=7):
            continue
        item, done = snapshot.items[ref], reference.by_ref.get(ref)
        expected = then.spread(known.items.get(ref, item), SHARES)
        if expected is None or passed < expected[-1]:
            continue
        actual = done.days if done else None
        p50, p85, p95 = expected
        yield Outcome(
            kind="item",
            ref=ref,
            on=monday,
            team=team_name(snapshot, item),
            type=item.type,
            expected=(p50, p85, p95),
            actual=actual,
            held=_held(actual, (p50, p85, p95)),
        )


def _begun(snapshot: Snapshot) -> tuple[tuple[Ref, date], ...]:
    return snapshot.once(_beginnings)


def _beginnings(snapshot: Snapshot) -> tuple[tuple[Ref, date], ...]:
    """Every item on which work began, with the day; of open work only where that is known and not taken from its creation."""
    reference = snapshot.once(reference_of)
    done: Iterable[Finished] = reference.finished
    return *((one.item.ref, one.began) for one in done), *reference.began.items()


def _held(actual: date | int | None, expected: tuple[date, date, date] | tuple[int, int, int]) -> tuple[bool, bool, bool]:
    if actual is None:
        return False, False, False
    first, second, third = (actual <= one for one in expected)  # type: ignore[operator]
    return first, second, third


def _early(one: Outcome) -> bool:
    return one.actual is not None and one.actual < one.expected[0]  # type: ignore[operator]
