"""Pacing: one gate per connection, shared by all its connector instances."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syncd.contract import Limits, RateLimited
from syncd.run.clock import Clock

LONG_S = 30.0
"""A wait longer than this is not slept in the middle of a request: the connection is left for later."""


@dataclass
class PacedGate:
    """Keeps the least time between writes, and counts requests.

    `requests` and `writes` count what was sent since the gate was made, for `plan` and the benchmark.
    """

    limits: Limits
    clock: Clock
    requests: int = 0
    writes: int = 0
    _next_write: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def before(self, *, cost: int = 1, write: bool = False) -> None:
        """Wait until the request may be sent. Raises RateLimited where that would take longer than `LONG_S`."""
        with self._lock:
            self.requests += cost
            self.writes += write
            pause = self._pause() if write else 0.0
        if pause > LONG_S:
            until = self.clock.now() + timedelta(seconds=pause)
            raise RateLimited(f"writes are paced: the next one may be sent at {until:%H:%M:%S} UTC", until=until)
        if pause > 0:
            self.clock.wait(pause)

    def after(self, status: int, headers: Mapping[str, str]) -> None:
        """Answers carry nothing that this gate needs."""

    def _pause(self) -> float:
        now = self.clock.watch()
        pause = max(0.0, self._next_write - now)
        self._next_write = now + pause + self.limits.between_writes_s
        return pause
