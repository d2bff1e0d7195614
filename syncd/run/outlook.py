"""Outlook: how much of a first read is left, as far as somebody estimated it, for whoever waits for a vendor's limit."""

from syncd.contract import RateLimited
from syncd.run.link import Link
from syncd.store import Store


def expect(link: Link, store: Store, requests: int) -> None:
    """A first read of the connection takes about so many requests."""
    store.meta.put(_key(link), requests)


def forget(link: Link, store: Store) -> None:
    """The connection was read to its end; what later passes take is not estimated."""
    if store.meta.get(_key(link)) is not None:
        store.meta.put(_key(link), None)


def with_rest(link: Link, store: Store, limit: RateLimited, sent: int) -> RateLimited:
    """The limit, saying when it goes on and what is left then, where that is known. `sent`: requests of the pull that met it."""
    expected = store.meta.get(_key(link))
    if not isinstance(expected, int):
        return limit
    left = expected - sent
    if left <= 0:  # the estimate was too low: nobody knows any more
        store.meta.put(_key(link), None)
        return limit
    store.meta.put(_key(link), left)
    text = f"{limit.text}. It goes on at {limit.until:%H:%M} UTC, about {left:,} requests left"
    return RateLimited(text, until=limit.until, scope=limit.scope)


def _key(link: Link) -> str:
    return f"first read: {link.name}"
