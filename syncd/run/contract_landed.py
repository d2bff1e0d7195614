"""Breaks that are merged, from pass to pass: what merge requests break while they are open, and what the default branch has of it later."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from syncd.contracts.change import Verdict
from syncd.contracts.judging import Judged, verdict_to_json
from syncd.contracts.landed import (
    DEFAULT,
    MOST,
    Break,
    break_from_json,
    break_of,
    break_to_json,
    files_from_json,
    files_to_json,
    is_over,
    still,
    undone,
    without,
)
from syncd.contracts.pairs import Files, Pair, default_files, hashes, moved_of, pair_of
from syncd.model.contract import BREAKS, FILES, Compared, Contract
from syncd.model.ref import Ref
from syncd.model.snapshot import Snapshot
from syncd.store import Store


@dataclass(slots=True)
class Breaks:
    """What is remembered of all contracts. Ask for `pairs`, have them judged, then `settle`: all in one transaction.

    `coming`: after that, the files of merged breaks that the default branch does not have yet: what was found of them stands.
    """

    store: Store
    snapshot: Snapshot
    contracts: Sequence[Contract]
    known: dict[str, Break] = field(init=False)
    now: dict[str, Files] = field(init=False)
    coming: frozenset[Ref] = frozenset()

    def __post_init__(self) -> None:
        values = (break_from_json(value) for value in self.store.meta.under(BREAKS).values())
        moved = (self._merged(one) for one in values if one)
        self.known = {one.id: one for one in moved if one}
        self.now = {one.name: default_files(one, self.snapshot.contract_files) for one in self.contracts}

    def pairs(self) -> dict[str, tuple[Pair, ...]]:
        """What is to be compared besides open merge requests and releases: contract -> pairs."""
        found: dict[str, list[Pair]] = {contract.name: [] for contract in self.contracts}
        for contract in self.contracts:
            landed = (one for one in self.known.values() if one.contract == contract.name and one.at)
            found[contract.name] += [undone(one, contract, self.now[contract.name]) for one in landed]
            found[contract.name] += self._by_itself(contract)
        return {name: tuple(pair for pair in of if pair.mains) for name, of in found.items()}

    def settle(self, verdicts: Mapping[str, Sequence[Judged]]) -> tuple[Compared, ...]:
        """Remember what there is by these verdicts, and say what has landed. A contract that was not judged stays as it is."""
        before = self.store.meta.under(BREAKS, FILES)
        kept = [one for contract in self.contracts for one in self._of(contract, verdicts.get(contract.name))]
        kept = sorted(kept, key=lambda one: (one.at is None, one.at or self.snapshot.as_of, one.id))[-MOST:]
        after = {f"{BREAKS}{one.id}": break_to_json(one) for one in kept}
        for contract in self.contracts:
            name = f"{FILES}{contract.name}"
            files = files_to_json(self.now[contract.name]) if contract.name in verdicts else before.get(name)
            after |= {name: files} if files else {}
        self._write(before, after)
        self.coming = frozenset(blob.source for one in kept if one.at and not one.seen for blob in one.touched.values() if blob)
        return tuple(self._compared(one) for one in kept if one.at and one.seen)

    def _write(self, before: Mapping[str, object], after: Mapping[str, object]) -> None:
        for name in sorted(before.keys() | after.keys()):
            value = json.loads(json.dumps(after.get(name)))
            if value != before.get(name):
                self.store.meta.put(name, value)

    def _merged(self, one: Break) -> Break | None:
        """A break as its merge request is now; None where that was closed, or is gone."""
        if one.of is None or one.at:
            return one
        request = self.snapshot.merge_request(one.of)
        if request is None or request.status not in ("open", "merged"):
            return None
        return replace(one, at=request.merged_at or self.snapshot.as_of) if request.status == "merged" else one

    def _of(self, contract: Contract, judged: Sequence[Judged] | None) -> Iterator[Break]:
        """The breaks of one contract that are remembered from now on."""
        known = [one for one in self.known.values() if one.contract == contract.name]
        if judged is None:
            yield from known
            return
        landed = {one.pair.name: one.verdict for one in judged if one.pair.revision == "landed"}
        there = [still(one, landed.get(one.id, Verdict())) for one in known if one.at]
        stays = [one for one in there if one and not is_over(one, contract, self.snapshot.as_of)]
        coming = [
            one
            for one in self._coming(judged, [one for one in known if not one.at], {one.id for one in known if one.at})
            if not is_over(one, contract, self.snapshot.as_of)
        ]
        yield from (*stays, *coming)
        if None not in there:  # else what changed takes something back
            for one in judged:
                if one.pair.revision == "default" and (came := break_of(without(one, (*known, *coming)))):
                    yield replace(came, at=self.snapshot.as_of, seen=True)

    def _coming(self, judged: Sequence[Judged], known: Sequence[Break], landed: set[str]) -> Iterator[Break]:
        """What open merge requests break by these verdicts; one whose files were not there stays while its head does."""
        seen: set[str] = set()
        for one in judged:
            request = self.snapshot.merge_request(one.pair.of) if one.pair.revision == "merge_request" else None
            if request is None:
                continue
            found = break_of(one)
            seen.add(f"{one.pair.contract}: {one.pair.of}")
            if found and found.id not in landed and (came := self._merged(found)):
                yield came
        for before in known:
            request = self.snapshot.merge_request(before.of)
            if before.id not in seen and request and before.head_sha == request.head_sha:
                yield before

    def _by_itself(self, contract: Contract) -> Iterator[Pair]:
        """What the default branch has now, against what it had when it was last looked at."""
        now, before = self.now[contract.name], files_from_json(self.store.meta.get(f"{FILES}{contract.name}"))
        if before:
            name = hashlib.sha256(json.dumps([sorted(hashes(before).items()), sorted(hashes(now).items())]).encode()).hexdigest()[
                :16
            ]
            yield pair_of(contract, "default", f"{DEFAULT} {name}", before, now, moved_of(contract, before, now))

    def _compared(self, one: Break) -> Compared:
        now = self.now[one.contract]
        return Compared(
            contract=one.contract,
            revision="landed",
            name=one.name,
            of=one.of,
            verdict=verdict_to_json(Verdict(one.changes)),
            sources=frozenset(now[path].source for path in one.touched if path in now),
            at=one.at,
        )
