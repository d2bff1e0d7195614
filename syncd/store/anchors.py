"""Which source of a milestone leads to which anchor, and when writing was first enabled where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from syncd.model.ref import Ref
from syncd.store.engine import Database
from syncd.store.tables import anchors, enabled


@dataclass(frozen=True, slots=True)
class Anchors:
    """Appended to: an anchor that moved keeps its earlier line, so that what was said under it can be explained."""

    db: Database

    def all(self) -> dict[Ref, Ref]:
        """Source -> anchor, as it is now."""
        with self.db.reading() as tx:
            rows = tx.execute(select(anchors).order_by(anchors.c.n)).all()
        return {
            Ref(row.connection, row.stream, row.id): Ref(row.anchor_connection, row.anchor_stream, row.anchor_id) for row in rows
        }

    def put(self, leads_to: Mapping[Ref, Ref], at: datetime) -> None:
        """Append what is new or another than before; what is not named stays."""
        with self.db.writing() as tx:
            before = self.all()
            news = [(source, anchor) for source, anchor in sorted(leads_to.items()) if before.get(source) != anchor]
            if news:
                tx.execute(insert(anchors), [_values(source, anchor, at) for source, anchor in news])


@dataclass(frozen=True, slots=True)
class Enabled:
    """The moment when writing was first enabled for a project: what was open then is known, not news."""

    db: Database

    def all(self) -> dict[tuple[str, str], datetime]:
        """(connection, project) -> instant."""
        with self.db.reading() as tx:
            return {(row.connection, row.project): row.at for row in tx.execute(select(enabled))}

    def enable(self, connection: str, project: str, at: datetime) -> None:
        """Remember the moment; the first one stays."""
        with self.db.writing() as tx:
            row = {"connection": connection, "project": project, "at": at}
            self.db.upsert(tx, enabled, [row], keep=("at",))


def _values(source: Ref, anchor: Ref, at: datetime) -> dict[str, str | datetime]:
    return {
        "connection": source.connection,
        "stream": source.stream,
        "id": source.id,
        "anchor_connection": anchor.connection,
        "anchor_stream": anchor.stream,
        "anchor_id": anchor.id,
        "at": at,
    }
