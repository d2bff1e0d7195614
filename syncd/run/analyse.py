"""Analyse: mirror to model to findings to desired comments. It reads no vendor; what it stores is stored together."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from syncd.contract import Detector, Rules
from syncd.decide import Decision, Settled, decide, settle
from syncd.decide.state import Place, Plan, Policy
from syncd.detect import Detected, detect
from syncd.mapping import apply
from syncd.mapping.assemble import Assembled, assemble
from syncd.mapping.assemble_join import Precedence
from syncd.model.ref import Ref
from syncd.model.rows import Rejected, Row
from syncd.model.snapshot import Snapshot
from syncd.model.wire import rows_from_text, rows_to_text
from syncd.run.link import Link
from syncd.store import Store
from syncd.store.raws import StoredRaw
from syncd.store.rows import MappedRecord

_BATCH = 500

Progress = Callable[[str, int], None]
"""Called with a connection and the number of its records that were mapped since the last call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """How the mirror is understood: `[model]`, `[policy]` and the detectors with their rules, as frozen values."""

    zone: str
    precedence: Precedence
    policy: Policy
    detectors: tuple[tuple[Detector, Rules], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What one look at the mirror came to. `rejected`: (connection, stream) -> count. `notes`: what mappings did not know."""

    snapshot: Snapshot
    settled: Settled
    decision: Decision
    detected: Detected
    rejected: Mapping[tuple[str, str], int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """What is to be written."""
        return self.decision.plan


def map_changed(link: Link, store: Store, progress: Progress = lambda *_: None) -> int:
    """Map the records that changed, or whose mapping did. Gives their number."""
    total = 0
    for batch in _batches(store.rows.unmapped(link.name, link.mapping.hash), _BATCH):
        store.rows.put([_mapped(link, stored) for stored in batch])
        progress(link.name, len(batch))
        total += len(batch)
    return total


def _mapped(link: Link, stored: StoredRaw) -> MappedRecord:
    applied = apply(link.mapping, stored.record)
    rejected = applied.reason if isinstance(applied, Rejected) else None
    rows = None if isinstance(applied, Rejected) else rows_to_text(applied.rows)
    notes = () if isinstance(applied, Rejected) else tuple(note.what for note in applied.notes)
    return MappedRecord(stored.ref, stored.basis, link.mapping.hash, rows, rejected, notes)


def _batches(records: Iterator[StoredRaw], size: int) -> Iterator[list[StoredRaw]]:
    batch: list[StoredRaw] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def analyse(links: Sequence[Link], store: Store, view: Understanding, as_of: datetime, *, keep: bool = True) -> Analysed:
    """Look at the whole mirror; with `keep` remember findings and desired comments, else leave no trace (a plan)."""
    with store.transaction(rollback=not keep):
        return _analyse(links, store, view, as_of)


def _analyse(links: Sequence[Link], store: Store, view: Understanding, as_of: datetime) -> Analysed:
    read = _read(links, store)
    assembled = model(links, store, view, as_of, read)
    snapshot = assembled.snapshot
    detected = detect(snapshot, view.detectors)
    settled = settle(
        detected.findings,
        store.findings.states(),
        stale=snapshot.stale,
        as_of=as_of,
        failed_codes={defect.code for defect in detected.defects},
        anchor=snapshot.anchor,
    )
    decision = decide(
        settled.states,
        said=store.ledger.said(),
        places=_places(links, store),
        snapshot=snapshot,
        policy=view.policy,
        as_of=as_of,
        enabled=store.enabled.all(),
    )
    _keep(store, assembled, decision, as_of, [link.name for link in links])
    return Analysed(
        snapshot=snapshot,
        settled=settled,
        decision=decision,
        detected=detected,
        rejected=read.rejected,
        notes=read.notes,
    )


@dataclass(slots=True)
class _Mirrored:
    """The mapped mirror. `unknown`: the records that cannot be read at the moment; their last good rows are among `rows`."""

    rows: list[Row] = field(default_factory=list)
    unknown: set[Ref] = field(default_factory=set)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


def _read(links: Iterable[Link], store: Store) -> _Mirrored:
    read = _Mirrored()
    for record in store.rows.mapped([link.name for link in links]):
        read.rows += rows_from_text(record.rows)
        read.notes.update(f"{record.ref.connection}: {note}" for note in record.notes)
        if record.rejected is not None:
            read.unknown.add(record.ref)
            read.rejected[record.ref.connection, record.ref.stream] += 1
    return read


def model(links: Iterable[Link], store: Store, view: Understanding, as_of: datetime, read: _Mirrored | None = None) -> Assembled:
    """The unified model as the mirror gives it now."""
    links = list(links)
    read = read or _read(links, store)
    return assemble(
        read.rows,
        anchors=store.anchors.all(),
        precedence=view.precedence,
        as_of=as_of,
        zone=view.zone,
        stale=_stale(links, store),
        unknown=frozenset(read.unknown),
    )


def _stale(links: Iterable[Link], store: Store) -> frozenset[tuple[str, str, str]]:
    """The scopes that were not read to their end when they were last asked. A feature that a vendor lacks is none."""
    names = {link.name for link in links}
    return frozenset(
        (known.connection, known.stream, known.scope.id)
        for known in store.scopes.states()
        if known.connection in names and known.stream and known.state not in ("fresh", "unsupported")
    )


def _places(links: Iterable[Link], store: Store) -> dict[str, Place]:
    off = {known.connection for known in store.scopes.states() if not known.stream and known.state == "off"}
    return {link.name: replace(link.place, off=link.name in off) for link in links}


def _keep(store: Store, assembled: Assembled, decision: Decision, as_of: datetime, connections: Collection[str]) -> None:
    store.anchors.put(assembled.anchors, as_of)
    store.findings.put(decision.states.values(), as_of)
    for connection, project in decision.enabled:
        store.enabled.enable(connection, project, as_of)
    actions = list(decision.plan.actions)
    store.outbox.desire(actions, as_of)
    store.outbox.withdraw(actions, connections)
