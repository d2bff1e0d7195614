"""Pure. `not_forecastable`: when a milestone ends cannot be said with any confidence, and why. For lists and exports.

One of these holds of an open milestone with open items and a due date: fewer than 30 items were finished by its teams, or in fewer than
5 weeks, so that there is no forecast; they finished `change` times as many or as few items a week of late, in the last `weeks` weeks, as
in the two to four times as many before, so that the past tells little; more than `assumed_percent` of the durations of its open items
rest on nothing. Info. One that is open clears only where a tenth less than that rests on nothing. Who has finished nothing yet is told of
no forecast: there is none to be expected. Source: this house's rules.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.action import Mode
from syncd.model.finding import Count, Finding, Line, Part, fingerprint_of
from syncd.model.raw import Json
from syncd.model.ref import Ref, identity
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of
from syncd.schedule.forecast import LEAST_ITEMS, LEAST_WEEKS, Coverage, coverage_of

CODE = "not_forecastable"


class NotForecastableRules(Rules):
    """How much has to be known for a forecast to be believed."""

    write: Mode = Field("plan", description='"off", "plan" or "on": how far its findings may be said, project and team willing')
    assumed_percent: float = Field(40, ge=0, le=100, description="Per cent of assumed durations above which it is told.")
    weeks: int = Field(6, ge=2, le=26, description="So many last weeks are compared with the weeks before them.")
    change: float = Field(
        2.5, gt=1, description="How many times as many or as few finished items a week make the past tell little."
    )
    least: int = Field(20, ge=1, description="Finished items below which weeks are not compared: few say nothing.")


def detect(snapshot: Snapshot, rules: NotForecastableRules) -> Iterator[Finding]:
    """One finding per milestone."""
    covered = snapshot.once(coverage_of)
    for ref in sorted(covered, key=identity):
        milestone = snapshot.milestones[ref]
        if milestone.due is None or not covered[ref].finished:
            continue
        own = rules.of(milestone.class_)
        stands = fingerprint_of(CODE, ref) in snapshot.open
        reasons = tuple(reasons_of(covered[ref], snapshot.today, own, stands=stands))
        if reasons:
            yield _finding(snapshot, own, milestone, covered[ref], reasons)


DETECTOR = Detector(code=CODE, title="Not to be forecast", rules=NotForecastableRules, detect=detect)


def reasons_of(known: Coverage, today: date, rules: NotForecastableRules, *, stands: bool) -> Iterator[str]:
    """Why a forecast would not be worth much: "history", "unstable", "assumed"."""
    if known.finished < LEAST_ITEMS or known.weeks < LEAST_WEEKS:
        yield "history"
    elif unstable(known, today, rules):
        yield "unstable"
    limit = Fraction(rules.assumed_percent) / 100
    if Fraction(known.assumed, known.items) > (limit * Fraction(9, 10) if stands else limit):
        yield "assumed"


def unstable(known: Coverage, today: date, rules: NotForecastableRules) -> bool:
    """Whether the last weeks are quite unlike those before them."""
    last, before = paces(known, today, rules.weeks)
    if len(known.done) < rules.least or before == 0:
        return False
    return last * rules.change < before or last > before * rules.change


def paces(known: Coverage, today: date, weeks: int) -> tuple[float, float]:
    """Finished items a week: of the last weeks, and of the two to four times as many before them; 0 where there are fewer."""
    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(weeks=weeks)
    oldest = known.done[0] if known.done else since
    first = max(oldest - timedelta(days=oldest.weekday()), since - timedelta(weeks=4 * weeks))
    until, middle, begin = (bisect_left(known.done, day) for day in (monday, since, first))
    span = (since - first).days / 7
    return (until - middle) / weeks, (middle - begin) / span if span >= 2 * weeks else 0.0


def _finding(
    snapshot: Snapshot, rules: NotForecastableRules, milestone: Milestone, known: Coverage, reasons: tuple[str, ...]
) -> Finding:
    last, before = paces(known, snapshot.today, rules.weeks)
    words: dict[str, tuple[Part, ...]] = {
        "history": (Count(known.finished, "item", clocked=True), " finished in ", Count(known.weeks, "week", clocked=True)),
        "unstable": (f"about {_pace(last)} items finished a week of late, about {_pace(before)} before",),
        "assumed": (Count(known.assumed, "duration"), " of ", Count(known.items, "open item"), " assumed"),
    }
    cures = {
        "history": "more finished items",
        "unstable": "a steadier pace",
        "assumed": "estimates of what is open",
    }
    why = [part for place, one in enumerate(reasons) for part in ((", ", *words[one]) if place else words[one])]
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity="info",
        headline=(named(milestone), ": when it ends cannot be said with any confidence."),
        lines=(
            Line("Why", (*why, ".")),
            Line("Rests on", (_rule(rules),)),
            Line("Clears", (f"{', '.join(cures[one] for one in reasons)}.",)),
            Line("Wrong?", ("Correct which items belong to ", keyed(milestone), ", or whose work they are: [teams].")),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *snapshot.members.get(milestone.ref, ())}),
        facts=_facts(known, reasons, last, before),
        weight=len(reasons),
        driving=_driving(snapshot, milestone.ref),
        hovers=True,
    )


def _pace(items: float) -> str:
    """Whole items where there are many: of few the half counts."""
    return f"{items:.0f}" if items >= 10 else f"{items:.1f}".removesuffix(".0")


def _driving(snapshot: Snapshot, ref: Ref) -> Ref | None:
    return snapshot.once(driving_of).last(ref)


def _rule(rules: NotForecastableRules) -> str:
    return (
        f"rule: {LEAST_ITEMS} finished items in {LEAST_WEEKS} weeks, a pace that is not {rules.change:g} times what it was, and at most "
        f"{rules.assumed_percent:g} % of durations assumed."
    )


def _facts(known: Coverage, reasons: tuple[str, ...], last: float, before: float) -> dict[str, Json]:
    return {
        "reasons": list(reasons),
        "finished": known.finished,
        "weeks": known.weeks,
        "open_items": known.items,
        "assumed": known.assumed,
        "last_pace": round(last, 2),
        "earlier_pace": round(before, 2),
    }
