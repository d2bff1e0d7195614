"""Findings as they are remembered from pass to pass, and every change of them that a reader would notice."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Row, Text, delete, insert, select, type_coerce

from syncd.decide.state import FindingState
from syncd.model.finding import Finding, Severity, said, told
from syncd.model.wire import finding_from_json, finding_from_text, finding_to_json, finding_to_text
from syncd.store.columns import dumped, json_value
from syncd.store.engine import Database
from syncd.store.tables import finding_history, findings


@dataclass(frozen=True, slots=True)
class Moment:
    """A finding as it was from `at` on."""

    at: datetime
    state: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Findings:
    """Finding states by fingerprint. Cleared ones stay, so that a return is told from a first time."""

    db: Database

    def states(self) -> dict[str, FindingState]:
        """All states, open and cleared."""
        query = select(*_AROUND, _AS_TEXT).order_by(findings.c.fingerprint).execution_options(yield_per=_AT_ONCE)
        with self.db.reading() as tx:
            return {row.fingerprint: _state(row) for row in tx.execute(query)}

    def put(self, states: Iterable[FindingState], at: datetime) -> None:
        """Remember these states; a change of state, severity, weight or text goes to the history as of `at`. What is kept already is
        not written again."""
        with self.db.writing() as tx:
            before = _kept(tx)
            others = (state for state in states if _whole(_around(state), _text(state.finding)) != before[_print(state)].whole)
            ordered = iter(sorted(others, key=_print))
            while batch := [_values(state) for state in islice(ordered, _AT_ONCE)]:
                self.db.upsert(tx, findings, batch)
                if news := [row for row in batch if _judged(row) != before[row["fingerprint"]].judged]:
                    tx.execute(insert(finding_history), [{name: {**row, "at": at}[name] for name in _HISTORY} for row in news])

    def forget(self, fingerprints: Iterable[str]) -> None:
        """Drop states whose findings go by another fingerprint by now (their milestone's anchor moved); the history stays."""
        with self.db.writing() as tx:
            tx.execute(delete(findings).where(findings.c.fingerprint.in_(sorted(fingerprints))))

    def history(self, fingerprint: str) -> list[Moment]:
        """How a finding came to be what it is, the first moment first."""
        query = select(finding_history).where(finding_history.c.fingerprint == fingerprint).order_by(finding_history.c.n)
        with self.db.reading() as tx:
            return [Moment(row.at, row.state, finding_from_json(row.finding)) for row in tx.execute(query)]


_AT_ONCE = 500
"""So many findings are read or written at once: each takes kilobytes, and there may be tens of thousands."""

_AROUND = tuple(one for one in findings.c if one.name not in ("digest", "finding"))
_AS_TEXT = type_coerce(findings.c.finding, Text).label("finding")
"""A finding as the text that it is stored as."""

_JUDGED = ("state", "severity", "weight", "digest")
_HISTORY = ("fingerprint", "at", "finding", *_JUDGED)


class _Kept(NamedTuple):
    """What tells one stored state from another, in a few bytes."""

    judged: tuple[Any, ...] | None = None
    whole: bytes = b""


def _kept(tx: Connection) -> Mapping[str, _Kept]:
    rows = tx.execute(select(*_AROUND, findings.c.digest, _AS_TEXT).execution_options(yield_per=_AT_ONCE))
    kept = {row.fingerprint: _Kept(_judged(row._mapping), _whole(tuple(row)[:-2], row.finding)) for row in rows}
    return defaultdict(_Kept, kept)


def _whole(around: tuple[Any, ...], text: str) -> bytes:
    """One value for all that is kept of a state but the digest, which follows from it."""
    return hashlib.blake2b(f"{around}{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _text(finding: Finding) -> str:
    """The text that it will be stored as."""
    try:
        return finding_to_text(finding)
    except ValueError:  # not Unicode: the store has a way with it
        return dumped(finding_to_json(finding)) or ""


def _print(state: FindingState) -> str:
    return state.finding.fingerprint


def _judged(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _JUDGED)


def digest(finding: Finding) -> str:
    """What the finding says, without what only the clock changes: the words that a history repeats would bury the others."""
    texts = [*said(finding.headline), *(text for label, parts in told(finding) for text in (label, *parts))]
    return hashlib.sha256("\x1f".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _around(state: FindingState) -> tuple[Any, ...]:
    """The columns of a state, as `_AROUND` names them."""
    finding, (severity, weight) = state.finding, state.known or (None, None)
    judged = (finding.fingerprint, finding.code, state.state, finding.severity, finding.weight)
    return *judged, state.raised_at, state.changed_at, state.cleared_at, state.held, severity, weight, state.withheld


def _values(state: FindingState) -> dict[str, Any]:
    around = dict(zip((one.name for one in _AROUND), _around(state), strict=True))
    return {**around, "digest": digest(state.finding), "finding": finding_to_json(state.finding)}


def _state(row: Row[*tuple[Any, ...]]) -> FindingState:
    known = None if row.known_severity is None else (cast(Severity, row.known_severity), int(row.known_weight))
    return FindingState(
        finding=_finding(row.finding),
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
