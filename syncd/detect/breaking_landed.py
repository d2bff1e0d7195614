"""Pure. A break that has landed, on the milestones that rely on the contract: until they are ready for it, or it is taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from syncd.contracts.change import Verdict
from syncd.contracts.impact import Adaptation, Effort, Impact, Landing, impact_of
from syncd.contracts.judging import standing, verdict_from_json
from syncd.contracts.reliance import relied_on
from syncd.detect.breaking_words import Origin, assumed, changed, facts_of, origin_of, prints_of, strikes, takes
from syncd.detect.wording import keyed, named, with_sources
from syncd.model.contract import Compared, Contract
from syncd.model.finding import Count, Day, Finding, Line, Part, Severity, bucket
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of
from syncd.schedule.wall import wall_day


@dataclass(frozen=True, slots=True)
class Landed:
    """What has landed, and whom it meets. `request`: what brought it; None: it came to the default branch by itself. `origin`: what its
    places are read from."""

    snapshot: Snapshot
    contract: Contract
    compared: Compared
    request: MergeRequest | None
    origin: Origin
    effort: Effort
    impact: Impact

    @property
    def adapting(self) -> tuple[Adaptation, ...]:
        """Those who cannot be ready for it yet."""
        return tuple(one for one in self.impact.adaptations if one.hit and one.ready >= self.snapshot.today)

    @property
    def name(self) -> str:
        """What tells it from other breaks of the same contract."""
        return f"contract:{self.contract.name}:{self.compared.of or self.compared.name}"


def landed_of(compared: Compared, contract: Contract, snapshot: Snapshot, effort: Effort) -> Landed | None:
    """What has landed by that; None where it has not, where all is accepted, or what brought it is not known any more."""
    verdict = verdict_from_json(compared.verdict)
    if compared.revision != "landed" or compared.at is None or verdict is None:
        return None
    changes = tuple(one for one in standing(verdict.changes, contract) if one.level == "breaking")
    request = snapshot.merge_request(compared.of)
    if not changes or (compared.of and request is None):
        return None
    day = wall_day(compared.at, ZoneInfo(snapshot.zone))
    landing = Landing(day, "merged", request.ref if request else None)
    impact = impact_of(Verdict(changes), relied_on(contract, snapshot), snapshot, None, effort, landing)
    return Landed(snapshot, contract, compared, request, origin_of(request, compared, snapshot), effort, impact)


def of_landed(code: str, landed: Landed) -> Iterator[Finding]:
    """A finding on each milestone that is not ready for it."""
    for one in landed.adapting:
        late = strikes(one, landed.impact)
        severity: Severity = "critical" if late else "warn"
        yield Finding(
            code=code,
            subject=one.milestone,
            discriminator=landed.name,
            severity=severity,
            headline=_headline(landed, one, late=late),
            lines=(
                Line("Changed", changed(one.changes, landed.origin)),
                Line("Why", why(landed, one, late=late)),
                Line("Rests on", (assumed(landed.effort, "from that day on, ", "breaking change"),)),
                Line("Clears", _clears(landed, one)),
                Line("Wrong?", _wrong(landed, one)),
            ),
            inputs=inputs_of(landed, one),
            facts={
                "contract": landed.contract.name,
                **facts_of(landed.request, landed.impact.landing, one.changes, [(one, severity)]),
            },
            weight=bucket(one.slips),
            driving=landed.snapshot.once(driving_of).last(one.milestone),
        )


def inputs_of(landed: Landed, one: Adaptation) -> frozenset[Ref]:
    """What is known of one milestone rests on it, its path, what landed, and the files that have it."""
    path = landed.snapshot.once(driving_of).path(one.milestone)
    by = [landed.request.ref] if landed.request else []
    return with_sources(landed.snapshot, {one.milestone, *path, *landed.compared.sources, *by})


def why(landed: Landed, one: Adaptation, *, late: bool) -> tuple[Part, ...]:
    """When it landed, and when they are ready."""
    by: tuple[Part, ...] = (" in ", keyed(landed.request)) if landed.request else (" on the default branch",)
    slip: tuple[Part, ...] = ()
    if late:
        slip = "; with it, it ends ", Count(one.slips, "working day", clocked=True), " later than due and planned"
    days = f". From then on it takes {takes(one)}: "
    milestone = keyed(landed.snapshot.milestones[one.milestone])
    return (
        "it landed on ",
        Day(landed.impact.landing.day),
        *by,
        days,
        milestone,
        " is ready on ",
        Day(one.ready),
        " at the earliest",
        *slip,
        ".",
    )


def _headline(landed: Landed, one: Adaptation, *, late: bool) -> tuple[Part, ...]:
    milestone, day = landed.snapshot.milestones[one.milestone], Day(landed.impact.landing.day)
    ends: tuple[Part, ...] = (", and adapting makes it late.",) if late else (", and it is ready for it on ", Day(one.ready), ".")
    if landed.request is None:
        return named(milestone), f": the contract {landed.contract.name}, which it relies on, broke on ", day, *ends
    broke = f" broke the contract {landed.contract.name}, which it relies on, on "
    return named(milestone), ": ", keyed(landed.request), broke, day, *ends


def _clears(landed: Landed, one: Adaptation) -> tuple[Part, ...]:
    return (
        "the end of ",
        Day(one.ready),
        ", or the end of the milestone; the change taken back on the default branch; or what is agreed on, in accept of "
        f"[contracts.{landed.contract.name}]: {prints_of(one.changes)}.",
    )


def _wrong(landed: Landed, one: Adaptation) -> tuple[Part, ...]:
    milestone = keyed(landed.snapshot.milestones[one.milestone])
    return f"Correct consumers, adaptation_days or levels of [contracts.{landed.contract.name}], or the dates of ", milestone, "."
