"""Deliver: what the outbox holds for one connection, each once as a person sees it.

Intent (claimed by a lease) -> look for our marker where an earlier attempt may have arrived -> write -> receipt. What is no comment
replaces what it wrote before, so that it can be sent again without a look. A lease lasts as long
as a request of a process that dies now could still take effect (the settle window).
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.contract import AuthFailed, Connector, Gone, Misconfigured, RateLimited, Refused, SyncError
from syncd.model.action import Action, Receipt
from syncd.run.clock import Clock
from syncd.run.defect import defect
from syncd.run.fault_points import Point, unused
from syncd.run.link import Link
from syncd.run.log import log
from syncd.run.pull import LOOK_AGAIN, limited
from syncd.store import Store
from syncd.store.outbox import OutboxRow

TRIES = 3
"""How often one write whose fate is unknown is looked at in one pass."""

_PAUSE = timedelta(seconds=30)
"""When a write that certainly did not happen, because the vendor could not be read, is tried again."""


@dataclass(slots=True)
class Delivered:
    """What became of the outbox of one connection in a pass.

    `failed`: writes whose last attempt failed and that are still not done, refused ones included; `problems` says why, a line each.
    `waiting`: what is left to be tried again.
    """

    connection: str
    delivered: int = 0
    failed: int = 0
    waiting: int = 0
    muted: int = 0
    problems: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


Progress = Callable[[str, str], None]
"""Called after each write with the connection and the ticket's key."""


def deliver(
    link: Link,
    store: Store,
    clock: Clock,
    settle_s: float,
    *,
    wait: bool = False,
    progress: Progress = lambda *_: None,
    point: Point = unused,
) -> Delivered:
    """Write what is due. `wait`: writes whose fate is unknown are waited for and looked at again, up to `TRIES` times each."""
    done = Delivered(link.name)
    if not store.outbox.all(link.name):
        return done
    if limited(link.name, store, clock.now()):
        _tell_what_is_left(done, store)
        return done
    try:
        with closing(link.open()) as connector:
            desk = _Desk(link, store, clock, settle_s, connector, done, progress, point)
            while desk.next() or (wait and desk.settled()):
                pass
    except SyncError as error:  # the connector cannot even be made: nothing was taken up
        log().warning("connection cannot be written to", connection=link.name, why=error.text)
    _tell_what_is_left(done, store)
    return done


def _tell_what_is_left(done: Delivered, store: Store) -> None:
    left = store.outbox.all(done.connection)
    failed = [row for row in left if row.text]
    done.waiting = sum(row.state != "dead" for row in left)
    done.failed = len(failed)
    done.problems = [f"{done.connection}: {row.target.label}: {row.text}" for row in failed]


@dataclass(slots=True)
class _Desk:
    """One worker at one outbox."""

    link: Link
    store: Store
    clock: Clock
    settle_s: float
    connector: Connector
    done: Delivered
    progress: Progress
    point: Point
    stopped: bool = False
    looked: int = 0

    def next(self) -> bool:
        """Take one row that is due and see it through. False where there is none, or the connection cannot be written to now."""
        if self.stopped:
            return False
        claimed = self.store.outbox.claim(self.link.name, self.clock.now(), self.settle_s)
        if claimed:
            self.point("after claim")
        for row in claimed:
            self._attempt(row)
        return bool(claimed)

    def settled(self) -> bool:
        """Wait until the first write whose fate is unknown may be looked at. False where there is none, or it was looked at enough."""
        due = None if self.stopped else self.store.outbox.unsettled(self.link.name)
        if due is None or self.looked >= TRIES:
            return False
        self.looked += 1
        self.clock.wait(max(0.0, (due - self.clock.now()).total_seconds()))
        return True

    def _attempt(self, row: OutboxRow) -> None:
        action = row.action
        try:
            if action.verb == "comment" and (row.uncertain or action.remote_id is None):
                action = replace(action, remote_id=self.connector.find(action.target, action.key) or action.remote_id)
        except SyncError as error:
            self._not_written(row, error)
            return
        except Exception as error:  # a defect of the connector: nothing was sent
            self._later(row, _PAUSE, defect(error))
            return
        self.point("after find")
        if not self.store.outbox.renew(row, self._settle()):
            return  # this worker was too slow: another one has taken over
        self.point("after renew")
        try:
            self._written(row, self._sent(action))
        except Gone as error:
            self._gone(row, error)
        except (RateLimited, AuthFailed, Misconfigured, Refused) as error:
            self._not_written(row, error)
        except SyncError as error:
            self.store.outbox.uncertain(row, self._settle(), error.text)
        except Exception as error:  # a defect: it may have been sent
            self.store.outbox.uncertain(row, self._settle(), defect(error))

    def _sent(self, action: Action) -> Receipt:
        receipt = self.connector.deliver(action)
        self.point("after request sent")
        return receipt

    def _written(self, row: OutboxRow, receipt: Receipt) -> None:
        stream = self.link.kind.streams.get(row.target.stream)
        self.store.outbox.receipt(row, receipt, quiet_s=stream.quiet_s if stream else 0)
        self.point("after receipt")
        self.done.delivered += 1
        self.done.receipts.append(receipt)
        self.progress(self.link.name, row.target.label)
        log().info("written", connection=self.link.name, verb=row.action.verb, target=row.target.label, created=receipt.created)

    def _gone(self, row: OutboxRow, error: Gone) -> None:
        """Only a comment that had its receipt can have been deleted by a person; anything else gone is the ticket itself."""
        if error.kind == "deleted" and row.action.verb == "comment":
            self.store.outbox.mute(row, self.clock.now())
            self.done.muted += 1
            log().info("muted: a person deleted the comment", connection=self.link.name, target=row.target.label)
        else:
            self.store.outbox.gone(row)
            log().info("the target is gone", connection=self.link.name, target=row.target.label, why=error.text)

    def _not_written(self, row: OutboxRow, error: SyncError) -> None:
        """The vendor's answer proves that nothing was written."""
        if isinstance(error, Gone):
            self._gone(row, error)
        elif isinstance(error, Refused):
            self.store.outbox.dead(row, error.text)
        elif isinstance(error, RateLimited):
            self._limited(row, error)
        elif isinstance(error, AuthFailed | Misconfigured):
            self._later(row, LOOK_AGAIN, error.text)
            self.stopped |= error.scope is None
        else:
            self._later(row, _PAUSE, error.text)

    def _limited(self, row: OutboxRow, error: RateLimited) -> None:
        """A short limit is waited for; a long one leaves the rest for a later pass."""
        self.store.outbox.retry(row, error.until, error.text)
        pause = (error.until - self.clock.now()).total_seconds()
        if pause <= self.settle_s and self.looked < TRIES:
            self.looked += 1
            self.clock.wait(max(0.0, pause))
        else:
            self.stopped = True

    def _later(self, row: OutboxRow, pause: timedelta, text: str) -> None:
        """Certainly not written: again after a pause; what an earlier attempt left open stays open."""
        self.store.outbox.retry(row, self.clock.now() + pause, text)

    def _settle(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.settle_s)
