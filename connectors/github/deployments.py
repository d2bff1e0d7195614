"""Deployments, each with its latest status: GitHub lists them newest first, and their statuses one deployment at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.github.client import Client, Listed
from connectors.github.cursor import Position
from connectors.github.lacking import ABSENT, judged
from connectors.github.moments import instant, stamp
from connectors.github.newest import OVERLAP, Step
from connectors.github.wire import PER_PAGE, Row
from syncd.contract import Misconfigured
from syncd.model.raw import Scope

_ENDED = ("success", "failure", "error", "inactive")
_WAIT = timedelta(days=3)
_MOST_WAITING = 20
"""Deployments of the last days that have not ended are looked at in each pass, so many of them at most: not every server says in
the list that a status was added."""


@dataclass(frozen=True, slots=True)
class Deployments:
    """The deployments of one repository. The first read goes back `days` before `now`; None reads all."""

    client: Client
    scope: Scope
    now: datetime
    days: int | None

    @property
    def what(self) -> str:
        """What is being done, for people."""
        return f"reading deployments of {self.scope.name}"

    def steps(self, at: Position) -> Iterator[Step]:
        """What was made or changed since the position: down to a page on which nothing was."""
        if at.until is None and at.next is None and self.days is not None:
            at = replace(at, until=stamp(self.now - timedelta(days=self.days)))
        at, first = self._entered(at)
        if first.unchanged:
            yield (), at, True
            return
        waiting = frozenset((at.waiting or "").split(","))
        for page in self._on_from(first):
            rows = tuple(self._with_status(row) for row in page.rows if _is_new(row, at.base) or str(row["id"]) in waiting)
            over = page.next is None or (at.base is not None and not rows)
            still = self._waiting(rows) if at.next is None else at.waiting
            at = replace(at, next=None if over else page.next, base=None if over else at.base, waiting=still)
            yield rows, at, over
            if over:
                return

    def _on_from(self, page: Listed) -> Iterator[Listed]:
        yield page
        if page.next is not None:
            yield from self.client.walk(page.next, what=self.what, scope=self.scope.name)

    def _entered(self, at: Position) -> tuple[Position, Listed]:
        """The page at which a read was cut off; the first one where there is none, or where its address is taken no longer (422)."""
        if at.next is not None:
            try:
                return at, self.client.list(at.next, what=self.what, scope=self.scope.name)
            except Misconfigured:
                at = Position(until=at.base)
        page = self._first(at)
        if page.unchanged:
            return at, page
        return replace(at, until=_latest(page.rows) or at.until, base=at.until, etag=page.etag), page

    def latest_status(self, id: int) -> Row | None:
        """The status that was given last, or None where there is none yet."""
        path = f"/repos/{self.scope.name}/deployments/{id}/statuses"
        what = f"reading statuses of deployment {id} of {self.scope.name}"
        page = self.client.list(path, what=what, scope=self.scope.name, query={"per_page": str(PER_PAGE)})
        return max(page.rows, key=lambda row: (str(row.get("created_at") or ""), row["id"]), default=None)

    def _with_status(self, row: Row) -> Row:
        return {**row, "latest_status": self.latest_status(row["id"])}

    def _first(self, at: Position) -> Listed:
        path, query = f"/repos/{self.scope.name}/deployments", {"per_page": str(PER_PAGE)}
        etag = None if at.waiting else at.etag
        page = self.client.list(path, what=self.what, scope=self.scope.name, query=query, etag=etag, accept=ABSENT)
        if page.refused is not None:
            raise judged(self.client, "deployments", self.scope, page.refused, what=self.what)
        return page

    def _waiting(self, rows: Sequence[Row]) -> str | None:
        young = [row for row in rows if (made := instant(row.get("created_at"))) is not None and made > self.now - _WAIT]
        ids = [str(row["id"]) for row in young if (row["latest_status"] or {}).get("state") not in _ENDED]
        return ",".join(ids[:_MOST_WAITING]) or None


def _is_new(row: Row, base: str | None) -> bool:
    floor, changed = instant(base), instant(row.get("updated_at"))
    return floor is None or changed is None or changed >= floor - OVERLAP


def _latest(rows: Sequence[Row]) -> str | None:
    return max((stamp(at) for row in rows if (at := instant(row.get("updated_at"))) is not None), default=None)
