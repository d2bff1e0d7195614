"""The projects and groups of a configuration as GitLab knows them now, each looked up once in a round."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from connectors.gitlab.address import segment
from connectors.gitlab.client import Client
from connectors.gitlab.paging import listing
from connectors.http import expect
from connectors.lately import Lately
from connectors.scoping import is_glob
from syncd.contract import Misconfigured, RateLimited, SyncError, Unavailable
from syncd.model.raw import Scope

_EACH: Mapping[str, object] = {"order_by": "id", "sort": "asc"}


@dataclass(frozen=True, slots=True)
class Place:
    """A project or group. `name`: as it is configured, or its path where a pattern or its group found it. `deploys`: as far as
    GitLab says, it can have environments."""

    kind: str
    id: int
    name: str
    path: str
    private: bool
    archived: bool = False
    deploys: bool = True

    @property
    def scope(self) -> Scope:
        """What is read of it."""
        closed = "the project is archived" if self.archived else None
        return Scope(f"{self.kind[0]}:{self.id}", self.name, {"private": self.private, "path": self.path}, closed)


@dataclass(slots=True)
class Places:
    """What was found in this round. Losing it costs requests, nothing else. `recalled`: the ids of those that were found in an earlier
    one."""

    client: Client
    lately: Lately
    named: dict[tuple[str, str], Place | SyncError] = field(default_factory=dict)
    lists: dict[str, Sequence[Place]] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)

    def look(self, kind: str, name: str) -> Place | SyncError:
        """The project or group (`kind`: "projects", "groups") of that path or id, or the error it met. What cost an error is looked
        for again. Raises what concerns the whole connection."""
        found = self.named.get((kind, name)) or self._noted(kind, name)
        if found is None:
            found = self._asked(kind, name)
            if isinstance(found, Place):
                self.lately.found(f"{kind} {name}", asdict(found))
        if isinstance(found, Place):
            self.named[kind, name] = found
        return found

    def again(self, scope: Scope) -> Scope:
        """A project or group as it is now. Raises what it met."""
        kind = "groups" if scope.id.startswith("g:") else "projects"
        self.lately.found(f"{kind} {scope.name}", None)
        self.named.pop((kind, scope.name), None)
        found = self.look(kind, scope.name)
        if isinstance(found, SyncError):
            raise found
        self.recalled.discard(scope.id)
        return replace(found.scope, facts={**scope.facts, **found.scope.facts})

    def _noted(self, kind: str, name: str) -> Place | None:
        """What was found lately."""
        known = self.lately.known(f"{kind} {name}")
        try:
            place = Place(**known) if isinstance(known, dict) else None
        except TypeError:  # written by another version
            return None
        if place is not None:
            self.recalled.add(place.scope.id)
        return place

    def under(self, group: int | str, name: str) -> Sequence[Place]:
        """Every project of a group and the groups below it, archived ones too. `group`: its numeric id; `name`: for error texts."""
        query = {"include_subgroups": "true", "with_shared": "false", **_EACH}
        return self._listed(f"/groups/{group}/projects", query, f"listing the projects of {name}", name)

    def candidates(self, glob: str) -> Sequence[Place]:
        """Every project that a pattern could match: those of the group that it begins with, else those that the account is a member
        of."""
        base = base_of(glob)
        group = self.look("groups", base) if base else None
        if isinstance(group, Place):
            return self.under(group.id, group.name)
        if isinstance(group, SyncError) and not isinstance(group, Unavailable):
            raise group
        return self._listed("/projects", {"membership": "true", **_EACH}, "listing the account's projects", glob)

    def _listed(self, path: str, query: Mapping[str, object], what: str, scope: str) -> Sequence[Place]:
        if path not in self.lists:
            rows = (row for page in listing(self.client, path, query, what=what, scope=scope) for row in page)
            self.lists[path] = tuple(_place("projects", None, row, what, scope) for row in rows)
        return self.lists[path]

    def _asked(self, kind: str, name: str) -> Place | SyncError:
        what = f"looking for {kind[:-1]} {name}"
        query = {"with_projects": "false"} if kind == "groups" else {}
        try:
            answer = self.client.get(f"/{kind}/{segment(name)}", query, what=what, scope=name)
            return _place(kind, name, expect(answer.body, dict, what=what, scope=name), what, name)
        except SyncError as error:
            if error.scope is None or isinstance(error, RateLimited):
                raise
            return error


def _place(kind: str, name: str | None, data: Mapping[str, Any], what: str, scope: str) -> Place:
    path = data.get("full_path" if kind == "groups" else "path_with_namespace") or name
    if path is None or data.get("id") is None:
        raise Misconfigured(f"{what}: the answer has no id or path. Check `url`", scope=scope)
    return Place(
        kind,
        data["id"],
        name or str(path),
        str(path),
        data.get("visibility") == "private",
        data.get("archived") is True,
        data.get("environments_access_level") != "disabled",
    )


def base_of(glob: str) -> str | None:
    """The path of the group that everything the pattern matches lies under, or None."""
    parts = glob.split("/")
    fixed = next(n for n, part in enumerate(parts) if is_glob(part))
    return "/".join(parts[:fixed]) or None
