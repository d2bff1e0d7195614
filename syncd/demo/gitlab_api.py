"""GitLab's REST API v4 over the state of a twin: what a planning tool uses, with GitLab's paging, filters and refusals."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from syncd.demo import gitlab_files, gitlab_hooks, gitlab_notes, gitlab_releases, gitlab_shapes, gitlab_sign_in
from syncd.demo.gitlab_sign_in import who
from syncd.demo.gitlab_work_items import graphql
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.gitlab_twin import GitlabTwin

Record = dict[str, Any]
API = "/api/v4"
_NO_TOTAL_ABOVE = 10_000
_WORK = ("issues", "merge_requests")


def routes(twin: "GitlabTwin") -> list[Route]:
    """Every address that the twin answers."""

    def user(request: Request) -> Response:
        return Response(twin.users[who(twin, request) or ""])

    g, p = f"{API}/groups/{{id}}", f"{API}/projects/{{id}}"
    found: list[Route] = [
        ("GET", f"{API}/user", user),
        ("POST", "/api/graphql", lambda r: graphql(twin, r) if twin.has_graphql else _not_found()),
        ("GET", f"{API}/metadata", lambda _: _metadata(twin)),
        ("GET", f"{API}/projects", lambda r: _projects(twin, r, list(twin.projects.values()))),
        ("GET", f"{g}/projects", _in_group(twin, lambda group, r: _projects(twin, r, _projects_of(twin, group, r)))),
        ("GET", g, _in_group(twin, lambda group, _: Response(group))),
        ("GET", p, _in_project(twin, lambda project, _: Response(project))),
        ("GET", f"{g}/milestones", _in_group(twin, lambda group, r: _list(twin, r, _milestones_of_group(twin, group, r)))),
        (
            "GET",
            f"{p}/milestones",
            _in_project(twin, lambda project, r: _list(twin, r, _milestones_of_project(twin, project, r))),
        ),
        ("GET", f"{g}/milestones/{{mid}}", _in_group(twin, lambda group, r: _milestone(twin, "group_id", group, r))),
        ("GET", f"{p}/milestones/{{mid}}", _in_project(twin, lambda project, r: _milestone(twin, "project_id", project, r))),
        ("GET", f"{g}/epics", _in_group(twin, lambda group, r: _epics(twin, group, r))),
        ("GET", f"{g}/epics/{{iid}}", _in_group(twin, lambda group, r: _epic(twin, group, r))),
        (
            "GET",
            f"{p}/merge_requests/{{iid}}/approvals",
            _on_work(twin, "merge_requests", lambda work, _: gitlab_releases.approvals(twin, work)),
        ),
        (
            "GET",
            f"{p}/merge_requests/{{iid}}/diffs",
            _on_work(
                twin, "merge_requests", lambda work, r: gitlab_files.diffs(twin, work, r, lambda r, rows: _paged(twin, r, rows))
            ),
        ),
        ("GET", f"{p}/issues/{{iid}}/links", _on_work(twin, "issues", lambda issue, r: _links(twin, issue, r))),
    ]
    for kind in _WORK:
        found += _work_routes(twin, kind)
        found += gitlab_notes.routes(
            twin, f"{p}/{kind}/{{iid}}", partial(_on_work, twin, kind), lambda r, rows: _paged(twin, r, _ordered(r, rows))
        )
    found += [(verb, f"{p}/{path}", _in_project(twin, do)) for verb, path, do in gitlab_hooks.answers(twin, "project")]
    found += [(verb, f"{g}/{path}", _in_group(twin, do)) for verb, path, do in gitlab_hooks.answers(twin, "group")]
    found.append(
        ("GET", f"{p}/members/all/{{user}}", _in_project(twin, lambda project, r: gitlab_notes.member(twin, project, r)))
    )
    found += gitlab_sign_in.routes(twin)
    found += gitlab_releases.routes(
        twin,
        API,
        lambda inside: _in_project(twin, inside),
        lambda inside: _in_group(twin, inside),
        lambda r, rows: _paged(twin, r, rows),
    )
    return [
        *found,
        *gitlab_files.routes(twin, p, lambda inside: _in_project(twin, inside), lambda r, rows: _paged(twin, r, rows)),
    ]


def _metadata(twin: "GitlabTwin") -> Response:
    """Since version 15.2."""
    if twin.version is None:
        return _not_found()
    return Response({"version": twin.version, "revision": "0a1b2c3d", "enterprise": twin.enterprise})


def _work_routes(twin: "GitlabTwin", kind: str) -> list[Route]:
    one = f"{API}/projects/{{id}}/{kind}/{{iid}}"
    return [
        ("GET", f"{API}/groups/{{id}}/{kind}", _in_group(twin, lambda g, r: _list(twin, r, _work_of_group(twin, kind, g, r)))),
        (
            "GET",
            f"{API}/projects/{{id}}/{kind}",
            gitlab_files.tagged(_in_project(twin, lambda p, r: _list(twin, r, _work_of(twin, kind, {p["id"]})))),
        ),
        ("PUT", one, _on_work(twin, kind, lambda work, r: _set_labels(twin, work, r))),
        ("GET", one, _on_work(twin, kind, lambda work, _: Response(_detailed(twin, work)))),
    ]


# --- finding what a path names ---------------------------------------------------------------------------------------------

Inside = Callable[[Record, Request], Response]


def _in_group(twin: "GitlabTwin", answer: Inside) -> Callable[[Request], Response]:
    def found(request: Request) -> Response:
        group = _named(twin.groups, request.args["id"], "full_path")
        return answer(group, request) if group else Response({"message": "404 Group Not Found"}, 404)

    return found


def _in_project(twin: "GitlabTwin", answer: Inside) -> Callable[[Request], Response]:
    def found(request: Request) -> Response:
        name = request.args["id"]
        project = _named(twin.projects, name, "path_with_namespace")
        if project is None and name in twin.moved:
            return _moved(request, name, twin.moved[name])
        return answer(project, request) if project else Response({"message": "404 Project Not Found"}, 404)

    return found


def _on_work(twin: "GitlabTwin", kind: str, answer: Inside) -> Callable[[Request], Response]:
    def found(project: Record, request: Request) -> Response:
        iid = request.args["iid"]
        work = next((w for w in _work_of(twin, kind, {project["id"]}) if str(w["iid"]) == iid), None)
        return answer(work, request) if work else _not_found()

    return _in_project(twin, found)


def _moved(request: Request, name: str, id: int) -> Response:
    if request.method != "GET":
        return Response({"message": "405 Non GET methods are not allowed for moved projects"}, 405)
    query = f"?{urlencode(request.query)}" if request.query else ""
    path = request.path.replace(quote(name, safe=""), str(id), 1)
    return Response(
        {"message": "This resource has been moved permanently"}, 301, {"Location": f"{request.base_url}{path}{query}"}
    )


def _named(store: Mapping[int, Record], name: str, path: str) -> Record | None:
    if name.isdigit():
        return store.get(int(name))
    return next((record for record in store.values() if record[path].casefold() == name.casefold()), None)


def _not_found() -> Response:
    return Response({"message": "404 Not found"}, 404)


# --- what there is ---------------------------------------------------------------------------------------------------------


def _work_of(twin: "GitlabTwin", kind: str, projects: set[int]) -> list[Record]:
    return [record for record in getattr(twin, kind).values() if record["project_id"] in projects]


def _work_of_group(twin: "GitlabTwin", kind: str, group: Record, request: Request) -> list[Record]:
    """Without that of archived projects, unless it is asked for."""
    hidden = request.query.get("non_archived", "true") != "false"
    projects = {id for id in _projects_under(twin, group) if not (hidden and twin.projects[id]["archived"])}
    return _work_of(twin, kind, projects)


def _projects_of(twin: "GitlabTwin", group: Record, request: Request) -> list[Record]:
    deep = _yes(request, "include_subgroups")
    return [
        p
        for p in twin.projects.values()
        if p["namespace"]["id"] == group["id"] or (deep and _under(p["path_with_namespace"], group))
    ]


def _projects(twin: "GitlabTwin", request: Request, projects: list[Record]) -> Response:
    archived = request.query.get("archived")
    kept = [p for p in projects if archived is None or str(p["archived"]).lower() == archived]
    return _paged(twin, request, sorted(kept, key=lambda p: p["id"]))


def _under(path: str, group: Record) -> bool:
    return path == group["full_path"] or path.startswith(f"{group['full_path']}/")


def _projects_under(twin: "GitlabTwin", group: Record) -> set[int]:
    return {p["id"] for p in twin.projects.values() if _under(p["path_with_namespace"], group)}


def _groups_above(twin: "GitlabTwin", path: str) -> set[int]:
    return {g["id"] for g in twin.groups.values() if _under(path, g)}


def _milestones_of_project(twin: "GitlabTwin", project: Record, request: Request) -> list[Record]:
    groups = _groups_above(twin, project["path_with_namespace"]) if _yes(request, "include_ancestors") else set()
    return _milestones(twin, {project["id"]}, groups)


def _milestones_of_group(twin: "GitlabTwin", group: Record, request: Request) -> list[Record]:
    groups, projects = {group["id"]}, set()
    if _yes(request, "include_ancestors"):
        groups |= _groups_above(twin, group["full_path"])
    if _yes(request, "include_descendants"):
        groups |= {g["id"] for g in twin.groups.values() if _under(g["full_path"], group)}
        projects = _projects_under(twin, group)
    return _milestones(twin, projects, groups)


def _milestones(twin: "GitlabTwin", projects: set[int], groups: set[int]) -> list[Record]:
    """GitLab lists them by due date, those without one last."""
    found = [m for m in twin.milestones.values() if m.get("project_id") in projects or m.get("group_id") in groups]
    return sorted(found, key=lambda m: (m["due_date"] is None, m["due_date"] or "", m["id"]))


def _milestone(twin: "GitlabTwin", key: str, owner: Record, request: Request) -> Response:
    found = twin.milestones.get(int(request.args["mid"]))
    return Response(found) if found and found.get(key) == owner["id"] else _not_found()


def _epics(twin: "GitlabTwin", group: Record, request: Request) -> Response:
    if not twin.rest_epics:
        return _not_found()
    if not twin.has_epics:
        return Response({"message": "403 Forbidden"}, 403)
    inside = {g["id"] for g in twin.groups.values() if _under(g["full_path"], group)}
    return _list(twin, request, [epic for (owner, _), epic in twin.epics.items() if owner in inside])


def _epic(twin: "GitlabTwin", group: Record, request: Request) -> Response:
    if not twin.rest_epics:
        return _not_found()
    if not twin.has_epics:
        return Response({"message": "403 Forbidden"}, 403)
    found = twin.epics.get((group["id"], int(request.args["iid"])))
    return Response(found) if found else _not_found()


def _shown(twin: "GitlabTwin", record: Record) -> Record:
    """The record with its milestone as that is now."""
    inside = record.get("milestone")
    return record | {"milestone": twin.milestones.get(inside["id"], inside)} if inside else record


def _detailed(twin: "GitlabTwin", record: Record) -> Record:
    """With what GitLab tells of a single merge request alone."""
    found = _shown(twin, record)
    refs = twin.files.refs(record) if "source_branch" in record else {}
    return found | {"diff_refs": refs} if refs.get("base_sha") else found


def _links(twin: "GitlabTwin", issue: Record, _: Request) -> Response:
    seen = {"blocks": ("blocks", "is_blocked_by"), "relates_to": ("relates_to", "relates_to")}
    out = []
    for link in twin.links:
        ends = (link["source"], link["target"])
        if issue["id"] in ends:
            outward = issue["id"] == link["source"]
            other = twin.issues.get(ends[outward])
            if other:
                out.append(gitlab_shapes.link(other, link, seen[link["link_type"]][not outward]))
    return Response(out)


# --- labels ----------------------------------------------------------------------------------------------------------------


def _set_labels(twin: "GitlabTwin", work: Record, request: Request) -> Response:
    """Names between commas; a scoped label takes the place of another of its scope."""
    given = request.json or dict(request.query)
    if not given:
        return Response({"error": "at least one parameter must be provided"}, 400)
    taken = {name for name in str(given.get("remove_labels") or "").split(",") if name}
    added = [name for name in str(given.get("add_labels") or "").split(",") if name]
    scopes = {name.rpartition("::")[0] for name in added if "::" in name}
    kept = [n for n in work["labels"] if n not in taken and not ("::" in n and n.rpartition("::")[0] in scopes)]
    after = sorted({*kept, *added})
    if after != work["labels"]:
        twin.edit(work, labels=after)
    return Response(work)


# --- lists -----------------------------------------------------------------------------------------------------------------


def _list(twin: "GitlabTwin", request: Request, records: Iterable[Record]) -> Response:
    by = (who(twin, request) or "").casefold()
    kept = [record for record in records if _passes(request, record, by)]
    if "order_by" in request.query or "sort" in request.query or not _is_milestones(request):
        kept = _ordered(request, kept)
    return _paged(twin, request, [_shown(twin, record) for record in kept])


def _is_milestones(request: Request) -> bool:
    return request.path.endswith("/milestones")


def _passes(request: Request, record: Record, by: str) -> bool:
    state, after, before = (request.query.get(name) for name in ("state", "updated_after", "updated_before"))
    at = _time(record["updated_at"])
    return (
        (state in (None, "all") or record["state"] == state)
        and (after is None or at >= _time(after))
        and (before is None or at <= _time(before))
        and (request.query.get("scope") != "created_by_me" or record["author"]["username"].casefold() == by)
    )


def _ordered(request: Request, records: Iterable[Record]) -> list[Record]:
    by = request.query.get("order_by", "created_at")
    down = request.query.get("sort", "desc") == "desc"
    return sorted(records, key=lambda record: (_time(record[by]), record["id"]), reverse=down)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _paged(twin: "GitlabTwin", request: Request, records: list[Record]) -> Response:
    size = min(max(int(request.query.get("per_page", 20)), 1), 100)
    page = max(int(request.query.get("page", 1)), 1)
    if (page - 1) * size >= twin.offset_limit:
        return Response({"error": f"Offset pagination has a maximum allowed offset of {twin.offset_limit} for requests"}, 405)
    last = max(1, -(-len(records) // size))
    headers = {"X-Page": str(page), "X-Per-Page": str(size), "X-Prev-Page": str(page - 1) if page > 1 else ""}
    headers |= {"X-Next-Page": str(page + 1) if page < last else "", "Link": _link(request, page, last, len(records))}
    if len(records) <= _NO_TOTAL_ABOVE:
        headers |= {"X-Total": str(len(records)), "X-Total-Pages": str(last)}
    return Response(records[(page - 1) * size : page * size], headers=headers)


def _link(request: Request, page: int, last: int, total: int) -> str:
    named = {"prev": page - 1 if page > 1 else None, "next": page + 1 if page < last else None, "first": 1}
    if total <= _NO_TOTAL_ABOVE:
        named["last"] = last
    base = f"{request.base_url}{request.path}"
    links = [f'<{base}?{urlencode({**request.query, "page": n})}>; rel="{rel}"' for rel, n in named.items() if n]
    return ", ".join(links)


def _yes(request: Request, name: str) -> bool:
    return request.query.get(name) in ("true", "1")
