"""Pure. `missing_signoff`: people whose approval a milestone needs have not given it. Other states are `gate_due`.

Rules: sign-offs are set in the rules, per class of milestone, so many working days before the due date. They may ask for
- a number of approvals on every merge request of the milestone that is open or merged; where it has none, by so many people on the
  milestone or its items. Of one person the last verdict counts;
- roles: somebody in each of them approves the milestone, one of its items or one of its merge requests.
A warning from 5 working days before, critical from 1, once the day has passed, and where the milestone was closed without. Source: this
house's rules.
"""

from collections.abc import Iterator

from pydantic import Field

from syncd.contract import Detector
from syncd.detect.evidence import Gate, GateRules, Missing, approvers, evidence_of, gates_unmet, some_named
from syncd.model.finding import Count, Finding
from syncd.model.rows import MergeRequest, Milestone, SignOff
from syncd.model.snapshot import Snapshot

CODE = "missing_signoff"


class SignOffGate(Gate):
    """A gate that asks people."""

    approvals: int = Field(0, ge=0, description="How many people have to approve each merge request, or the milestone itself.")
    roles: tuple[str, ...] = Field((), description="Roles of which somebody has to approve.")


class MissingSignoffRules(GateRules):
    """The sign-offs, and how early they are told."""

    gates: tuple[SignOffGate, ...] = Field((), description="The sign-offs, each with a name.")


def detect(snapshot: Snapshot, rules: MissingSignoffRules) -> Iterator[Finding]:
    """One finding per milestone and gate that somebody has not signed."""
    return gates_unmet(snapshot, CODE, rules, _missing)


DETECTOR = Detector(code=CODE, title="Sign-off missing", rules=MissingSignoffRules, detect=detect)


def _missing(snapshot: Snapshot, gate: SignOffGate, milestone: Milestone) -> Iterator[Missing]:
    found = snapshot.once(evidence_of)
    requests = found.requests.get(milestone.ref, ())
    refs = [milestone.ref, *snapshot.members.get(milestone.ref, ())]
    signed = [row for ref in refs for row in approvers(found.sign_offs.get(ref, ()))]
    few = [one for one in requests if _approvals(snapshot, one) < gate.approvals]
    if few:
        yield (Count(gate.approvals, "approval"), " on ", *some_named(few))
    elif not requests and len({row.person or row.ref for row in signed}) < gate.approvals:
        yield (Count(gate.approvals, "approval"), " of it or its items")
    every = [*signed, *(row for one in requests for row in approvers(found.sign_offs.get(one.ref, ())))]
    for role in gate.roles:
        if not any(_has_role(row, role) for row in every):
            yield (f"an approval by {role}",)


def _approvals(snapshot: Snapshot, request: MergeRequest) -> int:
    if request.approvals is not None:
        return request.approvals
    return len(approvers(snapshot.once(evidence_of).sign_offs.get(request.ref, ())))


def _has_role(row: SignOff, role: str) -> bool:
    return (row.role or "").strip().casefold() == role.strip().casefold()
