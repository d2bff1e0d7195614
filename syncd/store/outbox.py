"""The outbox: what is to be written, what is under way, and what became of it; one row per (target, verb, part).

A row is `pending` until it is claimed; then its intent is on record before anything is sent (`intent`). An answer that proves
nothing makes it `uncertain`, a refusal `dead`, and a person who gives it up `dropped`: it stays, so that the same wish is not written
again, and nobody sees it. A dead process leaves an intent: its lease runs out, and the next claim is told.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, tuple_, update

from syncd.model.action import Action, Mark, Receipt
from syncd.model.ref import Ref
from syncd.store.actions import action_from_json, action_to_json
from syncd.store.engine import Database
from syncd.store.ledger import Ledger, entries, stands
from syncd.store.pages import chunks
from syncd.store.tables import outbox

OutboxState = Literal["pending", "intent", "uncertain", "dead", "dropped"]
UNDER_WAY: tuple[OutboxState, ...] = ("intent", "uncertain")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One row. `action`: what is under way, else what is to be written; its `remote_id` is what the ledger knows now.

    `uncertain`: an earlier attempt may have reached the vendor, so look for our marker first. `newer`: to be written afterwards.
    `n` and `claims` name the claim: what a claim reports after another one took over no longer counts.
    """

    n: int
    claims: int
    action: Action
    state: OutboxState
    attempts: int
    uncertain: bool
    newer: Action | None
    desired_at: datetime
    claimed_at: datetime | None
    not_before: datetime | None
    text: str | None

    @property
    def target(self) -> Ref:
        """Where it is written."""
        return self.action.target


