"""Pure. A break that is merged: its files at merge requests are no more, and those who rely on the contract are hit from that day on.

What a merge request breaks is remembered while it is open: the changes, and the hashes of what the files were before; no content. Once it
is merged, these files as they were are compared with what the default branch has: what is not found any more was taken back. The same is
remembered of what changes on the default branch by itself, as where somebody pushes to it, or a vendor's description is loaded anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from syncd.contracts.change import Change, Verdict
from syncd.contracts.judging import Judged, verdict_from_json, verdict_to_json
from syncd.contracts.pairs import Blob, Files, Pair, differing, pair_of
from syncd.contracts.reliance import MOST_DAYS
from syncd.model.contract import Contract
from syncd.model.raw import Json
from syncd.model.ref import Ref, ref_to_json

LIMBO = timedelta(days=1)
"""So long a merge may be on its way to the default branch: what was merged into another one is not there by then."""

MOST = 500
"""How many breaks are remembered of all contracts; the oldest are given up."""

MOST_CHANGES = 200
"""How many changes of one."""

DEFAULT = "default"
"""The name of what came to the default branch by itself."""

_SLACK_DAYS = 60

Touched = Mapping[str, Blob | None]
"""Path -> what the file was before; None where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """What breaks a contract. `of`: the merge request that brings it; None: it came by itself, and `name` tells it from others. `at`: when
    it landed; None while it has not. `seen`: the default branch had it."""

    contract: str
    name: str
    changes: tuple[Change, ...]
    touched: Touched
    moved: Mapping[str, str]
    of: Ref | None = None
    head_sha: str | None = None
    at: datetime | None = None
    seen: bool = False

    @property
    def id(self) -> str:
        """What it is remembered by."""
        return f"{self.contract}: {self.of or self.name}"

    def lasts(self, contract: Contract) -> timedelta:
        """For how long after it landed somebody may have to adapt to it, at most: it is forgotten then."""
        days = min(contract.adaptation_days * len(self.changes), MOST_DAYS)
        return timedelta(days=2 * ceil(days) + _SLACK_DAYS)


def break_of(judged: Judged) -> Break | None:
    """What a pair breaks; None where it breaks nothing."""
    pair = judged.pair
    changes = tuple(one for one in judged.verdict.changes if one.level == "breaking")[:MOST_CHANGES]
    if not changes:
        return None
    touched = {path: pair.old.get(path) for path in differing(pair.old, pair.new)}
    moved = {main.old: main.new for main in pair.mains if main.old and main.new and main.old != main.new}
    of = pair.of if isinstance(pair.of, Ref) else None
    return Break(
        contract=pair.contract, name=pair.name, changes=changes, touched=touched, moved=moved, of=of, head_sha=pair.head_sha
    )


def undone(one: Break, contract: Contract, now: Files) -> Pair:
    """What is there now, compared with what would be there without the break."""
    old = dict(now)
    for path, before in one.touched.items():
        old.pop(path, None)
        if before is not None:
            old[path] = before
    for path in one.moved.values():
        if path not in one.touched or one.touched[path] is None:
            old.pop(path, None)
    return pair_of(contract, "landed", one.id, old, now, one.moved)


def still(one: Break, verdict: Verdict | None) -> Break | None:
    """The break with what the default branch has of it by that verdict; None where it was taken back. Where it could not be judged, as
    contents of that time may be lost, all stays as it is. One that the branch never had waits for it."""
    if verdict is None or not verdict.judged or any(change.level == "unknown" for change in verdict.changes):
        return one
    there = {key_of(change) for change in verdict.changes}
    left = tuple(change for change in one.changes if key_of(change) in there)
    if left:
        return replace(one, changes=left, seen=True)
    return None if one.seen else one


def is_over(one: Break, contract: Contract, now: datetime) -> bool:
    """Whether it is to be forgotten: nobody can be adapting to it any more, or it came to another branch."""
    if one.at is None:
        return False
    return now > one.at + one.lasts(contract) or (not one.seen and now > one.at + LIMBO)


def key_of(change: Change) -> tuple[str, ...]:
    """Where and how something changed, whatever the values: another merge may change these once more."""
    return change.rule, change.direction, change.operation, change.place


def without(judged: Judged, known: Iterable[Break]) -> Judged:
    """The verdict on what came by itself, without what is told of merge requests already."""
    told = {key_of(change) for one in known for change in one.changes}
    verdicts = {
        main: replace(verdict, changes=tuple(change for change in verdict.changes if key_of(change) not in told))
        for main, verdict in judged.verdicts.items()
    }
    return replace(judged, verdicts=verdicts)


# --- remembered ---------------------------------------------------------------------------------------------------------------


def break_to_json(one: Break) -> Json:
    """As it is remembered."""
    return {
        "contract": one.contract,
        "name": one.name,
        "of": ref_to_json(one.of) if one.of else None,
        "head_sha": one.head_sha,
        "at": one.at.isoformat() if one.at else None,
        "seen": one.seen,
        "moved": dict(one.moved),
        "touched": {path: _blob_to_json(blob) if blob else None for path, blob in one.touched.items()},
        "changes": verdict_to_json(Verdict(one.changes))["changes"],
    }


def break_from_json(value: Json) -> Break | None:
    """What `break_to_json` wrote; None where another version wrote it otherwise."""
    try:
        verdict = verdict_from_json({"judged": True, "reason": "", "changes": value["changes"]})
        if verdict is None:
            return None
        return Break(
            contract=value["contract"],
            name=value["name"],
            of=Ref(**value["of"]) if value["of"] else None,
            head_sha=value["head_sha"],
            at=datetime.fromisoformat(value["at"]) if value["at"] else None,
            seen=value["seen"],
            moved=value["moved"],
            touched={path: _blob_from_json(blob) if blob else None for path, blob in value["touched"].items()},
            changes=verdict.changes,
        )
    except (TypeError, KeyError, ValueError):
        return None


def files_to_json(files: Files) -> Json:
    """Files by path, as they are remembered."""
    return {path: _blob_to_json(blob) for path, blob in sorted(files.items())}


def files_from_json(value: Json) -> Files:
    """What `files_to_json` wrote; none where another version wrote it otherwise."""
    try:
        return {path: _blob_from_json(blob) for path, blob in value.items()}
    except (TypeError, AttributeError, ValueError):
        return {}


def _blob_to_json(blob: Blob) -> Json:
    return [blob.hash, ref_to_json(blob.source), blob.text, blob.left_out]


def _blob_from_json(value: Json) -> Blob:
    hash_, source, text, left_out = value
    return Blob(hash_, Ref(**source), text, left_out)
