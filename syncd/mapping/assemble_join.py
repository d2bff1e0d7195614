"""Pure. Which milestones of different connections are one commitment, and which of their sources is its anchor."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncd.model.ref import Ref
from syncd.model.rows import Milestone

Set = dict[str, Ref]
"""Milestones that are one, by connection: never two of one connection."""


@dataclass(frozen=True, slots=True)
class Precedence:
    """Whose value counts: connections, best first. `fields` overrules `general` for the field named. Of sources that are seen for the
    first time together and are not listed, the one whose connection comes first in `order` is the anchor."""

    general: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def rank(self, name: str, connection: str) -> tuple[int, int]:
        """The place of a connection for a field: smaller is better, unlisted ones are last."""
        return _place(self.fields.get(name, ()), connection), _place(self.general, connection)

    def first(self, ref: Ref) -> tuple[tuple[int, int], int, Ref]:
        """Sorts the sources of a milestone: who is first becomes the anchor of a new one."""
        return self.rank("", ref.connection), _place(self.order, ref.connection), ref


def _place(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else len(names)


@dataclass(frozen=True, slots=True)
class Joined:
    """`groups`: anchor -> its present sources. `anchors`, to be stored: every source and anchor ever seen -> its anchor now."""

    groups: Mapping[Ref, tuple[Milestone, ...]]
    anchors: Mapping[Ref, Ref]
    problems: tuple[str, ...]


def join(
    milestones: Mapping[Ref, Milestone], anchors: Mapping[Ref, Ref], precedence: Precedence, frozen: frozenset[Ref]
) -> Joined:
    """Join by shared keys, transitively. What was joined stays so while it shares a key, whatever else claims that key.

    `anchors` is what was stored; `frozen` are stored anchors that are not among the rows, but of which that proves nothing. Two
    milestones of one connection that share a key do not join: neither joins through that key, and both are listed.
    """
    sets = {ref: {ref.connection: ref} for ref in milestones}
    keys = _holders(milestones)
    for refs in keys.values():
        for together in _grouped(refs, anchors).values():
            _unite(together, sets)
    for kept, together in _grouped(milestones, anchors).items():
        if kept in frozen:
            _unite(together, sets)
    for refs in keys.values():
        _unite(refs, sets)
    problems = [problem for key, refs in keys.items() for problem in _apart(key, refs, sets)]
    return _anchored(milestones, sets, anchors, precedence, frozen, tuple(problems))


def _holders(milestones: Mapping[Ref, Milestone]) -> dict[str, list[Ref]]:
    keys: dict[str, list[Ref]] = {}
    for ref, milestone in milestones.items():
        for key in dict.fromkeys(milestone.same_as):
            keys.setdefault(key, []).append(ref)
    return {key: keys[key] for key in sorted(keys) if len(keys[key]) > 1}


def _grouped(refs: Iterable[Ref], anchors: Mapping[Ref, Ref]) -> dict[Ref, list[Ref]]:
    groups: dict[Ref, list[Ref]] = {}
    for ref in refs:
        if ref in anchors:
            groups.setdefault(anchors[ref], []).append(ref)
    return groups


def _unite(refs: Iterable[Ref], sets: dict[Ref, Set]) -> None:
    """Make one set of those that can be: sets that both hold one of the same connection stay as they are."""
    parts = _parts(refs, sets)
    count = Counter(connection for part in parts for connection in part)
    free = [part for part in parts if all(count[connection] == 1 for connection in part)]
    merged = {connection: ref for part in free for connection, ref in part.items()}
    for ref in merged.values():
        sets[ref] = merged


def _parts(refs: Iterable[Ref], sets: Mapping[Ref, Set]) -> list[Set]:
    return list({id(sets[ref]): sets[ref] for ref in refs}.values())


def _apart(key: str, refs: list[Ref], sets: Mapping[Ref, Set]) -> Iterable[str]:
    """Who is kept apart although a key is shared: those of one connection that bear it, else those that it would bring together."""
    rivals, how = _by_connection(refs), "share"
    if not rivals:
        rivals, how = _by_connection(ref for part in _parts(refs, sets) for ref in part.values()), "would be joined through"
    for connection, labels in rivals.items():
        yield (
            f"{connection}: {' and '.join(labels)} {how} the join key {key!r}, so they are not joined by it. "
            "Only milestones of different connections join: give one of them another key"
        )


def _by_connection(refs: Iterable[Ref]) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = {}
    for ref in sorted(refs):
        labels.setdefault(ref.connection, []).append(ref.label)
    return {connection: found for connection, found in labels.items() if len(found) > 1}


def _anchored(
    milestones: Mapping[Ref, Milestone],
    sets: Mapping[Ref, Set],
    stored: Mapping[Ref, Ref],
    precedence: Precedence,
    frozen: frozenset[Ref],
    problems: tuple[str, ...],
) -> Joined:
    groups: dict[Ref, tuple[Milestone, ...]] = {}
    now: dict[Ref, Ref] = {}
    moved: dict[Ref, Ref] = {}
    for together in {id(part): part for part in sets.values()}.values():
        members = sorted(together.values(), key=precedence.first)
        former = {stored[ref] for ref in members if ref in stored}
        kept = [ref for ref in members if ref in former] + [ref for ref in former if ref in frozen and ref not in groups]
        anchor = min(kept or members, key=precedence.first)
        groups[anchor] = tuple(milestones[ref] for ref in members)
        now |= dict.fromkeys(members, anchor)
        moved |= {ref: anchor for ref in former if ref not in milestones and ref != anchor}
    where = {**moved, **{ref: ref for ref in groups}, **now}
    followed = {source: where.get(source) or where.get(anchor, anchor) for source, anchor in stored.items()}
    return Joined(groups, followed | now, problems)
