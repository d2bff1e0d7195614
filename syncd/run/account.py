"""The account of a connection, looked at once a day: who we are there, and how long the credentials last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from syncd.contract import Account, Connector, SyncError
from syncd.model.raw import Json
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.log import log
from syncd.store import Store
from syncd.store.scopes import ScopeState

LOOK_EVERY = timedelta(hours=24)
SETTLED = timedelta(minutes=15)
WARN_DAYS = (7, 30)
"""So many days ahead people are told that credentials end; in the log once at each of these, in reports as long as it holds."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an account. `expires`: the last day of the credentials, where anybody says it."""

    at: datetime
    id: str
    name: str
    edition: str | None = None
    version: str | None = None
    granted: tuple[str, ...] | None = None
    expires: date | None = None


def known(link: Link, store: Store) -> Known | None:
    """The account as it was last seen; what the configuration says of the token's end counts where the vendor says nothing."""
    return _known(link, store.meta.get(_key(link)))


def _known(link: Link, kept: Json | None) -> Known | None:
    if not isinstance(kept, dict):
        return None
    granted = kept.get("granted")
    expires = date.fromisoformat(kept["expires"]) if kept.get("expires") else None
    return Known(
        at=datetime.fromisoformat(kept["at"]),
        id=kept["id"],
        name=kept["name"],
        edition=kept.get("edition"),
        version=kept.get("version"),
        granted=tuple(granted) if granted is not None else None,
        expires=expires or link.token_expires,
    )


def look(link: Link, connector: Connector, store: Store, clock: Clock, *, settled: bool = True) -> None:
    """Ask the vendor who we are, unless that was done within a day, and for the first time once the connection is `settled`. What it
    cannot say is no reason not to read: reading says it better."""
    before, now = known(link, store), clock.now()
    if (not settled) if before is None else (now - before.at < LOOK_EVERY):
        return
    try:
        store.meta.put(_key(link), _to_keep(connector.check(), now))
    except SyncError as error:
        log().info("account cannot be told", connection=link.name, why=error.text)


def ends_soon(link: Link, store: Store, today: date) -> str | None:
    """The line for a person where the credentials end within 30 days, or have ended. The log is told once at 30 and at 7 days."""
    kept, warned = store.meta.some(_key(link), _warned(link))
    seen = _known(link, kept)
    last = seen.expires if seen else link.token_expires
    if last is None or (last - today).days > max(WARN_DAYS):
        if warned is not None:
            store.meta.put(_warned(link), None)
        return None
    step = next(days for days in WARN_DAYS if (last - today).days <= days)
    if warned != [last.isoformat(), step]:
        store.meta.put(_warned(link), [last.isoformat(), step])
        log().warning("credentials end soon", connection=link.name, last_day=last.isoformat())
    return f"{link.name}: the token {when(last, today)}. Make a new one and put it in place"


def was_read(states: Iterable[ScopeState]) -> bool:
    """Whether anything of a connection was read before, by its states."""
    return any(seen.stream and seen.cursor for seen in states)


def is_settled(states: Iterable[ScopeState], now: datetime) -> bool:
    """Whether anything of a connection was first read a while ago, by its states: what is asked beside its records can wait that long."""
    return any(seen.stream and seen.cursor and now - seen.since >= SETTLED for seen in states)


def when(last: date, today: date) -> str:
    """`ends on 2026-06-04, in 30 days`, for the last day of credentials."""
    days = (last - today).days
    if days < 0:
        return f"ended on {last}"
    left = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return f"ends on {last}, {left}"


def _to_keep(account: Account, at: datetime) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "id": account.id,
        "name": account.name,
        "edition": account.edition,
        "version": account.version,
        "granted": sorted(account.granted) if account.granted is not None else None,
        "expires": account.expires_at.date().isoformat() if account.expires_at else None,
    }


def _key(link: Link) -> str:
    return f"account: {link.name}"


def _warned(link: Link) -> str:
    return f"credentials end: {link.name}"
