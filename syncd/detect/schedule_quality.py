"""Pure. `schedule_quality`: a milestone's plan cannot be believed, by the 14 points of the Defense Contract Management Agency.

The points and their limits are in `syncd.schedule.quality`. A point that fails is a warning; work that cannot end in time, or a critical
path that is cut, is critical. It is judged from ten open items on: below that one item more or less decides. Nothing of it is
said on tickets unless `write` is set: it is for whoever leads the plan, as `syncd quality` shows it.
Source: DCMA, 14-Point Assessment (2009).
"""

from collections.abc import Iterator, Sequence

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.detect.wording import keyed, listed, named, with_sources
from syncd.model.action import Mode
from syncd.model.finding import Count, Finding, Line, Part
from syncd.model.raw import Json
from syncd.model.ref import Ref, identity, ref_to_json
from syncd.model.snapshot import Snapshot
from syncd.schedule.quality import Metric, Quality, milestone_quality
from syncd.schedule.wiring import NO_MEMBERS, is_open, members_of

CODE = "schedule_quality"
_SHOWN = 3
_GRAVE = frozenset({"negative_float", "path_test"})


class QualityRules(Rules):
    """From how many open items a plan is judged."""

    write: Mode = Field(
        default="off", description='"off", "plan" or "on": how far its findings may be said, project and team willing'
    )
    least_items: int = Field(10, ge=1, description="So many open items a plan needs before it is judged.")


def detect(snapshot: Snapshot, rules: QualityRules) -> Iterator[Finding]:
    """One finding per milestone with points that fail."""
    membership = snapshot.once(members_of)
    for ref in sorted(snapshot.milestones, key=identity):
        milestone, members = snapshot.milestones[ref], membership.get(ref, NO_MEMBERS)
        if not is_open(milestone) or len(members.opened) < rules.of(milestone.class_).least_items:
            continue
        quality = milestone_quality(snapshot, ref)
        if failed := quality.failed:
            yield _finding(snapshot, quality, failed, ref)


DETECTOR = Detector(code=CODE, title="Plan quality", rules=QualityRules, detect=detect)


def _finding(snapshot: Snapshot, quality: Quality, failed: Sequence[Metric], ref: Ref) -> Finding:
    milestone = snapshot.milestones[ref]
    judged = sum(metric.passed is not None for metric in quality.metrics)
    return Finding(
        code=CODE,
        subject=ref,
        severity="critical" if any(metric.code in _GRAVE for metric in failed) else "warn",
        headline=(named(milestone), f": {len(failed)} of ", Count(judged, "point"), " of its plan's quality fail."),
        lines=(
            *(Line(metric.title.capitalize(), tuple(_told(snapshot, metric))) for metric in failed),
            Line("Rests on", (Count(quality.items, "open item"), " and their links. Rule: the DCMA 14-point assessment.")),
            Line("Clears", tuple(_clears(snapshot, quality))),
            Line("Wrong?", ("Correct the dates, links or estimates of the items that are named.",)),
        ),
        inputs=with_sources(snapshot, {ref}.union(snapshot.members.get(ref, ()), *(metric.offenders for metric in failed))),
        facts={
            "items": quality.items,
            "failed": [metric.code for metric in failed],
            "metrics": {metric.code: _facts(metric) for metric in quality.metrics},
            "repair_first": [ref_to_json(one.ref) for one in quality.repairs[:_SHOWN]],
        },
        weight=len(failed),
        driving=quality.repairs[0].ref if quality.repairs else min(snapshot.members[ref]),
        hovers=True,
    )


def _told(snapshot: Snapshot, metric: Metric) -> Iterator[Part]:
    """The value beside its limit, and some of what stands against it."""
    if metric.unit == "index":
        yield f"below {metric.limit:g}"
    else:
        many = round((metric.value or 0) * (metric.of if metric.unit == "share" else 1))
        yield f"{many} of {metric.of}"
        limit = f"{metric.limit:.0%}".replace("%", " %") if metric.unit == "share" else f"{metric.limit:g}"
        yield f" (at {'least' if metric.at_least else 'most'} {limit})"
    works = [keyed(work) for ref in metric.offenders[:_SHOWN] if (work := snapshot.get(ref))]
    more = len(metric.offenders) - len(works)
    if works:
        yield from (": ", *listed([*works, *([f"{more} more"] if more else [])]))
    yield "."


def _clears(snapshot: Snapshot, quality: Quality) -> Iterator[Part]:
    """What to repair first: that on which most dates rest."""
    works = [(work, one.dates) for one in quality.repairs[:_SHOWN] if (work := snapshot.get(one.ref))]
    if not works:
        yield "all points passed."
        return
    yield "all points passed. To repair first: "
    for place, (work, dates) in enumerate(works):
        yield ", " if place else ""
        yield from (keyed(work), " (", Count(dates, "date"), f" rest{'s' if dates == 1 else ''} on it)")
    yield "."


def _facts(metric: Metric) -> dict[str, Json]:
    return {
        "value": None if metric.value is None else round(metric.value, 4),
        "limit": metric.limit,
        "passed": metric.passed,
        "offenders": len(metric.offenders),
    }
