"""The projects and groups of a configuration, as GitLab knows them now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.gitlab.address import segment, within
from connectors.gitlab.client import Client
from connectors.http import expect
from syncd.contract import Misconfigured, RateLimited, SyncError
from syncd.model.raw import Scope

Known = dict[tuple[str, str], Scope]
"""What was looked up before: ("projects" or "groups", name as configured) -> scope."""


def find(client: Client, stream: str, groups: Sequence[str], projects: Sequence[str], known: Known) -> list[Scope | SyncError]:
    """Projects, then groups, each with all that lies under it. What is `known` is not asked again, what is found becomes known.

    Projects that are configured beside their group narrow its work to them; its epics and milestones are still read, after theirs:
    a milestone of the group belongs to the group, even where it came with a project before.
    """
    above = _outermost(_distinct(client, "groups", groups, known), groups)
    if stream == "epics":
        return above
    beside = _distinct(client, "projects", projects, known)
    inside = [*projects, *(project.facts["path"] for project in beside if isinstance(project, Scope))]
    named = [_narrowed(group, inside) if isinstance(group, Scope) else group for group in above]
    return [*beside, *(group for group in named if stream == "milestones" or not _is_narrow(group))]


def home(scopes: list[Scope], path: str, data: Mapping[str, Any]) -> Scope:
    """The scope through which a record of the project or group at that path is read; where there is none, its own, taken as private."""
    own = f"p:{data['project_id']}" if data.get("project_id") else f"g:{data.get('group_id')}"
    for scope in [*(s for s in scopes if s.id == own), *reversed(scopes)]:
        inside = scope.id.startswith("g:") and within(path, scope.facts["path"])
        above = own.startswith("g:") and within(scope.facts["path"], path)
        if scope.id == own or inside or above:
            return scope
    return Scope(own, path, {"private": True, "path": path})


def _distinct(client: Client, kind: str, names: Sequence[str], known: Known) -> list[Scope | SyncError]:
    found: dict[str, Scope | SyncError] = {}
    for name in names:
        place = _look(client, kind, name, known)
        found.setdefault(place.id if isinstance(place, Scope) else name, place)
    return list(found.values())


def _outermost(groups: Sequence[Scope | SyncError], names: Sequence[str]) -> list[Scope | SyncError]:
    roots = [*names, *(group.facts["path"] for group in groups if isinstance(group, Scope))]
    return [group for group in groups if not (isinstance(group, Scope) and _below(group.facts["path"], roots))]


def _narrowed(group: Scope, projects: Sequence[str]) -> Scope:
    narrow = any(within(project, group.facts["path"]) for project in projects)
    return replace(group, facts={**group.facts, "narrowed": True}) if narrow else group


def _is_narrow(place: Scope | SyncError) -> bool:
    return isinstance(place, Scope) and place.facts.get("narrowed") is True


def _below(path: str, roots: Sequence[str]) -> bool:
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
