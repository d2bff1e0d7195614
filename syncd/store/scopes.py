"""Scopes: what each says about its records, how far it was read, and whether it can be read now."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Row, Update, bindparam, select, update

from syncd.model.raw import Scope
from syncd.store.changes import ASIDE
from syncd.store.columns import json_text
from syncd.store.engine import Database
from syncd.store.tables import scopes

State = Literal["fresh", "partial", "stale", "limited", "halted", "off", "unsupported"]
"""`partial`: read so far without an error, but not to its end. `halted`: too much vanished at once to be believed. Only `fresh`
proves anything about what is not there."""

_IDENTITY = (
    scopes.c.connection == bindparam("of"),
    scopes.c.stream == bindparam("in_stream"),
    scopes.c.scope_id == bindparam("with_id"),
)
_ONE = select(scopes).where(*_IDENTITY)
_THIS = update(scopes).where(*_IDENTITY)
_READ = _THIS.values(completed_at=bindparam("at"))
_ALL = select(scopes).order_by(scopes.c.connection, scopes.c.stream, scopes.c.name, scopes.c.scope_id)
_OF_ONE = _ALL.where(scopes.c.connection == bindparam("of"))
WHOLE_CONNECTION = Scope("", "")
"""With stream "", the scope that stands for a connection as such."""


@dataclass(frozen=True, slots=True)
class ScopeState:
    """A scope as it is remembered. `since`: when it came into this state; `until`: when it is worth another look, where known."""

    connection: str
    stream: str
    scope: Scope
    state: State
    text: str | None
    until: datetime | None
    since: datetime
    completed_at: datetime | None
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of all connections. The connection itself is stream "" and `WHOLE_CONNECTION`."""

    db: Database

    def set_state(
        self,
        connection: str,
        stream: str,
        scope: Scope,
        state: State,
        *,
        at: datetime,
        text: str | None = None,
        until: datetime | None = None,
    ) -> bool:
        """Remember how a scope can be read. True where the state is another than before (a new scope was `fresh`): news."""
        with self.db.writing() as tx:
            before = _known(tx, connection, stream, scope)
            value = {"state": state, "text": text, "until": until}
            if before is None:
                _insert(tx, connection, stream, scope, {**value, "since": at})
                return state != "fresh"
            since = before.since if before.state == state else at
            _change(tx, before, {**value, "since": since})
            return bool(before.state != state)

    def named(self, connection: str, stream: str, name: str) -> Scope:
        """The scope that a person calls so; where none was read yet, one whose id is its name, until the id is known."""
        query = select(scopes).where(scopes.c.connection == connection, scopes.c.stream == stream, scopes.c.name == name)
        with self.db.reading() as tx:
            row = tx.execute(query.order_by(scopes.c.completed_at.desc(), scopes.c.scope_id)).first()
        return Scope(name, name) if row is None else Scope(row.scope_id, row.name, row.facts)

    def states(self, connection: str | None = None) -> list[ScopeState]:
        """All scopes that were ever read or found wanting, of one connection or of all."""
        with self.db.reading() as tx:
            rows = tx.execute(_ALL) if connection is None else tx.execute(_OF_ONE, {"of": connection})
            return [_state(row) for row in rows]

    def closed(self, connection: str) -> dict[str, str]:
        """Scope id -> why nothing can be written there, as the vendor said when the scope was last looked up."""
        query = select(scopes.c.scope_id, scopes.c.closed).where(scopes.c.connection == connection, scopes.c.closed.is_not(None))
        with self.db.reading() as tx:
            return {row.scope_id: row.closed for row in tx.execute(query)}

    def were_read(self, connection: str, ends: Mapping[tuple[str, str], datetime]) -> None:
        """These scopes, by stream and id, were read to their end then, and are as they were."""
        with self.db.writing() as tx:
            values = [{"in_stream": stream, "with_id": id, "of": connection, "at": at} for (stream, id), at in ends.items()]
            tx.execute(_READ, values, execution_options={ASIDE: True})

    def cursor(self, connection: str, stream: str, scope_id: str) -> str | None:
        """Where to go on reading; None means from the start."""
        with self.db.reading() as tx:
            row = find(tx, connection, stream, scope_id)
        return None if row is None else row.cursor

    def forget_cursor(self, connection: str, stream: str | None = None, scope_id: str | None = None) -> None:
        """Read in full next time: one scope, one stream or the whole connection."""
        change = update(scopes).where(scopes.c.connection == connection).values(cursor=None)
        if stream is not None:
            change = change.where(scopes.c.stream == stream)
        if scope_id is not None:
            change = change.where(scopes.c.scope_id == scope_id)
        with self.db.writing() as tx:
            tx.execute(change)


