"""The pulse: when a pass began and the last one ended, kept in the store, so that somebody outside sees that passes still happen."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.run.clock import Clock
from syncd.store import Store, StoreError

BEGAN, ENDED = "pass began", "last pass"

LONGEST = timedelta(days=1)
"""A pass that takes longer hangs: even the first read of a large company is done by then."""

LEAST = timedelta(minutes=10)
"""However short the interval is, a pass that is late by less is no news."""

INTERVALS = 3
"""So many intervals may go by without the end of a pass."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """`began`: the pass under way, None where there is none. `ended` and `seconds`: the last one that came to its end. `alive`: whether
    the process of the pass under way is there, as far as can be seen from here."""

    began: datetime | None = None
    ended: datetime | None = None
    seconds: float | None = None
    alive: bool = True


@contextmanager
def noted(store: Store, clock: Clock) -> Iterator[None]:
    """Note the beginning of a pass, and its end. One that breaks off has ended, too, but it is no last pass."""
    watch = clock.watch()
    store.meta.put(BEGAN, {"at": clock.now().isoformat(), "host": socket.gethostname(), "pid": os.getpid()})
    try:
        yield
    except BaseException:
        with suppress(StoreError):
            store.meta.put(BEGAN, None)
        raise
    store.meta.put(ENDED, {"at": clock.now().isoformat(), "seconds": round(clock.watch() - watch, 3)})
    store.meta.put(BEGAN, None)


def pulse(store: Store) -> Pulse:
    """What was noted."""
    began, ended = store.meta.get(BEGAN), store.meta.get(ENDED)
    return Pulse(
        began=datetime.fromisoformat(began["at"]) if began else None,
        ended=datetime.fromisoformat(ended["at"]) if ended else None,
        seconds=ended["seconds"] if ended else None,
        alive=_alive(began["host"], began["pid"]) if began else True,
    )


def ailment(pulse: Pulse, interval_s: float, now: datetime) -> str | None:
    """Why passes do not happen as they should, as one line with what to do; None where they do."""
    if pulse.began is not None:
        if not pulse.alive:
            return f"the process of the pass that began {_long(now - pulse.began)} ago is gone. Start `syncd run` again"
        if now - pulse.began < LONGEST:
            return None
        return f"a pass has been under way for {_long(now - pulse.began)}. Look into the log, and start syncd again"
    if pulse.ended is None:
        return "no pass has ended yet. Start `syncd run`; if it runs, its log says what keeps it"
    patience = max(LEAST, INTERVALS * timedelta(seconds=interval_s))
    if now - pulse.ended < patience:
        return None
    return f"the last pass ended {_long(now - pulse.ended)} ago. Look whether `syncd run` still runs, and into its log"


def told(pulse: Pulse, now: datetime) -> str:
    """One line on passes that happen as they should."""
    if pulse.began is not None:
        return f"a pass has been under way for {_long(now - pulse.began)}"
    if pulse.ended is None or pulse.seconds is None:
        return "no pass has ended yet"
    return f"the last pass ended {_long(now - pulse.ended)} ago and took {_long(timedelta(seconds=pulse.seconds))}"


def _alive(host: str, pid: int) -> bool:
    """Of another machine, or container, nothing is known."""
    if os.name != "posix" or host != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)  # sends nothing: only asks
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _long(time: timedelta) -> str:
    """Seconds below two minutes, minutes below two hours, else hours."""
    seconds = max(0, round(time.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
