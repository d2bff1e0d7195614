"""Reading: one stream of one connection, scope by scope and page by page, into the mirror. Every failure becomes a state of its scope."""

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.contract import AuthFailed, Connector, Misconfigured, Notice, Page, RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope
from syncd.run.brake import Brake, Halt, forget_acceptance, halt, halted
from syncd.run.census import Census
from syncd.run.clock import Clock
from syncd.run.crew import EACH, WORKERS, Crew
from syncd.run.defect import defect
from syncd.run.ears import Ears
from syncd.run.echo import Echoes
from syncd.run.fault_points import Point
from syncd.run.follow import follow_transfers
from syncd.run.homes import Homes
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.remembered import Remembered
from syncd.run.retry import patiently
from syncd.run.trouble import finds_none, line_of, state_of, until_of
from syncd.store import Store, StoreError
from syncd.store.mirror import Mirrored
from syncd.store.scopes import ScopeState, State

LEFT = "not in the configured scope any more"
"""What is said of a scope that was read once and is not configured now."""

Progress = Callable[[str, str, str, int], None]
"""Called after each page with connection, stream, scope name and the number of records that it held."""


Only = Mapping[str, Collection[str] | None]
"""Streams to read, each with the ids of its scopes; None: all of them."""


@dataclass(slots=True)
class Read:
    """What one stream gave in a pass. `state` is the worst of its scopes'."""

    read: int = 0
    changed: int = 0
    deleted: int = 0
    state: State = "fresh"

    def worsen(self, state: State) -> None:
        """Something of it is in that state."""
        self.state = max(self.state, state, key=_WORST.index)


@dataclass(slots=True)
class Pulled:
    """What one connection gave in a pass. `problems` are lines for a person; `off`: it, or a part of it, needs one. `notices` are lines
    of what stops nothing."""

    connection: str
    streams: dict[str, Read] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    off: bool = False


_WORST: tuple[State, ...] = ("fresh", "unsupported", "partial", "limited", "stale", "halted", "off")


class ConnectionEnds(Exception):
    """The whole connection is left for later; the error that says so is the cause."""

    def __init__(self, error: SyncError) -> None:
        super().__init__(error.text)
        self.error = error


@dataclass(frozen=True, slots=True)
class Care:
    """How deletions are believed: the brake, and how long a vendor that does not report them is believed without a census."""

    brake: Brake = field(default_factory=Brake)
    census_every: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reading:
    """One stream of one connection in one pass. `before`: the scopes as they were when it began; `accepted`: a person said that what
    vanishes from the stream is gone. `only`: the ids of the scopes to read, where others are let be. `begin`: of a scope that does not
    fit one page only that page is read."""

    link: Link
    store: Store
    clock: Clock
    progress: Progress
    pulled: Pulled
    connector: Connector
    stream: str
    care: Care
    before: Remembered
    accepted: bool
    crew: Crew
    point: Point
    echoes: Echoes
    homes: Homes
    ears: Ears
    only: Collection[str] | None = None
    going: list[int] = field(default_factory=list)
    begin: bool = False

    @property
    def together(self) -> bool:
        """Whether several may read the stream: not the first one, which the others rest on, and not one whose scopes share a request."""
        return self.stream != self.link.streams[0] and not self.connector.streams[self.stream].optional


def pull_stream(reading: Reading) -> None:
    """Read the stream, unless it is halted. Raises ConnectionEnds."""
    if (why := halted(reading.stream, reading.before.states)) is not None:
        _tell_halt(reading, why)
        return
    try:
        _read_stream(reading)
    except Halt as error:
        halt(reading.link, reading.stream, reading.store, reading.clock, error.text)
        _tell_halt(reading, error.text)


def _tell_halt(reading: Reading, why: str) -> None:
    reading.pulled.streams[reading.stream].worsen("halted")
    reading.pulled.problems.append(f"{reading.link.name}: {why}")


