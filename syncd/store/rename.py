"""A connection gets another name: all that is known under the old one moves along, so that nothing is read, or said, anew."""

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from syncd.decide.overrides import SEEN
from syncd.model.contract import BREAKS, FILES
from syncd.model.finding import Finding
from syncd.model.raw import Json
from syncd.model.wire import finding_from_json, finding_to_json
from syncd.store.engine import Database
from syncd.store.findings import digest
from syncd.store.tables import (
    anchors,
    baselines,
    deliveries,
    enabled,
    finding_history,
    findings,
    hooks,
    ledger,
    mapped,
    meta,
    outbox,
    receipts,
    records,
    scopes,
)

_NAMED = (scopes, records, enabled, outbox, ledger, receipts, anchors, deliveries, hooks, baselines)


def rename(db: Database, old: str, new: str) -> bool:
    """Move everything of the connection `old` to the name `new`. False where there is nothing to move, or `new` has records already."""
    with db.writing() as tx:
        if not _known(tx, old) or _known(tx, new):
            return False
        for table in _NAMED:
            tx.execute(update(table).where(table.c.connection == old).values(connection=new))
        tx.execute(update(anchors).where(anchors.c.anchor_connection == old).values(anchor_connection=new))
        tx.execute(delete(mapped).where(mapped.c.record.in_(select(records.c.n).where(records.c.connection == new))))
        for row in tx.execute(select(baselines)).all():
            tx.execute(update(baselines).where(baselines.c.n == row.n).values(value=_renamed(row.value, old, new)))
        _labels(tx, old, new)
        _contracts(tx, old, new)
        _speak_of(tx, old, new, _findings(tx, old, new))
        return True


def _known(tx: Connection, connection: str) -> bool:
    return bool(tx.scalar(select(func.count()).select_from(scopes).where(scopes.c.connection == connection)))


def _labels(tx: Connection, old: str, new: str) -> None:
    """Since when labels are known that say how a milestone stands."""
    before, after = f"{SEEN}{old}:", f"{SEEN}{new}:"
    for key in tx.scalars(select(meta.c.key).where(meta.c.key.startswith(before, autoescape=True))).all():
        tx.execute(update(meta).where(meta.c.key == key).values(key=after + key.removeprefix(before)))


def _contracts(tx: Connection, old: str, new: str) -> None:
    """What is remembered of contracts names records, and merge requests."""
    wanted = or_(*(meta.c.key.startswith(prefix, autoescape=True) for prefix in (BREAKS, FILES)))
    for row in tx.execute(select(meta).where(wanted)).all():
        tx.execute(update(meta).where(meta.c.key == row.key).values(value=_renamed(row.value, old, new)))


def _findings(tx: Connection, old: str, new: str) -> dict[str, str]:
    """Rename what findings speak of. Gives old fingerprint -> new fingerprint."""
    prints: dict[str, str] = {}
    for table in (findings, finding_history):
        key = table.c.fingerprint if table is findings else table.c.n
        for row in tx.execute(select(key, table.c.fingerprint, table.c.finding)).all():
            finding = _renamed_finding(row.finding, old, new)
            prints[row.fingerprint] = finding.fingerprint
            values: dict[str, Any] = {"digest": digest(finding), "finding": finding_to_json(finding)}
            values |= {"fingerprint": finding.fingerprint, **({"hash": None} if table is findings else {})}
            tx.execute(update(table).where(key == row[0]).values(values))
    return prints


def _renamed_finding(value: Json, old: str, new: str) -> Finding:
    finding = finding_from_json(_renamed(value, old, new))
    # A discriminator may name objects, as "connection:stream:id".
    told = re.sub(rf"(?<![\w-]){re.escape(old)}:(?=[^:\s]+:)", f"{new}:", finding.discriminator)
    return replace(finding, discriminator=told)


def _speak_of(tx: Connection, old: str, new: str, prints: dict[str, str]) -> None:
    """Rename targets and fingerprints in what was and is to be said."""
    for row in tx.execute(select(ledger)).all():
        told = [prints.get(one, one) for one in row.fingerprints]
        same = [ledger.c[name] == getattr(row, name) for name in ("connection", "stream", "id", "verb", "part")]
        tx.execute(update(ledger).where(*same).values(fingerprints=told))
    for table, columns in ((outbox, ("desired", "attempt")), (receipts, ("action",))):
        for row in tx.execute(select(table)).all():
            values = {name: _renamed_action(getattr(row, name), old, new, prints) for name in columns}
            tx.execute(update(table).where(table.c.n == row.n).values(values))


def _renamed_action(value: Any, old: str, new: str, prints: dict[str, str]) -> Any:
    if value is None:
        return None
    return {**_renamed(value, old, new), "fingerprints": [prints.get(one, one) for one in value["fingerprints"]]}


def _renamed(value: Json, old: str, new: str) -> Json:
    """The value with the connection's name changed in everything that is an identity."""
    if isinstance(value, list):
        return [_renamed(one, old, new) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _renamed(one, old, new) for name, one in value.items()}
    if {"connection", "stream", "id"} <= value.keys() and value["connection"] == old:
        return {**inner, "connection": new}
    return inner
