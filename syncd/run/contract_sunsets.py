"""What ends of contracts, by the default branch: a file is looked through once for each content, and what was found is kept."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

from syncd.contracts.pairs import JOINED, Blob, Files, default_files, is_joined
from syncd.contracts.revision import Revision
from syncd.contracts.sniff import Kind
from syncd.contracts.sunsets import VERSION, Sunset, sunsets
from syncd.model.contract import Contract
from syncd.model.contract import Sunset as Ends
from syncd.model.raw import Json
from syncd.model.snapshot import Snapshot
from syncd.run.contract_texts import content
from syncd.store import Store

_KEPT = "contract sunsets: "


def all_sunsets(contracts: Sequence[Contract], snapshot: Snapshot, store: Store, problems: list[str]) -> Iterator[Ends]:
    """What ends of each contract. One that cannot be looked through gets a line in `problems`, and keeps what was found before."""
    names = {contract.name for contract in contracts}
    for key in store.meta.under(_KEPT):
        if key.removeprefix(_KEPT) not in names:
            store.meta.put(key, None)
    for contract in contracts:
        yield from _of(contract, default_files(contract, snapshot.contract_files), store, problems)


def _of(contract: Contract, files: Files, store: Store, problems: list[str]) -> Iterator[Ends]:
    before: Any = store.meta.get(f"{_KEPT}{contract.name}") or {}
    after: dict[str, Json] = {}
    for main, own in _mains(contract, files):
        key, known = _key(contract, own), before.get(main)
        if known is None or known["key"] != key:
            known = _looked(contract, main, own, key, store, problems) or known
        if known is not None:
            after[main] = known
            source = (own.get(main) or min(own.values(), key=lambda blob: blob.source)).source
            for day, operation, place in known["found"]:
                yield Ends(contract=contract.name, day=date.fromisoformat(day), operation=operation, place=place, source=source)
    if after != before:
        store.meta.put(f"{_KEPT}{contract.name}", after or None)


def _mains(contract: Contract, files: Files) -> Iterator[tuple[str, Files]]:
    """Each file that is looked through, with those that it needs."""
    if not files:
        return
    if is_joined(contract, files):
        yield JOINED, files
        return
    for path in sorted(files):
        if contract.is_main(path):
            yield path, files if path.endswith(".proto") else {path: files[path]}


def _looked(contract: Contract, main: str, files: Files, key: str, store: Store, problems: list[str]) -> dict[str, Json] | None:
    try:
        texts = {path: content(store, blob) for path, blob in files.items() if blob.text is not None}
        if main == JOINED:
            texts = {JOINED: b"\n".join(texts[path] for path in sorted(texts))}
        found = sunsets(Revision(texts, main), cast("Kind | None", contract.kind)) if main in texts else ()
    except LookupError:
        return None
    except Exception as error:
        why = f"{main}: {type(error).__name__}: {str(error)[:200]}".replace("\n", " ")
        problems.append(f"[contracts.{contract.name}]: what it says of sunsets cannot be read, {why}. Report it with the file")
        return None
    return {"key": key, "found": [_to_json(one) for one in found]}


def _to_json(one: Sunset) -> Json:
    return [one.day.isoformat(), one.operation, one.place]


def _key(contract: Contract, files: Mapping[str, Blob]) -> str:
    rests = [VERSION, contract.kind, sorted((path, blob.hash) for path, blob in files.items())]
    return hashlib.sha256(json.dumps(rests).encode("utf-8", "surrogatepass")).hexdigest()[:32]
