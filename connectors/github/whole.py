"""Lists that GitHub gives only whole: milestones, environments, releases."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from connectors.github.client import Client, Listed
from connectors.github.cursor import Position
from connectors.github.lacking import ABSENT, judged
from connectors.github.newest import Step
from connectors.github.wire import PER_PAGE
from syncd.contract import Unavailable
from syncd.model.raw import Scope

_QUERIES = {"milestones": {"state": "all", "sort": "due_on", "direction": "asc"}}
_UNDER = {"environments": "environments"}
_MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class _Leaf:
    """What is kept of a page: what GitHub calls it, and where the next one is."""

    etag: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class Whole:
    """The list of one stream of one repository, each of its pages asked for conditionally.

    A full page proves nothing about a next one: it stays as it is when a milestone is added behind it. So the last page is asked for
    without a condition where it is full.
    """

    client: Client
    stream: str
    scope: Scope

    @property
    def what(self) -> str:
        """What is being done, for people."""
        return f"reading {self.stream} of {self.scope.name}"

    def steps(self, at: Position) -> Iterator[Step]:
        """What changed of the list, page by page, no rows where a page is as it was; the last step says that it was seen."""
        known, leaves, path = _load(at), list[_Leaf](), None
        seen: set[str] = set()
        for number in range(_MOST_PAGES):
            before = known[number] if number < len(known) else _Leaf(None, None)
            page = self._page(path, before.etag)
            onward = before.next if page.unchanged else page.next
            full = onward is None and len(page.rows) >= PER_PAGE
            leaves.append(before if page.unchanged else _Leaf(None if full else page.etag, onward))
            after = at if leaves == known and onward is None else replace(at, etag=None, etags=_dump(leaves))
            yield page.rows, after, onward is None
            if onward is None:
                return
            if onward in seen:
                break
            seen.add(onward)
            path = onward
        raise Unavailable(f"{self.what}: the pages do not end", scope=self.scope.name)

    def _page(self, path: str | None, etag: str | None) -> Listed:
        under = _UNDER.get(self.stream)
        if path is not None:
            return self.client.list(path, what=self.what, scope=self.scope.name, etag=etag, under=under)
        page = self.client.list(
            f"/repos/{self.scope.name}/{self.stream}",
            what=self.what,
            scope=self.scope.name,
            query={"per_page": str(PER_PAGE), **_QUERIES.get(self.stream, {})},
            etag=etag,
            accept=ABSENT,
            under=under,
        )
        if page.refused is not None:
            raise judged(self.client, self.stream, self.scope, page.refused, what=self.what)
        return page


def _dump(leaves: list[_Leaf]) -> str:
    return json.dumps([[leaf.etag, leaf.next] for leaf in leaves], separators=(",", ":"))


def _load(at: Position) -> list[_Leaf]:
    """The pages as they were; one, where the position is of a time when longer lists were not kept."""
    try:
        return [_Leaf(*leaf) for leaf in json.loads(at.etags or "[]")] or ([_Leaf(at.etag, None)] if at.etag else [])
    except (ValueError, TypeError):
        return []
