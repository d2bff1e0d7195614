"""Pure. `scope_growth`: work was added to a milestone since it was agreed on.

Rule: against the baseline that counts, the size that was added (new items, and agreed ones whose estimate grew) over the agreed size, in
working time or points where all items then and now are estimated so, else in numbers of items. What was taken out is shown, and set
off only with `net`. Warn above 10 %, critical above 20 % while the due date is no later than agreed. One that is open clears below 5 %,
or with a new baseline. Dropped items are no scope. Source: this house's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.baseline import Baseline
from syncd.model.finding import Count, Day, Finding, Line, Part, Quote, Severity, fingerprint_of
from syncd.model.raw import Json
from syncd.model.ref import identity, ref_to_json
from syncd.model.rows import Change, Item, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of
from syncd.schedule.growth import MINUTES_PER_DAY, Growth, growth
from syncd.schedule.past import past_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import NO_MEMBERS, is_open, members_of

CODE = "scope_growth"
_SHOWN, _LISTED = 5, 50
"""So many additions are shown, and so many are listed for programs."""


class ScopeGrowthRules(Rules):
    """How much may be added."""

    warn_percent: float = Field(10, ge=0, description="Added size in percent of the agreed one above which it is a warning.")
    critical_percent: float = Field(20, ge=0, description="Above which it is critical, while the due date has not moved.")
    clear_percent: float = Field(5, ge=0, description="Below which one that is open clears.")
    net: bool = Field(False, description="Set off what was taken out against what was added.")
    late_days: int = Field(30, ge=0, description="Calendar days before the due date in which additions are told as late.")
    young_days: int = Field(30, ge=0, description="Calendar days for which an open item counts as young.")
    young_percent: float = Field(30, ge=0, description="Share of young items among the open ones above which it is told.")


@dataclass(frozen=True, slots=True)
class _Grown:
    """A milestone that grew. `percent` of the agreed size, as the rules count it."""

    milestone: Milestone
    agreed: Baseline
    growth: Growth
    percent: float
    moved: bool


@dataclass(frozen=True, slots=True)
class _Came:
    """An item that was added: its size, the change by which it came, and the day; where no history tells, that of its creation."""

    item: Item
    size: float
    change: Change | None
    on: date | None


def detect(snapshot: Snapshot, rules: ScopeGrowthRules) -> Iterator[Finding]:
    """One finding per milestone that grew."""
    for ref in sorted(snapshot.baselines, key=identity):
        milestone, agreed = snapshot.milestones.get(ref), snapshot.baseline(ref)
        if milestone is None or agreed is None or not is_open(milestone):
            continue
        own, found = rules.of(milestone.class_), growth(snapshot, milestone, agreed)
        if found is None:
            continue
        more = found.more - (found.less if own.net else 0)
        moved = bool(milestone.due and agreed.due and milestone.due > agreed.due)
        grown = _Grown(milestone, agreed, found, 100 * more / found.agreed, moved)
        if (severity := _severity(snapshot, grown, own)) is not None:
            yield _finding(snapshot, grown, own, severity)


DETECTOR = Detector(code=CODE, title="Scope grew", rules=ScopeGrowthRules, detect=detect)


def _severity(snapshot: Snapshot, grown: _Grown, rules: ScopeGrowthRules) -> Severity | None:
    if grown.percent > rules.critical_percent and not grown.moved:
        return "critical"
    is_told = fingerprint_of(CODE, grown.milestone.ref) in snapshot.open
    least = min(rules.clear_percent, rules.warn_percent) if is_told else rules.warn_percent
    reached = grown.percent >= least if is_told else grown.percent > least
    return "warn" if reached and grown.percent > 0 else None


def _finding(snapshot: Snapshot, grown: _Grown, rules: ScopeGrowthRules, severity: Severity) -> Finding:
    milestone, found = grown.milestone, grown.growth
    came = _biggest_first(snapshot, grown)
    late, young = _late(grown, came, rules), _young(snapshot, grown, rules)
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity=severity,
        headline=(
            named(milestone),
            f": {grown.percent:.0f} % added since it was agreed on, ",
            *_amount(found.more, found),
            *_date(grown),
        ),
        lines=(
            Line("Why", tuple(_why(grown, came))),
            *([Line("Offset", ("taken out: ", *_amount(found.less, found), "."))] if found.removed else []),
            *_told(late, young, rules),
            Line("Rests on", _rests_on(grown, rules)),
            Line("Clears", ("a new baseline (syncd baseline adopt, with the reason), or what was added taken out or dropped.",)),
            Line("Wrong?", ("Correct which items belong to ", keyed(milestone), ", or what was agreed on: syncd baseline set.")),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *snapshot.members.get(milestone.ref, ())}),
        facts=_facts(grown, came, late, young),
        weight=round(grown.percent),
        driving=came[0].item.ref if came else snapshot.once(driving_of).last(milestone.ref),
    )


def _biggest_first(snapshot: Snapshot, grown: _Grown) -> list[_Came]:
    """What was added; of equals the newest first."""
    past, zone, milestone = snapshot.once(past_of), ZoneInfo(snapshot.zone), grown.milestone

    def came(item: Item, size: float) -> _Came:
        change = past.came(item, milestone)
        at = change.at if change else item.created_at
        return _Came(item, size, change, wall_day(at, zone) if at else None)

    def order(one: _Came) -> tuple[float, int, tuple[str, str, str]]:
        return -one.size, -one.on.toordinal() if one.on else 0, identity(one.item.ref)

    return sorted((came(item, size) for item, size in grown.growth.added), key=order)


def _date(grown: _Grown) -> tuple[Part, ...]:
    return ".", *(() if grown.moved else (" The due date has not moved.",))


def _amount(size: float, found: Growth) -> tuple[Part, ...]:
    """A size in words: numbers of items, points, or working days with at most one decimal."""
    if found.unit == "items":
        return (Count(round(size), "item"),)
    if found.unit == "points":
        return (f"{size:g} points",)
    days = round(size / MINUTES_PER_DAY, 1)
    return (Count(int(days), "working day") if days == int(days) else f"{days:g} working days",)


def _why(grown: _Grown, came: list[_Came]) -> Iterator[Part]:
    found = grown.growth
    for place, one in enumerate(came[:_SHOWN]):
        yield from (("; ",) if place else ())
        yield keyed(one.item)
        if found.unit != "items":
            yield from (" (", *_amount(one.size, found), ")")
        yield from _by(one)
    if len(came) > _SHOWN:
        yield from ("; and ", Count(len(came) - _SHOWN, "more item"))
    if found.grown:
        yield from ("; " if came else "", "estimates of ", Count(len(found.grown), "agreed item"), " grew")
    yield "."


def _by(one: _Came) -> tuple[Part, ...]:
    item, change = one.item, one.change
    who = (" by ", Quote(change.by, item.ref, item.audience, item.scope_id, "author")) if change and change.by else ()
    return (*((" on ", Day(one.on)) if one.on else ()), *who)


def _told(late: int, young: tuple[int, int], rules: ScopeGrowthRules) -> Iterator[Line]:
    """`young`: how many of the open items are, and how many are open."""
    if late:
        yield Line("Late", (Count(late, "item"), f" came in the last {rules.late_days} days before the due date."))
    if young[1] and 100 * young[0] > rules.young_percent * young[1]:
        yield Line("Young", (f"more than {rules.young_percent:g} % of what is open is younger than {rules.young_days} days.",))


def _late(grown: _Grown, came: list[_Came], rules: ScopeGrowthRules) -> int:
    """How many items came shortly before, or after, the due date."""
    due = grown.milestone.due
    return 0 if due is None else sum(one.on is not None and (due - one.on).days < rules.late_days for one in came)


def _young(snapshot: Snapshot, grown: _Grown, rules: ScopeGrowthRules) -> tuple[int, int]:
    """How many of the open items are young, and how many are open."""
    since, zone = snapshot.today - timedelta(days=rules.young_days), ZoneInfo(snapshot.zone)
    opens = snapshot.once(members_of).get(grown.milestone.ref, NO_MEMBERS).opened
    return sum(item.created_at is not None and wall_day(item.created_at, zone) > since for item in opens), len(opens)


def _rests_on(grown: _Grown, rules: ScopeGrowthRules) -> tuple[Part, ...]:
    found = grown.growth
    unit = " (not everything is estimated in one unit, so items are counted)" if found.unit == "items" else ""
    on = grown.agreed.at.date()
    rule = (
        f"Rule: a warning above {rules.warn_percent:g} %, critical above {rules.critical_percent:g} % while the due date stays."
    )
    return *_amount(found.agreed, found), f" agreed on{unit}, as of ", Day(on), ". ", rule


def _facts(grown: _Grown, came: list[_Came], late: int, young: tuple[int, int]) -> dict[str, Json]:
    """Who added an item is told where the text tells it, so that it is hidden with the text."""
    found = grown.growth
    return {
        "unit": found.unit,
        "agreed": found.agreed,
        "added": found.more,
        "removed": found.less,
        "percent": round(grown.percent, 1),
        "date_moved": grown.moved,
        "added_late": late,
        "young": young[0],
        "open": young[1],
        "items": [
            {**ref_to_json(one.item.ref), "size": one.size, "on": one.on.isoformat() if one.on else None}
            for one in came[:_LISTED]
        ],
    }
