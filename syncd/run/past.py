"""The model at an earlier moment: the mirror as it was then, read by the mappings of today."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from syncd.mapping import apply
from syncd.mapping.assemble import assemble
from syncd.model.baseline import Baseline
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.rows import Row
from syncd.model.snapshot import Snapshot
from syncd.run.analyse import Understanding
from syncd.run.link import Link
from syncd.schedule.commitment import is_told, state_now, state_then
from syncd.store import Store


def model_then(links: Sequence[Link], store: Store, view: Understanding, at: datetime) -> Snapshot:
    """The model as it would have been at `at`, as far as the mirror reaches back. Milestones have the anchors that they have now."""
    rows: list[Row] = []
    for link in links:
        for record in store.mirror.raws_then(link.name, at):
            applied = apply(link.mapping, record)
            rows += () if isinstance(applied, Rejected) else applied.rows
    assembled = assemble(
        rows, anchors=store.anchors.all(), precedence=view.precedence, as_of=at, zone=view.zone, people=view.people
    )
    return assembled.snapshot


def agreed_then(now: Snapshot, then: Snapshot, milestone: Ref) -> Baseline | None:
    """A milestone as it was at the moment of `then`: by the mirror, else by the vendor's history; None where neither reaches back."""
    if (known := then.milestones.get(then.anchor(milestone))) is not None:
        return replace(state_now(then, known), milestone=milestone, recorded_at=now.as_of)
    present = now.milestones[milestone]
    return replace(state_then(now, present, then.as_of), recorded_at=now.as_of) if is_told(now, present) else None
