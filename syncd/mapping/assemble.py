"""Pure. From the rows of all records to one model: joined, named, nested, linked, and honest about what is unsure."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from syncd.mapping.assemble_join import Precedence, join
from syncd.mapping.assemble_links import Links, link, unseen
from syncd.mapping.assemble_members import Up, climb, members, nearest
from syncd.mapping.assemble_merge import merge
from syncd.mapping.assemble_names import Held, Resolve, resolver
from syncd.mapping.people import resolve as resolve_people
from syncd.model.people import Entry
from syncd.model.record import changed, changing
from syncd.model.ref import Alias, Ref
from syncd.model.rows import (
    Absence,
    Check,
    ContractFile,
    Dependency,
    Deployment,
    Effort,
    Environment,
    Item,
    MergeRequest,
    Milestone,
    Progress,
    Reply,
    Row,
    SignOff,
    Window,
)
from syncd.model.snapshot import Snapshot

__all__ = ["Assembled", "Precedence", "Scopes", "assemble"]

Scopes = frozenset[tuple[str, str, str]]
"""(connection, stream, scope id) of the scopes that were not read to their end."""

W = TypeVar("W", Milestone, Item)
R = TypeVar("R", Milestone, Item, MergeRequest)
S = TypeVar("S", bound=Row)
ByKind = Mapping[type, list[Any]]
"""The rows of each kind, in order."""

_VERDICTS = ("approved", "rejected", "dismissed")
"""What takes the place of what the same person said before. A comment does not."""
_SHOWN = 3
"""So many records are named in a problem that concerns many."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The model, and the anchors to store for the next time: every source ever seen -> the anchor it leads to."""

    snapshot: Snapshot
    anchors: Mapping[Ref, Ref]


def assemble(
    rows: Iterable[Row],
    *,
    anchors: Mapping[Ref, Ref],
    precedence: Precedence,
    as_of: datetime,
    zone: str,
    stale: Scopes = frozenset(),
    unknown: frozenset[Ref] = frozenset(),
    people: Sequence[Entry] = (),
) -> Assembled:
    """One model out of single-source rows, the same whatever their order.

    - Milestones of different connections that share a `same_as` key are joined, see `assemble_join`; each field's value is chosen
      by `precedence`, and each source's own claim is kept.
    - `anchors` is what the last call returned, stored. An anchor moves only when its record is no more among the rows, is not
      `unknown` (rejected) and no scope of its stream is `stale`; then the old anchor leads to the new one.
    - Names (refs of other sources, keys, URLs) become identities; names that lead nowhere stay as they are, and are listed.
    - An item belongs to the milestones that it names, to those of its parent, and to the parents of these. A record that names no
      parent has the one that names it as a child.
    - One human has the same identities everywhere: `people` is the table of the configuration, see `people.resolve`.
    - `snapshot.stale`: all records of stale scopes, the unknown ones, and those that links name and that only look absent.
    """
    known = resolve_people(rows, people)
    given = _by_kind(known.rows)
    problems: list[str] = []
    found = _only(given, Milestone, problems)
    joined = join(found, anchors, precedence, _frozen(anchors, found, stale, unknown))
    milestones = {anchor: merge(anchor, sources, precedence) for anchor, sources in joined.groups.items()}
    items, requests = _only(given, Item, problems), _only(given, MergeRequest, problems)
    anchor_of = {source: anchor for source, anchor in joined.anchors.items() if anchor in milestones and source != anchor}
    held: dict[Ref, Held] = {**requests, **items, **milestones}
    names = _Names(resolver(held, (row.ref for kind in (requests, items, found) for row in kind.values()), anchor_of))

    adopted = _adopted((*milestones.values(), *items.values()), names.resolve)
    milestones, items = _with_parents(milestones, adopted), _with_parents(items, adopted)
    milestones = {ref: changed(row, parent=names.parent(row)) if row.parent else row for ref, row in milestones.items()}
    placed = _named(items.values(), names)
    requests = {ref: _asked(row, names) for ref, row in requests.items()}
    above, cycles = climb(_up(milestones, placed))
    spanned, near = members(above, items, milestones), nearest(above, milestones)
    links = link(_every(given, Dependency), names.resolve)
    signed = tuple(changed(row, of=names.silently(row.of)) for row in _every(given, SignOff))
    verdicts = _verdicts(signed)
    snapshot = Snapshot(
        as_of=as_of,
        zone=zone,
        milestones={ref: _progressed(row, spanned[ref], items) for ref, row in milestones.items()},
        items={row.ref: _placed(row, near) for row in placed},
        merge_requests={ref: _approved(row, verdicts.get(row.ref, ())) for ref, row in requests.items()},
        windows=_every(given, Window),
        absences=_every(given, Absence),
        environments=_every(given, Environment),
        deployments=tuple(_deployed(row, names) for row in _every(given, Deployment)),
        sign_offs=signed,
        checks=tuple(changed(row, of=names.silently(row.of)) for row in _every(given, Check)),
        efforts=tuple(changed(row, item=names.silently(row.item)) for row in _every(given, Effort)),
        contract_files=tuple(changed(row, of=names.silently(row.of)) if row.of else row for row in _every(given, ContractFile)),
        replies=tuple(
            row if isinstance(row.of, Ref) else changed(row, of=names.silently(row.of)) for row in _every(given, Reply)
        ),
        dependencies=links.whole,
        dangling=links.dangling,
        members=spanned,
        anchor_of=anchor_of,
        stale=_unsure(known.rows, stale, unknown) | unseen(links, stale, unknown),
        humans=known.humans,
        unresolved=known.unresolved,
        problems=(*problems, *known.problems, *joined.problems, *names.problems(), *cycles, *links.problems, *_unclear(links)),
    )
    return Assembled(snapshot, joined.anchors)


