"""What a first pass will cost: requests by the vendor's own counts, and about how long they take. It reads no record."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from syncd.contract import Connector, SyncError
from syncd.model.raw import Scope
from syncd.run.account import was_read
from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.outlook import expect
from syncd.run.pull import limited
from syncd.run.retry import patiently
from syncd.store import Store

SAMPLE = 12
"""So many scopes of a stream are asked for their size; what more there are is taken to be like them on average."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A first read of one connection. `requests` leaves out the `unknown` streams, whose size the vendor does not tell. `scopes`: how many
    projects, repositories or calendars there are. `seconds`: None where nothing could be measured."""

    connection: str
    requests: int
    scopes: int
    seconds: float | None
    unknown: tuple[str, ...] = ()


def estimate(link: Link, store: Store, clock: Clock) -> Estimate | None:
    """What reading the connection for the first time takes; None where it was read before, or cannot be asked now (the pass says why)."""
    if was_read(store.scopes.states(link.name)) or limited(link.name, store, clock.now()):
        return None
    try:
        with closing(link.open()) as connector:
            found = _estimated(link, connector, clock)
    except SyncError:
        return None
    if not found.unknown:
        expect(link, store, found.requests)
    return found


def _estimated(link: Link, connector: Connector, clock: Clock) -> Estimate:
    began, asked = clock.watch(), link.gate.requests
    requests, unknown, names = 0.0, [], set[str]()
    for stream in link.streams:
        scopes = patiently(lambda stream=stream: list(connector.scopes(stream)), clock)  # type: ignore[misc]
        found = [scope for scope in scopes if isinstance(scope, Scope)]
        names |= {scope.id for scope in found}
        weighed = _weighed(connector, stream, found, clock)
        if weighed is None:
            unknown.append(stream)
        else:
            requests += weighed
    spent = link.gate.requests - asked
    each = (clock.watch() - began) / spent if spent else None
    total = round(requests)
    return Estimate(link.name, total, len(names), _seconds(total, each, link), tuple(unknown))


def _weighed(connector: Connector, stream: str, scopes: Sequence[Scope], clock: Clock) -> float | None:
    """The requests of one stream over all its scopes. None where the vendor does not tell."""
    asked = scopes[:: max(1, -(-len(scopes) // SAMPLE))]
    sizes = []
    for scope in asked:
        try:
            size = patiently(lambda scope=scope: connector.weigh(stream, scope), clock)  # type: ignore[misc]
        except SyncError:
            return None  # it will meet the same in the pass, and say so
        if size is None:
            return None
        sizes.append(size)
    return sum(sizes) / len(sizes) * len(scopes) if sizes else 0


def _seconds(requests: int, each: float | None, link: Link) -> float | None:
    """As long as the requests measured took, and no faster than the vendor allows."""
    if each is None:
        return None
    allowed = link.kind.limits.requests_per_hour
    over = max(0, requests - allowed) / allowed * 3600 if allowed else 0
    return max(requests * each, over)
