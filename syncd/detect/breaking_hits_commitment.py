"""Pure. `breaking_hits_commitment`: a merge request breaks a contract before those who rely on it can be ready.

Rules: a consumer starts to adapt today, and takes the contract's `adaptation_days` for each breaking change that concerns them, at most
`days_at_most`, in the working time of their team (see `syncd.contracts.impact`). A commitment is hit where the change lands before its
milestone is ready for it. Critical where the adaptation makes a milestone that ends no sooner than the change lands end after its due date;
a warning where a break has consumers and hits nobody's date, and where it could not be judged. Told on the merge request, and on each
milestone that is hit. Once the change is merged, each milestone that relies on it is told until the adaptation, which begins that day, has
ended, or it was taken back (see `syncd.detect.breaking_landed`). Changes that are accepted, or whose level is set to another one, do not
count. The consumers of a vendor's contract are told by `third_party_contract_break`. Source: this house's rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from syncd.contract import Detector, Rules
from syncd.contracts.change import Verdict
from syncd.contracts.impact import Adaptation, Impact, impact_of
from syncd.contracts.judging import standing, verdict_from_json
from syncd.contracts.reliance import MOST_DAYS, effort_of, relied_on, with_milestones
from syncd.contracts.workshop import workshop_of
from syncd.detect.breaking_landed import landed_of, of_landed
from syncd.detect.breaking_words import (
    Case,
    about_landing,
    changed,
    clears,
    facts_of,
    headline_of_consumer,
    headline_of_request,
    ready_of,
    rests_on,
    strikes,
    wrong,
)
from syncd.detect.breaking_workshop import as_fact, proposal
from syncd.detect.wording import with_sources
from syncd.model.contract import Compared, Contract
from syncd.model.finding import Finding, Line, Severity, bucket
from syncd.model.ref import Ref
from syncd.model.rows import MergeRequest
from syncd.model.snapshot import Snapshot
from syncd.schedule.driving import driving_of

CODE = "breaking_hits_commitment"


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
        elif (
            contract
            and not contract.third_party
            and (landed := landed_of(compared, contract, snapshot, effort_of(contract, rules.days_at_most)))
        ):
            yield from of_landed(CODE, landed)


DETECTOR = Detector(code=CODE, title="Breaking change hits a commitment", rules=BreakingHitsCommitmentRules, detect=detect)


def severity_of(case: Case, one: Adaptation) -> Severity | None:
    """How hard a consumer is hit; None: not at all."""
    return "critical" if one.milestone in case.late else "warn" if one in case.told else None


def _request(snapshot: Snapshot, compared: Compared) -> MergeRequest | None:
    request = snapshot.merge_request(compared.of) if compared.revision == "merge_request" else None
    return request if request and request.status == "open" else None


def _findings(
    snapshot: Snapshot, rules: BreakingHitsCommitmentRules, contract: Contract, request: MergeRequest, compared: Compared
) -> Iterator[Finding]:
    verdict = verdict_from_json(compared.verdict) or Verdict.unjudged("its verdict cannot be read")
    changes = tuple(one for one in standing(verdict.changes, contract) if one.level in ("breaking", "unknown"))
    if not changes:
        return
    effort = effort_of(contract, rules.days_at_most)
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
    for one in told if not contract.third_party else ():
        yield _of_consumer(known, one)


def _of_request(known: _Known, rules: BreakingHitsCommitmentRules) -> Finding:
    case = known.case
    workshop = workshop_of(known.impact, case.snapshot, minutes=rules.workshop_minutes)
    facts = facts_of(
        case.request, case.landing, case.changes, [(one, severity_of(case, one)) for one in known.impact.adaptations]
    )
    return Finding(
        code=CODE,
        subject=case.request.ref,
        discriminator=f"contract:{case.contract.name}",
        severity="critical" if case.late else "warn",
        headline=headline_of_request(case),
        lines=(
            Line("Changed", changed(case.changes, case.request)),
            Line("Why", (*about_landing(case), *(part for one in case.shown for part in (" ", *ready_of(case, one))))),
            *_unsure(known.impact),
            *([proposal(workshop, known.impact, case.snapshot)] if workshop else []),
            Line("Rests on", rests_on(case)),
            Line("Clears", clears(case, case.changes)),
            Line("Wrong?", wrong(case, case.shown)),
        ),
        inputs=_inputs(known, [one.milestone for one in known.impact.adaptations]),
        facts={"contract": case.contract.name, **facts, "workshop": as_fact(workshop, case.contract) if workshop else None},
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
            Line("Changed", changed(one.changes, case.request)),
            Line("Why", (*about_landing(case), " ", *ready_of(case, one))),
            Line("Rests on", rests_on(case)),
            Line("Clears", clears(case, one.changes)),
            Line("Wrong?", wrong(case, [one])),
        ),
        inputs=_inputs(known, [one.milestone]),
        facts={"contract": case.contract.name, **facts_of(case.request, case.landing, one.changes, [(one, severity)])},
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