def _by_kind(rows: Iterable[Row]) -> ByKind:
    found: dict[type, list[Any]] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row)
    for kind, theirs in found.items():
        if kind is not Dependency:  # `link` has an order of its own for these
            theirs.sort(key=_WITH_TITLE if kind in _TITLED else _row_order)
    return found


_TITLED = frozenset({Milestone, Item, MergeRequest})
_WITH_TITLE = operator.attrgetter("ref.connection", "ref.stream", "ref.id", "title")
"""As `_row_order`, for those whose title is always a text: these are most."""


def _row_order(row: Any) -> tuple[str, str, str, str]:
    ref: Ref = row.ref
    return ref.connection, ref.stream, ref.id, getattr(row, "title", None) or ""


def _only(rows: ByKind, kind: type[R], problems: list[str]) -> dict[Ref, R]:
    """The rows of one kind by identity. Of two rows of one identity the first counts, so that nothing depends on luck."""
    theirs = _every(rows, kind)
    found = {row.ref: row for row in theirs}
    if len(found) < len(theirs):
        found = {}
        for row in theirs:
            if found.setdefault(row.ref, row) is not row:
                problems.append(f"{row.ref.label} gives two rows of kind {row.kind}, the first counts: one rule should do it")
    return found


def _every(rows: ByKind, kind: type[S]) -> tuple[S, ...]:
    return tuple(rows.get(kind, ()))


def _frozen(anchors: Mapping[Ref, Ref], found: Mapping[Ref, object], stale: Scopes, unknown: frozenset[Ref]) -> frozenset[Ref]:
    streams = {(connection, stream) for connection, stream, _ in stale}
    absent = {anchor for anchor in anchors.values() if anchor not in found}
    return frozenset(ref for ref in absent if ref in unknown or (ref.connection, ref.stream) in streams)


class _Names:
    """Names resolved, and those that could not be, by what they lack."""

    def __init__(self, resolve: Resolve) -> None:
        self.resolve = resolve
        self._lost: dict[str, set[str]] = {}
        self._known: dict[int, tuple[Ref | Alias, Ref]] = {}  # the parts of a milestone share one object for it, as a rule

    def known(self, name: Ref | Alias, by: Ref) -> Ref | Alias:
        """The identity, else the name as it is, remembered as lost."""
        known = self._known.get(id(name))
        if known is not None:
            return known[1]
        found = self.resolve(name)
        if isinstance(found, Ref):
            self._known[id(name)] = name, found
            return found
        self._lost.setdefault(found, set()).add(by.label)
        return name

    def silently(self, name: Ref | Alias) -> Ref | Alias:
        """The identity, else the name as it is: what is said of an object that we do not hold concerns nobody."""
        found = self.resolve(name)
        return found if isinstance(found, Ref) else name

    def parent(self, row: Milestone | Item) -> Ref | Alias | None:
        """A record's parent. One that is its own parent has none."""
        parent = self.known(row.parent, row.ref) if row.parent else None
        return None if parent == row.ref else parent

    def problems(self) -> list[str]:
        """One line per name that leads nowhere, with who uses it."""
        return [f"{reason}; named as parent or milestone by {_some(by)}" for reason, by in sorted(self._lost.items())]


def _some(labels: Iterable[str]) -> str:
    names = sorted(labels)
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _adopted(rows: Iterable[Milestone | Item], resolve: Resolve) -> dict[Ref, Ref]:
    """Child -> the first record that names it. A name that leads nowhere is a child that we do not hold."""
    found: dict[Ref, Ref] = {}
    for row in rows:
        for name in row.children:
            child = resolve(name)
            if isinstance(child, Ref) and child != row.ref:
                found.setdefault(child, row.ref)
    return found