def find(tx: Connection, connection: str, stream: str, scope_id: str) -> Row[Any] | None:
    """The stored scope, or None."""
    return tx.execute(_ONE, {"of": connection, "in_stream": stream, "with_id": scope_id}).first()


def save(tx: Connection, connection: str, stream: str, scope: Scope, cursor: str | None, complete: bool, at: datetime) -> bool:
    """Store what a page says of its scope. True where the scope could not be read before and now is fresh again."""
    before = _known(tx, connection, stream, scope)
    value: dict[str, Any] = {
        "name": scope.name,
        "facts": dict(scope.facts),
        "facts_hash": facts_hash(scope),
        "closed": scope.closed,
    }
    if cursor is not None:
        value["cursor"] = cursor
    if complete:
        value |= {"completed_at": at, "state": "fresh", "text": None, "until": None}
    if before is None:
        _insert(tx, connection, stream, scope, {"state": "partial", "since": at, **value})
        return False
    if complete and before.state != "fresh":
        value["since"] = at
    _change(tx, before, value)
    return complete and before.state not in ("fresh", "partial")


def is_same(known: ScopeState, scope: Scope, cursor: str | None) -> bool:
    """Whether a last page with this cursor would change nothing that is known of its scope, but for the time."""
    there = (known.scope.name, known.scope.closed, known.scope.facts)
    settled = (known.state, known.text, known.until) == ("fresh", None, None)
    return settled and cursor in (None, known.cursor) and there == (scope.name, scope.closed, dict(scope.facts))


def facts_hash(scope: Scope) -> str:
    """What a mapping sees of a scope, in 32 hex digits: another value means that its records are to be mapped again."""
    text = json_text([scope.id, scope.name, sorted(scope.facts.items())])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _known(tx: Connection, connection: str, stream: str, scope: Scope) -> Row[Any] | None:
    """The stored scope; one that was only known by its name so far gets its id."""
    by_id = find(tx, connection, stream, scope.id)
    if by_id is not None or scope.name == scope.id:
        return by_id
    by_name = find(tx, connection, stream, scope.name)
    if by_name is None or by_name.completed_at is not None or by_name.name != scope.name:
        return None
    _update(tx, connection, stream, scope.name, {"scope_id": scope.id})
    return find(tx, connection, stream, scope.id)


def _insert(tx: Connection, connection: str, stream: str, scope: Scope, values: dict[str, Any]) -> None:
    facts = {"name": scope.name, "facts": dict(scope.facts), "facts_hash": facts_hash(scope)}
    identity = {"connection": connection, "stream": stream, "scope_id": scope.id}
    tx.execute(scopes.insert(), {**identity, **facts, **values})


def _change(tx: Connection, before: Row[Any], values: Mapping[str, Any]) -> None:
    """Store what is another value than before. How far a scope was read, and when, is no change of what is known of it."""
    news = {name: new for name, new in values.items() if getattr(before, name) != new}
    if news:
        aside = news.keys() <= {"cursor", "completed_at"}
        _update(tx, before.connection, before.stream, before.scope_id, news, aside=aside)


def _update(tx: Connection, connection: str, stream: str, scope_id: str, values: dict[str, Any], *, aside: bool = False) -> None:
    told = {f"new_{name}": value for name, value in values.items()}
    identity = {"of": connection, "in_stream": stream, "with_id": scope_id}
    tx.execute(_setting(tuple(values)), {**identity, **told}, execution_options={ASIDE: aside})


@cache
def _setting(names: tuple[str, ...]) -> Update:
    """The statement that sets these columns of one scope."""
    return _THIS.values({name: bindparam(f"new_{name}") for name in names})


def _state(row: Row[Any]) -> ScopeState:
    scope = Scope(row.scope_id, row.name, row.facts, row.closed)
    return ScopeState(row.connection, row.stream, scope, row.state, row.text, row.until, row.since, row.completed_at, row.cursor)
