"""Pure. `buffer_burn`: more of a milestone's buffer is used than the part of its chain that is done allows.

With x the share of the chain that is done and y the share of the buffer that is used (`syncd.schedule.buffers`): a warning above
y = 10 % + 0.6 x, critical above y = 30 % + 0.6 x; one that is open clears 5 points below. A buffer that nobody set by hand and that is used
up is told by `drift`, as a date that is missed. Source: the fever chart of critical chain projects (E. Goldratt, 1997); the lines are this
house's.
"""

from collections.abc import Iterator
from typing import Self

from pydantic import Field, model_validator

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, fingerprint_of
from syncd.model.ref import identity
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.schedule.buffers import Buffer, buffers_of
from syncd.schedule.driving import driving_of

CODE = "buffer_burn"
STEP = 10
"""Shares are told in such steps, in per cent: a smaller move is no news."""


class BufferBurnRules(Rules):
    """The lines of the fever chart, in per cent of the buffer."""

    warn_from: float = Field(10, ge=0, le=100, description="Per cent of the buffer that may be used while nothing is done.")
    critical_from: float = Field(30, ge=0, le=100, description="Per cent of it above which it is critical while nothing is done.")
    slope: float = Field(0.6, ge=0, le=1, description="By how much of the done share of the chain both lines rise.")
    clear_points: float = Field(5, ge=0, le=100, description="So many points below a line one that is open is over.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        return self.rising("warn_from", "critical_from")


def detect(snapshot: Snapshot, rules: BufferBurnRules) -> Iterator[Finding]:
    """One finding per milestone that uses its buffer too fast."""
    buffers = snapshot.once(buffers_of)
    for ref in sorted(buffers, key=identity):
        milestone, buffer = snapshot.milestones[ref], buffers[ref]
        if buffer.origin == "baseline" and buffer.used > buffer.days:
            continue
        own = rules.of(milestone.class_)
        stands = snapshot.open.get(fingerprint_of(CODE, ref))
        if severity := verdict(buffer.burnt, buffer.done, stands, own):
            yield _finding(snapshot, own, milestone, buffer, severity)


DETECTOR = Detector(code=CODE, title="Buffer burns", rules=BufferBurnRules, detect=detect)


def verdict(burnt: float, done: float, stands: Severity | None, rules: BufferBurnRules) -> Severity | None:
    """The zone of the fever chart. `burnt`, `done`: shares; `stands`: how severe the one that is open is."""
    rise = round(100 * rules.slope * done, 6)
    used = round(100 * burnt, 6)  # 0.1 + 0.2 is no reason to speak
    critical, warn = (round(line + rise, 6) for line in (rules.critical_from, rules.warn_from))
    if used > critical - (rules.clear_points if stands == "critical" else 0):
        return "critical"
    return "warn" if used > warn - (rules.clear_points if stands else 0) else None


def _finding(snapshot: Snapshot, rules: BufferBurnRules, milestone: Milestone, buffer: Buffer, severity: Severity) -> Finding:
    driving = snapshot.once(driving_of)
    path = driving.path(milestone.ref)
    most = f"{rules.warn_from:g} %, critical above {rules.critical_from:g} %, each + {rules.slope:g} x the done share"
    return Finding(
        code=CODE,
        subject=milestone.ref,
        severity=severity,
        headline=(
            named(milestone),
            ": about ",
            _steps(buffer.burnt),
            " of its buffer used with about ",
            _steps(buffer.done),
            " of its chain done.",
        ),
        lines=(
            Line("Why", _why(snapshot, buffer)),
            Line("Rests on", (*_origin(buffer), f" Rule: a warning above {most}.")),
            Line("Clears", ("less left to do on the path, a later due date, or a buffer that is agreed on anew.",)),
            Line(
                "Wrong?",
                ("Correct the estimates of what is open, or set the buffer of ", keyed(milestone), ": the label buffer:5d."),
            ),
        ),
        inputs=with_sources(snapshot, {milestone.ref, *snapshot.members.get(milestone.ref, ()), *path}),
        facts={
            "buffer_days": buffer.days,
            "used_days": buffer.used,
            "burnt": round(buffer.burnt, 3),
            "done": round(buffer.done, 3),
            "ratio": round(buffer.burnt / buffer.done, 3) if buffer.done else None,
            "origin": buffer.origin,
            "due": buffer.due.isoformat(),
            "meant": buffer.meant.isoformat(),
            "ends": buffer.ends.isoformat(),
            "chain_minutes": buffer.chain,
            "left_minutes": buffer.left,
        },
        weight=round(100 * buffer.burnt) // STEP,
        driving=driving.last(milestone.ref),
        hovers=True,
    )


def _steps(share: float) -> Count:
    return Count(round(100 * share / STEP) * STEP, "%")


def _why(snapshot: Snapshot, buffer: Buffer) -> tuple[Part, ...]:
    path = snapshot.once(driving_of).path(buffer.milestone)
    last = next((work for ref in reversed(path) if (work := snapshot.get(ref))), None)
    by = (" with ", keyed(last)) if last else ()
    end = Day(buffer.ends, clocked=buffer.clocked or buffer.likely)
    ends: tuple[Part, ...] = ("half of all outcomes end by ", end) if buffer.likely else ("work ends ", end, *by)
    return "it was meant to end ", Day(buffer.meant), ", ", Count(buffer.days, "working day"), " before it is due; ", *ends, "."


def _origin(buffer: Buffer) -> tuple[Part, ...]:
    told = {
        "label": "the buffer that its label sets",
        "item": "the buffer that is planned in it as an item",
        "baseline": "what lay between the end of the agreed chain and the agreed due date",
    }
    days = Count(buffer.days, "working day")
    return told[buffer.origin], ", ", days, ", and the longest chain of its items, of which the done part is behind."
