"""Pure. Gates: what has to be there so many working days before a milestone is due, and what of it is missing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from syncd.contract import Rules
from syncd.detect.wording import keyed, listed, named, with_sources
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.ref import Ref
from syncd.model.rows import Check, MergeRequest, Milestone, SignOff
from syncd.model.snapshot import Snapshot
from syncd.schedule.days import days_after, later
from syncd.schedule.driving import driving_of, time_of
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import is_open

_SHOWN = 5

Missing = tuple[Part, ...]
"""What is missing, in words."""


class Gate(BaseModel):
    """What must hold before a milestone of a class goes on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="What the gate is called.")
    of_class: str = Field("*", description='For milestones of this class; "*" is for all.')
    before_days: int = Field(0, ge=0, description="So many working days before the due date.")

    def is_for(self, milestone: Milestone) -> bool:
        """Whether it stands before that milestone. An iterative one has check-ins instead."""
        return milestone.cadence != "iterative" and self.of_class in ("*", milestone.class_)


class GateRules(Rules):
    """How early what is missing is told."""

    warn_days: int = Field(5, ge=0, description="Working days before the gate from which what is missing is a warning.")
    critical_days: int = Field(1, ge=0, description="Working days before the gate from which it is critical.")
    gates: tuple[Gate, ...] = Field((), description="The gates, each with a name.")
    closed_days: int = Field(30, ge=0, description="Calendar days for which a milestone that was closed without it is told.")


