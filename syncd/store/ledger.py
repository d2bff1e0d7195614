"""The ledger: what stands on each ticket by our receipts, and all receipts there were."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, tuple_, update

from syncd.decide.state import Said
from syncd.model.action import Action, Mark, Receipt
from syncd.model.ref import Ref
from syncd.store import listening
from syncd.store.actions import action_from_json, action_to_json
from syncd.store.columns import json_text
from syncd.store.engine import Database
from syncd.store.pages import chunks
from syncd.store.tables import ledger, receipts


@dataclass(frozen=True, slots=True)
class Receipted:
    """One line of the history: what was written and what the vendor answered. `late`: another attempt had taken over already."""

    at: datetime
    action: Action
    receipt: Receipt
    late: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """One entry per target, verb and part."""

    db: Database

    def said(self) -> dict[Ref, Said]:
        """Target -> the comment that stands there."""
        with self.db.reading() as tx:
            entries = [_said(row) for row in tx.execute(select(ledger).where(ledger.c.verb == "comment"))]
        return {entry.target: entry for entry in entries}

    def marks(self, connection: str | None = None) -> dict[Mark, Said]:
        """What stands there by the other verbs, on targets of one connection or of all."""
        query = select(ledger).where(ledger.c.verb != "comment")
        if connection is not None:
            query = query.where(ledger.c.connection == connection)
        with self.db.reading() as tx:
            entries = [_said(row) for row in tx.execute(query)]
        return {entry.mark: entry for entry in entries}

    def put(self, said: Said) -> None:
        """Enter what stands there, whatever the ledger said before."""
        with self.db.writing() as tx:
            self.db.upsert(tx, ledger, [_values(said)])

    def mute(self, target: Ref) -> None:
        """Never comment there again: a person deleted the comment."""
        with self.db.writing() as tx:
            tx.execute(update(ledger).where(*_is(target), ledger.c.verb == "comment").values(muted=True))

    def remove(self, target: Ref) -> None:
        """The target is gone; its receipts stay."""
        with self.db.writing() as tx:
            tx.execute(delete(ledger).where(*_is(target)))

    def follow(self, old: Ref, new: Ref, project: str) -> bool:
        """The comment on `old` is one on `new` from now on: the same key, under an id that has to be looked for. What other verbs wrote
        stayed behind. False where nothing was said on `old`, or something is on `new` already."""
        with self.db.writing() as tx:
            if tx.execute(select(ledger.c.id).where(*_is(new))).first() is not None:
                return False
            values = {
                "connection": new.connection,
                "stream": new.stream,
                "id": new.id,
                "target_key": new.key,
                "target_url": new.url,
            }
            tx.execute(delete(ledger).where(*_is(old), ledger.c.verb != "comment"))
            moved = tx.execute(
                update(ledger).where(*_is(old)).values(**values, project=project, remote_id="", digest="", heard=None)
            )
            return moved.rowcount > 0

    def enter(self, tx: Connection, action: Action, receipt: Receipt, *, late: bool, quiet_s: float = 0) -> None:
        """Append a receipt; unless it is late, the ledger follows it. `quiet_s`: of the target's stream."""
        target = action.target
        identity = {"connection": target.connection, "stream": target.stream, "id": target.id, "verb": action.verb}
        answer = {"at": receipt.at, "remote_id": receipt.remote_id, "url": receipt.url, "created": receipt.created}
        answer |= {"touched": receipt.touched}
        tx.execute(insert(receipts), {**identity, **answer, "late": late, "action": action_to_json(action)})
        if not late:
            self.db.upsert(tx, ledger, [_values(stands(action, receipt))])
        listening.follow(tx, action, receipt, quiet_s)

    def receipts(self, target: Ref) -> list[Receipted]:
        """All receipts of a target, the first one first."""
        c = receipts.c
        query = select(receipts).where(c.connection == target.connection, c.stream == target.stream, c.id == target.id)
        with self.db.reading() as tx:
            return [_receipted(row) for row in tx.execute(query.order_by(c.n))]


def stands(action: Action, receipt: Receipt) -> Said:
    """The entry that a receipt proves."""
    return Said(
        target=action.target,
        project=action.project,
        key=action.key,
        digest=action.digest,
        remote_id=receipt.remote_id,
        fingerprints=action.fingerprints,
        body=action.body if action.verb == "comment" else json_text(dict(action.extra)),
        url=receipt.url,
        at=receipt.at,
        verb=action.verb,
        part=action.part,
    )


def entries(tx: Connection, targets: Iterable[Ref]) -> dict[Mark, Row[Any]]:
    """What the ledger has of these targets."""
    identity = (ledger.c.connection, ledger.c.stream, ledger.c.id)
    query: Select[Any] = select(
        *identity, ledger.c.verb, ledger.c.part, ledger.c.key, ledger.c.digest, ledger.c.remote_id, ledger.c.muted
    )
    found = (
        tx.execute(query.where(tuple_(*identity).in_(some))) for some in chunks((r.connection, r.stream, r.id) for r in targets)
    )
    return {(Ref(row.connection, row.stream, row.id), row.verb, row.part): row for rows in found for row in rows}


def _is(target: Ref) -> tuple[Any, ...]:
    return ledger.c.connection == target.connection, ledger.c.stream == target.stream, ledger.c.id == target.id


def _values(said: Said) -> dict[str, Any]:
    return {
        "connection": said.target.connection,
        "stream": said.target.stream,
        "id": said.target.id,
        "target_key": said.target.key,
        "target_url": said.target.url,
        "project": said.project,
        "key": said.key,
        "digest": said.digest,
        "remote_id": said.remote_id,
        "fingerprints": list(said.fingerprints),
        "body": said.body,
        "url": said.url,
        "at": said.at,
        "muted": said.muted,
        "verb": said.verb,
        "part": said.part,
    }


def _said(row: Row[Any]) -> Said:
    return Said(
        target=Ref(row.connection, row.stream, row.id, row.target_key, row.target_url),
        project=row.project,
        key=row.key,
        digest=row.digest,
        remote_id=row.remote_id,
        fingerprints=tuple(row.fingerprints),
        body=row.body,
        url=row.url,
        at=row.at,
        muted=row.muted,
        verb=row.verb,
        part=row.part,
    )


def _receipted(row: Row[Any]) -> Receipted:
    receipt = Receipt(row.remote_id, row.at, row.url, row.created, row.touched)
    return Receipted(row.at, action_from_json(row.action), receipt, row.late)