def _read_stream(reading: Reading) -> None:
    began = reading.clock.now()
    seen: set[str] = set()
    found: list[Scope] = []
    given = _scopes(reading)
    for scope in given:
        if isinstance(scope, Notice):
            line = f"{reading.link.name}: {scope.text}"
            if line not in reading.pulled.notices:
                reading.pulled.notices.append(line)
        elif isinstance(scope, SyncError):
            named = reading.store.scopes.named(reading.link.name, reading.stream, scope.scope or "")
            _scope_fails(reading, named, scope, shows=not (finds_none(scope) and any(isinstance(one, Scope) for one in given)))
            seen.add(named.id)
        else:
            seen.add(scope.id)
            found.append(scope)
    complete = _read_scopes(reading, found)
    if reading.only is None:
        _leave_others(reading, seen)
    _follow(reading, began)
    reading.homes.renew(reading.link, reading.connector, reading.stream, reading.store, reading.clock)
    _take_census(reading, complete)
    if reading.accepted and len(complete) == len(seen) and reading.only is None:
        forget_acceptance(reading.link.name, reading.stream, reading.store)


def _read_scopes(reading: Reading, found: list[Scope]) -> list[Scope]:
    """Read the scopes; those that were read to their end. What does not fit one page each is read on side by side."""
    begin, several = reading.together and len(found) > 1, 1 + len(found) // EACH
    ended = _side_by_side(replace(reading, begin=begin), found, min(WORKERS, several) if begin else 1)
    rest = [scope for scope, end in zip(found, ended, strict=True) if end is None]
    ends = iter(_side_by_side(reading, rest, WORKERS))
    return [scope for scope, end in zip(found, ended, strict=True) if (next(ends) if end is None else end)]


def _side_by_side(reading: Reading, scopes: list[Scope], workers: int) -> list[bool | None]:
    """What `_pull_scope` says of each scope. Raises what ends the stream or the connection, the first by the order of the scopes."""

    def work(connector: Connector, scope: Scope) -> tuple[Pulled, bool | None, Exception | None]:
        own = replace(reading, connector=connector, pulled=Pulled(reading.link.name, {reading.stream: Read()}))
        try:
            return own.pulled, _pull_scope(own, scope), None
        except (Halt, ConnectionEnds) as error:
            reading.crew.stopped = True
            return own.pulled, False, error

    parts = reading.crew.each(scopes, work, workers)
    for pulled, _, _ in parts:
        _add(reading, pulled)
    if (error := next((error for _, _, error in parts if error is not None), None)) is not None:
        reading.crew.stopped = False  # the streams after one that is halted are read
        raise error
    return [ended for _, ended, _ in parts]


def _add(reading: Reading, part: Pulled) -> None:
    total, read = reading.pulled.streams[reading.stream], part.streams[reading.stream]
    total.read += read.read
    total.changed += read.changed
    total.deleted += read.deleted
    total.worsen(read.state)
    reading.pulled.problems += part.problems
    reading.pulled.off |= part.off


def _follow(reading: Reading, began: datetime) -> None:
    """What was said on an object that has another identity now goes along. A first read knows of nothing that was said."""
    if not reading.pulled.streams[reading.stream].changed:
        return
    try:
        follow_transfers(reading.link, reading.connector, reading.stream, began, reading.store, reading.clock)
    except RateLimited as error:
        raise ConnectionEnds(error) from error


def _take_census(reading: Reading, scopes: list[Scope]) -> None:
    """Where the vendor does not report deletions, see in a while what is not listed any more."""
    link, store, stream = reading.link, reading.store, reading.stream
    if reading.connector.streams[stream].deletions != "by_absence":
        return
    census = Census(link, store, reading.clock, reading.connector, stream, reading.care.census_every, reading.care.brake)
    try:
        counted = census.take(scopes, reading.before.counted, accepted=reading.accepted)
    except RateLimited as error:
        raise ConnectionEnds(error) from error
    reading.pulled.streams[stream].deleted += sum(counted.gone.values())
    reading.pulled.streams[stream].changed += counted.moved


def _scopes(reading: Reading) -> list[Scope | SyncError | Notice]:
    try:
        found = patiently(lambda: list(reading.connector.scopes(reading.stream)), reading.clock)
        return [one for one in found if reading.only is None or (isinstance(one, Scope) and one.id in reading.only)]
    except SyncError as error:
        raise ConnectionEnds(error) from error


def _pull_scope(reading: Reading, scope: Scope) -> bool | None:
    """Whether the scope was read to its end; None where it was only begun."""
    try:
        return patiently(lambda: _pages(reading, scope), reading.clock)
    except Halt:
        raise
    except SyncError as error:
        _scope_fails(reading, scope, error)
        if isinstance(error, RateLimited) or (isinstance(error, AuthFailed | Misconfigured) and error.scope is None):
            raise ConnectionEnds(error) from error
    except StoreError:
        raise
    except Exception as error:  # a defect of the connector: recorded with its place, the rest goes on
        _scope_fails(reading, scope, Unavailable(f"reading {reading.stream} of {scope.name}: {defect(error)}"))
    return False