@dataclass(frozen=True, slots=True)
class Judged:
    """How a gate stands. `day`: when it is; `ahead`: working days until then, negative where it has passed."""

    severity: Severity
    day: date | None
    ahead: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for milestones: their merge requests that are open or merged, and the sign-offs and checks of each object."""

    requests: Mapping[Ref, tuple[MergeRequest, ...]]
    sign_offs: Mapping[Ref, tuple[SignOff, ...]]
    checks: Mapping[Ref, tuple[Check, ...]]


T = TypeVar("T", SignOff, Check)


def evidence_of(snapshot: Snapshot) -> Evidence:
    """Ask for it by `snapshot.once(evidence_of)`."""
    requests: dict[Ref, dict[Ref, MergeRequest]] = {}
    for ref in sorted(snapshot.merge_requests):
        request = snapshot.merge_requests[ref]
        if request.status != "closed":
            for milestone in _milestones(snapshot, request):
                requests.setdefault(milestone, {})[ref] = request
    return Evidence(
        {ref: tuple(found.values()) for ref, found in requests.items()},
        _by_object(snapshot, snapshot.sign_offs),
        _by_object(snapshot, snapshot.checks),
    )


def _milestones(snapshot: Snapshot, request: MergeRequest) -> set[Ref]:
    closes = [item for name in request.closes if isinstance(name, Ref) and (item := snapshot.items.get(name))]
    names = [*request.milestones, *(name for item in closes for name in item.milestones)]
    return {snapshot.anchor(name) for name in names if isinstance(name, Ref)}


def _by_object(snapshot: Snapshot, rows: Iterable[T]) -> dict[Ref, tuple[T, ...]]:
    found: dict[Ref, list[T]] = {}
    for row in rows:
        if isinstance(row.of, Ref):
            found.setdefault(snapshot.anchor(row.of), []).append(row)
    return {ref: tuple(sorted(some, key=_when)) for ref, some in found.items()}


def _when(row: SignOff | Check) -> tuple[bool, float, Ref]:
    return row.at is not None, row.at.timestamp() if row.at else 0, row.ref


def judged(snapshot: Snapshot, rules: GateRules, gate: Gate, milestone: Milestone) -> Judged | None:
    """How pressing a gate is; None where it is far off, or the milestone has no date or was closed long ago, or dropped."""
    if not is_open(milestone):
        closed = closed_at(milestone)
        since = snapshot.today - timedelta(days=rules.closed_days)
        recent = closed is not None and wall_day(closed, ZoneInfo(snapshot.zone)) >= since
        return Judged("critical", None, 0, closed=True) if milestone.status == "done" and recent else None
    if milestone.due is None:
        return None
    time = time_of(snapshot, milestone)
    inside = time.origin < milestone.due < time.end
    day = later(time, milestone.due, -gate.before_days) if inside else milestone.due
    ahead = days_after(time, snapshot.today, day)
    if ahead > rules.warn_days:
        return None
    return Judged("critical" if ahead <= rules.critical_days else "warn", day, ahead, closed=False)


def closed_at(milestone: Milestone) -> datetime | None:
    """When a closed milestone was closed: its last change of status, else its last change; None where neither is known."""
    moves = [change.at for change in milestone.history if change.field == "status"]
    return max(moves) if moves else milestone.updated_at


def approvers(rows: Iterable[SignOff]) -> tuple[SignOff, ...]:
    """Who approves by their last verdict. A comment takes nothing back."""
    last = {row.person or row.ref: row for row in rows if row.verdict in ("approved", "rejected", "dismissed")}
    return tuple(row for row in last.values() if row.verdict == "approved")


def some_named(requests: Sequence[MergeRequest]) -> tuple[Part, ...]:
    """The first of them by key."""
    more = len(requests) - _SHOWN
    return *listed([keyed(one) for one in requests[:_SHOWN]]), *([f" and {more} more"] if more > 0 else [])


def gates_unmet(
    snapshot: Snapshot, code: str, rules: GateRules, missing: Callable[[Snapshot, Any, Milestone], Iterable[Missing]]
) -> Iterator[Finding]:
    """One finding per milestone and gate of the rules that lacks something: `missing` says what, in words."""
    for ref in sorted(snapshot.milestones) if rules.gates else ():
        milestone = snapshot.milestones[ref]
        own = rules.of(milestone.class_)
        for gate in own.gates:
            how = judged(snapshot, own, gate, milestone) if gate.is_for(milestone) else None
            lacks = tuple(missing(snapshot, gate, milestone)) if how else ()
            if how and lacks:
                yield _gate_finding(snapshot, code, gate, milestone, how, lacks, own)


def _gate_finding(
    snapshot: Snapshot, code: str, gate: Gate, milestone: Milestone, how: Judged, missing: Sequence[Missing], rules: GateRules
) -> Finding:
    """One finding for what a gate lacks."""
    found = snapshot.once(evidence_of)
    members = snapshot.members.get(milestone.ref, ())
    requests = found.requests.get(milestone.ref, ())
    return Finding(
        code=code,
        subject=milestone.ref,
        discriminator=gate.name,
        severity=how.severity,
        headline=(named(milestone), *_headline(gate, how)),
        lines=(
            Line("Why", ("missing: ", *_joined(missing), ".")),
            Line("Rests on", _rests_on(rules, gate)),
            Line("Clears", ("what is missing" + (", or another due date." if not how.closed else "."),)),
            Line("Wrong?", ("Correct ", keyed(milestone), f", or the gate in [detect.{code}].")),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *members, *(one.ref for one in requests)}),
        facts={
            "gate": gate.name,
            "day": how.day.isoformat() if how.day else None,
            "closed": how.closed,
            "missing": len(missing),
            "class": milestone.class_,
        },
        weight=len(missing) * 100 + (bucket(-how.ahead) if how.ahead < 0 else 0),
        driving=snapshot.once(driving_of).last(milestone.ref) or next(iter(members), None),
    )


def _headline(gate: Gate, how: Judged) -> Iterator[Part]:
    if how.closed or how.day is None:
        yield f": closed without what its gate {gate.name} asks for."
    elif how.ahead < 0:
        yield from (f": its gate {gate.name} was on ", Day(how.day), ", and something is missing.")
    else:
        yield from (f": its gate {gate.name} is on ", Day(how.day), ", and something is missing.")


def _joined(missing: Sequence[Missing]) -> Iterator[Part]:
    for place, parts in enumerate(missing):
        yield from ((", ",) if place else ())
        yield from parts


def _rests_on(rules: GateRules, gate: Gate) -> tuple[Part, ...]:
    when: tuple[Part, ...] = ("on its due date",)
    if gate.before_days:
        when = (Count(gate.before_days, "working day"), " before it is due")
    rule = f". Rule: a warning from {rules.warn_days} working days before, critical from {rules.critical_days} and once it has passed."
    return "a gate ", *when, rule
