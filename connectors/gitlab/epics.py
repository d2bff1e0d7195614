"""Epics behind one stream: as work items where the server has them, else through the REST API, which GitLab is giving up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.gitlab import work_items
from connectors.gitlab.client import Answer, Client
from connectors.gitlab.graphql import Unknown, ask
from connectors.gitlab.paging import PER_PAGE, Leaf
from connectors.http import expect
from syncd.contract import Unavailable

_DENIED = frozenset({403, 404, 410})


@dataclass(slots=True)
class Epics:
    """How the server of a connection gives epics. What is not known yet is found out by the first request."""

    work_items: bool = True

    def page(self, client: Client, path: str, query: Mapping[str, object], *, what: str, scope: str) -> Leaf | None:
        """A page of the epics of the group at `path` in the form of the REST API; None where only that has them.

        `query` holds variables of `work_items.LIST`.
        """
        if not self.work_items:
            return None
        try:
            data, answer = ask(client, work_items.LIST, {"path": path, "first": PER_PAGE, **query}, what=what, scope=scope)
        except Unknown:
            self.work_items = False
            return None
        found = _connection(data, what, scope)
        if found is None:
            self.work_items = False
            return None
        return _leaf(found, answer, client.base, what, scope)

    def count(self, client: Client, path: str, *, what: str, scope: str) -> int | None:
        """How many epics the group has, where the server counts them."""
        try:
            data, _ = ask(client, work_items.COUNT, {"path": path}, what=what, scope=scope)
        except Unknown:
            return None
        count = (_connection(data, what, scope) or {}).get("count")
        return count if isinstance(count, int) else None


def lacking(client: Client, base: str, *, what: str, scope: str, work_items: bool) -> bool:
    """Whether the edition has no epics: the group at the API path `base` can be read, and its epics cannot.

    Without a licence for them the REST API answers 403 (https://docs.gitlab.com/api/epics), and work items an empty list. Where
    there are work items and the REST API is no more, the edition's own word counts.
    """
    probe = client.get(f"{base}/epics", {"per_page": 1}, what=what, scope=scope, allow=_DENIED)
    if probe.status == 200:
        return False
    client.get(base, {"with_projects": "false"}, what=what, scope=scope)
    return probe.status == 403 or not work_items or not _enterprise(client, what)


def _enterprise(client: Client, what: str) -> bool:
    """Whether the server says that it is the edition that can have epics (https://docs.gitlab.com/api/metadata/)."""
    answer = client.get("/metadata", what=what, allow=_DENIED | {401})
    return not (isinstance(answer.body, dict) and answer.body.get("enterprise") is False)


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
