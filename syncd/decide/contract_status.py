"""Pure. The contract check: a status of its own on each merge request that touches a watched contract.

- failed: a change that breaks it stands; what is accepted, or has another level, does not count;
- pending: its files were not read as this revision has them, or something could not be judged and `fail_from` is "critical". What could
  not be judged counts as a risk: where the policy fails from a warning on, the check fails for it, too;
- passed: else, also where the merge request does not touch a contract any more.
It asks for no consumer and knows no start: it says what the change is, and writes no comment. Source: this house's rules.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from syncd.contracts.change import LEVELS, Change, Verdict
from syncd.contracts.judging import standing, verdict_from_json
from syncd.contracts.pairs import files_of
from syncd.decide import ramp
from syncd.decide.place import Ground, Spot
from syncd.decide.render import text
from syncd.decide.state import Said
from syncd.decide.status import Marking, cut, is_unread, unjudged
from syncd.decide.voice import heard
from syncd.decide.wording import count
from syncd.detect.breaking_words import of_change
from syncd.model.action import Mark
from syncd.model.contract import Contract
from syncd.model.finding import Finding, Line
from syncd.model.raw import Json
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile, MergeRequest
from syncd.model.snapshot import Snapshot

PART = "contract"
"""What keeps it apart from the status of everything else."""

CODE = "breaking_hits_commitment"
"""The detector whose `write` it follows."""

OVER = "no watched contract is changed here any more"
UNREAD = "not judged yet: files of this revision could not be read"
_SHOWN = 20

Judged = tuple[Contract, tuple[Change, ...], int]
"""A contract, the changes that stand, and how many are accepted."""


def contract_status(ground: Ground, marked: Mapping[Mark, Said]) -> Iterator[Marking]:
    """For every open merge request that touches a watched contract, or did when it was last told: where, and what it says."""
    policy, snapshot = ground.policy, ground.snapshot
    if policy.status == "off" or not policy.contract_status or not snapshot.contracts:
        return
    touched, verdicts, unread = _touched(snapshot), _verdicts(snapshot), unjudged(ground)
    told = {target: entry for (target, verb, part), entry in marked.items() if (verb, part) == (policy.status, PART)}
    for ref in sorted({*touched, *told}):
        request = snapshot.merge_requests.get(ref)
        spot = ground.spot(ref) if policy.status in ground.takes(ref) else None
        if request is None or spot is None or request.status != "open" or not request.head_sha:
            continue
        files = touched.get(ref, {})
        old = any(_is_old(row, request) for rows in files.values() for row in rows)
        sure = not old and not is_unread(request, unread)
        spot = replace(spot, mode=ramp.mode_of(CODE, ref, spot, ground))
        judged = [] if old else _judged(ref, files, verdicts, snapshot)
        marking = _marking(request, spot, judged, ground, sure=sure)
        if sure or marking.extra["state"] == "failed" or not _is_told(told.get(ref), request):
            yield marking


def _touched(snapshot: Snapshot) -> dict[Ref, dict[str, list[ContractFile]]]:
    """Merge request -> contract -> the files of it that it touches."""
    found: dict[Ref, dict[str, list[ContractFile]]] = {}
    for contract in snapshot.contracts:
        for row in files_of(contract, snapshot.contract_files):
            if row.revision == "merge_request" and isinstance(row.of, Ref):
                found.setdefault(snapshot.anchor(row.of), {}).setdefault(contract.name, []).append(row)
    return found


def _is_old(row: ContractFile, request: MergeRequest) -> bool:
    """Whether a file is that of another revision than the one that is marked."""
    return row.head_sha is not None and row.head_sha != request.head_sha


def _is_told(entry: Said | None, request: MergeRequest) -> bool:
    """Whether this revision is marked already: what could not be read since does not change that."""
    return entry is not None and bool(entry.body) and json.loads(entry.body).get("sha") == request.head_sha


def _verdicts(snapshot: Snapshot) -> dict[tuple[Ref, str], Json]:
    """Merge request and contract -> what came of the comparison."""
    found = (one for one in snapshot.compared if one.revision == "merge_request")
    return {(snapshot.anchor(one.of), one.contract): one.verdict for one in found if isinstance(one.of, Ref)}


def _judged(ref: Ref, files: Mapping[str, object], verdicts: Mapping[tuple[Ref, str], Json], snapshot: Snapshot) -> list[Judged]:
    """What stands of each contract that it touches; where nothing that is compared differs, nothing does."""
    found: list[Judged] = []
    for contract in snapshot.contracts:
        if contract.name in files:
            value = verdicts.get((ref, contract.name))
            verdict = Verdict() if value is None else verdict_from_json(value) or Verdict.unjudged("its verdict cannot be read")
            stands = standing(verdict.changes, contract)
            found.append((contract, stands, len(verdict.changes) - len(stands)))
    return sorted(found, key=lambda one: (_worst(one[1]), one[0].name))


def _worst(changes: tuple[Change, ...]) -> int:
    return min((LEVELS.index(change.level) for change in changes), default=len(LEVELS))


def _marking(request: MergeRequest, spot: Spot, judged: list[Judged], ground: Ground, *, sure: bool) -> Marking:
    state, line = _verdict(judged, ground, sure=sure)
    short = cut(line, ground.places[spot.target.connection].limits.text_chars)
    verdict: dict[str, Any] = {"sha": request.head_sha, "name": ground.policy.contract_status, "state": state, "text": short}
    said = {**verdict, "url": None, "title": short, "summary": _summary(request, judged, line, spot, ground)}
    return Marking(spot, said, said, (), PART)


def _verdict(judged: list[Judged], ground: Ground, *, sure: bool) -> tuple[str, str]:
    line = "; ".join(f"{contract.name}: {_told(changes, accepted)}" for contract, changes, accepted in judged) or OVER
    levels = {change.level for _, changes, _ in judged for change in changes}
    if "breaking" in levels or ("unknown" in levels and ground.policy.fail_from != "critical"):
        return "failed", line
    if not sure:
        return "pending", UNREAD
    return ("pending" if "unknown" in levels else "passed"), line


def _told(changes: tuple[Change, ...], accepted: int) -> str:
    levels = [change.level for change in changes]
    breaks, risks = levels.count("breaking"), levels.count("risky")
    parts = [count(breaks, "breaking change")] if breaks else []
    parts += ["not all could be judged"] if "unknown" in levels else []
    parts = parts or ["breaks nothing"]
    parts += [count(risks, "risky change")] if risks else []
    parts += [f"{accepted} accepted"] if accepted else []
    return ", ".join(parts)


def _summary(request: MergeRequest, judged: list[Judged], line: str, spot: Spot, ground: Ground) -> str:
    """The changes one by one, as a comment there would name them, with what they are accepted by."""
    lines: list[Line] = []
    for contract, changes, _ in judged:
        told = [change for change in changes if change.level != "compatible"]
        lines += [
            Line(contract.name, (f"{one.level}, ", *of_change(one, request), f" ({one.fingerprint})")) for one in told[:_SHOWN]
        ]
        lines += [Line(contract.name, (f"and {len(told) - _SHOWN} more",))] if len(told) > _SHOWN else []
    finding = Finding(code=CODE, subject=request.ref, severity="info", headline=(line,), lines=tuple(lines))
    voice = ground.voice(spot)
    return text(heard(finding, voice), voice)
