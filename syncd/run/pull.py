"""Pull: read what one connection holds into the mirror. Every failure becomes a state of its scope; nothing else stops."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.contract import AuthFailed, Connector, Misconfigured, Notice, Page, RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope
from syncd.run import account, fields
from syncd.run.brake import Brake, Halt, accepted, forget_acceptance, halt, halted
from syncd.run.census import Census
from syncd.run.clock import Clock
from syncd.run.defect import defect
from syncd.run.echo import Echoes
from syncd.run.fault_points import Point, unused
from syncd.run.follow import follow_transfers
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.retry import patiently
from syncd.store import Store, StoreError
from syncd.store.scopes import WHOLE_CONNECTION, State

LOOK_AGAIN = timedelta(minutes=15)
"""When a scope or connection that a person must mend is looked at again."""

LONGEST_LIMIT = timedelta(hours=1)
"""Vendors count their limits per hour at most: one that asks for more patience is looked at again after this."""

LEFT = "not in the configured scope any more"
"""What is said of a scope that was read once and is not configured now."""

Progress = Callable[[str, str, str, int], None]
"""Called after each page with connection, stream, scope name and the number of records that it held."""


@dataclass(slots=True)
class Read:
    """What one stream gave in a pass. `state` is the worst of its scopes'."""

    read: int = 0
    changed: int = 0
    deleted: int = 0
    state: State = "fresh"


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


class _ConnectionEnds(Exception):
    """The whole connection is left for later; the error that says so is the cause."""

    def __init__(self, error: SyncError) -> None:
        super().__init__(error.text)
        self.error = error


@dataclass(frozen=True, slots=True)
class Care:
    """How deletions are believed: the brake, and how long a vendor that does not report them is believed without a census."""

    brake: Brake = field(default_factory=Brake)
    census_every: timedelta = timedelta(hours=24)


USUAL_CARE = Care()


def pull(
    link: Link,
    store: Store,
    clock: Clock,
    progress: Progress = lambda *_: None,
    *,
    leave_off: bool = False,
    care: Care = USUAL_CARE,
    point: Point = unused,
) -> Pulled:
    """Read all streams of a connection from their cursors on. `leave_off`: one that a person must mend is not looked at again before
    `LOOK_AGAIN` has passed."""
    pulled = Pulled(link.name, {stream: Read() for stream in link.streams})
    try:
        patiently(lambda: _heed_limit(link, store, clock), clock)
        if leave_off:
            _heed_off(link, store, clock)
        with closing(link.open()) as connector:
            known, echoes = account.was_read(link, store), Echoes(link.name, store)
            for stream in link.streams:
                _pull_stream(_Reading(link, store, clock, progress, pulled, connector, stream, care, point, echoes))
            _leave_streams(link, store, clock)
            if known:  # a first pass, which is long, does without
                account.look(link, connector, store, clock)
                fields.look(link, connector, store, clock)
            if store.scopes.set_state(link.name, "", WHOLE_CONNECTION, "fresh", at=clock.now()):
                log().info("connection is used again", connection=link.name)
    except _ConnectionEnds as end:
        _connection_ends(link, store, clock, pulled, end.error)
    except SyncError as error:
        _connection_ends(link, store, clock, pulled, error)
    except StoreError:
        raise
    except Exception as error:  # a defect of the connector: the other connections go on
        _connection_ends(link, store, clock, pulled, Unavailable(defect(error)))
    if (line := account.ends_soon(link, store, clock.now().date())) is not None:
        pulled.notices.append(line)
    return pulled


def limited(connection: str, store: Store, now: datetime) -> RateLimited | None:
    """The limit that the vendor has set and that is not over yet: until then nothing is asked of it."""
    for known in store.scopes.states(connection):
        if not known.stream and known.state == "limited" and known.until and known.until > now:
            return RateLimited(known.text or "the server limits us", until=known.until)
    return None


def _heed_limit(link: Link, store: Store, clock: Clock) -> None:
    if (limit := limited(link.name, store, clock.now())) is not None:
        raise limit


def _heed_off(link: Link, store: Store, clock: Clock) -> None:
    for known in store.scopes.states(link.name):
        if not known.stream and known.state == "off" and known.until and known.until > clock.now():
            raise Misconfigured(known.text or "the connection is off")


