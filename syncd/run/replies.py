"""Replies: what people answer below our comments. It is read only where one stands, and only after somebody else touched its ticket."""

from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice

from syncd.contract import AuthFailed, Connector, Gone, Misconfigured, Page, RateLimited, SyncError, Unavailable, reply_ref
from syncd.model.raw import RawRecord
from syncd.run.clock import Clock
from syncd.run.defect import defect
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.pull import Pulled, Read, limited
from syncd.run.retry import patiently
from syncd.run.trouble import LOOK_AGAIN, line_of
from syncd.store import Store, StoreError
from syncd.store.listening import Due

MOST = 50
"""So many tickets of one connection are looked at in one pass; the others are in the next ones."""

_FAILURES = 3
"""After so many looks that failed, the rest is left for the next pass."""


def listen(link: Link, store: Store, clock: Clock, pulled: Pulled) -> None:
    """Look at what was answered where that is due. What cannot be had now stays due."""
    stream = link.kind.replies
    if stream is None or not link.mapping.makes(stream) or not (due := store.listening.due(link.name, clock.now())):
        return
    fresh = {(known.stream, known.scope.id) for known in store.scopes.states(link.name) if known.state == "fresh"}
    if ("", "") not in fresh or limited(link.name, store, clock.now()):
        return
    look = _Look(link, store, clock, pulled, stream)
    chosen = list(islice((one for one in due if look.is_there(one, fresh)), MOST))
    if not chosen:
        return
    try:
        with closing(link.open()) as connector:
            look.at(connector, chosen)
    except SyncError as error:
        look.tell(error)


class _Look:
    """Looks at what was answered on one ticket after the other."""

    def __init__(self, link: Link, store: Store, clock: Clock, pulled: Pulled, stream: str) -> None:
        self._link, self._store, self._clock, self._pulled, self._stream = link, store, clock, pulled, stream

    def is_there(self, due: Due, fresh: set[tuple[str, str]]) -> bool:
        """Whether the ticket can be looked at. One that is gone is not due any more."""
        held = self._store.mirror.raw(due.target)
        if held is None or held.gone_at is not None:
            self._store.listening.looked(due)
            return False
        return (due.target.stream, held.record.scope.id) in fresh

    def at(self, connector: Connector, chosen: list[Due]) -> None:
        """Raises what ends the connection, and what keeps on failing."""
        failed = 0
        for due in chosen:
            try:
                self._read(connector, due)
            except Gone as error:
                self._is_gone(due, error)
            except SyncError as error:
                if _ends(error):
                    raise
                self._later(due, error)
                failed += 1
                if failed == _FAILURES:
                    raise
                self.tell(error)

    def tell(self, error: SyncError) -> None:
        """Tell a person, once; the pass is not called good."""
        self._pulled.streams.setdefault(self._stream, Read()).worsen("stale")
        line = line_of(self._link.name, error)
        if line not in self._pulled.problems:
            self._pulled.problems.append(line)

    def _read(self, connector: Connector, due: Due) -> None:
        ref = reply_ref(due.target, self._stream)
        try:
            record = patiently(lambda: connector.fetch_one(ref), self._clock)
        except (SyncError, StoreError):
            raise
        except Exception as error:  # a defect of the connector
            raise Unavailable(f"{due.target.label}: what was answered there: {defect(error)}", absent=True) from None
        self._keep(record)
        self._store.listening.looked(due, self._unseen_until(due))

    def _unseen_until(self, due: Due) -> datetime | None:
        """Until when answers may come that touch nothing any more; None where that is over."""
        stream = self._link.kind.streams.get(due.target.stream)
        if due.heard is None or stream is None or not stream.quiet_s:
            return None
        end = due.heard + timedelta(seconds=stream.quiet_s)
        return end if end > self._clock.now() else None

    def _keep(self, record: RawRecord) -> None:
        """As any record, but that its scope says nothing: where nobody ever answered, there is nothing to keep."""
        if not record.data.get("comments") and self._store.mirror.raw(record.ref) is None:
            return
        page = Page((record,), complete=True)
        done = self._store.mirror.put(self._link.name, self._stream, record.scope, page, at=self._clock.now())
        read = self._pulled.streams.setdefault(self._stream, Read())
        read.read += done.read
        read.changed += done.new + done.changed

    def _is_gone(self, due: Due, error: Gone) -> None:
        kind = "lost_access" if error.kind == "unreadable" else error.kind
        self._store.mirror.bury(reply_ref(due.target, self._stream), kind, self._clock.now())
        self._store.listening.looked(due)

    def _later(self, due: Due, error: SyncError) -> None:
        """In the next pass, after the others that are due; what a person must mend, or is hidden from us, in a while."""
        now = self._clock.now()
        waits = not isinstance(error, Unavailable) or error.absent
        self._store.listening.looked(due, now + LOOK_AGAIN if waits else now)
        log().info("answers cannot be read", connection=self._link.name, target=due.target.label, why=error.text)


def _ends(error: SyncError) -> bool:
    return isinstance(error, RateLimited) or (isinstance(error, AuthFailed | Misconfigured) and error.scope is None)
