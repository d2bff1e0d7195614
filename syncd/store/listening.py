"""Listening: below which of our comments somebody may have answered. It is kept beside the comments in the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from syncd.model.action import Action, Receipt
from syncd.model.ref import Ref
from syncd.store.changes import ASIDE
from syncd.store.engine import Database
from syncd.store.tables import ledger

AFTER_AN_EDIT = timedelta(hours=1)
"""An edit of ours hides what was answered in the moment before it: so much later its ticket is looked at once more."""

AFTER_OUR_OWN = timedelta(seconds=2)
"""A vendor may date the ticket a little later than the comment that touched it; so soon nobody answers."""

_THIS = (
    ledger.c.connection == bindparam("of"),
    ledger.c.stream == bindparam("in_stream"),
    ledger.c.id == bindparam("with_id"),
    ledger.c.verb == "comment",
)
_STANDS = (ledger.c.verb == "comment", ledger.c.muted.is_(False))
_MARK = update(ledger).where(*_THIS, ledger.c.muted.is_(False)).values(heard=bindparam("until"), listen_at=bindparam("due_at"))
_KNOWN = select(ledger.c.stream, ledger.c.id, ledger.c.heard).where(*_STANDS, ledger.c.connection == bindparam("of"))
_DUE = (
    select(ledger.c.stream, ledger.c.id, ledger.c.target_key, ledger.c.target_url, ledger.c.heard, ledger.c.listen_at)
    .where(*_STANDS, ledger.c.connection == bindparam("of"), ledger.c.listen_at <= bindparam("now"))
    .order_by(ledger.c.listen_at, ledger.c.stream, ledger.c.id)
)


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket below whose comment is to be looked. `heard`: when it was touched last, by the vendor's clock. `since`: opaque, hand it
    back."""

    target: Ref
    heard: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Listening:
    """Nothing that is concluded from the mirror rests on it, so that it counts as no change."""

    db: Database

    def heard(self, connection: str) -> dict[Ref, datetime | None]:
        """Target -> up to which touch of it, by the vendor's clock, what was answered is known or due. None: not known."""
        with self.db.reading() as tx:
            rows = tx.execute(_KNOWN, {"of": connection}).all()
        return {Ref(connection, row.stream, row.id): row.heard for row in rows}

    def due(self, connection: str, now: datetime) -> list[Due]:
        """Where to look, the longest due first."""
        with self.db.reading() as tx:
            rows = tx.execute(_DUE, {"of": connection, "now": now}).all()
        found = ((Ref(connection, row.stream, row.id, row.target_key, row.target_url), row) for row in rows)
        return [Due(target, row.heard, row.listen_at) for target, row in found]

    def looked(self, due: Due, again: datetime | None = None) -> None:
        """It was looked at, or is to be `again`, then; unless it has become due anew meanwhile."""
        this = {"of": due.target.connection, "in_stream": due.target.stream, "with_id": due.target.id}
        change = update(ledger).where(*_THIS, ledger.c.listen_at == due.since).values(listen_at=again)
        with self.db.writing() as tx:
            tx.execute(change, this, execution_options={ASIDE: True})


def mark(tx: Connection, connection: str, stream: str, touched: Mapping[str, datetime], at: datetime) -> None:
    """These records, by id, were touched at these instants: what was answered there is due. In the transaction of their page."""
    rows = [{"of": connection, "in_stream": stream, "with_id": id, "until": until, "due_at": at} for id, until in touched.items()]
    if rows:
        tx.execute(_MARK, rows, execution_options={ASIDE: True})


def follow(tx: Connection, action: Action, receipt: Receipt, quiet_s: float) -> None:
    """Our own write is nobody's answer. Nothing was answered to a comment before it was there; to one that is edited, it may have been.
    `quiet_s`: so long what is answered touches nothing, so that it is looked for after that."""
    target, touched = action.target, receipt.touched
    if touched is None:
        return
    this = {"of": target.connection, "in_stream": target.stream, "with_id": target.id}
    row = tx.execute(select(ledger.c.heard, ledger.c.listen_at).where(*_THIS), this).first()
    if row is None:
        return
    ours = touched + AFTER_OUR_OWN
    values: dict[str, Any] = {"heard": ours if row.heard is None else max(ours, row.heard)}
    if action.verb != "comment" or not receipt.created:
        if row.heard is None:
            return
        values["listen_at"] = row.listen_at or receipt.at + AFTER_AN_EDIT
    elif quiet_s:
        values["listen_at"] = row.listen_at or receipt.at + timedelta(seconds=quiet_s) + AFTER_OUR_OWN
    tx.execute(update(ledger).where(*_THIS).values(values), this, execution_options={ASIDE: True})
