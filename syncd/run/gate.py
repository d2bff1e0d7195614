"""Pacing: one gate per connection, shared by all its connector instances, for reads and writes alike.

What the vendor documents is kept by sliding windows; what it says in its answers is heeded for everybody who shares the credentials.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from syncd.contract import Budget, Limits, RateLimited
from syncd.run.clock import Clock
from syncd.run.limit_headers import Quota, ServerTime, heard

if TYPE_CHECKING:
    from pyrate_limiter import InMemoryBucket

LONG_S = 30.0
"""A wait longer than this is not slept in the middle of a request: the connection is left for later."""


@dataclass
class PacedGate:
    """Keeps the vendor's documented rates and the least time between writes, and heeds what its answers say.

    `requests` and `writes` count what was sent since the gate was made, for `plan` and the benchmark. `quota` is the last that the
    vendor said of what is left, `server_time` the last that it said of its clock.
    """

    limits: Limits
    clock: Clock
    requests: int = 0
    writes: int = 0
    quota: Quota | None = None
    server_time: ServerTime | None = None
    _next_write: float = 0
    _until: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._windows = [(budget, _window(budget)) for budget in self.limits.budgets]

    def before(self, *, cost: int = 1, write: bool = False) -> None:
        """Wait until the request may be sent. Raises RateLimited where that would take longer than `LONG_S`."""
        self._heed()
        with self._lock:
            self.requests += cost
            self.writes += write
            pause = self._distance() if write else 0.0
        self._pause(pause, "writes are paced")
        for budget, window in self._windows:
            self._take(budget, window, budget.weight(cost, write=write))

    def after(self, status: int, headers: Mapping[str, str]) -> None:
        """Hear what the answer says of limits: for all who share this gate."""
        now = self.clock.now()
        said = heard(status, headers, now)
        with self._lock:
            self.quota = said.quota or self.quota
            self.server_time = said.time or self.server_time
            if said.until is not None and said.until > (self._until or now):
                self._until = said.until

    def _heed(self) -> None:
        with self._lock:
            until = self._until
        if until is not None:
            self._pause((until - self.clock.now()).total_seconds(), "the server limits us")

    def _distance(self) -> float:
        now = self.clock.watch()
        pause = max(0.0, self._next_write - now)
        self._next_write = now + pause + self.limits.between_writes_s
        return pause

    def _take(self, budget: Budget, window: "InMemoryBucket", weight: int) -> None:
        """A place in a window, waited for where it is full."""
        from pyrate_limiter import RateItem

        while weight:
            with self._lock:
                now = round(self.clock.watch() * 1000)
                window.leak(now)
                item = RateItem("", now, weight=weight)
                wait = 0 if window.put(item) else window.waiting(item)
            if not isinstance(wait, int) or wait <= 0:
                return
            self._pause(wait / 1000, f"at most {budget.most} {budget.counts} in {budget.per_s:g} s are allowed")

    def _pause(self, seconds: float, why: str) -> None:
        if seconds <= 0:
            return
        if seconds > LONG_S:
            until = self.clock.now() + timedelta(seconds=seconds)
            raise RateLimited(f"{why}: the next request may be sent at {until.astimezone(UTC):%H:%M:%S} UTC", until=until)
        self.clock.wait(seconds)


def _window(budget: Budget) -> "InMemoryBucket":
    """A sliding window. The library takes a tenth of a second to import: only where a vendor names a rate."""
    from pyrate_limiter import InMemoryBucket, Rate

    return InMemoryBucket([Rate(budget.most, round(budget.per_s * 1000))])
