"""The work items of the GitLab twin: the part of GitLab's GraphQL schema that epics need, over the twin's own epics.

https://docs.gitlab.com/api/graphql/reference/: Group.workItems, WorkItem and its widgets.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syncd.demo.gitlab_graphql import PLAIN, Field, Types, Values, Wrong, run
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.gitlab_twin import GitlabTwin

Record = dict[str, Any]
_LIST_TAKES = frozenset(
    {"types", "iids", "state", "sort", "includeDescendants", "includeAncestors", "updatedAfter", "updatedBefore"}
    | {"createdAfter", "createdBefore", "first", "after", "last", "before", "search", "authorUsername"}
)
_SORTS = {"UPDATED_ASC": ("updated_at", False), "UPDATED_DESC": ("updated_at", True)}
_SORTS |= {"CREATED_ASC": ("created_at", False), "CREATED_DESC": ("created_at", True)}
_STATES = frozenset({"opened", "closed", "all"})


def graphql(twin: "GitlabTwin", request: Request) -> Response:
    """POST /api/graphql."""
    asked = request.json or {}
    if not isinstance(asked.get("query"), str):
        return Response({"errors": [{"message": "No query string was present"}]}, 200)
    return Response(run(asked["query"], dict(asked.get("variables") or {}), types_of(twin)))


def types_of(twin: "GitlabTwin") -> Types:
    """The schema of the server's version: without work items, groups do not have them."""
    plain = dict.fromkeys
    group = plain(("id", "name", "path", "fullPath", "webUrl"), PLAIN)
    if twin.work_items:
        group |= {"workItems": Field("WorkItemConnection", _LIST_TAKES, lambda g, args: _connection(twin, g, args))}
    user = plain(("id", "username", "name", "webUrl"), PLAIN)
    widget = {"type": PLAIN}
    item = plain(("id", "iid", "title", "description", "state", "confidential", "createdAt", "updatedAt", "closedAt"), PLAIN)
    item |= plain(("webUrl", "archived", "lockVersion"), PLAIN)
    return {
        "Query": {"group": Field("Group", frozenset({"fullPath"}), lambda _, args: _group(twin, args))},
        "Group": group,
        "Namespace": plain(("id", "name", "fullPath"), PLAIN),
        "WorkItemConnection": {"count": PLAIN, "nodes": Field("WorkItem"), "pageInfo": Field("PageInfo")},
        "PageInfo": plain(("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"), PLAIN),
        "WorkItem": item | {"author": Field("User"), "namespace": Field("Namespace"), "widgets": Field("WorkItemWidget")},
        "User": user,
        "WorkItemWidget": widget,
        "WorkItemWidgetStartAndDueDate": widget | plain(("startDate", "dueDate", "rollUp", "isFixed"), PLAIN),
        "WorkItemWidgetLabels": widget | {"labels": Field("LabelConnection")},
        "LabelConnection": {"nodes": Field("Label")},
        "Label": plain(("id", "title", "color"), PLAIN),
        "WorkItemWidgetAssignees": widget | {"assignees": Field("UserConnection")},
        "UserConnection": {"nodes": Field("User")},
        "WorkItemWidgetHierarchy": widget | {"hasParent": PLAIN, "hasChildren": PLAIN, "parent": Field("WorkItem")},
    }


def _group(twin: "GitlabTwin", args: Values) -> Record | None:
    path = str(args.get("fullPath")).casefold()
    found = next((group for group in twin.groups.values() if group["full_path"].casefold() == path), None)
    return {"id": f"gid://gitlab/Group/{found['id']}", "name": found["name"], "fullPath": found["full_path"]} if found else None


def _connection(twin: "GitlabTwin", group: Mapping[str, Any], args: Values) -> Record:
    """A page of the work items of a group. Without a licence for epics there are none."""
    key, down = _SORTS[_one_of("sort", args.get("sort", "CREATED_DESC"), _SORTS)]
    found = sorted(_wanted(twin, group, args), key=lambda e: (e[key][:19], e["id"]), reverse=down)
    after = int(str(args.get("after") or "0").removeprefix("c"))
    size = min(int(args.get("first") or 100), 100)
    page, ends = found[after : after + size], after + size
    info = {"hasNextPage": ends < len(found), "hasPreviousPage": after > 0, "startCursor": f"c{after}", "endCursor": f"c{ends}"}
    return {"count": len(found), "nodes": [_node(twin, epic) for epic in page], "pageInfo": info}