def _brake(reading: Reading, scope: Scope, page: Page) -> None:
    """Raise Halt where this page, with those before it in this pass, says that too much is gone."""
    link, stream, store = reading.link.name, reading.stream, reading.store
    if not (page.deleted or page.whole) or reading.accepted or reading.connector.streams[stream].fleeting:
        return
    live, before = store.mirror.count(link, stream), sum(reading.going)
    reading.going.append(store.mirror.losses(link, stream, scope, page).going)
    if reading.care.brake.trips(sum(reading.going), live + before):
        raise Halt(link, stream, sum(reading.going), live + before, "are reported as deleted")


def _pages(reading: Reading, scope: Scope) -> bool | None:
    """Read the scope once, from the stored cursor to its end or its failure. Whether the end was reached; None: there is more, and the
    stored cursor leads to it."""
    name, stream, store = reading.link.name, reading.stream, reading.store
    total, known = reading.pulled.streams[stream], reading.before.take(stream, scope.id)
    since = store.scopes.cursor(name, stream, scope.id) if known is None else known.cursor
    complete = False
    for page in reading.connector.fetch(stream, scope, since):
        if page.unsupported:
            _lacks(reading, scope, known)
            return False
        reading.point("before page stored")
        done, ours = _store(reading, scope, page, known)
        reading.point("after page stored")
        total.read += done.read
        total.changed += done.new + done.changed - ours
        total.deleted += done.deleted
        complete, known = page.complete, None
        if done.back:
            log().info("scope is read again", connection=name, stream=stream, scope=scope.name)
        reading.progress(name, stream, scope.name, done.read)
        if reading.begin and not complete and page.cursor is not None:
            return None
        if reading.crew.stopped:
            break
    if not complete:
        total.worsen("partial")
    return complete


def _store(reading: Reading, scope: Scope, page: Page, known: ScopeState | None) -> tuple[Mirrored, int]:
    """Store a page, unless the brake is put on, and say how many of its changes are but labels of ours. A page that finds the scope as it
    was needs no transaction. Pages that say what is gone are weighed one after the other."""
    stream, at = reading.connector.streams[reading.stream], reading.clock.now()
    own, touched = stream.own, reading.ears.of(page, stream, at)
    if known is not None and not touched and reading.store.mirror.is_same(known, scope, page, reading.before.forgotten, own=own):
        reading.before.is_same(known, at)
        return Mirrored(len(page.records), 0, 0, 0), 0
    ours = reading.echoes.of(page, own)
    with reading.crew.lock if page.deleted or page.whole else nullcontext():
        _brake(reading, scope, page)
        reading.homes.note(page.records)
        put = reading.store.mirror.put
        return put(reading.link.name, reading.stream, scope, page, own=own, at=at, touched=touched), ours


def _lacks(reading: Reading, scope: Scope, known: ScopeState | None) -> None:
    """The vendor's edition, version or permission lacks this."""
    reading.pulled.streams[reading.stream].worsen("unsupported")
    if known is None or known.state != "unsupported":
        reading.store.scopes.set_state(reading.link.name, reading.stream, scope, "unsupported", at=reading.clock.now())


def _scope_fails(reading: Reading, scope: Scope, error: SyncError, *, shows: bool = True) -> None:
    """`shows`: the state of the stream shows it, too."""
    state = state_of(error)
    now = reading.clock.now()
    if shows:
        reading.pulled.streams[reading.stream].worsen(state)
    reading.pulled.problems.append(line_of(reading.link.name, error))
    reading.pulled.off |= state == "off"
    until = until_of(error, now)
    if reading.store.scopes.set_state(reading.link.name, reading.stream, scope, state, at=now, text=error.text, until=until):
        log().warning(
            "scope cannot be read", connection=reading.link.name, stream=reading.stream, scope=scope.name, why=error.text
        )


def _leave_others(reading: Reading, seen: set[str]) -> None:
    """Scopes that were read once and are not configured any more: nothing is concluded from them."""
    for known in reading.before.states:
        if known.stream == reading.stream and known.scope.id not in seen and known.state != "halted":
            reading.store.scopes.set_state(
                reading.link.name, reading.stream, known.scope, "stale", at=reading.clock.now(), text=LEFT
            )
