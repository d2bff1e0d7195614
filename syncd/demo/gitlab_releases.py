"""What the projects of the GitLab twin deploy, when they may not, in which iterations they plan, and who approved of what.

https://docs.gitlab.com/api/freeze_periods/, environments, deployments, group_iterations, merge_request_approvals, commits (statuses)
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.gitlab_twin import GitlabTwin

Record = dict[str, Any]
Inside = Callable[[Record, Request], Response]
Place = Callable[[Inside], Callable[[Request], Response]]
Paged = Callable[[Request, list[Record]], Response]
_FORBIDDEN = Response({"message": "403 Forbidden"}, 403)
_EVENT = {"pending": "enqueue", "running": "run", "success": "success", "failed": "drop", "canceled": "cancel"}


def routes(twin: "GitlabTwin", base: str, in_project: Place, in_group: Place, paged: Paged) -> list[Route]:
    """The lists of a project or group, and single records of a project."""
    project, group = f"{base}/projects/{{id}}", f"{base}/groups/{{id}}"
    found: list[Route] = [
        ("GET", f"{group}/iterations", in_group(lambda place, r: _iterations(twin, _above(twin, place), r, paged))),
        ("GET", f"{project}/iterations", in_project(lambda place, r: _iterations(twin, _above(twin, place), r, paged))),
        ("POST", f"{project}/statuses/{{sha}}", in_project(lambda place, r: _status(twin, place, r))),
    ]
    for kind in ("freeze_periods", "environments", "deployments"):
        found += [
            ("GET", f"{project}/{kind}", in_project(partial(_list, twin, kind, paged))),
            ("GET", f"{project}/{kind}/{{one}}", in_project(partial(_one, twin, kind))),
        ]
    return found


def approvals(twin: "GitlabTwin", merge_request: Record) -> Response:
    """The approvals of a merge request; the free edition says who approved and little more."""
    by = twin.approved.get(merge_request["id"], [])
    told: Record = {"approved": bool(by), "approved_by": by, "user_has_approved": False, "user_can_approve": False}
    if twin.has_epics:
        told |= {name: merge_request[name] for name in ("id", "iid", "project_id", "title", "state", "updated_at")}
        told |= {"approvals_required": 1, "approvals_left": 0 if by else 1}
    return Response(told)


def _of(twin: "GitlabTwin", kind: str, project: Record) -> list[Record]:
    return [row for owner, row in getattr(twin, kind) if owner == project["id"]]


def _list(twin: "GitlabTwin", kind: str, paged: Paged, project: Record, request: Request) -> Response:
    if (kind, project["id"]) in twin.forbidden:
        return _FORBIDDEN
    rows = _of(twin, kind, project)
    if kind == "environments" and "states" in request.query:
        rows = [row for row in rows if row["state"] == request.query["states"]]
    if kind == "deployments":
        by, after = request.query.get("order_by", "id"), request.query.get("updated_after")
        if after and by != "updated_at":
            return Response({"message": "`updated_at` filter requires `updated_at` sort"}, 400)
        rows = [row for row in rows if after is None or twin.at(row["updated_at"]) >= twin.at(after)]
        rows = sorted(rows, key=lambda row: (row[by], row["id"]), reverse=request.query.get("sort") == "desc")
    return paged(request, rows)


def _one(twin: "GitlabTwin", kind: str, project: Record, request: Request) -> Response:
    found = next((row for row in _of(twin, kind, project) if str(row["id"]) == request.args["one"]), None)
    return Response(found) if found else Response({"message": "404 Not found"}, 404)


def _above(twin: "GitlabTwin", place: Record) -> set[int]:
    path = place.get("full_path") or place["path_with_namespace"]
    return {g["id"] for g in twin.groups.values() if path == g["full_path"] or path.startswith(f"{g['full_path']}/")}


def _iterations(twin: "GitlabTwin", groups: set[int], request: Request, paged: Paged) -> Response:
    if not twin.has_epics:
        return _FORBIDDEN
    return paged(request, [row for row in twin.iterations if row["group_id"] in groups])


def _status(twin: "GitlabTwin", project: Record, request: Request) -> Response:
    """Set by commit and name. One that waits cannot be made to wait again."""
    sha, given = request.args["sha"], request.json or dict(request.query)
    if given.get("state") not in _EVENT:
        return Response({"error": "state does not have a valid value"}, 400)
    if not any(m["sha"] == sha and m["project_id"] == project["id"] for m in twin.merge_requests.values()):
        return Response({"message": "404 Commit Not Found"}, 404)
    key = (project["id"], sha, given.get("name", "default"))
    before = twin.statuses.get(key)
    if before and before["status"] == given["state"] == "pending":
        said = 'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")'
        return Response({"message": said}, 400)
    made = {"id": next(twin.ids), "sha": sha, "status": given["state"], "name": key[2], "target_url": given.get("target_url")}
    twin.statuses[key] = made | {"description": given.get("description"), "created_at": twin.stamp()}
    return Response(twin.statuses[key], 201)
