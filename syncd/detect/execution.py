"""Pure. `execution`: a milestone does not keep up with its baseline.

Four measures, computed by `syncd.schedule.execution`, whose docstring has the formulas and their sources: BEI, SPI(t), CPLI (a warning
below 0.95, critical below 0.85) and the share of dates that were missed (above 5 %, above 15 %). What stands is over from 0.97 on, and
from 3 % down. BEI, SPI(t) and the missed share need at least five items whose date has passed, CPLI a path of at least five working
days: below that one item more or less decides. Missed dates count while one that was missed is open: what was done late cannot be
mended. Without a baseline nothing is said, and on tickets nothing unless `write` is set: `drift` and `blocked` tell there what matters.
Source of the limits: DCMA, 14-Point Assessment (2009) for 0.95 and 5 %; the others are this house's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, listed, named, with_sources
from syncd.model.action import Mode
from syncd.model.finding import SEVERITIES, Count, Day, Finding, Line, Part, Severity, fingerprint_of
from syncd.model.raw import Json
from syncd.model.ref import Ref, ref_to_json
from syncd.model.snapshot import Snapshot
from syncd.schedule.execution import Execution, executions_of
from syncd.schedule.plan import plan_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import End

CODE = "execution"
STEP = 5
"""Measures are told in such steps, in per cent: they hover, and a smaller move is no news."""
_SHOWN = 5
Name = Literal["bei", "spi", "cpli", "missed"]
_TITLES: dict[Name, str] = {"bei": "BEI", "spi": "SPI(t)", "cpli": "CPLI", "missed": "missed"}


class ExecutionRules(Rules):
    """From which measures on a milestone is behind its baseline."""

    write: Mode = Field(
        default="off", description='"off", "plan" or "on": how far its findings may be said, project and team willing'
    )
    warn_below: float = Field(0.95, ge=0, description="BEI, SPI(t) or CPLI below which it is a warning.")
    critical_below: float = Field(0.85, ge=0, description="BEI, SPI(t) or CPLI below which it is critical.")
    clear_above: float = Field(0.97, ge=0, description="What stands is over from here on.")
    warn_missed: float = Field(0.05, ge=0, le=1, description="Share of missed dates above which it is a warning.")
    critical_missed: float = Field(0.15, ge=0, le=1, description="Share of missed dates above which it is critical.")
    clear_missed: float = Field(0.03, ge=0, le=1, description="What stands is over from here down.")
    least_items: int = Field(
        5, ge=1, description="So many dates must have passed before BEI, SPI(t) and missed dates are judged."
    )
    least_days: int = Field(5, ge=1, description="So many working days must be left before CPLI is judged.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.critical_below <= self.warn_below <= self.clear_above:
            raise ValueError("measures are out of order: critical_below <= warn_below <= clear_above")
        if not self.clear_missed <= self.warn_missed <= self.critical_missed:
            raise ValueError("missed shares are out of order: clear_missed <= warn_missed <= critical_missed")
        return self


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure that is not kept."""

    name: Name
    value: float
    severity: Severity

    @property
    def step(self) -> int:
        """The step in per cent that it is below, or above for missed dates."""
        per_cent = round(100 * self.value, 6)
        return STEP * floor(per_cent / STEP) if self.name == "missed" else STEP * max(1, ceil((per_cent + 1e-6) / STEP))

    @property
    def weight(self) -> int:
        """Bigger is worse."""
        return self.step // STEP if self.name == "missed" else max(0, 100 - self.step) // STEP


def detect(snapshot: Snapshot, rules: ExecutionRules) -> Iterator[Finding]:
    """One finding per milestone that is behind its baseline."""
    for ref, one in sorted(snapshot.once(executions_of).items()):
        own = rules.of(snapshot.milestones[ref].class_)
        stands = fingerprint_of(CODE, ref) in snapshot.open
        unmended = any(snapshot.items[item].status != "done" for item in one.missed)
        behind = [
            measure
            for name, value in _values(one, own, unmended=unmended)
            if (measure := verdict(name, value, own, stands=stands))
        ]
        if behind:
            yield _finding(snapshot, own, one, sorted(behind, key=_rank))


DETECTOR = Detector(code=CODE, title="Execution", rules=ExecutionRules, detect=detect)


def _values(one: Execution, rules: ExecutionRules, *, unmended: bool) -> Iterator[tuple[Name, float]]:
    """The measures that can be judged."""
    enough = len(one.should) >= rules.least_items
    known: tuple[tuple[Name, float | None, bool], ...] = (
        ("bei", one.bei, enough),
        ("spi", one.spi, enough),
        ("cpli", one.cpli, one.length >= rules.least_days),
        ("missed", one.missed_share, enough and unmended),
    )
    return ((name, value) for name, value, counts in known if value is not None and counts)


