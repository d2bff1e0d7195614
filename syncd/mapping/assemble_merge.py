"""Pure. One milestone out of what its sources say: each field from the first source, as configured, that says anything."""

from collections.abc import Mapping
from typing import Any

from syncd.mapping.assemble_join import Precedence
from syncd.model.record import changed
from syncd.model.ref import Ref
from syncd.model.rows import Change, Claim, Milestone

_CHOSEN = (
    "title",
    "milestone_kind",
    "parent",
    "owner",
    "team",
    "start",
    "due",
    "status",
    "progress",
    "labels",
    "objective",
    "value",
    "funding",
    "cadence",
    "class_",
)


def merge(anchor: Ref, sources: tuple[Milestone, ...], precedence: Precedence) -> Milestone:
    """The milestone of an anchor. Each field is of the source that `precedence` names first and that has one; the anchor comes
    before sources that are not listed. History keeps, per field, the changes of the source whose value counts. Place and audience
    are the anchor's own."""
    base = next((source for source in sources if source.ref == anchor), sources[0])
    claims = {source.ref.connection: _claim(source) for source in sources}
    if len(sources) == 1:
        return changed(base, ref=_shown(anchor, base.ref), claims=claims, sources=(base.ref,))
    chosen = {name: _first(name, base, sources, precedence) for name in _CHOSEN}
    values: dict[str, Any] = {name: getattr(source, name) for name, source in chosen.items()}
    return changed(
        base,
        **values,
        ref=_shown(anchor, base.ref),
        status_name=chosen["status"].status_name,
        claims=claims,
        sources=(base.ref, *(source.ref for source in sources if source is not base)),
        same_as=tuple(sorted({key for source in sources for key in source.same_as})),
        history=_history(base, sources, chosen),
        updated_at=max((source.updated_at for source in sources if source.updated_at), default=None),
    )


def _shown(anchor: Ref, present: Ref) -> Ref:
    return present if present == anchor else anchor


def _claim(source: Milestone) -> Claim:
    return Claim(
        source.ref, source.due, source.status, source.owner, source.title, source.audience, source.scope_id, source.project
    )


def _first(name: str, base: Milestone, sources: tuple[Milestone, ...], precedence: Precedence) -> Milestone:
    def rank(source: Milestone) -> tuple[tuple[int, int], bool, Ref]:
        return precedence.rank(name.rstrip("_"), source.ref.connection), source is not base, source.ref

    return min((source for source in sources if _says(getattr(source, name))), key=rank, default=base)


def _says(value: object) -> bool:
    return value not in (None, "", (), "unknown")


def _history(base: Milestone, sources: tuple[Milestone, ...], chosen: Mapping[str, Milestone]) -> tuple[Change, ...]:
    counted = (change for source in sources for change in source.history if chosen.get(change.field, base) is source)
    return tuple(sorted(counted, key=lambda change: change.at))