@dataclass(frozen=True, slots=True)
class Outbox:
    """Level-triggered: each analysis says all that it wants; a newer wish replaces an older one that nobody took up yet."""

    db: Database

    def desire(self, actions: Iterable[Action], at: datetime) -> None:
        """Want these written. It waits for a write under way; one that the ledger says already, or mutes, is dropped."""
        with self.db.writing() as tx:
            for some in chunks(sorted(actions, key=lambda one: one.mark)):
                rows = _rows(tx, some)
                said = entries(tx, (action.target for action in some))
                for action in some:
                    row = rows.get(action.mark)
                    if row is not None:
                        _overwrite(tx, row, action, at)
                    elif not _is_said(said.get(action.mark), action):
                        tx.execute(insert(outbox), _new(action, at))

    def withdraw(self, keep: Iterable[Action], connections: Collection[str]) -> int:
        """Of these connections only `keep` is wanted now; how many rows went. What may be under way stays until that is known."""
        wanted = {action.mark for action in keep}
        query = select(outbox).where(outbox.c.connection.in_(sorted(connections))).order_by(outbox.c.n).with_for_update()
        with self.db.writing() as tx:
            unwanted = [row for row in tx.execute(query) if _mark(row) not in wanted and row.state != "dropped"]
            certain = [row.n for row in unwanted if row.state == "dead" or (row.state == "pending" and not row.doubt)]
            under_way = [row.n for row in unwanted if row.state in UNDER_WAY]
            tx.execute(delete(outbox).where(outbox.c.n.in_(certain)))
            tx.execute(update(outbox).where(outbox.c.n.in_(under_way)).values(desired=None))
        return len(certain)

    def claim(self, connection: str, at: datetime, lease_s: float, limit: int = 1) -> list[OutboxRow]:
        """Take up to `limit` rows that are due, the longest wanted first, with the intent on record. No other claim gets them.

        `lease_s`: how long a request of a process that dies now could still have an effect; before that nobody else looks.
        """
        c = outbox.c
        due = or_(c.not_before.is_(None), c.not_before <= at)
        query = select(outbox).where(c.connection == connection, c.state.in_(("pending", *UNDER_WAY)), due)
        query = query.order_by(c.desired_at, c.n).limit(limit).with_for_update(skip_locked=True)
        until = at + timedelta(seconds=lease_s)
        with self.db.writing() as tx:
            taken = [_take(tx, row, at, until) for row in tx.execute(query).all()]
            return _read(tx, select(outbox).where(c.n.in_(taken)).order_by(c.desired_at, c.n))

    def renew(self, row: OutboxRow, not_before: datetime) -> bool:
        """Hold the claim longer, before a request is sent. False where another one took over: then send nothing."""
        with self.db.writing() as tx:
            if _held(tx, row) is None:
                return False
            _update(tx, row.n, not_before=not_before)
            return True

    def receipt(self, row: OutboxRow, receipt: Receipt, *, quiet_s: float = 0) -> bool:
        """The vendor has it: into the ledger, and the row goes unless a newer wish waits. False where the claim lapsed. `quiet_s`: of the
        target's stream."""
        with self.db.writing() as tx:
            held = _held(tx, row)
            Ledger(self.db).enter(tx, row.action, receipt, late=held is None, quiet_s=quiet_s)
            if held is None:
                return False
            if held.desired is None:
                _delete(tx, row)
            else:
                _update(tx, row.n, **_AFRESH)
            return True

    def uncertain(self, row: OutboxRow, not_before: datetime, text: str) -> bool:
        """It may have reached the vendor: look for our marker, but not before its effect must show."""
        with self.db.writing() as tx:
            if _held(tx, row) is None:
                return False
            _update(tx, row.n, state="uncertain", doubt=True, not_before=not_before, text=text)
            return True

    def retry(self, row: OutboxRow, not_before: datetime, text: str) -> bool:
        """It certainly was not applied: again, later; by then perhaps with a newer wish."""
        with self.db.writing() as tx:
            held = _held(tx, row)
            if held is None:
                return False
            wish = held.desired or held.attempt
            _update(tx, row.n, state="pending", desired=wish, attempt=None, not_before=not_before, text=text)
            return True

    def dead(self, row: OutboxRow, text: str) -> bool:
        """It will never be accepted: to the dead letters, unless a newer wish waits, which may be."""
        with self.db.writing() as tx:
            held = _held(tx, row)
            if held is None:
                return False
            if held.desired is None:
                _update(tx, row.n, state="dead", desired=held.attempt, attempt=None, not_before=None, text=text)
            else:
                _update(tx, row.n, **{**_AFRESH, "doubt": held.doubt, "text": text})
            return True

    def mute(self, row: OutboxRow, at: datetime) -> bool:
        """A person deleted the comment: nothing is posted there again."""
        with self.db.writing() as tx:
            if _held(tx, row) is None:
                return False
            receipt = Receipt(row.action.remote_id or "", at)
            Ledger(self.db).put(replace(stands(row.action, receipt), muted=True))
            _delete(tx, row)
            return True

    def gone(self, row: OutboxRow) -> bool:
        """The target is no more: it leaves the ledger too."""
        with self.db.writing() as tx:
            if _held(tx, row) is None:
                return False
            Ledger(self.db).remove(row.target)
            _delete(tx, row)
            return True

    def unsettled(self, connection: str) -> datetime | None:
        """When the first write whose fate is unknown may be looked at; None where all is known."""
        query = select(func.min(outbox.c.not_before)).where(outbox.c.connection == connection, outbox.c.state.in_(UNDER_WAY))
        with self.db.reading() as tx:
            earliest: datetime | None = tx.scalar(query)
        return earliest

    def all(self, connection: str | None = None) -> list[OutboxRow]:
        """Everything in the outbox, of one connection or all, dead letters included, without what was dropped."""
        query = select(outbox).where(outbox.c.state != "dropped").order_by(outbox.c.desired_at, outbox.c.n)
        with self.db.reading() as tx:
            return _read(tx, query if connection is None else query.where(outbox.c.connection == connection))

    def dead_letters(self, connection: str | None = None) -> list[OutboxRow]:
        """What was refused, and why."""
        return [row for row in self.all(connection) if row.state == "dead"]

    def revive(self, n: int) -> bool:
        """Write a dead letter again, with no waiting. False where there is none of that number."""
        return self._leave_the_dead(n, {name: value for name, value in _AFRESH.items() if name != "doubt"})

    def drop(self, n: int) -> bool:
        """Give a dead letter up: it is not written until it says something else. False where there is none of that number."""
        return self._leave_the_dead(n, {"state": "dropped"})

    def _leave_the_dead(self, n: int, values: dict[str, Any]) -> bool:
        change = update(outbox).where(outbox.c.n == n, outbox.c.state == "dead").values(**values)
        with self.db.writing() as tx:
            return tx.execute(change).rowcount > 0


