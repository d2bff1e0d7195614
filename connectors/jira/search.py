"""Searching issues page by page, in the way that the edition spoken to knows."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.paging import BrokenOff, Place, offset_after
from connectors.jira.site import Site
from connectors.lately import Lately
from syncd.contract import Settings, Unavailable
from syncd.model.raw import Json

_BY_TOKEN = (("2", "search/jql"), ("3", "search/jql"))
_BY_OFFSET = (("2", "search"),)
_KEPT = timedelta(days=1)
"""So long the way that worked is tried before all others."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: JQL, the fields to give, what to expand, and how a person would call it. `among`: the projects, where they are
    several."""

    jql: str
    fields: tuple[str, ...]
    project: str
    what: str
    expand: str = ""
    size: int = 100
    among: tuple[str, ...] = ()

    @property
    def projects(self) -> str | tuple[str, ...]:
        """Where is searched, as JQL takes it."""
        return self.among or self.project

    @property
    def params(self) -> dict[str, str | int]:
        """The parameters that both editions share."""
        asked: dict[str, str | int] = {"jql": self.jql, "maxResults": self.size, "fields": ",".join(self.fields)}
        return {**asked, "expand": self.expand} if self.expand else asked


def part(record: Json, name: str) -> dict[str, Any]:
    """An object inside a record; empty where it is missing or none."""
    found = record.get(name) if isinstance(record, dict) else None
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of issues as Jira gave them, and where the next one begins; None: this was the last."""

    issues: tuple[dict[str, Any], ...]
    next: Place | None


class Search:
    """Version 2 of the API gives texts as plain wiki markup, so it is asked first; the way that worked is kept."""

    def __init__(self, api: Api, site: Site, settings: Settings) -> None:
        self._api, self._site, self._settings = api, site, settings
        self._way: tuple[str, str] | None = None
        self._lately = Lately(settings)

    @property
    def version(self) -> str:
        """The version of the API that gives issues."""
        return self._way[0] if self._way else "2"

    @property
    def by_token(self) -> bool:
        """Whether the site searches as Cloud does."""
        return self._way in _BY_TOKEN

    def page(self, query: Query, place: Place) -> Found | None:
        """One page; None where the place is no longer known (tokens live for seven days). Raises the six errors."""
        for way in [self._way] if self._way else self._candidates():
            none_on = {*((400,) if place.token else ()), *(() if self._way else (404, 410))}
            answer = self._ask(way, query, place, none_on)
            if answer is not None:
                self._remember(way)
                return self._found(answer, query, place)
        if place.token:
            return None
        raise Unavailable(f"{query.what}: no search answers at this address (404 or 410). Check `url`", scope=query.project)

    def count(self, jql: str, project: str, what: str) -> int | None:
        """About how many issues a query finds, by one request; None where the site does not tell."""
        none_on, asked = (400, 403, 404, 405, 410), {"jql": jql}
        if self._site.looks_like_cloud:
            path, name = "search/approximate-count", "count"
            found = self._api.send("POST", path, asked, what=what, scope=project, version="3", none_on=none_on, writes=False)
        else:
            params: dict[str, str | int] = {**asked, "maxResults": 0, "fields": "id"}
            name, found = "total", self._api.get("search", params, what=what, scope=project, none_on=none_on)
        counted = found.get(name) if isinstance(found, dict) else None
        return counted if isinstance(counted, int) else None

    def _remember(self, way: tuple[str, str]) -> None:
        if self._way is None:
            self._way = way
            self._lately.found("search", list(way))

    def _candidates(self) -> Iterator[tuple[str, str]]:
        """The way that worked a while ago, then those that the site should know."""
        known = next((way for way in _BY_TOKEN + _BY_OFFSET if list(way) == self._lately.known("search", _KEPT)), None)
        if known:
            yield known
        yield from (way for way in self._ways() if way != known)

    def _ways(self) -> tuple[tuple[str, str], ...]:
        cloud = self._site.is_cloud_by_account
        if cloud is not None:
            return _BY_TOKEN + _BY_OFFSET if cloud else _BY_OFFSET + _BY_TOKEN
        edition = self._site.edition
        if edition is None:
            return _BY_TOKEN + _BY_OFFSET if self._settings.user else _BY_OFFSET + _BY_TOKEN
        return _BY_TOKEN if edition.lower() == "cloud" else _BY_OFFSET

    def _ask(self, way: tuple[str, str], query: Query, place: Place, none_on: Collection[int]) -> Json:
        version, path = way
        where: dict[str, str | int] = {} if way in _BY_TOKEN else {"startAt": place.offset}
        if place.token and way in _BY_TOKEN:
            where["nextPageToken"] = place.token
        return self._api.get(
            path, {**query.params, **where}, what=query.what, scope=query.project, version=version, none_on=none_on
        )

    def _found(self, answer: Json, query: Query, place: Place) -> Found:
        answer = expect(answer, dict, what=query.what, scope=query.project)
        issues = expect(answer.get("issues"), list, what=query.what, scope=query.project)
        for issue in issues:
            expect(issue, dict, what=query.what, scope=query.project)
        try:
            following = _token_after(answer) if self.by_token else offset_after(answer, len(issues), place)
        except BrokenOff as error:
            raise Unavailable(f"{query.what}: the result breaks off before its end", scope=query.project) from error
        return Found(tuple(issues), following)


def _token_after(answer: dict[str, Any]) -> Place | None:
    if answer.get("isLast") is True:
        return None
    token = answer.get("nextPageToken")
    if not token and answer.get("isLast") is False:
        raise BrokenOff
    return Place(token=str(token)) if token else None
