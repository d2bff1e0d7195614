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
            if key and (id := record.data.get(self._home)) is not None:
                self._named[str(id)] = key["name"]

    def renew(self, link: Link, connector: Connector, stream: str, store: Store, clock: Clock) -> int:
        """Renew the keys of what is stored under earlier names; how many. What projects are called is remembered."""
        if not self._named:
            return 0
        place = f"homes: {link.name}/{stream}"
        kept = store.meta.get(place)
        before: dict[str, str] = kept if isinstance(kept, dict) else {}
        renamed = {id: name for id, name in self._named.items() if before.get(id, name) != name}
        done = 0
        for id, name in renamed.items():
            old = [raw for raw in store.mirror.keyed(link.name, stream, before[id]) if str(raw.record.data.get(self._home)) == id]
            own = connector.streams[stream].own
            for raw in old:
                page = Page((renewed(raw, before[id], name),))
                store.mirror.put(link.name, stream, raw.record.scope, page, own=own, at=clock.now())
            log().info("project is called otherwise", connection=link.name, stream=stream, before=before[id], now=name)
            done += len(old)
        if before | self._named != before:
            store.meta.put(place, before | self._named)
        return done


def renewed(raw: StoredRaw, before: str, name: str) -> RawRecord:
    """The record with the key and the address that it has in a project of this name."""
    ref = raw.ref
    key = f"{name}{(ref.key or '').removeprefix(before)}"
    url = ref.url.replace(f"/{before}/", f"/{name}/", 1) if ref.url else None
    return replace(raw.record, ref=replace(ref, key=key, url=url))
