"""The brake: where a large part of a stream vanishes or cannot be read at once, the stream halts until a person says what happened."""

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.run.clock import Clock
from syncd.run.link import Link
from syncd.run.log import log
from syncd.store import Store
from syncd.store.scopes import ScopeState


@dataclass(frozen=True, slots=True)
class Brake:
    """It is put on by more than `share` (0 to 1) and more than `records` records of a stream in one pass."""

    share: float = 0.2
    records: int = 10

    def trips(self, going: int, live: int) -> bool:
        """Whether so many of so many are too many to be believed."""
        return going > self.records and going > self.share * live


class Halt(Exception):
    """The stream is not to be concluded from. `text` is what a person is told."""

    def __init__(self, link: str, stream: str, going: int, live: int, what: str) -> None:
        self.text = (
            f"{stream}: {going} of {live} records {what} at once. Nothing is concluded from it. If that is right, say "
            f"`syncd resume {link} {stream} --accept-deletions`; if it is mended, `syncd resume {link} {stream}`"
        )
        super().__init__(self.text)


def halted(stream: str, states: Iterable[ScopeState]) -> str | None:
    """Why the stream is halted by the states of its connection, or None."""
    return next((known.text or "halted" for known in states if known.stream == stream and known.state == "halted"), None)


def halt(link: Link, stream: str, store: Store, clock: Clock, text: str) -> None:
    """Halt every scope of a stream."""
    for known in store.scopes.states(link.name):
        if known.stream == stream:
            store.scopes.set_state(link.name, stream, known.scope, "halted", at=clock.now(), text=text)
    log().warning("stream is halted", connection=link.name, stream=stream, why=text)


def resume(connection: str, stream: str | None, store: Store, clock: Clock, *, accept_deletions: bool) -> list[str]:
    """Let halted streams of a connection be read again; with `accept_deletions` what vanished is taken for gone. The streams' names."""
    found = [
        known
        for known in store.scopes.states(connection)
        if known.state == "halted" and known.stream and stream in (None, known.stream)
    ]
    for known in found:
        store.scopes.set_state(connection, known.stream, known.scope, "stale", at=clock.now(), text="it is read again")
    streams = list(dict.fromkeys(known.stream for known in found))
    for name in streams:
        store.meta.put(_accepted(connection, name), True if accept_deletions else None)
    return streams


def accepted(connection: str, store: Store) -> frozenset[str]:
    """The streams of which a person said that what vanishes in the next pass is gone."""
    start = _accepted(connection, "")
    return frozenset(key.removeprefix(start) for key, value in store.meta.under(start).items() if value is True)


def forget_acceptance(connection: str, stream: str, store: Store) -> None:
    """It held for one pass that read the stream to its end."""
    store.meta.put(_accepted(connection, stream), None)


def _accepted(connection: str, stream: str) -> str:
    return f"accept deletions: {connection}/{stream}"