def verdict(name: Name, value: float, rules: ExecutionRules, *, stands: bool) -> Measure | None:
    """The measure, where it is not kept; of a finding that `stands` until the exit value."""
    if name == "missed":
        critical, warn, over = value > rules.critical_missed, value > rules.warn_missed, value > rules.clear_missed
    else:
        critical, warn, over = value < rules.critical_below, value < rules.warn_below, value < rules.clear_above
    if critical:
        return Measure(name, value, "critical")
    return Measure(name, value, "warn") if warn or (stands and over) else None


def _rank(measure: Measure) -> tuple[int, int, str]:
    return -SEVERITIES.index(measure.severity), -measure.weight, measure.name


def _finding(snapshot: Snapshot, rules: ExecutionRules, one: Execution, behind: list[Measure]) -> Finding:
    worst, milestone = behind[0], snapshot.milestones[one.milestone]
    late = [snapshot.items[ref] for ref in one.missed]
    open_late = [item for item in late if item.status != "done"]
    return Finding(
        code=CODE,
        subject=one.milestone,
        severity=worst.severity,
        headline=(named(milestone), ": ", *_told(worst), "."),
        lines=(
            Line("Why", (*listed_measures(behind), *_missing([keyed(item) for item in open_late]), ".")),
            Line("Rests on", (*_rests_on(snapshot, one), *_rule(rules))),
            Line("Clears", _clears(rules, behind)),
            Line(
                "Wrong?",
                ("Correct the status or the dates of the items, or agree on another baseline for ", keyed(milestone), "."),
            ),
        ),
        inputs=with_sources(snapshot, {one.milestone, *one.items}),
        facts=_facts(one),
        weight=worst.weight,
        driving=open_late[0].ref if open_late else _last(snapshot, one),
        hovers=True,
    )


def _last(snapshot: Snapshot, one: Execution) -> Ref | None:
    """What drives the end of the open work, as far as it is an item."""
    plan, end = snapshot.once(plan_of), End(one.milestone)
    path = plan.path(end) if end in plan.wiring.number else ()
    return next((ref for ref in reversed(path) if ref in snapshot.items), None)


def _told(measure: Measure) -> tuple[Part, ...]:
    step = Count(measure.step, "%")
    if measure.name == "bei":
        return "less than ", step, " of what was to be done by now is done (BEI)"
    if measure.name == "spi":
        return "work is less than ", step, " of the way to where it should be by now (SPI(t))"
    if measure.name == "cpli":
        return "less than ", step, " of the time that the open work needs is left (CPLI)"
    return "more than ", step, " of the dates that have passed were missed"


def listed_measures(behind: list[Measure]) -> tuple[Part, ...]:
    """`BEI below 70 %, missed dates above 40 %`."""
    parts: list[Part] = []
    for measure in behind:
        word = "missed dates above " if measure.name == "missed" else f"{_TITLES[measure.name]} below "
        parts += [*([", "] if parts else []), word, Count(measure.step, "%")]
    return tuple(parts)


def _missing(late: list[Part]) -> tuple[Part, ...]:
    if not late:
        return ()
    more = len(late) - _SHOWN
    shown = [*late[:_SHOWN], *([Count(more, "more item", clocked=True)] if more > 0 else [])]
    return "; its date has passed: ", *listed(shown)


def _rests_on(snapshot: Snapshot, one: Execution) -> tuple[Part, ...]:
    baseline = one.baseline
    due: tuple[Part, ...] = (", due ", Day(baseline.due)) if baseline.due else ()
    undated = len(one.items) - one.dated
    without: tuple[Part, ...] = (", ", Count(undated, "item"), " of it without a date") if undated else ()
    return (
        "the baseline of ",
        Day(wall_day(baseline.at, ZoneInfo(snapshot.zone))),
        f" ({baseline.origin})",
        *due,
        ", ",
        Count(len(one.items), "item"),
        *without,
        ". ",
    )


def _rule(rules: ExecutionRules) -> tuple[Part, ...]:
    missed = f"missed dates above {rules.warn_missed:.0%}, critical above {rules.critical_missed:.0%}".replace("%", " %")
    return (f"Rule: an index below {rules.warn_below:g}, critical below {rules.critical_below:g}; {missed}.",)


def _clears(rules: ExecutionRules, behind: list[Measure]) -> tuple[Part, ...]:
    indexes = [_TITLES[one.name] for one in behind if one.name != "missed"]
    words = [f"{' and '.join(indexes)} at {rules.clear_above:g}"] if indexes else []
    words += (
        [f"missed dates at {rules.clear_missed:.0%}".replace("%", " %")] if any(one.name == "missed" for one in behind) else []
    )
    return (f"{', '.join(words)}, or another baseline.",)


def _facts(one: Execution) -> dict[str, Json]:
    measures = {"bei": one.bei, "spi_t": one.spi, "cpli": one.cpli, "missed_share": one.missed_share}
    return {
        **{name: None if value is None else round(value, 4) for name, value in measures.items()},
        "items": len(one.items),
        "dated": one.dated,
        "should_be_done": len(one.should),
        "done": one.done,
        "missed": [ref_to_json(ref) for ref in one.missed],
        "baseline_at": one.baseline.at.isoformat(),
        "baseline_due": one.baseline.due.isoformat() if one.baseline.due else None,
    }
