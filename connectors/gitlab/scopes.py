"""The projects and groups of a configuration, as GitLab knows them now."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.gitlab.address import segment, within
from connectors.gitlab.client import Client
from connectors.http import expect
from syncd.contract import Misconfigured, RateLimited, SyncError
from syncd.model.raw import Scope

Known = dict[tuple[str, str], Scope]
"""What was looked up before: ("projects" or "groups", name as configured) -> scope."""


def find(client: Client, groups: list[str], projects: list[str], known: Known) -> Iterator[Scope | SyncError]:
    """Groups first. What lies under a configured group is read through it, and is no scope of its own. What is `known` is not
    asked again, and what is found becomes known."""
    found = [_look(client, "groups", name, known) for name in groups]
    roots = [g.facts["path"] for g in found if isinstance(g, Scope)] + [name for name in groups if not name.isdigit()]
    seen: set[str] = set()
    for group in found:
        if not isinstance(group, Scope):
            yield group
        elif group.id not in seen and not _below(group.facts["path"], roots):
            seen.add(group.id)
            yield group
    for name in projects:
        if any(within(name, root) for root in roots):
            continue
        project = _look(client, "projects", name, known)
        if not isinstance(project, Scope):
            yield project
        elif project.id not in seen and not any(within(project.facts["path"], root) for root in roots):
            seen.add(project.id)
            yield project


def home(scopes: list[Scope], path: str, data: Mapping[str, Any]) -> Scope:
    """The scope through which a record of the project or group at that path is read; where there is none, its own, taken as private."""
    own = f"p:{data['project_id']}" if data.get("project_id") else f"g:{data.get('group_id')}"
    for scope in scopes:
        inside = scope.id.startswith("g:") and within(path, scope.facts["path"])
        above = own.startswith("g:") and within(scope.facts["path"], path)
        if scope.id == own or inside or above:
            return scope
    return Scope(own, path, {"private": True, "path": path})


def _below(path: str, roots: list[str]) -> bool:
    return any(within(path, root) and path.casefold() != root.casefold() for root in roots)


def _look(client: Client, kind: str, name: str, known: Known) -> Scope | SyncError:
    if (kind, name) in known:
        return known[kind, name]
    what = f"looking for {kind[:-1]} {name}"
    query = {"with_projects": "false"} if kind == "groups" else {}
    try:
        data = expect(client.get(f"/{kind}/{segment(name)}", query, what=what, scope=name).body, dict, what=what, scope=name)
        known[kind, name] = _scope(kind, name, data)
        return known[kind, name]
    except SyncError as error:
        if error.scope is None or isinstance(error, RateLimited):
            raise
        return error
    except KeyError as missing:
        return Misconfigured(f"{what}: the answer has no {missing}. Check `url`", scope=name)


def _scope(kind: str, name: str, data: dict[str, Any]) -> Scope:
    path = data.get("full_path" if kind == "groups" else "path_with_namespace") or name
    return Scope(f"{kind[0]}:{data['id']}", name, {"private": data.get("visibility") == "private", "path": path})
