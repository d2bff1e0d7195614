"""Pure. `gate_due`: a gate comes up, or has passed, and a state that it asks for is not there. What people say is `missing_signoff`.

Rules: gates are set in the rules, per class of milestone, so many working days before the due date. A gate may ask for
- checks: passed, in their last result for the head revision, on every merge request of the milestone that has them, and on one at least;
- labels of the milestone, all of them;
- a status of the milestone, one of them, by the vendor's name.
A warning from 5 working days before the gate, critical from 1, once it has passed, and where the milestone was closed without. A milestone
whose cadence is iterative has no gates. Source: this house's rules.
"""

from collections.abc import Iterator

from pydantic import Field

from syncd.contract import Detector
from syncd.detect.evidence import Gate, GateRules, Missing, evidence_of, gates_unmet, some_named
from syncd.model.finding import Finding
from syncd.model.rows import MergeRequest, Milestone
from syncd.model.snapshot import Snapshot

CODE = "gate_due"


class StateGate(Gate):
    """A gate that asks for states."""

    checks: tuple[str, ...] = Field((), description="Names of checks that have to be passed.")
    labels: tuple[str, ...] = Field((), description="Labels that the milestone has to have.")
    status: tuple[str, ...] = Field((), description="Statuses, by the vendor's names, of which the milestone has to have one.")


class GateDueRules(GateRules):
    """The gates, and how early they are told."""

    gates: tuple[StateGate, ...] = Field((), description="The gates, each with a name.")


def detect(snapshot: Snapshot, rules: GateDueRules) -> Iterator[Finding]:
    """One finding per milestone and gate that lacks something."""
    return gates_unmet(snapshot, CODE, rules, _missing)


DETECTOR = Detector(code=CODE, title="Gate not met", rules=GateDueRules, detect=detect)


def _missing(snapshot: Snapshot, gate: StateGate, milestone: Milestone) -> Iterator[Missing]:
    for name in gate.checks:
        yield from _check(snapshot, name, milestone)
    has = {label.strip().casefold() for label in milestone.labels}
    for label in gate.labels:
        if label.strip().casefold() not in has:
            yield (f"the label {label}",)
    statuses = {name.strip().casefold() for name in gate.status}
    if statuses and (milestone.status_name or "").strip().casefold() not in statuses:
        yield (f"the status {' or '.join(gate.status)}",)


def _check(snapshot: Snapshot, name: str, milestone: Milestone) -> Iterator[Missing]:
    requests = snapshot.once(evidence_of).requests.get(milestone.ref, ())
    states = {request.ref: _state(snapshot, name, request) for request in requests}
    bad = [request for request in requests if states[request.ref] not in (None, "passed", "neutral")]
    if bad:
        yield (f"the check {name} on ", *some_named(bad))
    elif "passed" not in states.values():
        yield (f"the check {name} on any of its merge requests",)


def _state(snapshot: Snapshot, name: str, request: MergeRequest) -> str | None:
    """The last result of the check for the revision that the merge request has now."""
    results = [
        check.state
        for check in snapshot.once(evidence_of).checks.get(request.ref, ())
        if check.name.casefold() == name.casefold() and (not check.sha or not request.head_sha or check.sha == request.head_sha)
    ]
    return results[-1] if results else None
