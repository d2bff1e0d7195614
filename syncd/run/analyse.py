"""Analyse: mirror to model to findings to desired comments. It reads no vendor; what it stores is stored together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.contract import Detector, Rules
from syncd.contracts.pairs import unfound
from syncd.decide import Decision, Settled, decide, settle
from syncd.decide.answers import Answers, answers
from syncd.decide.impersonal import impersonal
from syncd.decide.overrides import SEEN, overrides, seen_key
from syncd.decide.settle import alike
from syncd.decide.state import FindingState, Place, Plan, Policy
from syncd.detect import Detected, detect
from syncd.mapping.assemble import Assembled, assemble
from syncd.mapping.assemble_join import Precedence
from syncd.model.collecting import uncollected
from syncd.model.contract import Contract
from syncd.model.people import Entry
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team, Work
from syncd.run.aside import dropped
from syncd.run.echo import calm
from syncd.run.fields import lost
from syncd.run.link import Link
from syncd.run.rows import Mirrored, read_back
from syncd.schedule.commitment import commitments
from syncd.store import Store
from syncd.store.findings import Resumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """How the mirror is understood: `[model]`, `[people]`, `[contracts]`, `[policy]` and the detectors with their rules, as frozen
    values."""

    zone: str
    precedence: Precedence
    policy: Policy
    detectors: tuple[tuple[Detector, Rules], ...]
    people: tuple[Entry, ...] = ()
    work: Work = field(default_factory=Work)
    teams: tuple[Team, ...] = ()
    contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What one look at the mirror came to. `rejected`: the records that no mapping can read now; of those `dropped` a person has said that
    nothing need be said. `notes`: what mappings did not know. `loops`: a line for each place
    that is not written to because the writes there go to and fro."""

    snapshot: Snapshot
    settled: Settled
    decision: Decision
    detected: Detected
    rejected: tuple[Rejected, ...] = ()
    dropped: frozenset[Ref] = frozenset()
    notes: Mapping[str, int] = field(default_factory=dict)
    loops: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        """What is to be written."""
        return self.decision.plan


def analyse(links: Sequence[Link], store: Store, view: Understanding, as_of: datetime, *, keep: bool = True) -> Analysed:
    """Look at the whole mirror; with `keep` remember findings and desired comments, else leave no trace (a plan)."""
    with store.transaction(rollback=not keep), uncollected():
        return _analyse(links, store, view, as_of)


def _analyse(links: Sequence[Link], store: Store, view: Understanding, as_of: datetime) -> Analysed:
    read = read_back(links, store)
    assembled = model(links, store, view, as_of, read)
    read.rows.clear()  # the snapshot has what it needs of them
    snapshot = _with_verdicts(assembled.snapshot, store)
    kept = store.findings.kept()
    snapshot = _with_baselines(snapshot, store)
    snapshot = replace(
        snapshot,
        open={key: one.severity for key, one in kept.items() if one.state == "open"},
        weights={key: one.weight for key, one in kept.items() if one.state == "open"},
    )
    detected = _shown(detect(snapshot, view.detectors), view.policy)
    said, marked = store.ledger.said(), store.ledger.marks()
    told = {key for entry in (*said.values(), *marked.values()) for key in entry.fingerprints}
    failed = {defect.code for defect in detected.defects}
    before = store.findings.resumed(
        kept,
        detected.findings,
        told,
        lambda old, new: alike(impersonal(old, view.policy.people), new, snapshot.stale, failed),
    )
    settled = settle(
        detected.findings,
        {key: shown(state, view.policy) for key, state in before.states.items()},
        stale=snapshot.stale,
        as_of=as_of,
        failed_codes=failed,
        raise_after={detector.code: timedelta(hours=rules.raise_after_h) for detector, rules in view.detectors},
        clear_after={detector.code: timedelta(hours=rules.clear_after_h) for detector, rules in view.detectors},
        anchor=snapshot.anchor,
        taken=kept.keys(),
    )
    decision = decide(
        settled.states,
        said=said,
        places=_places(links, store),
        snapshot=snapshot,
        policy=view.policy,
        as_of=as_of,
        enabled=store.enabled.all(),
        marked=marked,
        answers=_answers(store, snapshot, settled, view.policy),
    )
    plan, loops = calm(decision.plan, store, as_of)
    decision = replace(decision, plan=plan)
    _keep(store, assembled, decision, before, as_of, [link.name for link in links])
    _see_labels(store, snapshot, view.policy.status_label)
    snapshot.let_go()
    return Analysed(
        snapshot=snapshot,
        settled=settled,
        decision=decision,
        detected=detected,
        rejected=tuple(read.rejected),
        dropped=frozenset(ref for link in links for ref in dropped(link.name, store)),
        notes=read.notes,
        loops=loops,
    )


