"""Findings as they are remembered from pass to pass, and every change of them that a reader would notice."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, delete, insert, select

from syncd.decide.state import FindingState
from syncd.model.finding import Finding, Severity, said, told
from syncd.model.wire import finding_from_json, finding_to_json
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
        with self.db.reading() as tx:
            return {row.fingerprint: _state(row) for row in tx.execute(select(findings).order_by(findings.c.fingerprint))}

    def put(self, states: Iterable[FindingState], at: datetime) -> None:
        """Remember these states; a change of state, severity, weight or text goes to the history as of `at`."""
        rows = [_values(state) for state in sorted(states, key=lambda one: one.finding.fingerprint)]
        with self.db.writing() as tx:
            before = {row.fingerprint: row._mapping for row in tx.execute(select(findings))}
            others = [row for row in rows if dict(before.get(row["fingerprint"], {})) != row]
            news = [row for row in others if _judged(before.get(row["fingerprint"])) != _judged(row)]
            self.db.upsert(tx, findings, others)
            if news:
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


_JUDGED = ("state", "severity", "weight", "digest")
_HISTORY = ("fingerprint", "at", "finding", *_JUDGED)


def _judged(row: Mapping[Any, Any] | None) -> tuple[Any, ...] | None:
    return None if row is None else tuple(row[name] for name in _JUDGED)


def digest(finding: Finding) -> str:
    """What the finding says, without what only the clock changes: the words that a history repeats would bury the others."""
    texts = [*said(finding.headline), *(text for label, parts in told(finding) for text in (label, *parts))]
    return hashlib.sha256("\x1f".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _values(state: FindingState) -> dict[str, Any]:
    severity, weight = state.known or (None, None)
    return {
        "fingerprint": state.finding.fingerprint,
        "code": state.finding.code,
        "state": state.state,
        "severity": state.finding.severity,
        "weight": state.finding.weight,
        "digest": digest(state.finding),
        "raised_at": state.raised_at,
        "changed_at": state.changed_at,
        "cleared_at": state.cleared_at,
        "held": state.held,
        "known_severity": severity,
        "known_weight": weight,
        "finding": finding_to_json(state.finding),
        "withheld": state.withheld,
    }


def _state(row: Row[Any]) -> FindingState:
    known = None if row.known_severity is None else (cast(Severity, row.known_severity), int(row.known_weight))
    return FindingState(
        finding=finding_from_json(row.finding),
        state=row.state,
        raised_at=row.raised_at,
        changed_at=row.changed_at,
        cleared_at=row.cleared_at,
        held=row.held,
        known=known,
        withheld=row.withheld,
    )