def _with_parents(rows: Mapping[Ref, W], adopted: Mapping[Ref, Ref]) -> dict[Ref, W]:
    if not adopted:
        return dict(rows)
    return {ref: changed(row, parent=adopted[ref]) if row.parent is None and ref in adopted else row for ref, row in rows.items()}


def _named(rows: Iterable[Item], names: _Names) -> list[Item]:
    """The items with what they name, and what they are part of, resolved."""
    named, made, alone = changing(Item, "milestones", "parent"), list[Item](), dict[int, tuple[Ref | Alias, ...]]()
    for row in rows:
        if row.milestones or row.parent:
            parent = names.parent(row)
            if len(row.milestones) == 1:  # the usual case: those of one milestone share what names it
                (name,) = row.milestones
                found = parent if parent and name is row.parent else names.known(name, row.ref)
                milestones = alone.get(id(found)) or alone.setdefault(id(found), (found,))
            else:
                milestones = tuple(dict.fromkeys([names.known(name, row.ref) for name in row.milestones]))
            if parent is not row.parent or not _are(milestones, row.milestones):
                row = named(row, milestones, parent)
        made.append(row)
    return made


def _are(found: tuple[object, ...], named: tuple[object, ...]) -> bool:
    """Whether these are the very same objects: what is equal may have another key and URL."""
    return len(found) == len(named) and all(map(operator.is_, found, named))


def _asked(row: MergeRequest, names: _Names) -> MergeRequest:
    if not (row.milestones or row.closes):
        return row
    closes = (names.resolve(name) for name in row.closes)
    return changed(
        row,
        milestones=tuple(dict.fromkeys(names.known(name, row.ref) for name in row.milestones)),
        closes=tuple(name if isinstance(end, str) else end for name, end in zip(row.closes, closes, strict=True)),
    )


def _deployed(row: Deployment, names: _Names) -> Deployment:
    if not row.milestones:
        return row
    return changed(row, milestones=tuple(dict.fromkeys(names.silently(name) for name in row.milestones)))


def _verdicts(signed: Iterable[SignOff]) -> dict[Ref | Alias, list[SignOff]]:
    """What counts as a verdict on each object."""
    found: dict[Ref | Alias, list[SignOff]] = {}
    for one in signed:
        if one.verdict in _VERDICTS:
            found.setdefault(one.of, []).append(one)
    return found


def _approved(row: MergeRequest, verdicts: Sequence[SignOff]) -> MergeRequest:
    """The number of people whose last verdict approves, where the vendor gives verdicts and no number."""
    if row.approvals is not None or not verdicts:
        return row
    last = {s.person: s.verdict for s in sorted(verdicts, key=lambda s: (s.at is not None, s.at))}
    return changed(row, approvals=sum(verdict == "approved" for verdict in last.values()))


def _up(milestones: Mapping[Ref, Milestone], items: Iterable[Item]) -> Up:
    """What each record is directly part of. A record that is an item and a milestone at once is part of what either is."""
    up: Up = {ref: (row.parent,) if isinstance(row.parent, Ref) else () for ref, row in milestones.items()}
    for row in items:
        direct = _direct(row.milestones, row.parent)
        there = up.setdefault(row.ref, direct)
        if there is not direct:
            up[row.ref] = (*there, *direct)
    return up


def _direct(milestones: tuple[Ref | Alias, ...], parent: Ref | Alias | None) -> tuple[Ref, ...]:
    """What is known of these, each once."""
    if len(milestones) == 1 and milestones[0] is parent and isinstance(parent, Ref):
        return (parent,)  # the usual case
    known = tuple([name for name in milestones if isinstance(name, Ref)])
    return (*known, parent) if isinstance(parent, Ref) and parent not in known else known


def _placed(row: Item, near: Callable[[Ref], tuple[Ref, ...]]) -> Item:
    """The item with all milestones that it belongs to, by name or by parent."""
    found = near(row.ref)
    if found == row.milestones:
        return row  # the usual case
    every = tuple(dict.fromkeys((*row.milestones, *found)))
    if every == row.milestones:
        return row
    return changed(row, milestones=every)


def _progressed(row: Milestone, spanned: tuple[Ref, ...], items: Mapping[Ref, Item]) -> Milestone:
    if not spanned:
        return row
    statuses = [items[ref].status for ref in spanned]
    return changed(row, progress=Progress(statuses.count("done"), len(statuses) - statuses.count("dropped")))


def _unsure(rows: Iterable[Row], stale: Scopes, unknown: frozenset[Ref]) -> frozenset[Ref]:
    if not stale:
        return unknown
    return unknown | {row.ref for row in rows if (row.ref.connection, row.ref.stream, row.scope_id) in stale}


def _unclear(links: Links) -> list[str]:
    reasons = {reason for _, reason in links.dangling if "several records" in reason}
    return [f"A link is left out: {reason}" for reason in sorted(reasons)]
