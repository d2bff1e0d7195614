"""Contracts in the mirror: contents that are read when they are needed, verdicts that are kept, and what was judged of everything."""

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from syncd.contracts import engine
from syncd.contracts.change import Level, Verdict
from syncd.contracts.history import Step, history
from syncd.contracts.judging import Diff, Judged, judge
from syncd.contracts.pairs import Blob, Pair, pairs
from syncd.contracts.revision import Revision
from syncd.contracts.sniff import Kind
from syncd.model.contract import Contract
from syncd.model.raw import Json
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile
from syncd.store import Store

_KEPT = "contract verdict: "
_TOLD = "contract history: "
_LISTED = "contract consumers: "
_MOST_LISTED = 1_000

NOTHING_MORE: Mapping[str, Sequence[Pair]] = MappingProxyType({})


def content(store: Store, blob: Blob) -> bytes:
    """The content of a blob, put together from its records. Raises LookupError where they are not all there. Its name says what is in it,
    so that one which no file names any more is as good."""
    first = _part(store, blob, 0)
    parts = [first, *(_part(store, blob, number) for number in range(1, int(first["parts"])))]
    text = "".join(part["text"] for part in parts)
    return text.encode("utf-8") if first["encoding"] == "utf-8" else b64decode(text)


def _part(store: Store, blob: Blob, number: int) -> Json:
    found = store.mirror.raw(Ref(blob.source.connection, blob.source.stream, f"{blob.text}{number}"))
    if found is None:
        raise LookupError(f"the content {blob.hash[:12]} is not in the mirror")
    return found.record.data


@dataclass(slots=True)
class KeptVerdicts:
    """Verdicts by key, in the store, under `name`. `used`: those that were asked for."""

    store: Store
    name: str = _KEPT
    used: set[str] = field(default_factory=set)

    def get(self, key: str) -> Json:
        """What was kept; None where nothing was."""
        self.used.add(key)
        return next((value for value in self.store.meta.some(f"{self.name}{key}", f"{_KEPT}{key}") if value is not None), None)

    def put(self, key: str, value: Json) -> None:
        """Keep it."""
        self.store.meta.put(f"{self.name}{key}", json.loads(json.dumps(value)))

    def tidy(self) -> None:
        """Forget what was not asked for."""
        for key in self.store.meta.under(self.name):
            if key.removeprefix(self.name) not in self.used:
                self.store.meta.put(key, None)


class Broke(Exception):
    """The differ failed where it should have said what it cannot judge. The text is for a person."""


def judged(
    contracts: Iterable[Contract],
    files: Sequence[ContractFile],
    store: Store,
    diff: Diff = engine.diff,
    version: str = str(engine.VERSION),
    broken: dict[str, str] | None = None,
    more: Mapping[str, Sequence[Pair]] = NOTHING_MORE,
) -> dict[str, tuple[Judged, ...]]:
    """Contract -> the verdicts on its open merge requests and on what changed since the last release. Contents are loaded for what was
    never compared before, and for that alone. `more`: contract -> other pairs to judge. A contract on which the differ fails is left
    out, and is in `broken` with the reason."""
    kept, found = KeptVerdicts(store), dict[str, tuple[Judged, ...]]()
    guarded = _guarded(diff)
    for contract in contracts:
        try:
            found[contract.name] = tuple(
                judge(contract, pair, lambda blob: content(store, blob), guarded, kept, version)
                for pair in (*pairs(contract, files), *more.get(contract.name, ()))
            )
        except Broke as error:
            if broken is None:
                raise
            broken[contract.name] = str(error)
    kept.tidy()
    return found


Told = tuple[tuple[Step, Verdict | None], ...]
"""The steps of a contract's history, each with its verdict where there is something to compare."""


def told(
    contracts: Iterable[Contract], files: Sequence[ContractFile], store: Store, broken: dict[str, str], *, whole: bool = True
) -> dict[str, Told]:
    """Contract -> its history. `whole`: these are all contracts, so that verdicts on others may be forgotten. A contract on which the
    differ fails is left out, and is in `broken` with the reason."""
    kept, found = KeptVerdicts(store, _TOLD), dict[str, Told]()
    guarded, version = _guarded(engine.diff), str(engine.VERSION)

    def verdict(contract: Contract, step: Step) -> Verdict | None:
        pair = step.pair
        return judge(contract, pair, lambda blob: content(store, blob), guarded, kept, version).verdict if pair else None

    for contract in contracts:
        try:
            found[contract.name] = tuple((step, verdict(contract, step)) for step in history(contract, files))
        except Broke as error:
            broken[contract.name] = str(error)
    if whole:
        kept.tidy()
    return found


def _guarded(diff: Diff) -> Diff:
    def guarded(old: Revision, new: Revision, kind: Kind | None, overrides: Mapping[str, Level | None]) -> Verdict:
        try:
            return diff(old, new, kind, overrides)
        except Exception as error:
            raise Broke(f"{new.main}: {type(error).__name__}: {str(error)[:200]}".replace("\n", " ")) from error

    return guarded


def listed_consumers(contract: Contract, files: Iterable[ContractFile], store: Store) -> tuple[str, ...]:
    """What the contract's file of consumers lists: on each line a team or the key of a milestone; "#" begins a remark. It is read when it
    is another one than before. Raises LookupError where it is not there, or its content is not."""
    row = next((one for one in files if _is_list(contract, one)), None)
    if row is None or row.blob is None:
        raise LookupError(f"{contract.consumer_file} is not in {contract.repository}")
    key, known = f"{_LISTED}{contract.name}", store.meta.get(f"{_LISTED}{contract.name}")
    if known is None or known["blob"] != row.blob:
        if row.text is None:
            raise LookupError(f"{contract.consumer_file}: {row.left_out or 'its content is not kept'}")
        text = content(store, Blob(row.blob, row.ref, row.text)).decode("utf-8", "replace")
        names = (line.partition("#")[0].strip() for line in text.splitlines())
        known = {"blob": row.blob, "names": [name for name in dict.fromkeys(names) if name][:_MOST_LISTED]}
        store.meta.put(key, known)
    return tuple(known["names"])


def _is_list(contract: Contract, row: ContractFile) -> bool:
    where = (contract.connection, contract.repository.casefold(), contract.consumer_file, "default")
    return (row.ref.connection, row.project.casefold(), row.path, row.revision) == where
