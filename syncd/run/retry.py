"""Retries: what is tried again within a pass, how often, and how long it waits. It knows errors by their consequence only."""

from collections.abc import Callable
from typing import Generic, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from syncd.contract import RateLimited, SyncError, Unavailable
from syncd.run.clock import Clock
from syncd.run.gate import LONG_S

TRIES = 3
"""How often a read that finds the vendor unavailable is sent in one pass."""

WAITS = 5
"""How often one read waits for a limit in one pass; never longer than `LONG_S` in all."""

_FIRST_S = 0.5

T = TypeVar("T")


def patiently(read: Callable[[], T], clock: Clock) -> T:
    """The read's result. Unavailable is tried `TRIES` times with growing, jittered pauses; a limit that ends soon is waited for,
    which uses up no try. Raises what the last try raised."""
    try:
        return read()
    except (Unavailable, RateLimited) as error:
        return _again(_First(read, error), clock)


class _First(Generic[T]):
    """A read whose first try was made already, and what it raised. Nearly all reads end with that, and need none of what follows."""

    def __init__(self, read: Callable[[], T], error: SyncError) -> None:
        self._read, self._error = read, error
        self._is_told = False

    def __call__(self) -> T:
        if self._is_told:
            return self._read()
        self._is_told = True
        raise self._error


def _again(read: Callable[[], T], clock: Clock) -> T:
    again = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, Unavailable)),
        stop=stop_after_attempt(TRIES),
        wait=lambda state: _FIRST_S * 2.0 ** (state.attempt_number - 1) * (0.5 + clock.share()),
        sleep=clock.wait,
        reraise=True,
    )
    waiting = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, RateLimited) and _seconds(error, clock) <= LONG_S),
        stop=lambda state: state.attempt_number >= WAITS or state.idle_for + state.upcoming_sleep > LONG_S,
        wait=lambda state: _limit(state, clock),
        sleep=clock.wait,
        reraise=True,
    )
    return waiting(lambda: again(read))


def _limit(state: RetryCallState, clock: Clock) -> float:
    error = state.outcome.exception() if state.outcome else None
    return max(0.0, _seconds(error, clock)) if isinstance(error, RateLimited) else 0.0


def _seconds(error: RateLimited, clock: Clock) -> float:
    return (error.until - clock.now()).total_seconds()
