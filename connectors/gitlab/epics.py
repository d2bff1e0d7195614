"""Epics behind one stream: as work items where the server has them, else through the REST API, which GitLab is giving up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.gitlab import work_items
from connectors.gitlab.client import Answer, Client
from connectors.gitlab.graphql import Unknown, ask
from connectors.gitlab.paging import PER_PAGE, Leaf
from connectors.gitlab.server import Server, about
from connectors.http import expect
from connectors.lately import Lately
from syncd.contract import Unavailable

GONE = frozenset({404, 410})
"""How a server says that it has no such API, or no such group for us."""
_DENIED = frozenset({403, *GONE})


@dataclass(slots=True)
class Epics:
    """How the server of a connection gives epics: as `work_items`, or not; None: not known yet. `tried`: it was asked for them.
    `never`: its edition cannot have any. `lately`: where what the server said of itself is written down."""

    work_items: bool | None = None
    tried: bool = False
    never: bool = False
    lately: Lately | None = None

    def learn(self, server: Server) -> None:
        """What the server says of itself. Work items include the epics by default since version 17.7."""
        self.never = server.enterprise is False
        self.work_items = server.release >= (17, 7) and not self.never
        if self.lately is not None:
            self.lately.found("epics", [self.work_items, self.never])

    def _recall(self) -> bool:
        """Whether the server said it lately."""
        known = self.lately.known("epics") if self.lately is not None else None
        if not isinstance(known, list) or len(known) != 2:
            return False
        self.work_items, self.never = bool(known[0]), bool(known[1])
        return True

    def page(self, client: Client, path: str, query: Mapping[str, object], *, what: str, scope: str) -> Leaf | None:
        """A page of the epics of the group at `path` in the form of the REST API; None where only that has them.

        `query` holds variables of `work_items.LIST`.
        """
        if self.work_items is None and not self._recall():
            self.learn(about(client, what))
        if not self.work_items:
            return None
        self.tried = True
        try:
            data, answer = ask(client, work_items.LIST, {"fullPath": path, "first": PER_PAGE, **query}, what=what, scope=scope)
        except Unknown:
            self.work_items = False
            return None
        found = _connection(data, what, scope)
        if found is None:
            self.work_items = False
            return None
        return _leaf(found, answer, client.base, what, scope)

    def turned(self) -> bool:
        """The REST API does not have them: whether work items are to be tried, which the version did not promise."""
        if self.tried:
            return False
        self.work_items = True
        return True

    def count(self, client: Client, path: str, *, what: str, scope: str) -> int | None:
        """How many epics the group has, where the server counts them."""
        try:
            data, _ = ask(client, work_items.COUNT, {"fullPath": path}, what=what, scope=scope)
        except Unknown:
            return None
        count = (_connection(data, what, scope) or {}).get("count")
        return count if isinstance(count, int) else None


def probe(client: Client, base: str, *, what: str, scope: str) -> tuple[int, bool]:
    """What the REST API says of the epics of the group at the API path `base`: the status, and whether there are any. Raises what it
    means that the group cannot be read either."""
    answer = client.get(f"{base}/epics", {"per_page": 1}, what=what, scope=scope, allow=_DENIED)
    if answer.status == 200:
        return 200, bool(expect(answer.body, list, what=what, scope=scope))
    client.get(base, {"with_projects": "false"}, what=what, scope=scope)
    return answer.status, False


def _connection(data: Mapping[str, Any], what: str, scope: str) -> dict[str, Any] | None:
    """The work items; None where the group's are switched off."""
    group = data.get("group")
    if group is None:
        cure = "Check that it still exists and that the account may see it"
        raise Unavailable(f"{what}: the group is not found, or hidden from this account. {cure}", scope=scope)
    found = expect(group, dict, what=what, scope=scope).get("workItems")
    return None if found is None else expect(found, dict, what=what, scope=scope)


def _leaf(found: dict[str, Any], answer: Answer, base: str, what: str, scope: str) -> Leaf:
    nodes = expect(found.get("nodes"), list, what=what, scope=scope)
    onward = expect(found.get("pageInfo"), dict, what=what, scope=scope)
    try:
        rows = [work_items.as_epic(expect(node, dict, what=what, scope=scope), base) for node in nodes]
    except (KeyError, ValueError, TypeError) as error:
        raise Unavailable(f"{what}: a work item does not say which epic it is ({error})", scope=scope) from None
    after = onward.get("endCursor") if onward.get("hasNextPage") else None
    if onward.get("hasNextPage") and not after:
        raise Unavailable(f"{what}: GitLab says that there is more, and not where", scope=scope)
    return Leaf(rows, {"after": str(after)} if after else None, answer.at, None)
