"""Scanning: the issues of a project page by page, from a stored cursor on, for every stream that follows the issues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from connectors.jira.cursor import Cursor, instant, parse
from connectors.jira.jql import OVERLAP, after_minute_of, condition, ids_of, issues_of, latest_of, within
from connectors.jira.options import JiraOptions
from connectors.jira.paging import START, Place
from connectors.jira.search import Found, Query, Search, part
from connectors.jira.site import Site
from syncd.contract import Misconfigured, Settings, Unavailable
from syncd.model.raw import Scope

_MOST_PAGES = 20_000
_LEAST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a scan, its query, and the cursor to go on from. `last`: the scope was seen. `since`: what was seen before."""

    issues: tuple[dict[str, Any], ...]
    query: Query
    cursor: str
    last: bool
    since: datetime | None


class Scan:
    """Issues that the configuration's condition (`where`) takes, newest change first."""

    def __init__(self, search: Search, site: Site, settings: Settings) -> None:
        self._search, self._site, self._settings = search, site, settings
        self._jql = cast(JiraOptions, settings.options).jql
        self.where = condition(self._jql, settings.history_days)

    def cursor(self, since: str | None) -> Cursor:
        """Where a read begins, or goes on."""
        return parse(since, self.where)

    def steps(self, scope: Scope, since: str | None, fields: tuple[str, ...], what: str, expand: str = "") -> Iterator[Step]:
        """Issues changed since the cursor. A read that was cut off goes on, or begins again where Jira forgot the place."""
        query = Query("", fields, scope.name, f"{what} of {scope.name}", expand)
        return self.walk(query, self.cursor(since).at(self._settings.now()))

    def walk(self, query: Query, cursor: Cursor) -> Iterator[Step]:
        """The same for a query whose JQL is still to be written, and a cursor whose scan has begun."""
        zone = self._site.zone if cursor.since else None
        found = self._from(query, cursor, zone)
        first = next(found)
        if cursor.since and not _proves(zone, first, cursor.since) and (other := self._site.zone_again()) != zone:
            found = self._from(query, cursor, other)
            first = next(found)
        yield first
        yield from found

    def _from(self, query: Query, cursor: Cursor, zone: str | None) -> Iterator[Step]:
        before = cursor.since
        query = replace(query, jql=issues_of(query.projects, before, zone, self.where))
        for found in self._pages(query, cursor.place):
            updated = moments(found.issues)
            if found.next is None or self._nothing_new(query, cursor, found):
                yield Step(found.issues, query, str(cursor.done(updated, self._settings.now())), last=True, since=before)
                return
            cursor = cursor.seen(updated, found.next)
            yield Step(found.issues, query, str(cursor), last=False, since=before)

    def latest(self, query: Query) -> datetime | None:
        """When anything in these projects was changed last; None where that is not to be had."""
        query = replace(query, jql=latest_of(query.projects, self.where), fields=("updated",), expand="", size=1)
        found = self._search.page(query, START)
        return max(moments(found.issues), default=None) if found else None

    def ids(self, scope: Scope) -> Iterator[list[str]]:
        """The ids of all issues, page by page: what only stopped fitting the condition is still there."""
        query = Query(ids_of(scope.name), ("id",), scope.name, f"counting the issues of {scope.name}", size=1000)
        for found in self._pages(query, START):
            yield [str(issue["id"]) for issue in found.issues]

    def count(self, scope: Scope) -> int | None:
        """About how many issues there are; None where the site does not tell."""
        return self._search.count(within(scope.name, self.where), scope.name, f"counting the issues of {scope.name}")

    def _nothing_new(self, query: Query, cursor: Cursor, found: Found) -> bool:
        """Whether the first of several pages already shows that nothing changed, as after an import: much at one moment.

        It must begin at the watermark or before it, and go down from there. A site that does not heed the order may look so by
        chance: therefore what changed after the minute of the watermark is asked for, too, and asked last, so that what is edited
        in between is in one of the two. What remains unseen until its next edit: one in the very millisecond of the watermark,
        one that the search learns of late and that is not among the newest on this page, and, where the order is not heeded, one
        in the minute of the watermark; each only where that minute and the overlap before it hold more than a page.
        """
        updated = moments(found.issues)
        if cursor.since is None or cursor.place != START or len(updated) < len(found.issues) or not updated:
            return False
        if updated[0] > cursor.since or updated != sorted(updated, reverse=True):
            return False
        newer = after_minute_of(query.projects, cursor.since, self._site.zone, self.where)
        asked = self._search.page(replace(query, jql=newer, fields=("updated",), expand="", size=1), START)
        return asked is not None and asked.next is None and not asked.issues

    def _pages(self, query: Query, place: Place) -> Iterator[Found]:
        """Pages from a place on. Jira has been seen to give a token again for ever: that ends here, and not as an end."""
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            found = self._page(query, place)
            if found is None:
                break
            token = found.next.token if found.next else None
            if token in seen or (token is not None and token == place.token):
                break
            yield found
            if found.next is None:
                return
            seen |= {token} if token else set()
            place = found.next
        raise Unavailable(f"{query.what}: Jira gives the same page again and again", scope=query.project)

    def _page(self, query: Query, place: Place) -> Found | None:
        """Where Jira refuses the query and takes it without the configured condition, that is to blame, and for every project."""
        try:
            return self._search.page(query, place) or self._search.page(query, START)
        except Misconfigured as error:
            if not self._jql:
                raise
            self._search.page(replace(query, jql=ids_of(query.projects), fields=("id",), expand="", size=1), START)
            raise Misconfigured(f"{error.text}. Correct `jql`: without it Jira takes the query") from error


def moments(issues: Sequence[dict[str, Any]]) -> list[datetime]:
    """When the issues were changed, as far as they say it."""
    found = (instant(part(issue, "fields").get("updated")) for issue in issues)
    return [moment for moment in found if moment]


def _proves(zone: str | None, first: Step, since: datetime) -> bool:
    """Whether the page shows that Jira reads our dates in the zone that we take for the account's: it begins where it should. Zones
    differ by a quarter of an hour at the least."""
    return zone is None or any(moment < since - OVERLAP + _LEAST for moment in moments(first.issues))
