"""Pull: read what one connection holds into the mirror. Every failure becomes a state of its scope; nothing else stops."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.contract import AuthFailed, Connector, Misconfigured, Notice, Page, RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope
from syncd.run import account, fields
from syncd.run.brake import Brake, Halt, accepted, forget_acceptance, halt, halted
from syncd.run.census import Census
from syncd.run.clock import Clock
from syncd.run.crew import EACH, WORKERS, Crew
from syncd.run.defect import defect
from syncd.run.echo import Echoes
from syncd.run.fault_points import Point, unused
from syncd.run.follow import follow_transfers
from syncd.run.homes import Homes
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.retry import patiently
from syncd.run.trouble import LOOK_AGAIN as LOOK_AGAIN
from syncd.run.trouble import finds_none, line_of, state_of, until_of
from syncd.store import Store, StoreError
from syncd.store.mirror import Mirrored
from syncd.store.scopes import WHOLE_CONNECTION, ScopeState, State

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
    only: Only | None = None,
) -> Pulled:
    """Read all streams of a connection from their cursors on, or `only` some. `leave_off`: one that a person must mend is not looked at
    again before `LOOK_AGAIN` has passed."""
    pulled = Pulled(link.name, {stream: Read() for stream in link.streams if only is None or stream in only})
    try:
        patiently(lambda: _heed_limit(link, store, clock), clock)
        if leave_off:
            _heed_off(link, store, clock)
        with closing(link.open()) as connector:
            states, echoes = store.scopes.states(link.name), Echoes(link.name, store)
            sure = accepted(link.name, store)
            with closing(Crew(link, connector)) as crew:
                for stream in pulled.streams:
                    chosen = only[stream] if only else None
                    homes = Homes(connector.streams[stream].home)
                    what = (connector, stream, care, states, stream in sure, crew, point, echoes, homes, chosen)
                    _pull_stream(_Reading(link, store, clock, progress, pulled, *what))
            if only is None:
                _leave_streams(link, store, clock, states)
            if account.was_read(states):  # a first pass, which is long, does without
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
    """One stream of one connection in one pass. `states`: its scopes as they were when the pass began; `accepted`: a person said that
    what vanishes from the stream is gone. `only`: the ids of the scopes to read, where others are let be. `begin`: of a scope that does
    not fit one page only that page is read."""

    link: Link
    store: Store
    clock: Clock
    progress: Progress
    pulled: Pulled
    connector: Connector
    stream: str
    care: Care
    states: Sequence[ScopeState]
    accepted: bool
    crew: Crew
    point: Point
    echoes: Echoes
    homes: Homes
    only: Collection[str] | None = None
    going: list[int] = field(default_factory=list)
    begin: bool = False

    @property
    def together(self) -> bool:
        """Whether several may read the stream: not the first one, which the others rest on, and not one whose scopes share a request."""
        return self.stream != self.link.streams[0] and not self.connector.streams[self.stream].optional


def _pull_stream(reading: _Reading) -> None:
    if (why := halted(reading.stream, reading.states)) is not None:
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


def _read_scopes(reading: _Reading, found: list[Scope]) -> list[Scope]:
    """Read the scopes; those that were read to their end. What does not fit one page each is read on side by side."""
    begin, several = reading.together and len(found) > 1, 1 + len(found) // EACH
    ended = _side_by_side(replace(reading, begin=begin), found, min(WORKERS, several) if begin else 1)
    rest = [scope for scope, end in zip(found, ended, strict=True) if end is None]
    ends = iter(_side_by_side(reading, rest, WORKERS))
    return [scope for scope, end in zip(found, ended, strict=True) if (next(ends) if end is None else end)]


def _side_by_side(reading: _Reading, scopes: list[Scope], workers: int) -> list[bool | None]:
    """What `_pull_scope` says of each scope. Raises what ends the stream or the connection, the first by the order of the scopes."""

    def work(connector: Connector, scope: Scope) -> tuple[Pulled, bool | None, Exception | None]:
        own = replace(reading, connector=connector, pulled=Pulled(reading.link.name, {reading.stream: Read()}))
        try:
            return own.pulled, _pull_scope(own, scope), None
        except (Halt, _ConnectionEnds) as error:
            reading.crew.stopped = True
            return own.pulled, False, error

    parts = reading.crew.each(scopes, work, workers)
    for pulled, _, _ in parts:
        _add(reading, pulled)
    if (error := next((error for _, _, error in parts if error is not None), None)) is not None:
        reading.crew.stopped = False  # the streams after one that is halted are read
        raise error
    return [ended for _, ended, _ in parts]


def _add(reading: _Reading, part: Pulled) -> None:
    total, read = reading.pulled.streams[reading.stream], part.streams[reading.stream]
    total.read += read.read
    total.changed += read.changed
    total.deleted += read.deleted
    _worsen(total, read.state)
    reading.pulled.problems += part.problems
    reading.pulled.off |= part.off


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
        counted = census.take(scopes, accepted=reading.accepted)
    except RateLimited as error:
        raise _ConnectionEnds(error) from error
    reading.pulled.streams[stream].deleted += sum(counted.gone.values())
    reading.pulled.streams[stream].changed += counted.moved


def _scopes(reading: _Reading) -> list[Scope | SyncError | Notice]:
    try:
        found = patiently(lambda: list(reading.connector.scopes(reading.stream)), reading.clock)
        return [one for one in found if reading.only is None or (isinstance(one, Scope) and one.id in reading.only)]
    except SyncError as error:
        raise _ConnectionEnds(error) from error


def _pull_scope(reading: _Reading, scope: Scope) -> bool | None:
    """Whether the scope was read to its end; None where it was only begun."""
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
    if not (page.deleted or page.whole) or reading.accepted:
        return
    live, before = store.mirror.count(link, stream), sum(reading.going)
    reading.going.append(store.mirror.losses(link, stream, scope, page).going)
    if reading.care.brake.trips(sum(reading.going), live + before):
        raise Halt(link, stream, sum(reading.going), live + before, "are reported as deleted")


def _pages(reading: _Reading, scope: Scope) -> bool | None:
    """Read the scope once, from the stored cursor to its end or its failure. Whether the end was reached; None: there is more, and the
    stored cursor leads to it."""
    name, stream, store = reading.link.name, reading.stream, reading.store
    total = reading.pulled.streams[stream]
    complete = False
    for page in reading.connector.fetch(stream, scope, store.scopes.cursor(name, stream, scope.id)):
        if page.unsupported:
            _worsen(total, "unsupported")
            store.scopes.set_state(name, stream, scope, "unsupported", at=reading.clock.now())
            return False
        ours = reading.echoes.of(page, reading.connector.streams[stream].own)
        reading.point("before page stored")
        done = _store(reading, scope, page)
        reading.point("after page stored")
        total.read += done.read
        total.changed += done.new + done.changed - ours
        total.deleted += done.deleted
        complete = page.complete
        if done.back:
            log().info("scope is read again", connection=name, stream=stream, scope=scope.name)
        reading.progress(name, stream, scope.name, done.read)
        if reading.begin and not complete and page.cursor is not None:
            return None
        if reading.crew.stopped:
            break
    if not complete:
        _worsen(total, "partial")
    return complete


def _store(reading: _Reading, scope: Scope, page: Page) -> Mirrored:
    """Store a page, unless the brake is put on. Pages that say what is gone are weighed one after the other."""
    own, at = reading.connector.streams[reading.stream].own, reading.clock.now()
    with reading.crew.lock if page.deleted or page.whole else nullcontext():
        _brake(reading, scope, page)
        reading.homes.note(page.records)
        return reading.store.mirror.put(reading.link.name, reading.stream, scope, page, own=own, at=at)


def _scope_fails(reading: _Reading, scope: Scope, error: SyncError, *, shows: bool = True) -> None:
    """`shows`: the state of the stream shows it, too."""
    state = state_of(error)
    now = reading.clock.now()
    if shows:
        _worsen(reading.pulled.streams[reading.stream], state)
    reading.pulled.problems.append(line_of(reading.link.name, error))
    reading.pulled.off |= state == "off"
    until = until_of(error, now)
    if reading.store.scopes.set_state(reading.link.name, reading.stream, scope, state, at=now, text=error.text, until=until):
        log().warning(
            "scope cannot be read", connection=reading.link.name, stream=reading.stream, scope=scope.name, why=error.text
        )


def _leave_others(reading: _Reading, seen: set[str]) -> None:
    """Scopes that were read once and are not configured any more: nothing is concluded from them."""
    for known in reading.states:
        if known.stream == reading.stream and known.scope.id not in seen and known.state != "halted":
            reading.store.scopes.set_state(
                reading.link.name, reading.stream, known.scope, "stale", at=reading.clock.now(), text=LEFT
            )


def _leave_streams(link: Link, store: Store, clock: Clock, states: Iterable[ScopeState]) -> None:
    """Streams that were read once and are not any more: what is known of them stays, and proves nothing."""
    for known in states:
        if known.stream and known.stream not in link.streams and known.state != "stale":
            text = "not among the configured streams any more"
            store.scopes.set_state(link.name, known.stream, known.scope, "stale", at=clock.now(), text=text)


def _connection_ends(link: Link, store: Store, clock: Clock, pulled: Pulled, error: SyncError) -> None:
    """Nothing that was not read in this pass is fresh."""
    state, now = state_of(error), clock.now()
    line, until = line_of(link.name, error), until_of(error, now)
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


def _worsen(read: Read, state: State) -> None:
    read.state = max(read.state, state, key=_WORST.index)
