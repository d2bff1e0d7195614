"""The census: what is not listed any more is looked at one by one, and only what the vendor says of each makes a tombstone.

It is taken where a vendor does not report deletions, after a scope was read to its end, once in a while. Absence from a complete list
of ids is a reason to look, and together with the vendor's "there is none" it is proof.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from syncd.contract import AuthFailed, Connector, Gone, Page, RateLimited, SyncError, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.run.brake import Brake, Halt
from syncd.run.clock import Clock
from syncd.run.follow import lead
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.retry import patiently
from syncd.store import Store

MOST_LOOKS = 500
"""So many records of a stream are looked at in one pass; the rest in the next."""

_KEPT = "census: "

Kind = Literal["deleted", "moved", "transferred", "lost_access"]


@dataclass(slots=True)
class Counted:
    """What a census of one stream came to. `gone`: kind -> how many; `moved`: records that another scope holds now."""

    gone: dict[Kind, int] = field(default_factory=dict)
    moved: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Census:
    """How to count one stream. `every`: how long a scope is believed without one."""

    link: Link
    store: Store
    clock: Clock
    connector: Connector
    stream: str
    every: timedelta
    brake: Brake

    def take(self, scopes: Sequence[Scope], last: Mapping[str, str], *, accepted: bool) -> Counted:
        """Count the scopes that are due, by when they were `counted` last. Raises Halt where too much is missing to be believed,
        RateLimited, and nothing else: what cannot be counted now is counted later."""
        missing: dict[Scope, list[Ref]] = {}
        for scope in scopes:
            if self._is_due(scope, last.get(self._key(scope))):
                try:
                    missing[scope] = self._missing(scope)
                except RateLimited:
                    raise
                except SyncError as error:
                    log().info("census is left for later", connection=self.link.name, stream=self.stream, why=error.text)
        going = sum(map(len, missing.values()))
        live = self.store.mirror.count(self.link.name, self.stream) if going else 0
        if not accepted and self.brake.trips(going, live):
            raise Halt(self.link.name, self.stream, going, live, "are not listed any more")
        return self._looked_at(missing, {scope.id: scope for scope in scopes})

    def _is_due(self, scope: Scope, last: str | None) -> bool:
        """A scope that was just read for the first time needs none: what was read is what is there."""
        if last is None:
            self._done(scope)
            return False
        return self.clock.now() - datetime.fromisoformat(last) >= self.every

    def _missing(self, scope: Scope) -> list[Ref]:
        """The live records of the scope that were there before the census began and that it does not name."""
        began = self.clock.now()
        listed = {id for ids in patiently(lambda: list(self.connector.census(self.stream, scope)), self.clock) for id in ids}
        live = self.store.mirror.live(self.link.name, self.stream, scope.id, before=began)
        return [ref for ref in live if ref.id not in listed]

    def _looked_at(self, missing: Mapping[Scope, Iterable[Ref]], scopes: Mapping[str, Scope]) -> Counted:
        counted, looks = Counted(), 0
        for scope, refs in missing.items():
            for ref in refs:
                looks += 1
                if looks > MOST_LOOKS:
                    return counted
                self._look(ref, scope, scopes, counted)
            self._done(scope)
        return counted

    def _look(self, ref: Ref, scope: Scope, scopes: Mapping[str, Scope], counted: Counted) -> None:
        try:
            record = patiently(lambda: self.connector.fetch_one(ref), self.clock)
        except RateLimited:
            raise
        except SyncError as error:
            kind = _kind(error)
            if kind is None:
                counted.unsure += 1
            elif self.store.mirror.bury(ref, kind, self.clock.now()):
                lead(ref, error.to if isinstance(error, Gone) else None, self.store)
                counted.gone[kind] = counted.gone.get(kind, 0) + 1
                log().info("record is gone", connection=self.link.name, record=ref.label, kind=kind)
            return
        if record.scope.id != scope.id:
            self._moved(record, scopes)
            counted.moved += 1

    def _moved(self, record: RawRecord, scopes: Mapping[str, Scope]) -> None:
        """Identity, history and what was said stay with the record; one that left the configured scope is none of ours any more."""
        home = scopes.get(record.scope.id)
        if home is None:
            self.store.mirror.bury(record.ref, "moved", self.clock.now())
            return
        own = self.connector.streams[self.stream].own
        self.store.mirror.put(self.link.name, self.stream, home, Page((record,)), own=own, at=self.clock.now())

    def _done(self, scope: Scope) -> None:
        self.store.meta.put(self._key(scope), self.clock.now().isoformat())

    def _key(self, scope: Scope) -> str:
        return f"{_KEPT}{self.link.name}/{self.stream}/{scope.id}"


def counted(connection: str, store: Store) -> Mapping[str, str]:
    """When each scope of a connection was last counted, or read for the first time."""
    return store.meta.under(f"{_KEPT}{connection}/")


def _kind(error: SyncError) -> Kind | None:
    """What the vendor's word on one record proves, when a complete list does not name it."""
    if isinstance(error, Gone):
        if error.kind == "moved":
            return "transferred" if error.to else "moved"
        return "lost_access" if error.kind == "unreadable" else "deleted"
    if isinstance(error, AuthFailed) and error.scope is not None:
        return "lost_access"
    return "deleted" if isinstance(error, Unavailable) and error.absent else None
