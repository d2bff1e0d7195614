"""What to ask of GitLab for a page of a stream: the queries of its REST API, and the variables of its GraphQL API."""

from collections.abc import Mapping

from connectors.gitlab.cursor import Cursor, stamp
from connectors.gitlab.paging import PER_PAGE
from syncd.model.raw import Scope

_SORTED: Mapping[str, object] = {"order_by": "updated_at", "sort": "asc"}
_QUERY: Mapping[tuple[str, str], Mapping[str, object]] = {
    ("milestones", "p"): {"include_ancestors": "true"},
    ("milestones", "g"): {"include_ancestors": "true", "include_descendants": "true"},
    ("epics", "g"): {"state": "all", **_SORTED},
    ("issues", "p"): {"scope": "all", "state": "all", **_SORTED},
    ("issues", "g"): {"scope": "all", "state": "all", **_SORTED},
    ("merge_requests", "p"): {"scope": "all", "state": "all", **_SORTED},
    ("merge_requests", "g"): {"scope": "all", "state": "all", **_SORTED},
    ("deployments", "p"): _SORTED,
}
"""What to ask, by list and kind of scope. A project's milestones come with those of its groups, a group's with those above and
below it (both from GitLab 16.7 on): one milestone may arrive through several scopes, as the same record."""
_HIDES_ARCHIVED = frozenset({("issues", "g"), ("merge_requests", "g")})
OPEN_AND_CLOSED = frozenset({"epics", "issues", "merge_requests", "approvals"})
"""Streams whose records are open or closed, so that closed ones of long ago can be left out."""
BY_TIME = OPEN_AND_CLOSED | {"deployments"}


def list_of(stream: str) -> str:
    """The list that a stream is read from."""
    return "merge_requests" if stream == "approvals" else stream


def rest_query(stream: str, scope: Scope, cursor: Cursor, *, newest: bool, archived: bool) -> dict[str, object]:
    """The query of the page that the cursor names. `newest`: the youngest records first; `archived`: those of archived projects
    too."""
    place = (list_of(stream), scope.id[0])
    query: dict[str, object] = {**_QUERY[place], "per_page": PER_PAGE}
    if scope.facts.get("narrowed"):
        query.pop("include_descendants", None)
    if archived and place in _HIDES_ARCHIVED:
        query["non_archived"] = "false"
    if cursor.after is not None:
        query["updated_after"] = stamp(cursor.after)
    if cursor.old is not None:
        query |= {"state": "opened", "updated_before": stamp(cursor.old)}
    if newest:
        query["sort"] = "desc"
    return query | {name: value for name, value in cursor.more.items() if name != "after"}


def variables(cursor: Cursor, *, newest: bool) -> dict[str, object]:
    """The same as variables of GraphQL; what is not there is not asked."""
    asked: dict[str, object | None] = {
        "sort": "UPDATED_DESC" if newest else "UPDATED_ASC",
        "updatedAfter": stamp(cursor.after),
        "updatedBefore": stamp(cursor.old),
        "state": "opened" if cursor.old is not None else None,
        "after": cursor.more.get("after"),
    }
    return {name: value for name, value in asked.items() if value is not None}
