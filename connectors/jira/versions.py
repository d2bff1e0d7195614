"""Versions: all those of a project at once, and on Data Center those of all projects by one request."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.paging import START, Place, all_of
from connectors.jira.site import Site
from connectors.lately import Lately
from syncd.contract import AuthFailed, Misconfigured, Settings
from syncd.model.raw import Json, Scope

_PAGE = 1000
_ROUND, _LACKING = "versions in this pass", "no list of versions"
_KEPT = timedelta(days=1)
"""So long a site is not asked again for what it does not know."""
Version = dict[str, Any]


@dataclass(slots=True)
class _Round:
    """The projects of one pass, and their versions by project; each takes its own once."""

    scopes: Sequence[Scope]
    lock: Any = field(default_factory=Lock)
    tried: bool = False
    found: dict[str, list[Version]] = field(default_factory=dict)


class Versions:
    """Cloud has no list of the versions of several projects."""

    def __init__(self, api: Api, site: Site, settings: Settings) -> None:
        self._api, self._site, self._lately = api, site, Lately(settings)
        self._beside: MutableMapping[str, Any] = settings.beside

    def begin(self, scopes: Sequence[Scope]) -> None:
        """The versions of these projects are read from now on."""
        live = [scope for scope in scopes if not scope.closed and scope.id.isdigit()]
        self._beside[_ROUND] = _Round(live if len(live) > 1 else ())

    def of(self, scope: Scope, *, first: bool) -> list[Version]:
        """The versions of a project. `first`: they were never read, and are asked for by themselves."""
        shared = self._beside.get(_ROUND)
        if not first and isinstance(shared, _Round) and scope in shared.scopes:
            with shared.lock:
                self._try(shared, scope)
                if scope.id in shared.found:
                    return shared.found.pop(scope.id)
        what = f"reading versions of {scope.name}"
        found = self._api.get(f"project/{quote(scope.name, safe='')}/versions", what=what, scope=scope.name)
        return [expect(v, dict, what=what, scope=scope.name) for v in expect(found, list, what=what, scope=scope.name)]

    def _try(self, shared: _Round, scope: Scope) -> None:
        if shared.tried:
            return
        shared.tried = True
        if not self._site.is_data_center or self._lately.known(_LACKING, _KEPT):
            return
        try:
            found = self._listed(shared.scopes, scope)
        except (AuthFailed, Misconfigured):
            return  # each project tells by itself what is wrong with it
        if found is None:
            self._lately.found(_LACKING, True)
        elif all(str(version.get("projectId")) in {scope.id for scope in shared.scopes} for version in found):
            shared.found = {scope.id: [v for v in found if str(v["projectId"]) == scope.id] for scope in shared.scopes}

    def _listed(self, scopes: Sequence[Scope], turn: Scope) -> list[Version] | None:
        """All pages; None where the version of Jira has no such list. `turn`: the scope that is being read."""
        what, scope = f"reading versions of {turn.name}", turn.name

        def ask(place: Place, none_on: tuple[int, ...] = ()) -> Json:
            asked: dict[str, Any] = {"projectIds": [scope.id for scope in scopes], "maxResults": _PAGE}
            return self._api.get("version", {**asked, "startAt": place.offset}, what=what, scope=scope, none_on=none_on)

        first = ask(START, (400, 403, 404, 405))
        return None if first is None else list(all_of("values", ask, what=what, scope=scope, first=first))
