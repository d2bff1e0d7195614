"""Contracts in the mirror: contents that are read when they are needed, verdicts that are kept, and what was judged of everything."""

import json
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from syncd.contracts import engine
from syncd.contracts.judging import Diff, Judged, judge
from syncd.contracts.pairs import Blob, pairs
from syncd.model.contract import Contract
from syncd.model.raw import Json
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile
from syncd.store import Store

_KEPT = "contract verdict: "


def content(store: Store, blob: Blob) -> bytes:
    """The content of a blob, put together from its records. Raises LookupError where they are not all there."""
    first = _part(store, blob, 0)
    parts = [first, *(_part(store, blob, number) for number in range(1, int(first["parts"])))]
    text = "".join(part["text"] for part in parts)
    return text.encode("utf-8") if first["encoding"] == "utf-8" else b64decode(text)


def _part(store: Store, blob: Blob, number: int) -> Json:
    found = store.mirror.raw(Ref(blob.source.connection, blob.source.stream, f"{blob.text}{number}"))
    if found is None or found.gone_at is not None:
        raise LookupError(f"the content {blob.hash[:12]} is not in the mirror")
    return found.record.data


@dataclass(slots=True)
class KeptVerdicts:
    """Verdicts by key, in the store. `used`: those that were asked for."""

    store: Store
    used: set[str] = field(default_factory=set)

    def get(self, key: str) -> Json:
        """What was kept; None where nothing was."""
        self.used.add(key)
        return self.store.meta.get(f"{_KEPT}{key}")

    def put(self, key: str, value: Json) -> None:
        """Keep it."""
        self.store.meta.put(f"{_KEPT}{key}", json.loads(json.dumps(value)))

    def tidy(self) -> None:
        """Forget what was not asked for."""
        for key in self.store.meta.under(_KEPT):
            if key.removeprefix(_KEPT) not in self.used:
                self.store.meta.put(key, None)


def judged(
    contracts: Iterable[Contract],
    files: Sequence[ContractFile],
    store: Store,
    diff: Diff = engine.diff,
    version: str = str(engine.VERSION),
) -> dict[str, tuple[Judged, ...]]:
    """Contract -> the verdicts on its open merge requests and on what changed since the last release. Contents are loaded for what was
    never compared before, and for that alone."""
    kept, found = KeptVerdicts(store), dict[str, tuple[Judged, ...]]()
    for contract in contracts:
        found[contract.name] = tuple(
            judge(contract, pair, lambda blob: content(store, blob), diff, kept, version) for pair in pairs(contract, files)
        )
    kept.tidy()
    return found
