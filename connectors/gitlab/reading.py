"""One scope of one stream, about to be read: where its lists are, and how a row becomes a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.gitlab.address import SIGN, path_of, ref_of, within
from connectors.gitlab.asking import list_of, rest_query, variables
from connectors.gitlab.client import NONE, Answer, Client
from connectors.gitlab.cursor import Cursor
from connectors.gitlab.epics import GONE, Epics
from connectors.gitlab.paging import Leaf, leaf_of, page_of
from connectors.http import expect, from_status
from syncd.contract import Unavailable
from syncd.model.raw import RawRecord, Scope

Row = dict[str, Any]
_NOT_FOR_ALL = frozenset({"epics", "deployments"})
DENIED = frozenset({403, 404})
"""How GitLab says that something is not there, not for this account, or not in this edition."""


class Lacking(Exception):
    """The edition, the version or the account's role there lacks this stream: nothing follows from what is not read."""


class Moved(Exception):
    """The project or group is not where it was looked up."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`links`: whether issues get the links with which they block others. `since`: closed records last updated before it are not read
    at first. `without`: the ids of projects whose records are left out; `takes_path`: whether a path is read. `archived`: whether
    archived projects are. `doubted`: the scope was looked up a while ago, so that the records of its first page are asked where it is."""

    client: Client
    connection: str
    stream: str
    scope: Scope
    links: bool = True
    epics: Epics = field(default_factory=Epics)
    since: datetime | None = None
    without: frozenset[int] = frozenset()
    takes_path: Callable[[str], bool] = lambda _: True
    archived: bool = False
    doubted: bool = False

    @property
    def what(self) -> str:
        """For error texts."""
        return f"reading {self.stream.replace('_', ' ')} of {self.scope.name}"

    @property
    def base(self) -> str:
        """The scope's own API path."""
        kind, _, id = self.scope.id.partition(":")
        return f"/{'groups' if kind == 'g' else 'projects'}/{id}"

    @property
    def path(self) -> str:
        """The scope's full path."""
        return str(self.scope.facts.get("path") or self.scope.name)

    def ask(self, cursor: Cursor, *, newest: bool = False) -> Leaf:
        """The page of the listing that the cursor names, or the one with the newest records."""
        if self.stream == "epics":
            leaf = self.as_work_items(cursor, newest=newest)
            if leaf is not None:
                return leaf
        query = rest_query(self.stream, self.scope, cursor, newest=newest, archived=self.archived)
        allow = self._answered(cursor)
        answer = self.client.get(f"{self.base}/{list_of(self.stream)}", query, allow=allow, **self.words)
        if answer.status not in allow:
            leaf = leaf_of(answer, page_of(cursor.more), **self.words)
            if self.doubted and not cursor.more:
                self._find_place(leaf.rows)
            return leaf
        if self.stream == "epics" and answer.status in GONE and self.epics.turned():
            return self.ask(cursor, newest=newest)
        raise self._denied(answer, first=allow >= DENIED)

    def _find_place(self, rows: Sequence[Row]) -> None:
        """Raise Moved where the records say that the project has another path, or all of them that the group has."""
        kind, _, id = self.scope.id.partition(":")
        if self.stream not in SIGN:
            return
        own = [row for row in rows if kind == "g" or str(row.get("project_id")) == id]
        paths = [path for row in own if (path := path_of(self.stream, row, self.client.root)) is not None]
        if paths and not any(within(path, self.path) if kind == "g" else path == self.path for path in paths):
            raise Moved

    def as_work_items(self, cursor: Cursor, *, newest: bool = False) -> Leaf | None:
        """The same page of epics as work items; None where the server has none."""
        return self.epics.page(self.client, self.path, variables(cursor, newest=newest), **self.words)

    def _answered(self, cursor: Cursor) -> frozenset[int]:
        """What a refusal of the list is looked at again for: on the first page of a project, or of the epics of a group."""
        if self.stream == "epics":
            return GONE if cursor.high or cursor.after else DENIED | GONE
        return DENIED if self.scope.id.startswith("p:") and cursor.high is None else NONE

    def _denied(self, answer: Answer, *, first: bool) -> Exception:
        """What it means that a project or group refuses a list. At first it is Lacking where the place itself can be read and has this
        switched off, or where it is of epics or deployments, which not every edition has and not every role may see."""
        place = expect(self.client.get(self.base, **self.words).body, dict, **self.words)
        if first and (self.stream in _NOT_FOR_ALL or place.get(f"{list_of(self.stream)}_access_level") == "disabled"):
            return Lacking()
        said = {"message": answer.said}
        return from_status(answer.status, answer.headers, said, now=self.client.now, **self.words)

    @property
    def words(self) -> Any:
        """What errors say of it."""
        return {"what": self.what, "scope": self.scope.name}

    def keeps(self, row: Row) -> bool:
        """Whether a row is of a project or group that is wanted."""
        if row.get("project_id") in self.without:
            return False
        path = path_of(self.stream, row, self.client.root) if self.scope.id.startswith("g:") else None
        return path is None or self.takes_path(path)

    def record(self, row: Row) -> RawRecord:
        """The row as it is kept. Raises Unavailable where it does not say which record it is."""
        try:
            ref = ref_of(self.connection, self.stream, row, self.client.root, self.path)
        except KeyError as missing:
            raise Unavailable(f"{self.what}: a record has no {missing}", scope=self.scope.name) from None
        return RawRecord(ref, self.scope, row)
