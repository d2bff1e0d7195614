"""Progress of a pass on a terminal: a bar for what is read, mapped and written. Silent where nobody looks."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from syncd.run.one_pass import Unwatched, Watcher


class Bars:
    """A line per connection that counts its records, and one for the comments written."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lines: dict[str, TaskID] = {}

    def pulled(self, connection: str, stream: str, scope: str, records: int) -> None:
        """A page was stored."""
        self._advance(connection, f"{connection}: {stream} of {scope}", records)

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


@contextmanager
def watching(console: Console) -> Iterator[Watcher]:
    """A watcher with bars on the console, or a silent one where it is no terminal."""
    if not console.is_terminal:
        yield Unwatched()
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
