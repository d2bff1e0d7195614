"""Retention: what records were once is dropped when it is old enough, once a day."""

from datetime import date, timedelta

from syncd.run.clock import Clock
from syncd.run.log import log
from syncd.store import Store

USUAL_KEEP = timedelta(days=400)
_DONE = "retention: last day"


def drop_old(store: Store, clock: Clock, keep: timedelta) -> int:
    """Drop the earlier states of records that ended longer ago than `keep`, on the first call of a day (UTC). How many went."""
    now = clock.now()
    last = store.meta.get(_DONE)
    if last is not None and date.fromisoformat(last) >= now.date():
        return 0
    dropped = store.mirror.forget_versions(now - keep)
    store.meta.put(_DONE, now.date().isoformat())
    if dropped:
        log().info("earlier states are dropped", records=dropped, days=keep.days)
    return dropped
