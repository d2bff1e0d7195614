"""A crew: workers who read parts of one connection side by side, each with a connector of its own, within the one gate."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from syncd.contract import Connector
from syncd.run.link import Link

WORKERS = 4
EACH = 8
"""So many parts are worth another worker: a connector of its own costs a look or two at the vendor."""

P = TypeVar("P")
R = TypeVar("R")


class Crew:
    """The connectors of one pull: that of the pull itself comes first, the others are made when they are needed. `lock`: for what the
    workers must do one after the other. `stopped`: no part is to be begun, or read on with, any more."""

    def __init__(self, link: Link, first: Connector) -> None:
        self.lock, self.stopped = Lock(), False
        self._link, self._connectors = link, [first]

    def each(self, parts: Sequence[P], work: Callable[[Connector, P], R], workers: int) -> list[R]:
        """The work done for each part, results in the order of the parts; without those that were not begun when it was stopped.

        Raises what the work raises, once everybody has ended.
        """
        workers = min(workers, len(parts))
        while len(self._connectors) < workers:
            self._connectors.append(self._link.open())
        waiting, done = deque(enumerate(parts)), dict[int, R]()

        def labour(connector: Connector) -> None:
            while not self.stopped and waiting:
                try:
                    number, part = waiting.popleft()
                except IndexError:  # somebody else took the last one
                    return
                try:
                    done[number] = work(connector, part)
                except BaseException:
                    self.stopped = True
                    raise

        if workers <= 1:
            labour(self._connectors[0])
        else:
            with ThreadPoolExecutor(workers, thread_name_prefix=f"syncd-{self._link.name}") as pool:
                list(pool.map(labour, self._connectors[:workers]))
        return [done[number] for number in sorted(done)]

    def close(self) -> None:
        """Close the connectors that were made here."""
        for connector in self._connectors[1:]:
            connector.close()
