"""Findings as they are remembered from pass to pass, and every change of them that a reader would notice."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import Connection, Row, Text, insert, select, type_coerce

from syncd.decide.state import FindingState
from syncd.model.finding import Finding, Severity, said, told
from syncd.model.ref import identity
from syncd.model.wire import finding_from_json, finding_from_text, finding_to_json
from syncd.store.columns import Ready, dumped, json_value
from syncd.store.engine import Database
from syncd.store.pages import chunks
from syncd.store.tables import finding_history, findings


@dataclass(frozen=True, slots=True)
class Moment:
    """A finding as it was from `at` on."""

    at: datetime
    state: str
    finding: Finding


class Kept(NamedTuple):
    """What is kept around a finding."""

    fingerprint: str
    code: str
    state: Literal["pending", "open", "cleared"]
    severity: Severity
    weight: int
    raised_at: datetime
    changed_at: datetime
    cleared_at: datetime | None
    held: bool
    known_severity: Severity | None
    known_weight: int | None
    withheld: bool
    digest: str
    hash: str | None


class Resumed(NamedTuple):
    """The states that a look goes on from; `newer`: in which of them the found finding stands for a kept one that differs."""

    states: Mapping[str, FindingState]
    newer: Collection[str]


Alike = Callable[[Finding, Finding], bool]


@dataclass(frozen=True, slots=True)
class Findings:
    """Finding states by fingerprint. Cleared ones stay, so that a return is told from a first time."""

    db: Database

    def states(self) -> dict[str, FindingState]:
        """All states, open and cleared."""
        query = select(*_AROUND, _AS_TEXT).order_by(findings.c.fingerprint).execution_options(yield_per=_AT_ONCE)
        with self.db.reading() as tx:
            return {row.fingerprint: _state(row, _finding(row.finding)) for row in tx.execute(query)}

    def kept(self) -> dict[str, Kept]:
        """All that is kept, by fingerprint, but for the findings themselves: there may be tens of thousands, of kilobytes each."""
        with self.db.reading() as tx:
            return _kept(tx)

    def resumed(self, kept: Mapping[str, Kept], found: Iterable[Finding], told: Collection[str], alike: Alike) -> Resumed:
        """The states that a look goes on from. A finding that was found again as it is kept, to the letter, is not read: the found one
        stands for it. It does so, too, where both are `alike`. What was cleared before and is neither found nor `told` anywhere by now
        is left out."""
        again = {finding.fingerprint: finding for finding in found}
        known = {key: one for key, one in again.items() if key in kept and kept[key].hash == hash_of(one)}
        others = [
            key for key, row in kept.items() if key not in known and (row.state != "cleared" or key in again or key in told)
        ]
        newer: set[str] = set()
        for key, old in self._read(others):
            if key in again and alike(old, again[key]):
                newer.add(key)
            known[key] = again[key] if key in newer else old
        return Resumed({key: _state(kept[key], one) for key, one in known.items()}, newer)

    def _read(self, fingerprints: Iterable[str]) -> Iterator[tuple[str, Finding]]:
        with self.db.reading() as tx:
            for some in chunks(fingerprints):
                query = select(findings.c.fingerprint, _AS_TEXT).where(findings.c.fingerprint.in_(some))
                yield from ((row.fingerprint, _finding(row.finding)) for row in tx.execute(query))

    def put(self, states: Iterable[FindingState], at: datetime) -> None:
        """Remember these states; a change of state, severity, weight or text goes to the history as of `at`. What is kept already is
        not written again."""
        ordered = sorted(states, key=_print)
        with self.db.writing() as tx:
            before = _kept(tx) if ordered else {}
            others = (one for one in ordered if not _is_kept(one, before))
            while batch := [_values(state) for state in islice(others, _AT_ONCE)]:
                self.db.upsert(tx, findings, batch)
                if news := [row for row in batch if _is_news(row, before)]:
                    tx.execute(insert(finding_history), [{"at": at, **{name: row[name] for name in _HISTORY}} for row in news])

    def history(self, fingerprint: str) -> list[Moment]:
        """How a finding came to be what it is, the first moment first."""
        query = select(finding_history).where(finding_history.c.fingerprint == fingerprint).order_by(finding_history.c.n)
        with self.db.reading() as tx:
            return [Moment(row.at, row.state, finding_from_json(row.finding)) for row in tx.execute(query)]


_AT_ONCE = 500
"""So many findings are read or written at once: each takes kilobytes, and there may be tens of thousands."""

_AROUND = tuple(findings.c[name] for name in Kept._fields[:-2])
_KEPT = tuple(findings.c[name] for name in Kept._fields)
_AS_TEXT = type_coerce(findings.c.finding, Text).label("finding")
"""A finding as the text that it is stored as."""

_JUDGED = ("state", "severity", "weight", "digest")
_HISTORY = ("fingerprint", "finding", *_JUDGED)


def _kept(tx: Connection) -> dict[str, Kept]:
    rows = tx.execute(select(*_KEPT).order_by(findings.c.fingerprint).execution_options(yield_per=_AT_ONCE))
    return {row[0]: Kept(*row) for row in rows}


def _is_kept(state: FindingState, kept: Mapping[str, Kept]) -> bool:
    row = kept.get(_print(state))
    return row is not None and row[:-2] == _around(state) and row.hash == hash_of(state.finding)


def _print(state: FindingState) -> str:
    return state.finding.fingerprint


def _is_news(row: Mapping[str, Any], kept: Mapping[str, Kept]) -> bool:
    before = kept.get(row["fingerprint"])
    return before is None or any(row[name] != getattr(before, name) for name in _JUDGED)


def digest(finding: Finding) -> str:
    """What the finding says, without what only the clock changes: the words that a history repeats would bury the others."""
    texts = [*said(finding.headline), *(text for label, parts in told(finding) for text in (label, *parts))]
    return hashlib.sha256("\x1f".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def hash_of(finding: Finding) -> str:
    """All that a finding says, in 32 hex digits: another one where anything of it differs that is kept."""
    try:
        whole = orjson.dumps(finding, default=_values_of, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    except TypeError:  # no Unicode, a number beyond 64 bits, or what somebody else's detector thinks is JSON
        whole = json.dumps(finding, default=_values_of_any).encode()
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def _values_of(part: Any) -> Any:
    """What a part of a finding holds; of what it rests on the identities alone, as they are stored."""
    kind: Any = type(part)
    return sorted(map(identity, part)) if kind is frozenset else _values_getter(kind)(part)


def _values_of_any(part: Any) -> Any:
    if isinstance(part, set | frozenset):
        return sorted(map(str, part))
    return _values_of(part) if is_dataclass(part) else str(part)


@cache
def _values_getter(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(one.name for one in fields(kind)))


def _around(state: FindingState) -> tuple[Any, ...]:
    """The columns of a state, as `_AROUND` names them."""
    finding, (severity, weight) = state.finding, state.known or (None, None)
    judged = (finding.fingerprint, finding.code, state.state, finding.severity, finding.weight)
    return *judged, state.raised_at, state.changed_at, state.cleared_at, state.held, severity, weight, state.withheld


def _values(state: FindingState) -> dict[str, Any]:
    around = dict(zip((one.name for one in _AROUND), _around(state), strict=True))
    finding = state.finding
    return {
        **around,
        "digest": digest(finding),
        "hash": hash_of(finding),
        "finding": Ready(dumped(finding_to_json(finding)) or ""),
    }


def _state(row: Kept | Row[*tuple[Any, ...]], finding: Finding) -> FindingState:
    known = None if row.known_severity is None else (row.known_severity, row.known_weight or 0)
    return FindingState(
        finding=finding,
        state=row.state,
        raised_at=row.raised_at,
        changed_at=row.changed_at,
        cleared_at=row.cleared_at,
        held=row.held,
        known=known,
        withheld=row.withheld,
    )


def _finding(text: str) -> Finding:
    """What was stored as that text, without a detour where it can be."""
    try:
        return finding_from_text(text)
    except ValueError:  # an earlier version, or the slow library, may have stored what the fast reader refuses
        return finding_from_json(json_value(text))
