"""Engines: what makes passes happen. Durability is in the store, so an engine only triggers work."""

import threading
from collections.abc import Callable
from typing import Protocol

from syncd.run.clock import Clock

Job = Callable[[], None]


class Engine(Protocol):
    """Runs jobs again and again. A job takes nothing: it looks at the state of the world."""

    def every(self, seconds: float, name: str, job: Job) -> None:
        """Run the job now and then at the interval; never twice at a time, and a missed run is not made up for."""

    def run(self) -> None:
        """Work until `stop`; running jobs are finished first."""

    def stop(self) -> None:
        """End `run`. Safe to call from a signal handler, and more than once."""


class Embedded:
    """The engine of one process: APScheduler in threads."""

    def __init__(self, clock: Clock) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler  # only the daemon needs it

        self._clock = clock
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._stopped = threading.Event()

    def every(self, seconds: float, name: str, job: Job) -> None:
        """Run the job now and then at the interval."""
        self._scheduler.add_job(
            job,
            "interval",
            seconds=seconds,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=self._clock.now(),
        )

    def run(self) -> None:
        """Work until `stop`."""
        self._scheduler.start()
        self._stopped.wait()
        self._scheduler.shutdown(wait=True)

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()
