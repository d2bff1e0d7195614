"""Progress on a terminal: a bar for what a pass reads, maps and writes, a word while a command computes. Silent where nobody looks."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from syncd.cli.frame import err
from syncd.run.estimate import Estimate
from syncd.run.one_pass import Unwatched

ENOUGH_S, ENOUGH_PAGES = 5, 5
"""So long and so far a read must have gone before it is said how long the rest takes."""


class Silent(Unwatched):
    """Nobody looks."""

    def expect(self, cost: Estimate) -> None:
        """Nothing."""


class Bars:
    """A line per connection that counts its records, and one for the comments written. Of a first read whose size is known the line says
    how long the rest takes, as fast as it went so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lines: dict[str, TaskID] = {}
        self._costs: dict[str, Estimate] = {}
        self._pages: Counter[str] = Counter()

    def expect(self, cost: Estimate) -> None:
        """So much is to be read of a connection. What cannot be told in whole is not foretold."""
        if not cost.unknown:
            self._costs[cost.connection] = cost

    def pulled(self, connection: str, stream: str, scope: str, records: int) -> None:
        """A page was stored."""
        self._pages[connection] += 1
        self._advance(connection, f"{connection}: {stream} of {scope}{self._rest(connection)}", records)

    def _rest(self, connection: str) -> str:
        line, cost = self._lines.get(connection), self._costs.get(connection)
        elapsed = self._progress.tasks[line].elapsed if line is not None else None
        left = seconds_left(cost.requests if cost else 0, self._pages[connection], elapsed or 0)
        return "" if left is None else f", about {duration(left)} left"

    def mapped(self, connection: str, records: int) -> None:
        """Records were mapped."""
        self._advance(f"{connection} mapped", f"{connection}: mapped", records)

    def written(self, connection: str, target: str) -> None:
        """A comment was written."""
        self._advance("written", f"written: {target} on {connection}", 1)

    def _advance(self, line: str, text: str, by: int) -> None:
        if line not in self._lines:
            self._lines[line] = self._progress.add_task(text, total=None)
        self._progress.update(self._lines[line], description=text, advance=by)


def seconds_left(requests: int, done: int, elapsed_s: float) -> float | None:
    """How long the rest of so many requests takes, where it is not too early to say, and not too late: an estimate may be too low."""
    if elapsed_s < ENOUGH_S or not ENOUGH_PAGES <= done < requests:
        return None
    return elapsed_s / done * (requests - done)


def duration(seconds: float) -> str:
    """`3 hours`, `12 minutes`, `40 s`: as exactly as an estimate is."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= 1.5 * size:
            return f"{round(seconds / size)} {unit}s"
    return f"{max(1, round(seconds))} s"


@contextmanager
def watching(console: Console) -> Iterator[Bars | Silent]:
    """A watcher with bars on the console, or a silent one where it is no terminal."""
    if not console.is_terminal:
        yield Silent()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(progress)


@contextmanager
def patiently(what: str) -> Iterator[None]:
    """Work that takes seconds where there is much: a terminal is told on standard error what goes on. Nothing may be printed within."""
    console = err()
    with console.status(Text(what)) if console.is_terminal else nullcontext():
        yield
