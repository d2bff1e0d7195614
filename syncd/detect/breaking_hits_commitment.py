"""Pure. `breaking_hits_commitment`: a merge request breaks a contract before those who rely on it can be ready.

Rules: a consumer starts to adapt today, and takes the contract's `adaptation_days` for each breaking change that concerns them, at most
`days_at_most`, in the working time of their team (see `syncd.contracts.impact`). A commitment is hit where the change lands before its
milestone is ready for it. Critical where the adaptation makes a milestone that ends no sooner than the change lands end after its due date;
a warning where a break has consumers and hits nobody's date, and where it could not be judged. Told on the merge request, and on each
milestone that is hit. Changes that are accepted, or whose level is set to another one, do not count. Source: this house's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.contracts.change import LEVELS, Change, Verdict
from syncd.contracts.impact import Adaptation, Effort, Impact, impact_of
from syncd.contracts.judging import standing, verdict_from_json
from syncd.contracts.reliance import relied_on, with_milestones
from syncd.contracts.workshop import workshop_of
from syncd.detect.breaking_words import (
    Case,
    about_landing,
    changed,
    clears,
    headline_of_consumer,
    headline_of_request,
    ready_of,
    rests_on,
    wrong,
)
from syncd.detect.breaking_workshop import as_fact, proposal
from syncd.detect.wording import keyed, ref_facts, with_sources
from syncd.model.contract import Compared, Contract
from syncd.model.finding import Finding, Line, Severity, bucket
from syncd.model.raw import Json
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of

CODE = "breaking_hits_commitment"
MOST_DAYS = 365
"""Nothing is counted beyond, as the configuration takes no more."""


class BreakingHitsCommitmentRules(Rules):
    """What adapting costs at most, and how long the workshop is."""

    days_at_most: float = Field(
        10, gt=0, le=MOST_DAYS, description="Working days that adapting takes at most, however much changes."
    )
    workshop_minutes: int = Field(60, ge=15, le=480, description="Minutes of the workshop that is proposed.")


@dataclass(frozen=True, slots=True)
class _Known:
    """A case with whom it meets, and what it is known by."""

    case: Case
    impact: Impact
    compared: Compared


def detect(snapshot: Snapshot, rules: BreakingHitsCommitmentRules) -> Iterator[Finding]:
    """One finding per merge request and contract that it breaks, and one per milestone that this hits."""
    contracts = {contract.name: contract for contract in snapshot.contracts}
    for compared in snapshot.compared:
        contract, request = contracts.get(compared.contract), _request(snapshot, compared)
        if contract and request:
            yield from _findings(snapshot, rules, contract, request, compared)


DETECTOR = Detector(code=CODE, title="Breaking change hits a commitment", rules=BreakingHitsCommitmentRules, detect=detect)


def strikes(one: Adaptation, impact: Impact) -> bool:
    """Whether it makes a milestone late that ends when the change is there."""
    return one.slips > 0 and one.due is not None and (one.hit or one.due >= impact.landing.day)


def _request(snapshot: Snapshot, compared: Compared) -> MergeRequest | None:
    of = compared.of if compared.revision == "merge_request" else None
    request = snapshot.merge_requests.get(snapshot.anchor(of)) if isinstance(of, Ref) else None
    return request if request and request.status == "open" else None


def _findings(
    snapshot: Snapshot, rules: BreakingHitsCommitmentRules, contract: Contract, request: MergeRequest, compared: Compared
) -> Iterator[Finding]:
    verdict = verdict_from_json(compared.verdict) or Verdict.unjudged("its verdict cannot be read")
    changes = tuple(one for one in standing(verdict.changes, contract) if one.level in ("breaking", "unknown"))
    if not changes:
        return
    each = min(contract.adaptation_days, MOST_DAYS)
    effort = Effort(days_per_change=each, days_at_most=max(rules.days_at_most, each))
    relied = relied_on(contract, snapshot)
    impact = impact_of(Verdict(changes), relied, snapshot, with_milestones(request, snapshot), effort)
    told = tuple(one for one in impact.adaptations if one.hit or strikes(one, impact))
    late = frozenset(one.milestone for one in told if strikes(one, impact))
    doubts = tuple(change for change in changes if change.level == "unknown")
    case = Case(snapshot, contract, request, changes, impact.landing, effort, told, late)
    if not impact.adaptations and not impact.problems and not doubts:
        return
    known = _Known(case, impact, compared)
    yield _of_request(known, rules)
    for one in told:
        yield _of_consumer(known, one)


def _of_request(known: _Known, rules: BreakingHitsCommitmentRules) -> Finding:
    case = known.case
    workshop = workshop_of(known.impact, case.snapshot, minutes=rules.workshop_minutes)
    facts = _facts(case, case.changes, [_as_fact(case, one) for one in known.impact.adaptations])
    return Finding(
        code=CODE,
        subject=case.request.ref,
        discriminator=f"contract:{case.contract.name}",
        severity="critical" if case.late else "warn",
        headline=headline_of_request(case),
        lines=(
            Line("Changed", changed(case, case.changes)),
            Line("Why", (*about_landing(case), *(part for one in case.shown for part in (" ", *ready_of(case, one))))),
            *_unsure(known.impact),
            *([proposal(workshop, known.impact, case.snapshot)] if workshop else []),
            Line("Rests on", rests_on(case)),
            Line("Clears", clears(case, case.changes)),
            Line("Wrong?", wrong(case, case.shown)),
        ),
        inputs=_inputs(known, [one.milestone for one in known.impact.adaptations]),
        facts={**facts, "workshop": as_fact(workshop, case.contract) if workshop else None},
        weight=100 * len(case.late) + len(case.told),
    )


def _of_consumer(known: _Known, one: Adaptation) -> Finding:
    case, driving = known.case, known.case.snapshot.once(driving_of)
    severity: Severity = "critical" if one.milestone in case.late else "warn"
    return Finding(
        code=CODE,
        subject=one.milestone,
        discriminator=f"contract:{case.contract.name}:{case.request.ref}",
        severity=severity,
        headline=headline_of_consumer(case, one),
        lines=(
            Line("Changed", changed(case, one.changes)),
            Line("Why", (*about_landing(case), " ", *ready_of(case, one))),
            Line("Rests on", rests_on(case)),
            Line("Clears", clears(case, one.changes)),
            Line("Wrong?", wrong(case, [one])),
        ),
        inputs=_inputs(known, [one.milestone]),
        facts=_facts(case, one.changes, [_as_fact(case, one)]),
        weight=bucket(one.slips),
        driving=driving.last(one.milestone),
    )


def _unsure(impact: Impact) -> Iterator[Line]:
    """How many consumers nothing is said of, as their plan cannot be computed."""
    if impact.problems:
        yield Line("Not known", (f"when {len(impact.problems)} of the consumers are ready: their dates cannot be computed.",))


def _inputs(known: _Known, milestones: list[Ref]) -> frozenset[Ref]:
    case, driving = known.case, known.case.snapshot.once(driving_of)
    by = [known.impact.landing.by] if known.impact.landing.by else []
    paths = [part for ref in milestones for part in driving.path(ref)]
    return with_sources(case.snapshot, {case.request.ref, *known.compared.sources, *milestones, *paths, *by})


def _as_fact(case: Case, one: Adaptation) -> dict[str, Json]:
    return {
        "milestone": ref_facts(one.milestone),
        "due": one.due.isoformat() if one.due else None,
        "ready": one.ready.isoformat(),
        "days": one.days,
        "late": one.late,
        "slips": one.slips,
        "why": one.why,
        "severity": "critical" if one.milestone in case.late else "warn" if one in case.told else None,
    }


def _facts(case: Case, changes: tuple[Change, ...], consumers: list[dict[str, Json]]) -> dict[str, Json]:
    return {
        "contract": case.contract.name,
        "merge_request": ref_facts(keyed(case.request).ref),
        "lands": case.landing.day.isoformat(),
        "lands_by": case.landing.basis,
        "changes": [
            {"rule": one.rule, "level": one.level, "fingerprint": one.fingerprint, "operation": one.operation, "place": one.place}
            for one in sorted(changes, key=lambda one: LEVELS.index(one.level))
        ],
        "consumers": consumers,
    }
