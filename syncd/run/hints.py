"""Hints: where somebody says that a connection has news, it is looked at. Many hints make one look, and a flood no more than a few."""

from collections import deque
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread

from syncd.contract import Delivery
from syncd.run.aim import NOTHING, Spoken, spoken_of, together
from syncd.run.analyse import analyse
from syncd.run.clock import Clock
from syncd.run.gap import changed
from syncd.run.log import log
from syncd.run.one_pass import Works, deliver_to, each, pull_and_map

GATHER_S = 0.25
"""What follows a hint within this time is answered by the same look."""

BURST, PER_S = 5, 60.0
"""At most so many looks at a connection in so many seconds: hints that come all the time must not use up what the vendor allows."""


class Hints:
    """A thread for each connection, which looks when it is told to, at what it was told of since the last look. Hints that come while it
    looks are answered by another look."""

    def __init__(self, look: Callable[[str, Spoken | None], None], connections: Iterable[str], clock: Clock) -> None:
        self._look, self._clock = look, clock
        self._news = {name: Event() for name in connections}
        self._told: dict[str, Spoken | None] = dict.fromkeys(self._news, NOTHING)
        self._lock = Lock()
        self._stopped = Event()
        self._threads: list[Thread] = []

    def wake(self, connection: str, delivery: Delivery) -> None:
        """There may be news of the connection. Returns at once."""
        if connection in self._news:
            with self._lock:
                self._told[connection] = together(self._told[connection], spoken_of(delivery))
            self._news[connection].set()

    def start(self) -> None:
        """Attend from now on."""
        self._threads = [Thread(target=self._attend, args=(name,), name=f"hints-{name}", daemon=True) for name in self._news]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Look no more; a look that is under way is finished first."""
        self._stopped.set()
        for event in self._news.values():
            event.set()
        for thread in self._threads:
            thread.join()

    def _attend(self, connection: str) -> None:
        news, looked = self._news[connection], deque[float](maxlen=BURST)
        while True:
            news.wait()
            if self._stopped.wait(self._patience(looked)):
                return
            news.clear()
            looked.append(self._clock.watch())
            try:
                self._look(connection, self._taken(connection))
            except Exception:  # the next pass looks all the same
                log().exception("look broke off", connection=connection)

    def _taken(self, connection: str) -> Spoken | None:
        with self._lock:
            told, self._told[connection] = self._told[connection], NOTHING
        return told

    def _patience(self, looked: deque[float]) -> float:
        full = len(looked) == BURST
        return max(GATHER_S, looked[0] + PER_S - self._clock.watch()) if full else GATHER_S


def look_at(works: Works, connection: str, spoken: Spoken | None = None) -> None:
    """Look at what was spoken of, or all, of one connection; where it has changed, analyse, and deliver as a pass does."""
    for link in works.links:
        if link.name == connection:
            pulled = pull_and_map(works, link, leave_off=True, spoken=spoken)
            if changed(pulled):
                analyse(works.links, works.store, works.view, works.clock.now(), keep=True)
                each(works.links, lambda to: deliver_to(works, to, wait=False))
            log().info("looked", connection=connection, changed=changed(pulled), problems=len(pulled.problems))
