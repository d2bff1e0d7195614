"""Transfers: where a vendor gives an object another identity when it moves (GitHub), what was said there goes along with it.

An object that we spoke on and a newcomer with the same title and the same moment of creation may be one and the same: the old address is
asked, and only the vendor's word that it leads to the newcomer counts.
"""

from datetime import datetime

from syncd.contract import Connector, Gone, RateLimited, SyncError
from syncd.model.ref import Ref
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.log import log
from syncd.store import Store
from syncd.store.raws import StoredRaw


def follow_transfers(link: Link, connector: Connector, stream: str, since: datetime, store: Store, clock: Clock) -> int:
    """Look whether records that came since are ones on which we spoke under another identity. How many were followed.

    Raises RateLimited only: what cannot be asked now is asked by the next census.
    """
    spoken = [ref for ref in store.ledger.said() if (ref.connection, ref.stream) == (link.name, stream)]
    if not spoken or not (newcomers := store.mirror.newcomers(link.name, stream, since)):
        return 0
    known = {sign: raw for raw in newcomers if (sign := _sign(raw))}
    held = [raw for ref in spoken if (raw := store.mirror.raw(ref)) is not None]
    found = [(old, known[sign]) for old in held if (sign := _sign(old)) in known and known[sign].ref != old.ref]
    return sum(_follows(link, connector, old.ref, there, store, clock) for old, there in found)


def lead(old: Ref, url: str | None, store: Store) -> bool:
    """Take what was said on `old` along to the object at that address, where we hold it. False where we do not."""
    there = next((raw for raw in store.mirror.find(url) if raw.gone_at is None), None) if url else None
    return there is not None and there.ref != old and store.ledger.follow(old, there.ref, there.record.scope.name)


def _sign(raw: StoredRaw) -> tuple[str, str] | None:
    """Title and moment of creation: what stays with an object that gets another identity."""
    title, created = raw.record.data.get("title"), raw.record.data.get("created_at")
    return (title, created) if isinstance(title, str) and isinstance(created, str) else None


def _follows(link: Link, connector: Connector, ref: Ref, there: StoredRaw, store: Store, clock: Clock) -> bool:
    if not _leads_to(connector, ref, there.ref.url):
        return False
    with store.transaction():
        store.mirror.bury(ref, "transferred", clock.now())
        store.ledger.follow(ref, there.ref, there.record.scope.name)
    log().info("record was transferred", connection=link.name, record=ref.label, to=there.ref.label)
    return True


def _leads_to(connector: Connector, ref: Ref, url: str | None) -> bool:
    """Whether the vendor says that what was there has moved to that address."""
    try:
        connector.fetch_one(ref)
    except Gone as error:
        return error.kind == "moved" and error.to is not None and error.to == url
    except RateLimited:
        raise
    except SyncError:
        return False
    return False
