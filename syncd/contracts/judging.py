"""Pure. Verdicts on pairs: each two contents are compared once, whatever the pass, and equal ones never."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol, cast

from syncd.contracts.change import Change, Level, Verdict
from syncd.contracts.pairs import JOINED, Blob, Files, Main, Pair
from syncd.contracts.revision import Revision
from syncd.contracts.sniff import Kind
from syncd.model.contract import Contract
from syncd.model.raw import Json

REMOVED = "contract-removed"
"""The rule of a contract whose file is not there any more: whoever relies on it loses all of it."""


class Diff(Protocol):
    """`syncd.contracts.engine.diff`."""

    def __call__(self, old: Revision, new: Revision, kind: Kind | None, overrides: Mapping[str, Level | None]) -> Verdict:
        """The changes from `old` to `new`."""


class Verdicts(Protocol):
    """Where verdicts are kept from pass to pass."""

    def get(self, key: str) -> Json:
        """What was kept; None where nothing was."""

    def put(self, key: str, value: Json) -> None:
        """Keep it."""


Texts = Callable[[Blob], bytes]
"""The content of a blob. Raises LookupError where it is not stored, with the reason."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with the verdict on each file that was compared."""

    pair: Pair
    verdicts: Mapping[Main, Verdict]

    @property
    def verdict(self) -> Verdict:
        """All of them as one."""
        doubts = [one for one in self.verdicts.values() if not one.judged]
        whole = Verdict.of(change for one in self.verdicts.values() for change in one.changes)
        return Verdict(whole.changes, not doubts, doubts[0].reason if doubts else "")


def judge(contract: Contract, pair: Pair, texts: Texts, diff: Diff, kept: Verdicts, version: str) -> Judged:
    """The verdicts on a pair. `version` is that of the rules: another one compares anew."""
    return Judged(pair, {main: _verdict(contract, pair, main, texts, diff, kept, version) for main in pair.mains})


def standing(changes: Iterable[Change], contract: Contract) -> tuple[Change, ...]:
    """The changes that nobody has accepted."""
    return tuple(change for change in changes if change.fingerprint not in contract.accept)


def _verdict(contract: Contract, pair: Pair, main: Main, texts: Texts, diff: Diff, kept: Verdicts, version: str) -> Verdict:
    if main.new is None:
        return _removed(contract, str(main.old))
    if main.old is None:
        return Verdict()
    key = key_of(contract, pair, main, version)
    if (known := verdict_from_json(kept.get(key))) is not None:
        return known
    try:
        old, new = _revision(pair.old, main.old, texts), _revision(pair.new, main.new, texts)
    except LookupError as error:
        return Verdict.unjudged(str(error.args[0]), main.new)
    overrides = cast(Mapping[str, Level | None], contract.levels)
    verdict = diff(old, new, cast("Kind | None", contract.kind), overrides)
    kept.put(key, verdict_to_json(verdict))
    return verdict


def _revision(files: Files, main: str, texts: Texts) -> Revision:
    """Files that are not kept are left out, unless it is the one that is compared: what refers to them cannot be judged, and is said so."""
    for path, blob in files.items():
        if blob.text is None and main in (path, JOINED):
            raise LookupError(f"{path}: {blob.left_out or 'its content is not kept'}")
    found = {path: texts(blob) for path, blob in files.items() if blob.text is not None}
    return Revision(found if main in found else {main: b"\n".join(found[path] for path in sorted(found))}, main)


def _removed(contract: Contract, path: str) -> Verdict:
    level = cast("Level | None", contract.levels.get(REMOVED, "breaking"))
    text = f"The file {path} is not there any more."
    change = None if level is None else Change(REMOVED, level, "both", path, "", path, None, text)
    return Verdict((change,) if change else ())


def key_of(contract: Contract, pair: Pair, main: Main, version: str) -> str:
    """What a verdict rests on: the contents of both sides by hash, what is compared, the rules and their levels."""
    sides = [sorted((path, blob.hash) for path, blob in files.items()) for files in (pair.old, pair.new)]
    rests = [version, contract.kind, sorted(contract.levels.items()), main.old, main.new, sides]
    return hashlib.sha256(json.dumps(rests, separators=(",", ":")).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def verdict_to_json(verdict: Verdict) -> Json:
    """A verdict as a JSON value."""
    return {"judged": verdict.judged, "reason": verdict.reason, "changes": [asdict(change) for change in verdict.changes]}


def verdict_from_json(value: Json) -> Verdict | None:
    """The verdict that `verdict_to_json` wrote; None where the value is none, as another version may have written it."""
    try:
        changes = tuple(Change(**one) for one in value["changes"])
        return Verdict(changes, bool(value["judged"]), str(value["reason"]))
    except (TypeError, KeyError):
        return None
