"""Pull: read what one connection holds into the mirror. Every failure becomes a state; nothing else stops."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime

from syncd.contract import Connector, Misconfigured, RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope
from syncd.run import account, fields, outlook
from syncd.run.brake import accepted
from syncd.run.clock import Clock
from syncd.run.crew import Crew
from syncd.run.defect import defect
from syncd.run.ears import Ears
from syncd.run.echo import Echoes
from syncd.run.fault_points import Point, unused
from syncd.run.homes import Homes
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.reading import LEFT as LEFT
from syncd.run.reading import Care as Care
from syncd.run.reading import ConnectionEnds, Progress, Reading, pull_stream
from syncd.run.reading import Only as Only
from syncd.run.reading import Pulled as Pulled
from syncd.run.reading import Read as Read
from syncd.run.remembered import Remembered
from syncd.run.retry import patiently
from syncd.run.trouble import LOOK_AGAIN as LOOK_AGAIN
from syncd.run.trouble import line_of, state_of, until_of
from syncd.store import Store, StoreError
from syncd.store.scopes import WHOLE_CONNECTION, ScopeState

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
    sent = link.gate.requests
    try:
        before = Remembered(link.name, store)
        patiently(lambda: _heed_limit(before.states, clock), clock)
        if leave_off:
            _heed_off(before.states, clock)
        with closing(link.open()) as connector:
            _read_all(link, store, clock, progress, pulled, connector, care, point, before, only)
            if account.was_read(before.states):  # a first pass, which is long, does without
                settled = account.is_settled(before.states, clock.now())
                account.look(link, connector, store, clock, settled=settled)
                fields.look(link, connector, store, clock, settled=settled)
            _is_used(link, store, clock, before.states)
    except ConnectionEnds as end:
        _reading_ends(link, store, clock, pulled, end.error, link.gate.requests - sent)
    except SyncError as error:
        _connection_ends(link, store, clock, pulled, error)
    except StoreError:
        raise
    except Exception as error:  # a defect of the connector: the other connections go on
        _connection_ends(link, store, clock, pulled, Unavailable(defect(error)))
    if (line := account.ends_soon(link, store, clock.now().date())) is not None:
        pulled.notices.append(line)
    return pulled


def _read_all(
    link: Link,
    store: Store,
    clock: Clock,
    progress: Progress,
    pulled: Pulled,
    connector: Connector,
    care: Care,
    point: Point,
    before: Remembered,
    only: Only | None,
) -> None:
    """One stream after the other."""
    echoes, ears, sure = Echoes(link.name, store), Ears(link, store), accepted(link.name, store)
    try:
        with closing(Crew(link, connector)) as crew:
            for stream in pulled.streams:
                chosen, homes = only[stream] if only else None, Homes(connector.streams[stream].home)
                what = (connector, stream, care, before, stream in sure, crew, point, echoes, homes, ears, chosen)
                pull_stream(Reading(link, store, clock, progress, pulled, *what))
    finally:
        before.keep()
    if only is None:
        _leave_streams(link, store, clock, before.states)


def _is_used(link: Link, store: Store, clock: Clock, states: Iterable[ScopeState]) -> None:
    """The connection as such can be read."""
    known = next((one for one in states if not one.stream), None)
    if known is not None and (known.state, known.text, known.until) == ("fresh", None, None):
        return
    outlook.forget(link, store)
    if store.scopes.set_state(link.name, "", WHOLE_CONNECTION, "fresh", at=clock.now()):
        log().info("connection is used again", connection=link.name)


def limited(connection: str, store: Store, now: datetime) -> RateLimited | None:
    """The limit that the vendor has set and that is not over yet: until then nothing is asked of it."""
    return _limit(store.scopes.states(connection), now)


def _limit(states: Iterable[ScopeState], now: datetime) -> RateLimited | None:
    for known in states:
        if not known.stream and known.state == "limited" and known.until and known.until > now:
            return RateLimited(known.text or "the server limits us", until=known.until)
    return None


def _heed_limit(states: Iterable[ScopeState], clock: Clock) -> None:
    if (limit := _limit(states, clock.now())) is not None:
        raise limit


def _heed_off(states: Iterable[ScopeState], clock: Clock) -> None:
    for known in states:
        if not known.stream and known.state == "off" and known.until and known.until > clock.now():
            raise Misconfigured(known.text or "the connection is off")


def _leave_streams(link: Link, store: Store, clock: Clock, states: Iterable[ScopeState]) -> None:
    """Streams that were read once and are not any more: what is known of them stays, and proves nothing."""
    for known in states:
        if known.stream and known.stream not in (*link.streams, link.kind.replies) and known.state != "stale":
            text = "not among the configured streams any more"
            store.scopes.set_state(link.name, known.stream, known.scope, "stale", at=clock.now(), text=text)


def _reading_ends(link: Link, store: Store, clock: Clock, pulled: Pulled, error: SyncError, sent: int) -> None:
    """The connection ends after so many requests; of a limit it is said how much is left for afterwards."""
    if isinstance(error, RateLimited):
        said, error = line_of(link.name, error), outlook.with_rest(link, store, error, sent)
        pulled.problems[:] = [line_of(link.name, error) if line == said else line for line in pulled.problems]
    _connection_ends(link, store, clock, pulled, error)


def _connection_ends(link: Link, store: Store, clock: Clock, pulled: Pulled, error: SyncError) -> None:
    """Nothing that was not read in this pass is fresh."""
    state, now = state_of(error), clock.now()
    line, until = line_of(link.name, error), until_of(error, now)
    if line not in pulled.problems:
        pulled.problems.append(line)
    pulled.off |= state == "off"
    for stream in pulled.streams.values():
        stream.worsen(state)
    for stream_name, scope in _scopes_of(link, store):
        store.scopes.set_state(link.name, stream_name, scope, state, at=now, text=error.text, until=until)
    if store.scopes.set_state(link.name, "", WHOLE_CONNECTION, state, at=now, text=error.text, until=until):
        log().warning("connection cannot be used", connection=link.name, why=error.text)


def _scopes_of(link: Link, store: Store) -> Iterator[tuple[str, Scope]]:
    """What is read scope by scope: what was answered to us is not."""
    for known in store.scopes.states(link.name):
        if known.stream and known.state != "halted" and known.stream != link.kind.replies:
            yield known.stream, known.scope
