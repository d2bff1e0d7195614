"""The gap of webhooks: how much of what pulls find changed had been announced by no delivery. It says whether hooks can be relied on."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from syncd.run import account
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.pull import Pulled
from syncd.store import Store
from syncd.store.deliveries import Counted, Heard


def measuring(link: Link, store: Store, clock: Clock) -> Callable[[Pulled], None]:
    """What to hold against the result of a pull that begins now. Only connections with hooks are measured, and no first pull."""
    if not link.hooked:
        return lambda _: None
    began, known = clock.now(), account.was_read(link, store)

    def measure(pulled: Pulled) -> None:
        before = store.deliveries.counted(link.name).pulled_at
        heard = [one for one in store.deliveries.since(before, link.name) if one.at > before] if before else []
        found = (changed(pulled), announced(pulled, heard)) if known and before else (0, 0)
        store.deliveries.count(link.name, lambda counted: _with(counted, *found, began))

    return measure


def changed(pulled: Pulled) -> int:
    """The records that a pull found new, changed or gone."""
    return sum(read.changed + read.deleted for read in pulled.streams.values())


def announced(pulled: Pulled, heard: Iterable[Heard]) -> int:
    """Those of them that deliveries can explain: one of their stream, or one of anything."""
    spoken = [one.streams for one in heard]
    return sum(
        read.changed + read.deleted
        for stream, read in pulled.streams.items()
        if any(not streams or stream in streams for streams in spoken)
    )


def ratio(counted: Counted) -> float | None:
    """The share of changes that no delivery had announced, 0 to 1; None where nothing changed yet."""
    return round(1 - counted.announced / counted.found, 4) if counted.found else None


def _with(counted: Counted, found: int, explained: int, began: datetime) -> Counted:
    return replace(counted, found=counted.found + found, announced=counted.announced + explained, pulled_at=began)
