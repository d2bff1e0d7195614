"""Pure. `should_split`: a milestone is so large and tied up that it would be better steered in parts; with a proposed cut.

Rule: of at least `least_items` open items, two of these hold: it waits for at least `fan_in` pieces of work beyond itself; it is work of
at least `teams` teams; its forecast spreads, P95 - P50, over at least `spread` of the working days that half of all outcomes take from
today. Info. One that is open clears where fewer than two hold. The cut is that of `syncd.schedule.splitting`. Source: this house's rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, listed, named, with_sources
from syncd.model.action import Mode
from syncd.model.finding import Count, Finding, Line, Part
from syncd.model.raw import Json
from syncd.model.ref import Ref
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after
from syncd.schedule.driving import time_of
from syncd.schedule.forecast import FAR, Odds, forecast_of
from syncd.schedule.ordered import ordered_milestones
from syncd.schedule.splitting import Cut, Shape, cut_of, shape_of
from syncd.schedule.wiring import NO_MEMBERS, is_open, members_of

CODE = "should_split"
_SHOWN = 5


class ShouldSplitRules(Rules):
    """From what on a milestone is large and tied up."""

    write: Mode = Field("plan", description='"off", "plan" or "on": how far its findings may be said, project and team willing')
    least_items: int = Field(12, ge=2, description="Open items below which a milestone is never too large.")
    fan_in: int = Field(5, ge=1, description="Pieces of work beyond it that it waits for, from which on it is tied up.")
    teams: int = Field(3, ge=2, description="Teams whose work it is, from which on it is.")
    spread: float = Field(
        0.5, gt=0, description="Part of what remains that the forecast spreads over (P95 - P50), from which on it is."
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A milestone under judgement. `spread`, `remaining`: working days, None without a forecast; `holds`: which of the three do."""

    milestone: Milestone
    shape: Shape
    spread: int | None
    remaining: int | None
    holds: tuple[str, ...]


def detect(snapshot: Snapshot, rules: ShouldSplitRules) -> Iterator[Finding]:
    """One finding per milestone that should be split, and can be."""
    members, odds = snapshot.once(members_of), snapshot.once(forecast_of).odds
    for milestone in snapshot.once(ordered_milestones):
        ref, own = milestone.ref, rules.of(milestone.class_)
        if not is_open(milestone) or len(members.get(ref, NO_MEMBERS).opened) < own.least_items:
            continue
        case = _case(snapshot, own, milestone, shape_of(snapshot, ref), odds.get(ref))
        if len(case.holds) >= 2 and (cut := cut_of(snapshot, case.shape.items)):
            yield _finding(snapshot, own, case, cut)


DETECTOR = Detector(code=CODE, title="Better in parts", rules=ShouldSplitRules, detect=detect)


def _case(snapshot: Snapshot, rules: ShouldSplitRules, milestone: Milestone, shape: Shape, odds: Odds | None) -> _Case:
    spread, remaining = _spread(snapshot, milestone, odds)
    wide = spread is not None and remaining is not None and spread >= rules.spread * remaining
    holds = {"fan_in": len(shape.outside) >= rules.fan_in, "teams": len(shape.teams) >= rules.teams, "spread": wide}
    return _Case(milestone, shape, spread, remaining, tuple(name for name, does in holds.items() if does))


def _spread(snapshot: Snapshot, milestone: Milestone, odds: Odds | None) -> tuple[int | None, int | None]:
    if odds is None or FAR in (odds.p50, odds.p95):
        return None, None
    time, least = time_of(snapshot, milestone), date(9000, 1, 1)
    return days_after(time, odds.p50, min(odds.p95, least)), max(1, days_after(time, snapshot.today, min(odds.p50, least)))


def _finding(snapshot: Snapshot, rules: ShouldSplitRules, case: _Case, cut: Cut) -> Finding:
    milestone, shape = case.milestone, case.shape
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity="info",
        headline=(named(milestone), " would be better steered in ", Count(len(cut.parts), "part"), "."),
        lines=(
            Line("Why", tuple(_why(case))),
            *(Line(f"Part {number}", _part(snapshot, part)) for number, part in enumerate(cut.parts, 1)),
            Line("Rests on", (*_between(snapshot, cut), _rule(rules))),
            Line("Clears", ("fewer open items, or less that ties it up.",)),
            Line("Wrong?", ("Correct which items belong to ", keyed(milestone), ", and their links.")),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *(item.ref for item in shape.items), *shape.outside}),
        facts=_facts(case, cut),
        weight=len(case.holds),
        driving=cut.parts[0][0],
        hovers="spread" in case.holds,
    )


def _why(case: _Case) -> Iterator[Part]:
    yield from (Count(len(case.shape.items), "open item"), " of ", Count(len(case.shape.teams), "team"))
    yield from (" that wait for ", Count(len(case.shape.outside), "piece of work"), " beyond it")
    if "spread" in case.holds:
        yield from ("; when it ends is open by ", Count(case.spread or 0, "working day", clocked=True))
        yield from (" (P95 - P50) with ", Count(case.remaining or 0, "working day", clocked=True), " ahead")
    yield "."


def _part(snapshot: Snapshot, part: Sequence[Ref]) -> tuple[Part, ...]:
    shown = [keyed(snapshot.items[ref]) for ref in part[:_SHOWN]]
    if len(part) > _SHOWN:
        return *(piece for one in shown for piece in (one, ", ")), "and ", Count(len(part) - _SHOWN, "more"), "."
    return *listed(shown), "."


def _between(snapshot: Snapshot, cut: Cut) -> tuple[Part, ...]:
    if not cut.crossing:
        return ("no hard link between the parts. ",)
    ends = [
        (keyed(snapshot.items[earlier]), " before ", keyed(snapshot.items[later])) for earlier, later in cut.crossing[:_SHOWN]
    ]
    told = [part for place, pair in enumerate(ends) for part in ((", ", *pair) if place else pair)]
    return Count(len(cut.crossing), "link"), " between the parts: ", *told, ". "


def _rule(rules: ShouldSplitRules) -> str:
    return (
        f"Rule: from {rules.least_items} open items, two of: {rules.fan_in} pieces of work to wait for, {rules.teams} teams, "
        f"a spread of {rules.spread:.0%} of what is ahead.".replace("%", " %")
    )


def _facts(case: _Case, cut: Cut) -> dict[str, Json]:
    return {
        "holds": list(case.holds),
        "open_items": len(case.shape.items),
        "fan_in": [ref.label for ref in case.shape.outside],
        "teams": list(case.shape.teams),
        "spread_days": case.spread,
        "remaining_days": case.remaining,
        "parts": [[ref.label for ref in part] for part in cut.parts],
        "crossing": [[earlier.label, later.label] for earlier, later in cut.crossing],
    }
