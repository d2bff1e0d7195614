"""What is read: the projects and groups of a configuration, by stream, with what people should know of how they are named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from connectors.gitlab.address import within
from connectors.gitlab.places import Place, Places, base_of
from connectors.scoping import Wanted, twice
from syncd.contract import AuthFailed, Notice, RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope

PER_PROJECT = frozenset({"freeze_periods", "environments", "deployments"})
"""Streams that GitLab lists by project only: those of a group are read one by one."""
_OF_GROUPS = frozenset({"epics"})
_ALSO_OF_NARROWED = frozenset({"milestones", "iterations"})

Found = Place | SyncError | Notice


@dataclass(frozen=True)  # no slots: `cached_property` needs a place to keep its value
class Asked:
    """What the configuration asks for."""

    groups: tuple[str, ...]
    projects: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    archived: bool = False

    @cached_property
    def wanted(self) -> Wanted:
        """The projects by name and pattern."""
        return Wanted("projects", self.projects, self.exclude)

    def takes(self, place: Place) -> bool:
        """Whether a project that a pattern or its group found is read."""
        return (self.archived or not place.archived) and self.wanted.takes(str(place.id)) and self.takes_path(place.path)

    def takes_path(self, path: str) -> bool:
        """Whether no exclusion names the path or a group above it."""
        parts = path.split("/")
        return all(self.wanted.takes("/".join(parts[:n])) for n in range(1, len(parts) + 1))


def find(places: Places, stream: str, asked: Asked) -> list[Scope | SyncError | Notice]:
    """Projects, then groups, each with all that lies under it, each once.

    Projects that are configured beside their group narrow its work to them; its epics, milestones and iterations are still read, after
    theirs: a milestone of the group belongs to the group, even where it came with a project before.
    """
    above = list(_outermost(list(_groups(places, asked))))
    if stream in _OF_GROUPS:
        return _scopes(above)
    beside = list(_projects(places, asked))
    named = [*asked.wanted.exact, *(base_of(glob) or "" for glob in asked.wanted.globs)]
    paths = [*named, *(place.path for place in beside if isinstance(place, Place))]
    narrow = {group.id for group in above if isinstance(group, Place) and any(within(path, group.path) for path in paths)}
    if stream in PER_PROJECT:
        return _scopes(_deploying(places, asked, beside, [g for g in above if not _is_in(g, narrow)]))
    groups = above if stream in _ALSO_OF_NARROWED else [group for group in above if not _is_in(group, narrow)]
    return [*_scopes(beside), *(_narrowed(one) if _is_g(one, narrow) else one for one in _scopes(groups))]


def home(scopes: list[Scope], path: str, data: Mapping[str, Any]) -> Scope:
    """The scope through which a record of the project or group at that path is read; where there is none, its own, taken as private."""
    own = f"p:{data['project_id']}" if data.get("project_id") else f"g:{data.get('group_id')}"
    for scope in [*(s for s in scopes if s.id == own), *reversed(scopes)]:
        inside = scope.id.startswith("g:") and within(path, scope.facts["path"])
        above = own.startswith("g:") and within(scope.facts["path"], path)
        if scope.id == own or inside or above:
            return scope
    return Scope(own, path, {"private": True, "path": path})


def left_out(places: Places, stream: str, scope: Scope, asked: Asked) -> frozenset[int]:
    """The ids of the projects of a group whose records GitLab gives and that are not wanted.

    Milestones of archived projects are among those of a group; where its projects cannot be listed they stay.
    """
    if not scope.id.startswith("g:") or not (asked.exclude or stream == "milestones") or scope.facts.get("narrowed"):
        return frozenset()
    try:
        listed = places.under(scope.id[2:], scope.name)
    except (Unavailable, AuthFailed) as error:
        if asked.exclude or error.scope is None:
            raise
        return frozenset()
    return frozenset(place.id for place in listed if not asked.takes(place))


def _groups(places: Places, asked: Asked) -> Iterator[Found]:
    seen: dict[int, str] = {}
    for name in _each(asked.groups):
        if isinstance(name, Notice):
            yield name
            continue
        yield from _once(places.look("groups", name), name, seen)


def _projects(places: Places, asked: Asked) -> Iterator[Found]:
    """Those named outright, then those that patterns match."""
    seen: dict[int, str] = {}
    for name in _each(tuple(name for name in asked.projects if name not in asked.wanted.globs)):
        if isinstance(name, Notice):
            yield name
            continue
        found = places.look("projects", name)
        if isinstance(found, Place) and found.archived and not asked.archived:
            yield Notice(f"{found.path} is archived and is not read. `archived = true` reads it, or take it out of `projects`")
            seen[found.id] = name
            continue
        yield from _once(found, name, seen)
    for glob in asked.wanted.globs:
        yield from _matching(places, asked, glob, seen)


def _matching(places: Places, asked: Asked, glob: str, seen: dict[int, str]) -> Iterator[Found]:
    one = Wanted("projects", (glob,), asked.exclude)
    try:
        listed = places.candidates(glob)
    except SyncError as error:
        if error.scope is None or isinstance(error, RateLimited):
            raise
        yield error
        return
    yield from one.unmatched([place.path for place in listed])
    fits = set(one.matching(place.path for place in listed))
    for place in listed:
        if place.path in fits and asked.takes(place):
            yield from _once(place, glob, seen)


def _each(names: Sequence[str]) -> Iterator[str | Notice]:
    """The names, and a notice for each that is there in the same words already."""
    seen: dict[str, str] = {}
    for name in names:
        before = seen.get(name.casefold())
        seen.setdefault(name.casefold(), name)
        yield name if before is None else twice(name, _quoted(before), _quoted(name))


def _once(found: Place | SyncError, name: str, seen: dict[int, str]) -> Iterator[Found]:
    if isinstance(found, Place) and seen.setdefault(found.id, name) != name:
        yield twice(found.path, _quoted(seen[found.id]), _quoted(name))
    else:
        yield found


def _outermost(groups: Sequence[Found]) -> Iterator[Found]:
    """The groups that lie under no other; of those that do, a notice."""
    roots = {group.path: group.name for group in groups if isinstance(group, Place)}
    for group in groups:
        above = next((roots[root] for root in roots if isinstance(group, Place) and _below(group.path, root)), None)
        yield twice(group.path, _quoted(above), _quoted(group.name)) if isinstance(group, Place) and above else group


def _deploying(places: Places, asked: Asked, beside: Sequence[Found], groups: Sequence[Found]) -> Iterator[Found]:
    """The projects themselves, those of groups too; a group whose projects cannot be listed is given as the error it met."""
    for one in beside:
        if not isinstance(one, Place) or one.deploys:
            yield one
    for group in groups:
        if not isinstance(group, Place):
            yield group
            continue
        try:
            yield from (place for place in places.under(group.id, group.name) if asked.takes(place) and place.deploys)
        except SyncError as error:
            if error.scope is None or isinstance(error, RateLimited):
                raise
            yield error


def _scopes(found: Iterable[Found]) -> list[Scope | SyncError | Notice]:
    return [one.scope if isinstance(one, Place) else one for one in found]


def _is_in(found: Found, ids: set[int]) -> bool:
    return isinstance(found, Place) and found.id in ids


def _is_g(found: Scope | SyncError | Notice, ids: set[int]) -> bool:
    return isinstance(found, Scope) and int(found.id[2:]) in ids


def _narrowed(group: Scope | SyncError | Notice) -> Scope | SyncError | Notice:
    return replace(group, facts={**group.facts, "narrowed": True}) if isinstance(group, Scope) else group


def _below(path: str, root: str) -> bool:
    return within(path, root) and path.casefold() != root.casefold()


def _quoted(name: str) -> str:
    return f"{name!r}"