_AFRESH: dict[str, Any] = {
    "state": "pending",
    "attempt": None,
    "doubt": False,
    "attempts": 0,
    "not_before": None,
    "text": None,
}
"""A row whose wish nobody has tried yet."""


def _rows(tx: Connection, actions: Sequence[Action]) -> dict[Mark, Row[Any]]:
    """The rows of these targets, locked: a receipt that is being recorded is waited for."""
    identity = (outbox.c.connection, outbox.c.stream, outbox.c.id)
    wanted = [(one.target.connection, one.target.stream, one.target.id) for one in actions]
    query: Select[Any] = select(outbox).where(tuple_(*identity).in_(wanted)).order_by(outbox.c.n).with_for_update()
    return {_mark(row): row for row in tx.execute(query)}


def _is_said(entry: Row[Any] | None, action: Action) -> bool:
    """Whether the ledger overtook the wish: the receipt came between the analysis and now, or a person wants silence."""
    return entry is not None and (entry.muted or (entry.key, entry.digest) == (action.key, action.digest))


def _overwrite(tx: Connection, row: Row[Any], action: Action, at: datetime) -> None:
    wish = action_to_json(action)
    if row.state in UNDER_WAY:
        _update(tx, row.n, desired=None if _same(row.attempt, wish) else wish, desired_at=at)
    elif _same(row.desired, wish):
        _update(tx, row.n, desired=wish)
    elif row.state in ("dead", "dropped"):
        _update(tx, row.n, **{**_AFRESH, "doubt": row.doubt}, desired=wish, desired_at=at)
    else:
        _update(tx, row.n, desired=wish)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both say the same for the same findings; reasons and links may differ."""
    return all(one[name] == other[name] for name in ("key", "digest", "project")) and sorted(one["fingerprints"]) == sorted(
        other["fingerprints"]
    )


def _new(action: Action, at: datetime) -> dict[str, Any]:
    target = action.target
    identity = {
        "connection": target.connection,
        "stream": target.stream,
        "id": target.id,
        "verb": action.verb,
        "part": action.part,
    }
    return {**identity, "state": "pending", "desired": action_to_json(action), "desired_at": at}


def _take(tx: Connection, row: Row[Any], at: datetime, until: datetime) -> int:
    """Put the intent on record. A newer wish than that of a failed attempt replaces it: the older is never sent again."""
    _update(
        tx,
        row.n,
        state="intent",
        attempt=row.desired or row.attempt,
        desired=None,
        doubt=row.doubt or row.state in UNDER_WAY,
        claims=row.claims + 1,
        attempts=row.attempts + 1,
        claimed_at=at,
        not_before=until,
    )
    return int(row.n)


def _held(tx: Connection, row: OutboxRow) -> Row[Any] | None:
    """The row while the claim counts."""
    c = outbox.c
    query = select(outbox).where(c.n == row.n, c.claims == row.claims, c.state == "intent")
    return tx.execute(query.with_for_update()).first()


def _update(tx: Connection, n: int, **values: Any) -> None:
    tx.execute(update(outbox).where(outbox.c.n == n).values(**values))


def _delete(tx: Connection, row: OutboxRow) -> None:
    tx.execute(delete(outbox).where(outbox.c.n == row.n))


def _target(row: Row[Any]) -> Ref:
    return Ref(row.connection, row.stream, row.id)


def _mark(row: Row[Any]) -> Mark:
    return _target(row), row.verb, row.part


def _read(tx: Connection, query: Select[Any]) -> list[OutboxRow]:
    rows = tx.execute(query).all()
    said = entries(tx, map(_target, rows))
    return [_value(row, said.get(_mark(row))) for row in rows]


def _value(row: Row[Any], said: Row[Any] | None) -> OutboxRow:
    action = action_from_json(row.attempt or row.desired)
    newer = action_from_json(row.desired) if row.attempt and row.desired else None
    return OutboxRow(
        n=row.n,
        claims=row.claims,
        action=action if said is None else replace(action, remote_id=said.remote_id or None),
        state=row.state,
        attempts=row.attempts,
        uncertain=row.doubt or row.state == "uncertain",
        newer=newer,
        desired_at=row.desired_at,
        claimed_at=row.claimed_at,
        not_before=row.not_before,
        text=row.text,
    )
