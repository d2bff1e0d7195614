"""Pure. The outcome of a look at the mirror: what reports tell of it, without the model itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from syncd.detect import Defect
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.snapshot import Snapshot
from syncd.run.analyse import Analysed


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`model`: how many of each kind there are. `findings`: how many are open, new, changed, cleared and held. `planned`: writes that are
    wanted, where they are only observed too; `waiting`: those of them over the cap of a pass. The rest is as in `Analysed`."""

    model: Mapping[str, int]
    findings: Mapping[str, int]
    planned: int
    waiting: int
    rejected: tuple[Rejected, ...]
    dropped: frozenset[Ref]
    notes: Mapping[str, int]
    defects: tuple[Defect, ...]
    problems: tuple[str, ...]

    def again(self) -> "Outcome":
        """The same where nothing changed: then nothing is news."""
        news = dict.fromkeys(("new", "changed", "cleared"), 0)
        return replace(self, findings=MappingProxyType({**self.findings, **news}))


def outcome_of(looked: Analysed) -> Outcome:
    """What a look came to."""
    plan, settled = looked.plan, looked.settled
    return Outcome(
        model=model_counts(looked.snapshot),
        findings={
            "open": sum(state.state == "open" for state in looked.decision.states.values()),
            "new": len(settled.new),
            "changed": len(settled.changed),
            "cleared": len(settled.cleared),
            "held": len(settled.held),
        },
        planned=len(plan.actions) + len(plan.observed) + len(plan.waiting),
        waiting=len(plan.waiting),
        rejected=looked.rejected,
        dropped=looked.dropped,
        notes=looked.notes,
        defects=looked.detected.defects,
        problems=(*looked.snapshot.problems, *looked.loops),
    )


def model_counts(snapshot: Snapshot) -> dict[str, int]:
    """How many of each kind there are."""
    return {
        "milestone": len(snapshot.milestones),
        "item": len(snapshot.items),
        "merge_request": len(snapshot.merge_requests),
        "dependency": len(snapshot.dependencies),
        "window": len(snapshot.windows),
        "absence": len(snapshot.absences),
        "environment": len(snapshot.environments),
        "deployment": len(snapshot.deployments),
        "sign_off": len(snapshot.sign_offs),
        "check": len(snapshot.checks),
        "effort": len(snapshot.efforts),
        "contract_file": len(snapshot.contract_files),
        "reply": len(snapshot.replies),
        "person": len(snapshot.people()),
    }