@dataclass(frozen=True, slots=True)
class _Reading:
    link: Link
    store: Store
    clock: Clock
    progress: Progress
    pulled: Pulled
    connector: Connector
    stream: str
    care: Care
    point: Point
    echoes: Echoes
    going: list[int] = field(default_factory=list)


def _pull_stream(reading: _Reading) -> None:
    if (why := halted(reading.link, reading.stream, reading.store)) is not None:
        _tell_halt(reading, why)
        return
    try:
        _read_stream(reading)
    except Halt as error:
        halt(reading.link, reading.stream, reading.store, reading.clock, error.text)
        _tell_halt(reading, error.text)


def _tell_halt(reading: _Reading, why: str) -> None:
    _worsen(reading.pulled.streams[reading.stream], "halted")
    reading.pulled.problems.append(f"{reading.link.name}: {why}")


def _read_stream(reading: _Reading) -> None:
    began = reading.clock.now()
    seen: set[str] = set()
    complete: list[Scope] = []
    for scope in _scopes(reading):
        if isinstance(scope, Notice):
            line = f"{reading.link.name}: {scope.text}"
            if line not in reading.pulled.notices:
                reading.pulled.notices.append(line)
        elif isinstance(scope, SyncError):
            named = reading.store.scopes.named(reading.link.name, reading.stream, scope.scope or "")
            _scope_fails(reading, named, scope)
            seen.add(named.id)
        else:
            seen.add(scope.id)
            if _pull_scope(reading, scope):
                complete.append(scope)
    _leave_others(reading, seen)
    _follow(reading, began)
    _take_census(reading, complete)
    if len(complete) == len(seen):
        forget_acceptance(reading.link.name, reading.stream, reading.store)


def _follow(reading: _Reading, began: datetime) -> None:
    """What was said on an object that has another identity now goes along. A first read knows of nothing that was said."""
    if not reading.pulled.streams[reading.stream].changed:
        return
    try:
        follow_transfers(reading.link, reading.connector, reading.stream, began, reading.store, reading.clock)
    except RateLimited as error:
        raise _ConnectionEnds(error) from error


def _take_census(reading: _Reading, scopes: list[Scope]) -> None:
    """Where the vendor does not report deletions, see in a while what is not listed any more."""
    link, store, stream = reading.link, reading.store, reading.stream
    if reading.connector.streams[stream].deletions != "by_absence":
        return
    census = Census(link, store, reading.clock, reading.connector, stream, reading.care.census_every, reading.care.brake)
    try:
        counted = census.take(scopes, accepted=accepted(link.name, stream, store))
    except RateLimited as error:
        raise _ConnectionEnds(error) from error
    reading.pulled.streams[stream].deleted += sum(counted.gone.values())
    reading.pulled.streams[stream].changed += counted.moved


def _scopes(reading: _Reading) -> list[Scope | SyncError | Notice]:
    try:
        return patiently(lambda: list(reading.connector.scopes(reading.stream)), reading.clock)
    except SyncError as error:
        raise _ConnectionEnds(error) from error


def _pull_scope(reading: _Reading, scope: Scope) -> bool:
    """Whether the scope was read to its end."""
    try:
        return patiently(lambda: _pages(reading, scope), reading.clock)
    except Halt:
        raise
    except SyncError as error:
        _scope_fails(reading, scope, error)
        if isinstance(error, RateLimited) or (isinstance(error, AuthFailed | Misconfigured) and error.scope is None):
            raise _ConnectionEnds(error) from error
    except StoreError:
        raise
    except Exception as error:  # a defect of the connector: recorded with its place, the rest goes on
        _scope_fails(reading, scope, Unavailable(f"reading {reading.stream} of {scope.name}: {defect(error)}"))
    return False


def _brake(reading: _Reading, scope: Scope, page: Page) -> None:
    """Raise Halt where this page, with those before it in this pass, says that too much is gone."""
    link, stream, store = reading.link.name, reading.stream, reading.store
    if not (page.deleted or page.whole) or accepted(link, stream, store):
        return
    live, before = store.mirror.count(link, stream), sum(reading.going)
    reading.going.append(store.mirror.losses(link, stream, scope, page).going)
    if reading.care.brake.trips(sum(reading.going), live + before):
        raise Halt(link, stream, sum(reading.going), live + before, "are reported as deleted")


