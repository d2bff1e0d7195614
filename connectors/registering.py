"""One hook for each place that is read: made where there is none with our address, else brought up to date."""

from collections.abc import Iterator
from contextlib import closing
from typing import Protocol

from syncd.contract import Gate, HookOrder, HookStep, Kind, RateLimited, Settings, SyncError
from syncd.model.raw import Scope


class Registry(Protocol):
    """The hooks of a vendor. Both methods raise the six errors; one without a scope concerns the whole connection."""

    def told(self, order: HookOrder) -> str:
        """What a hook tells of, for a person."""

    def find(self, place: Scope, url: str) -> int | None:
        """The id of the hook with this address."""

    def write(self, place: Scope, hook: int | None, order: HookOrder) -> None:
        """Make it, or bring the one with this id up to date."""


def places(kind: Kind, stream: str, settings: Settings, gate: Gate) -> Iterator[Scope | SyncError]:
    """The places that the stream is read from."""
    with closing(kind.connect(settings, gate)) as connector:
        for found in connector.scopes(stream):
            if isinstance(found, Scope | SyncError):
                yield found


def step(registry: Registry, place: Scope | SyncError, order: HookOrder, connection: str) -> HookStep:
    """What was done, or with a dry run would be, for one place. Raises what concerns the whole connection."""
    if not isinstance(place, Scope):
        return HookStep(place.scope or connection, "nothing", error=place)
    try:
        there = registry.find(place, order.url)
        if not order.dry_run:
            registry.write(place, there, order)
    except RateLimited:
        raise
    except SyncError as error:
        if error.scope is None:
            raise
        return HookStep(place.name, "nothing", error=error)
    if there is None:
        return HookStep(place.name, "create", f"a hook for {registry.told(order)}")
    return HookStep(place.name, "update", "its events and its secret")
