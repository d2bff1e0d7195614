"""Pure. `sunset_ahead`: what a contract's description says is deprecated ends on a day that comes near.

Rules: looked at are the sunsets of the default branch up to `ahead_days` working days ahead, for every open milestone that relies on the
contract. A consumer starts to adapt today, and takes the contract's `adaptation_days` for each part that ends by then, at most
`days_at_most` (see `syncd.contracts.impact`). Critical where that ends after the sunset; a warning where the milestone ends after the
sunset, by its due date, else by the plan; else information. It is counted down in working days, and stands up to `days_over` working days
after a sunset that is still described. Source: this house's rules; dates as RFC 8594 and the description have them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.contracts.change import Change, Verdict
from syncd.contracts.impact import Adaptation, Effort, Landing, impact_of
from syncd.contracts.reliance import MOST_DAYS, effort_of, relied_on
from syncd.detect.breaking_words import assumed, takes
from syncd.detect.wording import keyed, named, quoted, with_sources
from syncd.model.contract import Contract, Sunset
from syncd.model.finding import BUCKETS, SEVERITIES, Count, Day, Finding, Line, Part, Severity, fingerprint_of
from syncd.model.ref import Ref, ref_to_json
from syncd.model.rows import ContractFile, Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after
from syncd.schedule.driving import driving_of, time_of
from syncd.schedule.plan import plan_of

CODE = "sunset_ahead"
SHOWN = 5
_LONGEST = 200
_DATES = 12
"""So many dates of one contract are looked at, the soonest."""


class SunsetAheadRules(Rules):
    """How early it is told, and what adapting costs at most."""

    ahead_days: int = Field(40, ge=1, le=1000, description="Working days ahead of a sunset from which on it is told.")
    days_over: int = Field(10, ge=0, le=1000, description="Working days after a sunset up to which it is told.")
    days_at_most: float = Field(
        10, gt=0, le=MOST_DAYS, description="Working days that adapting takes at most, however much ends."
    )


@dataclass(frozen=True, slots=True)
class _Met:
    """A milestone and a day on which something ends. `ends`: what does until then; `left`: working days from today on to it."""

    day: date
    ends: tuple[Sunset, ...]
    left: int
    one: Adaptation
    severity: Severity


def detect(snapshot: Snapshot, rules: SunsetAheadRules) -> Iterator[Finding]:
    """One finding per contract and milestone that relies on it."""
    for contract in snapshot.contracts:
        ends = sorted((one for one in snapshot.sunsets if one.contract == contract.name), key=_order)
        met: dict[Ref, list[_Met]] = {}
        for one in _met(snapshot, contract, ends, rules) if ends else ():
            met.setdefault(one.one.milestone, []).append(one)
        for ref in sorted(met):
            yield _finding(snapshot, contract, effort_of(contract, rules.days_at_most), met[ref])


DETECTOR = Detector(code=CODE, title="Part of a contract ends", rules=SunsetAheadRules, detect=detect)


def _order(one: Sunset) -> tuple[date, str, str]:
    return one.day, one.operation, one.place


def _met(snapshot: Snapshot, contract: Contract, ends: Sequence[Sunset], rules: SunsetAheadRules) -> Iterator[_Met]:
    """Day by day whom it meets: what ends by then has to be adapted to together."""
    relied, effort = relied_on(contract, snapshot), effort_of(contract, rules.days_at_most)
    near = snapshot.once(plan_of).working.calendar(None, None)
    days = sorted({one.day for one in ends if -rules.days_over <= days_after(near, snapshot.today, one.day) <= rules.ahead_days})
    for day in days[:_DATES]:
        by_then = tuple(one for one in ends if days[0] <= one.day <= day)
        verdict = Verdict(tuple(_as_change(one) for one in by_then))
        for one in impact_of(verdict, relied, snapshot, None, effort, Landing(day, "due")).adaptations:
            milestone = snapshot.milestones[one.milestone]
            left = days_after(time_of(snapshot, milestone), snapshot.today, day)
            yield _Met(day, by_then, left, one, _severity(snapshot, contract, milestone, day, one))


def _as_change(one: Sunset) -> Change:
    """What ends is a break on its day."""
    return Change("sunset", "breaking", "both", one.place, one.operation, None, None, one.place)


def _severity(snapshot: Snapshot, contract: Contract, milestone: Milestone, day: date, one: Adaptation) -> Severity:
    if one.ready > day:
        return "critical"
    planned = snapshot.once(plan_of).end(milestone.ref)
    end = milestone.due or (planned.finish if planned else None)
    if end is None:
        return "info"
    told = snapshot.open.get(fingerprint_of(CODE, milestone.ref, _name(contract)), "info")
    hovers = milestone.due is None and told != "info"  # a computed end: it has to be before the day to be well again
    return "warn" if end > day or (hovers and end == day) else "info"


def _name(contract: Contract) -> str:
    return f"contract:{contract.name}"


def _finding(snapshot: Snapshot, contract: Contract, effort: Effort, met: Sequence[_Met]) -> Finding:
    worst = max(met, key=lambda one: (SEVERITIES.index(one.severity), -one.day.toordinal()))
    milestone, ends, driving = snapshot.milestones[worst.one.milestone], met[-1].ends, snapshot.once(driving_of)
    origins = {row.ref: row for row in snapshot.contract_files}
    return Finding(
        code=CODE,
        subject=milestone.ref,
        discriminator=_name(contract),
        severity=worst.severity,
        headline=_headline(contract, milestone, worst, snapshot.today),
        lines=(
            Line("Ends", tuple(_listed(ends, origins))),
            Line("Why", tuple(_why(milestone, worst))),
            Line("Rests on", (assumed(effort, "", "part that ends"),)),
            Line("Clears", ("another day, or no deprecation, in the description; or the end of the milestone.",)),
            Line(
                "Wrong?",
                (f"Correct consumers or adaptation_days of [contracts.{contract.name}], or the dates of ", keyed(milestone), "."),
            ),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *driving.path(milestone.ref), *(one.source for one in ends)}),
        facts={
            "contract": contract.name,
            "day": worst.day.isoformat(),
            "left": worst.left,
            "ready": worst.one.ready.isoformat(),
            "days": worst.one.days,
            "ends": [{"day": one.day.isoformat(), "operation": one.operation, "place": one.place} for one in ends],
            "milestone": ref_to_json(milestone.ref),
        },
        weight=_weight(worst.left),
        driving=driving.last(milestone.ref),
        hovers=milestone.due is None and worst.severity == "warn",
    )


def _weight(left: int) -> int:
    """How many of the buckets it has come nearer: 0 while it is far off."""
    return sum(left <= edge for edge in BUCKETS) + (left <= 0)


def _headline(contract: Contract, milestone: Milestone, worst: _Met, today: date) -> tuple[Part, ...]:
    of = f" of the contract {contract.name}, which it relies on, "
    what = named(milestone), ": ", Count(len(worst.ends), "deprecated part"), of
    counted = Count(abs(worst.left), "working day", clocked=True)
    if worst.day < today:
        return *what, "ended on ", Day(worst.day), ", ", counted, " ago, and the description has it still."
    verb = "ends on " if len(worst.ends) == 1 else "end by "
    return *what, verb, Day(worst.day), ", in ", counted, "."


def _listed(ends: Sequence[Sunset], origins: dict[Ref, ContractFile]) -> Iterator[Part]:
    for place, one in enumerate(ends[:SHOWN]):
        yield "; " if place else ""
        origin = origins.get(one.source)
        where = " ".join(dict.fromkeys(part for part in (one.operation, one.place) if part))
        if origin is not None and where:
            yield quoted(where if len(where) <= _LONGEST else f"{where[: _LONGEST - 1]}…", origin)
            yield " on "
        yield Day(one.day)
    yield f"; and {len(ends) - SHOWN} more." if len(ends) > SHOWN else "."


def _why(milestone: Milestone, worst: _Met) -> Iterator[Part]:
    one = worst.one
    yield f"who begins today and takes {takes(one)} is ready on "
    yield Day(one.ready, clocked=True)
    if worst.severity == "critical":
        yield from (", after that day. ", keyed(milestone), " is late for it.")
    elif worst.severity == "warn":
        due: tuple[Part, ...] = (", due ", Day(milestone.due), ",") if milestone.due else (" by its plan",)
        yield from (", in time. ", keyed(milestone), *due, " ends after that day.")
    else:
        yield from (", in time; nothing says that ", keyed(milestone), " ends after that day.")
