"""The inbox of webhooks: it proves, remembers and counts deliveries in memory, wakes who looks, and writes down what it knows now and then.

Writing waits for nobody who asks: a delivery is answered at once. What a crash loses is a hint, and the next pass looks anyway.
"""

import itertools
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from syncd.contract import AuthFailed, Delivery, Distrusted, HookScheme
from syncd.store import Store, StoreError
from syncd.store.deliveries import Counted, Heard

REMEMBERED = timedelta(days=3)
"""How long a delivery that is sent again is known."""
MOST_REMEMBERED = 100_000
"""Per connection: a flood must not fill the memory."""

Wake = Callable[[str, Delivery], None]
Outcome = Literal["accepted", "repeated", "refused"]


@dataclass(frozen=True, slots=True)
class Door:
    """A connection to which vendors may speak: how, and by which secret (None: not at all)."""

    scheme: HookScheme
    secret: Callable[[], str | None] = field(repr=False)


@dataclass(slots=True)
class _Notes:
    """What was not written down yet, of one connection."""

    heard: list[Heard] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    last_at: datetime | None = None
    refused_at: datetime | None = None


class Inbox:
    """Safe to share between threads. `wake(connection, delivery)` is called for every delivery that is news; it returns at once."""

    def __init__(self, doors: Mapping[str, Door], store: Store, now: Callable[[], datetime], wake: Wake) -> None:
        self._doors, self._store, self._now, self._wake = dict(doors), store, now, wake
        self._lock, self._writing = Lock(), Lock()
        self._numbers = itertools.count(1)
        self._seen: dict[str, OrderedDict[str, datetime]] = {name: OrderedDict() for name in doors}
        self._notes: dict[str, _Notes] = {}
        for one in store.deliveries.since(now() - REMEMBERED):
            if one.connection in self._seen:
                self._seen[one.connection][one.id] = one.at

    def knows(self, connection: str) -> bool:
        """Whether there is such a connection."""
        return connection in self._doors

    def trusts(self, connection: str) -> bool:
        """Whether the connection has a secret now; where it has none, the delivery is refused and counted."""
        if self._secret(connection):
            return True
        self.refuse(connection, "no hook_secret")
        return False

    def take(self, connection: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Judge a delivery. `headers`: names in small letters."""
        secret, now = self._secret(connection), self._now()
        if not secret:
            return self.refuse(connection, "no hook_secret")
        verdict = self._doors[connection].scheme.verify(headers, body, secret, now)
        if isinstance(verdict, Distrusted):
            return self.refuse(connection, verdict.why)
        if not self._note(connection, verdict, now):
            return "repeated"
        if verdict.news:
            self._wake(connection, verdict)
        return "accepted"

    def refuse(self, connection: str, why: str) -> Outcome:
        """Count a delivery that is not believed."""
        with self._lock:
            notes = self._notes.setdefault(connection, _Notes())
            notes.refused[why] += 1
            notes.refused_at = self._now()
        return "refused"

    def flush(self) -> None:
        """Write down what came since the last time. Raises StoreError; then it is kept for the next time."""
        with self._writing:
            with self._lock:
                notes, self._notes = self._notes, {}
            try:
                self._keep(notes)
            except StoreError:
                with self._lock:
                    for connection, kept in notes.items():
                        self._notes[connection] = _joined(kept, self._notes.get(connection))
                raise

    def _keep(self, notes: Mapping[str, _Notes]) -> None:
        if not notes:
            return
        with self._store.db.writing():
            self._store.deliveries.put(one for kept in notes.values() for one in kept.heard)
            for connection, kept in notes.items():
                self._store.deliveries.count(connection, lambda counted, kept=kept: _counted(counted, kept))  # type: ignore[misc]
            self._store.deliveries.forget(self._now() - REMEMBERED)

    def _secret(self, connection: str) -> str | None:
        try:
            return self._doors[connection].secret()
        except AuthFailed:  # its file is gone
            return None

    def _note(self, connection: str, delivery: Delivery, now: datetime) -> bool:
        """Whether it is new."""
        with self._lock:
            seen, notes = self._seen[connection], self._notes.setdefault(connection, _Notes())
            while seen and (len(seen) >= MOST_REMEMBERED or next(iter(seen.values())) < now - REMEMBERED):
                seen.popitem(last=False)
            notes.last_at = now
            if delivery.id is not None and delivery.id in seen:
                notes.counts["repeated"] += 1
                return False
            id = delivery.id or f"{now.isoformat()} {next(self._numbers)}"
            seen[id] = now
            notes.counts["accepted"] += 1
            if delivery.news:
                streams = tuple(dict.fromkeys(stream for stream, _ in delivery.hints))
                notes.heard.append(Heard(connection, id, now, streams))
            return True


def _joined(kept: _Notes, later: _Notes | None) -> _Notes:
    if later is None:
        return kept
    return _Notes(
        kept.heard + later.heard,
        kept.counts + later.counts,
        kept.refused + later.refused,
        later.last_at or kept.last_at,
        later.refused_at or kept.refused_at,
    )


def _counted(counted: Counted, notes: _Notes) -> Counted:
    return replace(
        counted,
        accepted=counted.accepted + notes.counts["accepted"],
        repeated=counted.repeated + notes.counts["repeated"],
        refused=dict(Counter(counted.refused) + notes.refused),
        last_at=notes.last_at or counted.last_at,
        refused_at=notes.refused_at or counted.refused_at,
    )
