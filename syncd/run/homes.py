"""Homes: where a vendor renames or moves a project, it touches no record in it; the keys of those that are not read again are renewed.

A record that is read under the new name tells both names. What is stored of the others stays as the vendor gave it, only key and address
become what they are now. Nothing is asked of the vendor.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from syncd.contract import Connector, Page
from syncd.model.raw import RawRecord
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.log import log
from syncd.store import Store
from syncd.store.raws import StoredRaw

_KEY = re.compile(r"(?P<name>.+)(?P<rest>[#!%&]\d+)", re.DOTALL)
"""The name of a project and what a record is called in it."""


class Homes:
    """The projects whose records one stream gave in a pass: id -> name. `home`: the field that holds the id, None: it has none."""

    def __init__(self, home: str | None) -> None:
        self._home, self._named = home, dict[str, str]()

    def note(self, records: Iterable[RawRecord]) -> None:
        """These were read now."""
        if self._home is None:
            return
        for record in records:
            key = _KEY.fullmatch(record.ref.key or "")
            if key and (id := self._id(record)):
                self._named[id] = key["name"]

    def renew(self, link: Link, connector: Connector, stream: str, store: Store, clock: Clock) -> int:
        """Renew the keys of what is stored under earlier names; how many. What projects are called is remembered."""
        if not self._named:
            return 0
        place = f"homes: {link.name}/{stream}"
        kept = store.meta.get(place)
        before: dict[str, str] = kept if isinstance(kept, dict) else {}
        renamed = {id: name for id, name in self._named.items() if before.get(id, name) != name}
        if before | self._named == before:
            return 0
        with store.transaction():
            done = sum(self._renew(link, connector, stream, store, clock, id, before[id]) for id in renamed)
            store.meta.put(place, before | self._named)
        return done

    def _renew(self, link: Link, connector: Connector, stream: str, store: Store, clock: Clock, id: str, before: str) -> int:
        """Renew the keys of one project's records."""
        name, own = self._named[id], connector.streams[stream].own
        old = [raw for raw in store.mirror.keyed(link.name, stream, before) if self._id(raw.record) == id]
        scopes = {known.scope.id: known.scope for known in store.scopes.states(link.name) if known.stream == stream}
        for scope in {raw.record.scope.id: raw.record.scope for raw in old}.values():
            page = Page(tuple(renewed(raw, before, name) for raw in old if raw.record.scope.id == scope.id))
            store.mirror.put(link.name, stream, scopes.get(scope.id, scope), page, own=own, at=clock.now())
        log().info("project is called otherwise", connection=link.name, stream=stream, before=before, now=name)
        return len(old)

    def _id(self, record: RawRecord) -> str:
        return str(record.data.get(self._home) or "") if self._home else ""


def renewed(raw: StoredRaw, before: str, name: str) -> RawRecord:
    """The record with the key and the address that it has in a project of this name."""
    ref = raw.ref
    key = f"{name}{(ref.key or '').removeprefix(before)}"
    url = ref.url.replace(f"/{before}/", f"/{name}/", 1) if ref.url else None
    return replace(raw.record, ref=replace(ref, key=key, url=url))
