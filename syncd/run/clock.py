"""The one place where time and randomness enter."""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Now (UTC), a stop-watch (seconds), waiting (seconds), a random share in [0, 1), and a random secret (hex)."""

    now: Callable[[], datetime] = _now
    watch: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    share: Callable[[], float] = random.random
    secret: Callable[[], str] = secrets.token_hex