def _answers(store: Store, snapshot: Snapshot, settled: Settled, policy: Policy) -> Answers:
    """What our comments say to those who answered them."""
    if not snapshot.replies:
        return {}
    return answers(snapshot, settled.states.values(), policy, labels_seen(store))


def _with_verdicts(snapshot: Snapshot, store: Store) -> Snapshot:
    """The snapshot with what changes in its contracts."""
    if not snapshot.contracts:
        return snapshot
    from syncd.run.contract_changes import with_changes  # the differ and its rules, which most configurations do without

    return with_changes(snapshot, store)


def _with_baselines(snapshot: Snapshot, store: Store) -> Snapshot:
    """The snapshot with a baseline for every milestone that is committed by now: it is appended once and never changed."""
    added = tuple(commitments(snapshot))
    store.baselines.append(added)
    if not added:
        return snapshot
    told = replace(snapshot, baselines={**snapshot.baselines, **{one.milestone: (one,) for one in added}})
    snapshot.let_go()
    return told


def labels_seen(store: Store) -> dict[str, datetime]:
    """`seen_key` -> since when a label is known that says how a milestone stands."""
    return {key: datetime.fromisoformat(str(at)) for key, at in store.meta.under(SEEN).items()}


def _see_labels(store: Store, snapshot: Snapshot, pattern: str) -> None:
    """Remember since when a label says how a milestone stands, and forget those that are gone. No finding rests on it."""
    known = labels_seen(store)
    there = {seen_key(one, label) for one in snapshot.milestones.values() for label, _ in overrides(one, pattern)}
    for key in there - known.keys():
        store.meta.put(key, snapshot.as_of.isoformat())
    for key in known.keys() - there:
        store.meta.put(key, None)


def _shown(detected: Detected, policy: Policy) -> Detected:
    return replace(detected, findings=tuple(impersonal(finding, policy.people) for finding in detected.findings))


def shown(state: FindingState, policy: Policy) -> FindingState:
    """What is remembered of a finding, with people as the policy shows them: it may have been found when they had names."""
    finding = impersonal(state.finding, policy.people)
    return state if finding is state.finding else replace(state, finding=finding)


def model(links: Iterable[Link], store: Store, view: Understanding, as_of: datetime, read: Mirrored | None = None) -> Assembled:
    """The unified model as the mirror gives it now."""
    links = list(links)
    read = read or read_back(links, store)
    assembled = assemble(
        read.rows,
        anchors=store.anchors.all(),
        precedence=view.precedence,
        as_of=as_of,
        zone=view.zone,
        stale=_stale(links, store),
        unknown=frozenset([*(rejected.ref for rejected in read.rejected), *read.unasked]),
        people=view.people,
    )
    lacking = _without_files(links, store, view, assembled.snapshot)
    told = replace(
        assembled.snapshot,
        problems=(*assembled.snapshot.problems, *lacking),
        lost_fields=tuple(field for link in links for field in lost(link, store)),
        work=view.work,
        teams=view.teams,
        contracts=view.contracts,
        replies=assembled.snapshot.replies if view.policy.replies else (),
        baselines=store.baselines.all(lambda ref: _called(assembled.snapshot, ref)),
    )
    return replace(assembled, snapshot=told)


def _without_files(links: Iterable[Link], store: Store, view: Understanding, snapshot: Snapshot) -> list[str]:
    """A line for each contract of which a repository that was read to its end has no file."""
    if not view.contracts:
        return []
    states = (state for link in links for state in store.scopes.states(link.name) if state.state == "fresh")
    read = {(state.connection, state.stream, state.scope.name.casefold()) for state in states}
    streams = {link.name: [name for name, stream in link.kind.streams.items() if stream.of_contracts] for link in links}
    seen = [
        contract
        for contract in view.contracts
        if any(
            (contract.connection, name, contract.repository.casefold()) in read for name in streams.get(contract.connection, ())
        )
    ]
    return unfound(seen, snapshot.contract_files)


def _called(snapshot: Snapshot, ref: Ref) -> Ref:
    """A milestone's anchor by the name that it has now."""
    anchor = snapshot.anchor(ref)
    return snapshot.milestones[anchor].ref if anchor in snapshot.milestones else anchor


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
    return {link.name: replace(link.place, off=link.name in off, closed=store.scopes.closed(link.name)) for link in links}


def _keep(
    store: Store,
    assembled: Assembled,
    decision: Decision,
    before: Resumed,
    as_of: datetime,
    connections: Collection[str],
) -> None:
    store.anchors.put(assembled.anchors, as_of)
    store.findings.put(
        (one for key, one in decision.states.items() if before.states.get(key) is not one or key in before.newer), as_of
    )
    for connection, project in decision.enabled:
        store.enabled.enable(connection, project, as_of)
    actions = list(decision.plan.actions)
    store.outbox.desire(actions, as_of)
    store.outbox.withdraw(actions, connections)
