"""What is remembered of webhooks: the deliveries of the last days, and per connection counts and what is registered where."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from syncd.model.raw import Json
from syncd.store.engine import Database
from syncd.store.tables import deliveries, hooks

_LOCK = 7_305_002


@dataclass(frozen=True, slots=True)
class Heard:
    """A delivery that was believed. `streams`: what it spoke of; empty: of anything."""

    connection: str
    id: str
    at: datetime
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of a connection's webhooks.

    `found`: changed records that pulls came upon, `announced`: those among them that a delivery can explain. `refused`: deliveries by
    reason. `accepted`, `repeated`: deliveries that were news, and that had come before. `pulled_at`: when the last pull began.
    `registered`: what registering left to be remembered, by target.
    """

    found: int = 0
    announced: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    last_at: datetime | None = None
    refused_at: datetime | None = None
    pulled_at: datetime | None = None
    registered: Mapping[str, Json] = field(default_factory=dict)


_INSTANTS = ("last_at", "refused_at", "pulled_at")


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Safe to share, as the store is."""

    db: Database

    def put(self, heard: Iterable[Heard]) -> None:
        """Remember deliveries; one that is known stays as it is."""
        rows = [
            {"connection": one.connection, "id": one.id, "at": one.at, "hints": list(one.streams)}
            for one in {(one.connection, one.id): one for one in heard}.values()
        ]
        if rows:
            with self.db.writing() as tx:
                self.db.upsert(tx, deliveries, rows, keep=("at", "hints"))

    def since(self, at: datetime, connection: str | None = None) -> list[Heard]:
        """Those that came at the instant or later, the oldest first."""
        chosen = select(deliveries).where(deliveries.c.at >= at).order_by(deliveries.c.at)
        if connection is not None:
            chosen = chosen.where(deliveries.c.connection == connection)
        with self.db.reading() as tx:
            return [Heard(row.connection, row.id, row.at, tuple(row.hints)) for row in tx.execute(chosen)]

    def forget(self, before: datetime) -> None:
        """Let go of those that came before the instant."""
        with self.db.writing() as tx:
            tx.execute(delete(deliveries).where(deliveries.c.at < before))

    def counted(self, connection: str) -> Counted:
        """What is known of the connection's webhooks."""
        with self.db.reading() as tx:
            return _counted(tx, connection)

    def count(self, connection: str, change: Callable[[Counted], Counted]) -> None:
        """Change what is known, alone."""
        with self.db.writing() as tx:
            self.db.lock(tx, _LOCK)
            after = change(_counted(tx, connection))
            self.db.upsert(tx, hooks, [{"connection": connection, "value": _to_json(after)}])


def _counted(tx: Connection, connection: str) -> Counted:
    kept: Any = tx.execute(select(hooks.c.value).where(hooks.c.connection == connection)).scalar()
    if not isinstance(kept, dict):
        return Counted()
    told: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _INSTANTS and value else value for name, value in kept.items()
    }
    return Counted(**told)


def _to_json(counted: Counted) -> Json:
    moments = {name: moment.isoformat() if (moment := getattr(counted, name)) else None for name in _INSTANTS}
    plain = ("found", "announced", "accepted", "repeated")
    return {
        **{name: getattr(counted, name) for name in plain},
        "refused": dict(counted.refused),
        "registered": dict(counted.registered),
        **moments,
    }
