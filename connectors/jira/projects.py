"""Which projects are read: those that are named, and those that a pattern finds among what the account sees."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.options import JiraOptions
from connectors.jira.paging import START, Place, all_of
from connectors.jira.site import Site
from connectors.lately import Lately
from connectors.scoping import Wanted, twice
from syncd.contract import Notice, RateLimited, Settings, SyncError, Unavailable
from syncd.model.raw import Json, Scope

_PAGE = 100
ARCHIVED = "the project is archived"
_NOTED = ("archived", "id", "isPrivate", "key", "projectTypeKey")
"""What a scope is made of, and whether it is a service desk."""


class Projects:
    """Records of projects are kept as long as the connector lives, and asked for again where `anew` says so. A project that is named and
    was looked up lately is a scope without another look."""

    def __init__(self, api: Api, site: Site, settings: Settings) -> None:
        options = cast(JiraOptions, settings.options)
        self._api, self._site, self._archived = api, site, options.archived
        self._named = Counter(name.casefold() for name in options.projects)
        self._wanted = Wanted("projects", tuple(options.projects), tuple(options.exclude))
        self._known: dict[str, Json] = {}
        self._lately, self._recalled = Lately(settings), dict[str, str]()
        self._listed: list[str] | None = None

    def scopes(self, *, anew: bool) -> Iterator[Scope | SyncError | Notice]:
        """The projects to read, each once. What concerns the whole connection is raised."""
        seen: dict[str, str] = {}
        for name in self._wanted.exact:
            try:
                yield from self._once(self._named_scope(name, anew=anew), repr(name), seen)
                yield from [twice(f"project {name}", repr(name), repr(name))] * (self._named[name.casefold()] > 1)
            except SyncError as error:
                yield self._told(error)
        if self._wanted.globs:
            try:
                yield from self._found(seen, anew=anew)
            except SyncError as error:
                yield self._told(error)

    def has(self, scope: Scope) -> bool:
        """Whether the project's record was given in this pass."""
        return scope.name in self._known

    def confirm(self, scope: Scope) -> None:
        """Reading the project failed: where it was looked up in an earlier pass, that is done again. Raises what that meets."""
        if (name := self._recalled.get(scope.id)) is not None:
            self._lately.found(_noted(name), None)
            self.scope(name, anew=True)
            del self._recalled[scope.id]

    def _named_scope(self, name: str, *, anew: bool) -> Scope:
        """A project that is named outright. One that was found lately is not looked up."""
        noted = self._lately.known(_noted(name)) if anew or name not in self._known else None
        if isinstance(noted, dict):
            scope = _as_scope(noted, name)
            self._recalled[scope.id] = name
            return scope
        return self._scope(name, self._looked_up(name, anew=anew))

    def _looked_up(self, name: str, *, anew: bool = False) -> dict[str, Any]:
        """The project's record, of which is noted what a scope is made of."""
        project: dict[str, Any] = self.record(name, anew=anew)
        self._lately.found(_noted(name), {part: project[part] for part in _NOTED if part in project})
        return project

    def home(self, key: str) -> tuple[Scope, bool]:
        """A project by its key, as a scope, and whether it is a service desk. One that was found lately is not looked up."""
        project = self._known.get(key) or self._lately.known(_noted(key))
        if not isinstance(project, dict) or "projectTypeKey" not in project:
            project = self._looked_up(key)
        return _as_scope(project, key), _is_desk(project)

    def record(self, key: str, *, anew: bool = False) -> Json:
        """The project's record, by key or id. Raises Unavailable with the key as scope where there is none to be seen."""
        if anew or key not in self._known:
            what = f"looking for project {key}"
            found = self._api.get(f"project/{quote(key, safe='')}", what=what, scope=key, none_on=(404,))
            if found is None:
                cure = "Check `projects`, or let the account see it"
                raise Unavailable(
                    f"{what}: there is none, or it is hidden from this account (404). {cure}", scope=key, absent=True
                )
            self._known[key] = expect(found, dict, what=what, scope=key)
        return self._known[key]

    def scope(self, key: str, *, anew: bool = False) -> Scope:
        """A project as a scope: its numeric id, and its key of today."""
        return self._scope(key, self.record(key, anew=anew))

    def _scope(self, key: str, project: dict[str, Any]) -> Scope:
        scope = _as_scope(project, key)
        self._known |= {scope.id: project, scope.name: project}
        return scope

    def _once(self, scope: Scope, by: str, seen: dict[str, str]) -> Iterator[Scope | Notice]:
        if scope.id in seen:
            yield twice(f"project {scope.name}", seen[scope.id], by)
        elif scope.closed and not self._archived:
            yield Notice(f"project {scope.name} is archived and left out. Set `archived = true` to read it")
        else:
            yield scope
        seen.setdefault(scope.id, by)

    def _found(self, seen: dict[str, str], *, anew: bool) -> Iterator[Scope | SyncError | Notice]:
        """What the patterns find."""
        if anew or self._listed is None:
            self._listed = [self._scope(str(project.get("key")), project).name for project in self._all()]
        listed = [key for key in self._listed if self._archived or self._known[key].get("archived") is not True]
        for key in self._wanted.matching(listed):
            first, *others = (glob for glob in self._wanted.globs if [*Wanted("", (glob,)).matching([key])])
            yield from self._once(self._scope(key, self._known[key]), repr(first), seen)
            yield from (twice(f"project {key}", repr(first), repr(other)) for other in others)
        yield from self._wanted.unmatched(listed)

    def _all(self) -> list[dict[str, Any]]:
        """Every project that the account sees. Data Center gives them at once, and so does a site that does not know pages."""
        what, where = "listing the projects", ", ".join(self._wanted.globs)
        found = self._paged(what, where) if self._site.is_cloud or self._site.edition is None else None
        if found is None:
            asked = {"expand": "description,lead", **({"includeArchived": "true"} if self._archived else {})}
            found = expect(self._api.get("project", asked, what=what, scope=where), list, what=what, scope=where)
        return [expect(project, dict, what=what, scope=where) for project in found]

    def _paged(self, what: str, where: str) -> list[Json] | None:
        """All pages; None where the site has none, or none to show (404)."""

        def ask(place: Place, none_on: tuple[int, ...] = ()) -> Json:
            return self._api.get("project/search", {**asked, "startAt": place.offset}, what=what, scope=where, none_on=none_on)

        asked: dict[str, Any] = {"maxResults": _PAGE, "orderBy": "key", "expand": "description,lead"}
        asked |= {"status": ["live", "archived"]} if self._archived else {}
        first = ask(START, (404,))
        return None if first is None else list(all_of("values", ask, what=what, scope=where, first=first))

    def _told(self, error: SyncError) -> SyncError:
        if error.scope is None or isinstance(error, RateLimited):
            raise error
        return error


def _is_desk(project: dict[str, Any]) -> bool:
    """Whether customers take part in it."""
    return project.get("projectTypeKey") == "service_desk"


def _as_scope(project: dict[str, Any], key: str) -> Scope:
    private = {"private": True} if project.get("isPrivate") is True else {}
    closed = ARCHIVED if project.get("archived") is True else None
    return Scope(str(project.get("id") or key), str(project.get("key") or key), private, closed)


def _noted(name: str) -> str:
    return f"project {name}"
