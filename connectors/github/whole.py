"""Lists that GitHub gives only whole: milestones, environments, releases."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from connectors.github.client import Client, Listed
from connectors.github.cursor import Position
from connectors.github.lacking import ABSENT, judged
from connectors.github.newest import Step
from connectors.github.wire import PER_PAGE
from syncd.model.raw import Scope

_QUERIES = {"milestones": {"state": "all", "sort": "due_on", "direction": "asc"}}
_UNDER = {"environments": "environments"}


@dataclass(frozen=True, slots=True)
class Whole:
    """The list of one stream of one repository. One that fits a page is asked for conditionally; longer ones are walked again each time.

    A full page proves nothing about a next one: it stays as it is when a milestone is added behind it.
    """

    client: Client
    stream: str
    scope: Scope

    @property
    def what(self) -> str:
        """What is being done, for people."""
        return f"reading {self.stream} of {self.scope.name}"

    def steps(self, at: Position) -> Iterator[Step]:
        """All of the list, or no rows where it is as it was; the last step says that it was seen."""
        page = self._first(at.etag)
        if page.unchanged:
            yield (), at, True
            return
        fits = page.next is None and len(page.rows) < PER_PAGE
        done = replace(at, etag=page.etag if fits else None)
        yield page.rows, done, page.next is None
        if page.next is None:
            return
        for deeper in self.client.walk(page.next, what=self.what, scope=self.scope.name, under=_UNDER.get(self.stream)):
            yield deeper.rows, done, deeper.next is None

    def _first(self, etag: str | None) -> Listed:
        page = self.client.list(
            f"/repos/{self.scope.name}/{self.stream}",
            what=self.what,
            scope=self.scope.name,
            query={"per_page": str(PER_PAGE), **_QUERIES.get(self.stream, {})},
            etag=etag,
            accept=ABSENT,
            under=_UNDER.get(self.stream),
        )
        if page.refused is not None:
            raise judged(self.client, self.stream, self.scope, page.refused, what=self.what)
        return page