def _one_of(name: str, value: Any, known: Any) -> str:
    if value not in known:
        raise Wrong(f"Argument '{name}' has an invalid value ({value})", "argumentLiteralsIncompatible")
    return str(value)


def _wanted(twin: "GitlabTwin", group: Mapping[str, Any], args: Values) -> Iterator[Record]:
    top = str(group.get("fullPath", ""))
    types, state = args.get("types") or ["EPIC"], _one_of("state", args.get("state", "all"), _STATES)
    for (owner, iid), epic in twin.epics.items() if twin.has_epics and top else ():
        path = twin.groups[owner]["full_path"]
        inside = path == top or (args.get("includeDescendants") and path.startswith(f"{top}/"))
        at = datetime.fromisoformat(epic["updated_at"]).replace(microsecond=0)
        if (
            inside
            and "EPIC" in types
            and state in ("all", epic["state"])
            and ("iids" not in args or str(iid) in args["iids"])
            and ("updatedAfter" not in args or at >= datetime.fromisoformat(args["updatedAfter"]))
            and ("updatedBefore" not in args or at <= datetime.fromisoformat(args["updatedBefore"]))
        ):
            yield epic


def _node(twin: "GitlabTwin", epic: Record) -> Record:
    group = twin.groups[epic["group_id"]]
    return {
        "id": f"gid://gitlab/WorkItem/{epic['id'] + 9_000_000}",
        "iid": str(epic["iid"]),
        "title": epic["title"],
        "description": epic["description"],
        "state": "CLOSED" if epic["state"] == "closed" else "OPEN",
        "confidential": epic["confidential"],
        "createdAt": _second(epic["created_at"]),
        "updatedAt": _second(epic["updated_at"]),
        "closedAt": _second(epic["closed_at"]),
        "webUrl": epic["web_url"],
        "author": _user(epic["author"]),
        "namespace": {"id": f"gid://gitlab/Group/{group['id']}", "name": group["name"], "fullPath": group["full_path"]},
        "widgets": _widgets(twin, epic),
    }


def _widgets(twin: "GitlabTwin", epic: Record) -> list[Record]:
    names = epic.get("labels") or []
    labels = [{"id": f"gid://gitlab/GroupLabel/{n}", "title": name, "color": "#777777"} for n, name in enumerate(names, 1)]
    people = [_user(person) for person in epic.get("assignees") or []]
    dates = {"startDate": epic["start_date"], "dueDate": epic["due_date"], "rollUp": False, "isFixed": True}
    return [
        {"__typename": "WorkItemWidgetDescription", "type": "DESCRIPTION"},
        {"__typename": "WorkItemWidgetStartAndDueDate", "type": "START_AND_DUE_DATE", **dates},
        {"__typename": "WorkItemWidgetLabels", "type": "LABELS", "labels": {"nodes": labels}},
        {"__typename": "WorkItemWidgetAssignees", "type": "ASSIGNEES", "assignees": {"nodes": people}},
        {"__typename": "WorkItemWidgetHierarchy", "type": "HIERARCHY", "parent": _parent(twin, epic)},
    ]


def _parent(twin: "GitlabTwin", epic: Record) -> Record | None:
    link = re.search(r"/groups/(\d+)/epics/(\d+)", str((epic.get("_links") or {}).get("parent")))
    place = (int(link[1]), int(link[2])) if link else (epic["group_id"], epic.get("parent_iid") or 0)
    found = twin.epics.get(place)
    return _node(twin, found) if found else None


def _user(person: Mapping[str, Any]) -> Record:
    return {"id": f"gid://gitlab/User/{person['id']}", "username": person["username"], "name": person["name"]}


def _second(text: str | None) -> str | None:
    """GraphQL's times have whole seconds."""
    return None if text is None else f"{text[:19]}Z"
