"""Quiet: whether another look at the mirror could come to anything else than the last one did.

A look that changed nothing will change nothing again until something that it depends on is another: what the store knows, the fields
that a vendor lost, or the clock past the next edge. What the configuration says stays as it is as long as the process lives.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncd.model.rows import Absence, Window
from syncd.model.snapshot import Snapshot
from syncd.run.analyse import Analysed
from syncd.run.link import Link
from syncd.run.outcome import Outcome, outcome_of
from syncd.store import Store
from syncd.store.changes import CHANGES

LONGEST = timedelta(hours=1)
"""A look is believed no longer, whatever its edges say: a detector of somebody else may heed the time of the day."""

Basis = tuple[object, ...]


@dataclass(slots=True)
class Memory:
    """What one process remembers from pass to pass. Losing it costs a look.

    `mapped`: by connection, on what basis all of its records were mapped.
    """

    basis: Basis | None = None
    since: datetime | None = None
    until: datetime | None = None
    outcome: Outcome | None = None
    mapped: dict[str, Basis] = field(default_factory=dict)

    def recalled(self, store: Store, now: datetime) -> Outcome | None:
        """What a look would come to; None where it has to be made."""
        if self.since is None or self.until is None or not self.since <= now < self.until:
            return None
        return self.outcome if self.basis == known(store) else None

    def remember(self, basis: Basis, store: Store, looked: Analysed) -> None:
        """Keep what a look came to, inside of its transaction. One that changed anything, or that only the clock goes on from, is
        not kept. `basis` was taken before the look: what somebody else changed meanwhile is not overlooked."""
        self.basis = None
        if store.changing() or _is_under_way(looked) or store.outbox.all():
            return
        self.basis, self.outcome = basis, outcome_of(looked).again()
        self.since, self.until = looked.snapshot.as_of, next_edge(looked.snapshot)

    def to_map(self, link: Link, store: Store) -> Basis | None:
        """The basis on which records would be mapped now; None where they all are."""
        now = known(store)
        return None if self.mapped.get(link.name) == now else now

    def is_mapped(self, link: Link, basis: Basis) -> None:
        """All records of the connection are mapped as they were on this basis."""
        self.mapped[link.name] = basis


def next_edge(snapshot: Snapshot) -> datetime:
    """When the clock alone may change what is concluded from a snapshot: at midnight of the model's zone, at the start or the end of
    a window or an absence, at the time of a deployment; after `LONGEST` at the latest."""
    zone = ZoneInfo(snapshot.zone)
    midnight = datetime.combine(snapshot.today + timedelta(days=1), time(), zone)
    edges = (edge for edge in _moments(snapshot, zone) if edge > snapshot.as_of)
    return min(midnight, snapshot.as_of + LONGEST, *edges)


def _moments(snapshot: Snapshot, zone: ZoneInfo) -> Iterator[datetime]:
    spans: tuple[Window | Absence, ...] = (*snapshot.windows, *snapshot.absences)
    yield from (_instant(moment, zone) for row in spans for moment in (row.start, row.end) if moment is not None)
    yield from (row.at for row in snapshot.deployments if row.at is not None)


def _instant(moment: datetime | date, zone: ZoneInfo) -> datetime:
    """A date begins at its midnight; a time without a zone is the model's."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _is_under_way(looked: Analysed) -> bool:
    """Whether a finding waits to be raised or cleared, for a time that only a look can measure, or writes wait for a later pass."""
    states = looked.decision.states.values()
    waits = any((one.state == "pending" and not one.held) or (one.state == "open" and one.cleared_at) for one in states)
    return bool(waits or looked.plan.actions or looked.plan.waiting)


def known(store: Store) -> Basis:
    """All that a look depends on, besides the clock and the configuration: what the store knows, what is kept of fields, and which
    records a person let be."""
    return (store.meta.under(CHANGES, "fields", "dropped records: "),)
