"""Pure. Blocking chains: from what is open at the beginning, over all that waits for it, to the milestone that it holds up."""

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.decide.state import FindingState
from syncd.model.finding import SEVERITIES, Finding, Severity
from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.schedule.plan import plan_of
from syncd.schedule.wiring import is_open


@dataclass(frozen=True, slots=True)
class Chain:
    """`refs`: the work in the order in which it waits, first to last. `days`: working days that are lost at its end; `milestones`: those
    that its end belongs to."""

    refs: tuple[Ref, ...]
    severity: Severity
    days: int
    milestones: tuple[Ref, ...]


def chains(snapshot: Snapshot, states: Iterable[FindingState], most: int = 3) -> tuple[Chain, ...]:
    """The worst chains that hold work up, each with its own beginning or end: no one is a part of another."""
    found = [one for state in states if state.state == "open" and (one := _chain(snapshot, state.finding))]
    found.sort(key=lambda one: (-SEVERITIES.index(one.severity), -one.days, -len(one.refs), one.refs))
    kept: list[Chain] = []
    for one in found:
        if len(kept) < most and not any(set(one.refs) <= set(other.refs) for other in kept):
            kept.append(one)
    return tuple(kept)


def _chain(snapshot: Snapshot, finding: Finding) -> Chain | None:
    if finding.code != "blocked" or finding.severity == "info":
        return None
    last = snapshot.anchor(finding.subject)
    if "cycle" in finding.facts:
        refs: tuple[Ref, ...] = tuple(ref for one in _listed(finding.facts["cycle"]) if (ref := _known(snapshot, one)))
    else:
        first = _known(snapshot, finding.facts.get("predecessor"))
        plan = snapshot.once(plan_of)
        before = plan.path(first) if first and first in plan.wiring.number else (first,) if first else ()
        refs = (*(ref for ref in before if ref != last), last)
    days = finding.facts.get("days_lost", 0)
    above = tuple(ref for ref in _above(snapshot, last) if is_open(snapshot.milestones[ref]))
    return Chain(refs, finding.severity, days if isinstance(days, int) else 0, above) if len(refs) > 1 else None


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _known(snapshot: Snapshot, value: object) -> Ref | None:
    """The object that a fact names."""
    if not isinstance(value, dict):
        return None
    ref = snapshot.anchor(Ref(str(value.get("connection")), str(value.get("stream")), str(value.get("id"))))
    work = snapshot.get(ref)
    return work.ref if work else None


def _above(snapshot: Snapshot, ref: Ref) -> tuple[Ref, ...]:
    item = snapshot.items.get(ref)
    if item is None:
        return (ref,) if ref in snapshot.milestones else ()
    named = (snapshot.anchor(one) for one in item.milestones if isinstance(one, Ref))
    return tuple(dict.fromkeys(one for one in named if one in snapshot.milestones))
