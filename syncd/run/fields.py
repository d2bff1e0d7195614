"""The fields that people made at a vendor: noticed when one that the mapping reads is renamed or goes, so that its absence is no value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncd.contract import Connector, SyncError
from syncd.mapping import keys_of_fields
from syncd.model.raw import Json
from syncd.model.snapshot import LostField
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.log import log
from syncd.store import Store
from syncd.store.raws import StoredRaw

LOOK_EVERY = timedelta(hours=24)

Fields = Mapping[str, str]
"""id -> the name that people see."""


def look(link: Link, connector: Connector, store: Store, clock: Clock, *, settled: bool = True) -> None:
    """Ask which fields there are: for the first time once the connection is `settled`; then once a day, with another mapping, after a
    doubt; every time while one is lost.

    What is lost stays known under its last name until it is back or no mapping reads it.
    """
    held, doubted = store.meta.some(_key(link), _doubt(link))
    kept, now = _as_kept(held), clock.now()
    if not kept and not settled:
        return
    if _is_recent(kept, link, now) and not _is_lacking(link, kept) and not doubted:
        return
    streams: dict[str, dict[str, str]] = {}
    for stream in link.streams:
        try:
            found = connector.fields(stream)
        except SyncError as error:
            log().info("fields cannot be listed", connection=link.name, stream=stream, why=error.text)
            return
        if found is not None:
            streams[stream] = dict(found)
    gone = {stream: _gone(link, stream, fields, kept) for stream, fields in streams.items()}
    store.meta.put(_doubt(link), None)
    store.meta.put(_key(link), {"at": now.isoformat(), "mapping": link.mapping.hash, "now": streams, "lost": gone})


def lost(link: Link, store: Store) -> tuple[LostField, ...]:
    """The fields that the mapping reads and that are not there any more, or not under the name by which it reads them."""
    kept = _kept(link, store)
    return tuple(_lost(link, kept)) if kept.get("lost") else ()


def _is_lacking(link: Link, kept: Mapping[str, Any]) -> bool:
    return bool(kept.get("lost")) and any(True for _ in _lost(link, kept))


def _lost(link: Link, kept: Mapping[str, Any]) -> Iterator[LostField]:
    reads = keys_of_fields(link.mapping)
    for stream, gone in sorted(kept["lost"].items()):
        for read, was in sorted(gone.items()):
            if key := reads.get(stream, {}).get(read):
                yield LostField(link.name, stream, was["id"], was["name"], was["called"], key)


@dataclass(frozen=True, slots=True)
class Watched:
    """The fields that the mapping reads and that were there when they were last listed, `at`."""

    fields: tuple[LostField, ...] = ()
    at: datetime | None = None

    def doubts(self, store: Store, stored: StoredRaw) -> LostField | None:
        """A field that a record held and has no more since then: it may be gone for all of them, so that is asked first."""
        if self.at is None or stored.changed_at <= self.at or stored.changed_at == stored.first_seen:
            return None
        return without(store, stored, self.fields)


def watched(link: Link, store: Store) -> Watched:
    """What was there, by the last list of fields."""
    kept = _kept(link, store)
    if not kept.get("now"):
        return Watched()
    found = []
    for stream, reads in keys_of_fields(link.mapping).items():
        for id, name in kept["now"].get(stream, {}).items():
            if key := reads.get(id) or reads.get(name):
                found.append(LostField(link.name, stream, id, name, None, key))
    return Watched(tuple(found), datetime.fromisoformat(kept["at"]))


def doubt(link: Link, store: Store) -> None:
    """Have the fields listed in the next pass."""
    store.meta.put(_doubt(link), True)


def without(store: Store, stored: StoredRaw, missing: tuple[LostField, ...]) -> LostField | None:
    """The lost field that this record held when it was last there. Then what is known of the record stays as it is."""
    here = [field for field in missing if field.stream == stored.ref.stream and field.id not in _fields(stored.record.data)]
    if not here:
        return None
    earlier = [_fields(version.data) for version in reversed(store.mirror.versions(stored.ref))]
    for field in here:
        last = next((fields[field.id] for fields in earlier if field.id in fields), None)
        if last is not None:
            return field
    return None


def _fields(data: Any) -> Mapping[str, Any]:
    found = data.get("fields", data) if isinstance(data, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _gone(link: Link, stream: str, fields: Fields, kept: Mapping[str, Any]) -> dict[str, dict[str, str | None]]:
    """Name as the mapping reads it -> what it was: those that were there before, by id or by name, and are not now."""
    before: dict[str, str] = kept.get("now", {}).get(stream, {})
    known: dict[str, dict[str, str | None]] = dict(kept.get("lost", {}).get(stream, {}))
    names = {name.casefold() for name in fields.values()}
    found = {}
    for read in keys_of_fields(link.mapping).get(stream, {}):
        if read in fields or read.casefold() in names:
            continue
        id = next((id for id, name in before.items() if read == id or read.casefold() == name.casefold()), None)
        if id is not None:
            known[read] = {"id": id, "name": before[id], "called": None}
        if read in known:
            found[read] = {**known[read], "called": fields.get(str(known[read]["id"]))}
    return found


def _is_recent(kept: Mapping[str, Any], link: Link, now: datetime) -> bool:
    return kept.get("mapping") == link.mapping.hash and now - datetime.fromisoformat(kept["at"]) < LOOK_EVERY


def _kept(link: Link, store: Store) -> Mapping[str, Any]:
    return _as_kept(store.meta.get(_key(link)))


def _as_kept(held: Json | None) -> Mapping[str, Any]:
    return held if isinstance(held, dict) else {}


def _doubt(link: Link) -> str:
    return f"fields in doubt: {link.name}"


def _key(link: Link) -> str:
    return f"fields: {link.name}"