def _pages(reading: _Reading, scope: Scope) -> bool:
    """Read the scope once, from the stored cursor to its end or its failure. Whether the end was reached."""
    name, stream, store = reading.link.name, reading.stream, reading.store
    own = reading.connector.streams[stream].own
    total = reading.pulled.streams[stream]
    complete = False
    for page in reading.connector.fetch(stream, scope, store.scopes.cursor(name, stream, scope.id)):
        if page.unsupported:
            _worsen(total, "unsupported")
            store.scopes.set_state(name, stream, scope, "unsupported", at=reading.clock.now())
            return False
        _brake(reading, scope, page)
        ours = reading.echoes.of(page, own)
        reading.point("before page stored")
        done = store.mirror.put(name, stream, scope, page, own=own, at=reading.clock.now())
        reading.point("after page stored")
        total.read += done.read
        total.changed += done.new + done.changed - ours
        total.deleted += done.deleted
        complete = page.complete
        if done.back:
            log().info("scope is read again", connection=name, stream=stream, scope=scope.name)
        reading.progress(name, stream, scope.name, done.read)
    if not complete:
        _worsen(total, "partial")
    return complete


def _scope_fails(reading: _Reading, scope: Scope, error: SyncError) -> None:
    state = _state_of(error)
    now = reading.clock.now()
    _worsen(reading.pulled.streams[reading.stream], state)
    reading.pulled.problems.append(_line(reading.link, error))
    reading.pulled.off |= state == "off"
    until = _until(error, now)
    if reading.store.scopes.set_state(reading.link.name, reading.stream, scope, state, at=now, text=error.text, until=until):
        log().warning(
            "scope cannot be read", connection=reading.link.name, stream=reading.stream, scope=scope.name, why=error.text
        )


def _leave_others(reading: _Reading, seen: set[str]) -> None:
    """Scopes that were read once and are not configured any more: nothing is concluded from them."""
    for known in reading.store.scopes.states(reading.link.name):
        if known.stream == reading.stream and known.scope.id not in seen and known.state != "halted":
            reading.store.scopes.set_state(
                reading.link.name, reading.stream, known.scope, "stale", at=reading.clock.now(), text=LEFT
            )


def _leave_streams(link: Link, store: Store, clock: Clock) -> None:
    """Streams that were read once and are not any more: what is known of them stays, and proves nothing."""
    for known in store.scopes.states(link.name):
        if known.stream and known.stream not in link.streams and known.state != "stale":
            text = "not among the configured streams any more"
            store.scopes.set_state(link.name, known.stream, known.scope, "stale", at=clock.now(), text=text)


def _connection_ends(link: Link, store: Store, clock: Clock, pulled: Pulled, error: SyncError) -> None:
    """Nothing that was not read in this pass is fresh."""
    state, now = _state_of(error), clock.now()
    line, until = _line(link, error), _until(error, now)
    if line not in pulled.problems:
        pulled.problems.append(line)
    pulled.off |= state == "off"
    for stream in pulled.streams.values():
        _worsen(stream, state)
    for stream_name, scope in _scopes_of(store, link.name):
        store.scopes.set_state(link.name, stream_name, scope, state, at=now, text=error.text, until=until)
    if store.scopes.set_state(link.name, "", WHOLE_CONNECTION, state, at=now, text=error.text, until=until):
        log().warning("connection cannot be used", connection=link.name, why=error.text)


def _scopes_of(store: Store, connection: str) -> Iterator[tuple[str, Scope]]:
    for known in store.scopes.states(connection):
        if known.stream and known.state != "halted":
            yield known.stream, known.scope


def _until(error: SyncError, now: datetime) -> datetime | None:
    """When another look is worth it."""
    if isinstance(error, RateLimited):
        return min(error.until, now + LONGEST_LIMIT)
    return now + LOOK_AGAIN if _state_of(error) == "off" else None


def _line(link: Link, error: SyncError) -> str:
    """What a person is told. Only what nobody can mend needs the consolation that it mends itself."""
    tail = ". What was read before stays, and the next pass tries again" if _state_of(error) == "stale" else ""
    return f"{link.name}: {error.text}{tail}"


def _state_of(error: SyncError) -> State:
    if isinstance(error, RateLimited):
        return "limited"
    return "off" if isinstance(error, AuthFailed | Misconfigured) else "stale"


def _worsen(read: Read, state: State) -> None:
    read.state = max(read.state, state, key=_WORST.index)
