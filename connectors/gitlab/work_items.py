"""Epics as work items: what is asked of GitLab's GraphQL API, and its answer in the form of the REST API, which mappings read.

https://docs.gitlab.com/api/graphql/epic_work_items_api_migration_guide/: an epic keeps its group and number, and has another global id.
"""

from collections.abc import Mapping
from typing import Any

Node = Mapping[str, Any]

LIST = """
query Epics(
  $fullPath: ID!, $sort: WorkItemSort, $state: IssuableState, $iids: [String!],
  $updatedAfter: Time, $updatedBefore: Time, $first: Int, $after: String
) {
  group(fullPath: $fullPath) {
    workItems(
      types: [EPIC], includeDescendants: true, sort: $sort, state: $state, iids: $iids,
      updatedAfter: $updatedAfter, updatedBefore: $updatedBefore, first: $first, after: $after
    ) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id iid title description state confidential createdAt updatedAt closedAt webUrl
        author { id username name }
        namespace { id fullPath }
        widgets {
          ... on WorkItemWidgetStartAndDueDate { startDate dueDate }
          ... on WorkItemWidgetLabels { labels { nodes { title } } }
          ... on WorkItemWidgetAssignees { assignees { nodes { id username name } } }
          ... on WorkItemWidgetHierarchy { parent { iid namespace { id fullPath } } }
        }
      }
    }
  }
}
"""
COUNT = """
query EpicCount($fullPath: ID!) {
  group(fullPath: $fullPath) { workItems(types: [EPIC], includeDescendants: true) { count } }
}
"""
_STATE = {"OPEN": "opened", "CLOSED": "closed"}


def as_epic(node: Node, base: str) -> dict[str, Any]:
    """A work item as the REST API would give the epic, with the node itself under `work_item`. `base`: the address of GitLab.

    Its `id` there is not known, so `work_item_id` stands alone. Raises KeyError where the node does not say which epic it is.
    """
    widgets = _widgets(node)
    place = node.get("namespace") or {}
    path, iid = place.get("fullPath"), int(node["iid"])
    if number(place.get("id")) is None:
        raise KeyError("namespace")
    return {
        "work_item_id": number(node.get("id")),
        "iid": iid,
        "group_id": number(place["id"]),
        "title": node.get("title"),
        "description": node.get("description"),
        "state": _STATE.get(str(node.get("state")), node.get("state")),
        "confidential": bool(node.get("confidential")),
        "author": _person(node["author"]) if node.get("author") else None,
        "start_date": widgets.get("startDate"),
        "due_date": widgets.get("dueDate"),
        "labels": [label.get("title") for label in _nodes(widgets.get("labels"))],
        "assignees": [_person(one) for one in _nodes(widgets.get("assignees"))],
        "web_url": node.get("webUrl"),
        "references": {"full": f"{path}&{iid}"} if path else None,
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "closed_at": node.get("closedAt"),
        **_parent(widgets.get("parent"), base),
        "work_item": node,
    }


def number(gid: object) -> int | None:
    """The number at the end of a global id (`gid://gitlab/Group/7`)."""
    last = str(gid or "").rpartition("/")[2]
    return int(last) if last.isdigit() else None


def _widgets(node: Node) -> dict[str, Any]:
    """The fields of all widgets, whose names do not meet. Those that an edition lacks are null, or not there."""
    return {k: v for widget in node.get("widgets") or () if widget for k, v in widget.items()}


def _nodes(connection: Any) -> list[Node]:
    return [node for node in (connection or {}).get("nodes") or () if node]


def _person(user: Node) -> dict[str, Any]:
    return {"id": number(user.get("id")), "username": user.get("username"), "name": user.get("name")}


def _parent(parent: Node | None, base: str) -> dict[str, Any]:
    """The epic above, by group and number, as the REST API links it."""
    group = number((parent.get("namespace") or {}).get("id")) if parent else None
    if parent is None or group is None:
        return {"parent_iid": None}
    iid = int(parent["iid"])
    return {"parent_iid": iid, "_links": {"parent": f"{base}/api/v4/groups/{group}/epics/{iid}"}}
