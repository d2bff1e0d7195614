"""Reading: projects, versions and issues as pages of raw records."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.cursor import Cursor, instant, parse
from connectors.jira.history import completed
from connectors.jira.jql import after_minute_of, ids_of, issues_of
from connectors.jira.search import START, Found, Place, Query, Search, part
from connectors.jira.site import Site
from syncd.contract import Page, Settings, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

WHOLE = "whole"
"""The cursor of what is read whole each time: there is nothing to go on from."""
_ALWAYS = ("created", "issuetype", "project", "status", "summary", "updated")
"""Fields that are asked for whatever the mapping reads: identity, the watermark, and what a person knows a record by."""
_MOST_PAGES = 20_000


class Reading:
    """The reading half of the connector."""

    def __init__(self, api: Api, site: Site, settings: Settings) -> None:
        self._api, self._site, self._settings = api, site, settings
        self._search = Search(api, site, settings)

    def project(self, scope: Scope, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """The project's own record, as it was found when the scopes were listed."""
        yield Page((self._project(scope, self._site.project(scope.name)),), cursor=WHOLE, complete=True)

    def versions(self, scope: Scope, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """All versions of the project: Jira gives them at once."""
        yield Page(tuple(self._version(scope, v) for v in self._versions(scope)), cursor=WHOLE, complete=True)

    def issues(self, scope: Scope, since: str | None) -> Iterator[Page]:
        """Issues changed since the cursor. A read that was cut off goes on, or begins again where Jira forgot the place."""
        cursor = parse(since).at(self._settings.now())
        zone = self._site.zone if cursor.since else None
        query = self._query(scope, issues_of(scope.name, cursor.since, zone), expand="changelog")
        for found in self._pages(query, cursor.place):
            records = self._records(scope, query, found)
            updated = _moments(found.issues)
            if found.next is None or self._nothing_new(scope, cursor, found):
                yield Page(records, str(cursor.done(updated, self._settings.now())), complete=True)
                return
            cursor = cursor.seen(updated, found.next)
            yield Page(records, str(cursor))

    def _nothing_new(self, scope: Scope, cursor: Cursor, found: Found) -> bool:
        """Whether the first of several pages already shows that nothing changed, as after an import: much at one moment.

        It must begin at the watermark or before it, and go down from there. A site that does not heed the order may look so by
        chance: therefore what changed after the minute of the watermark is asked for, too, and asked last, so that what is edited
        in between is in one of the two. What remains unseen until its next edit: one in the very millisecond of the watermark,
        one that the search learns of late and that is not among the newest on this page, and, where the order is not heeded, one
        in the minute of the watermark; each only where that minute and the overlap before it hold more than a page.
        """
        updated = _moments(found.issues)
        if cursor.since is None or cursor.place != START or len(updated) < len(found.issues) or not updated:
            return False
        if updated[0] > cursor.since or updated != sorted(updated, reverse=True):
            return False
        newer = after_minute_of(scope.name, cursor.since, self._site.zone)
        asked = self._search.page(Query(newer, ("updated",), scope.name, f"reading issues of {scope.name}", size=1), START)
        return asked is not None and asked.next is None and not asked.issues

    def one(self, ref: Ref) -> RawRecord:
        """One record by its id."""
        what = f"reading {ref.label}"
        if ref.stream == "projects":
            return self._project(self._site.scope(ref.id, anew=True), self._site.project(ref.id))
        if ref.stream == "versions":
            version = expect(self._api.get(f"version/{quote(ref.id, safe='')}", what=what), dict, what=what)
            return self._version(self._site.scope(str(version.get("projectId"))), version)
        return self._one_issue(ref, what)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """Ids of a project, page by page."""
        if stream == "projects":
            yield [scope.id]
        elif stream == "versions":
            yield [str(version["id"]) for version in self._versions(scope)]
        else:
            what = f"counting the issues of {scope.name}"
            query = Query(ids_of(scope.name), ("id",), scope.name, what, size=1000)
            for found in self._pages(query, START):
                yield [str(issue["id"]) for issue in found.issues]

    def _pages(self, query: Query, place: Place) -> Iterator[Found]:
        """Pages from a place on. Jira has been seen to give a token again for ever: that ends here, and not as an end."""
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            found = self._search.page(query, place) or self._search.page(query, START)
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

    def _query(self, scope: Scope, jql: str, expand: str) -> Query:
        return Query(jql, self._fields(), scope.name, f"reading issues of {scope.name}", expand)

    def _fields(self) -> tuple[str, ...]:
        """What the mapping reads, `fields.duedate` or `duedate`; all where it does not say, or reads `fields` as a whole."""
        named = self._settings.fields.get("issues")
        if named is None or "fields" in named:
            return ("*all",)
        beside = {"id", "key", "self", "expand", "changelog"}
        return tuple(sorted({*_ALWAYS, *(name.removeprefix("fields.").split(".")[0] for name in named if name not in beside)}))

    def _records(self, scope: Scope, query: Query, found: Found) -> tuple[RawRecord, ...]:
        issues = found.issues
        if self._search.by_token:
            issues = completed(issues, self._api, self._search.version, query)
        return tuple(self._issue(scope, issue) for issue in issues)

    def _one_issue(self, ref: Ref, what: str) -> RawRecord:
        params = {"fields": ",".join(self._fields()), "expand": "changelog"}
        path = f"issue/{quote(ref.id, safe='')}"
        issue = expect(self._api.get(path, params, what=what, version=self._search.version), dict, what=what)
        project = part(part(issue, "fields"), "project")
        name = str(project.get("key") or str(issue.get("key") or "").rpartition("-")[0])
        return self._issue(Scope(str(project.get("id") or name), name), issue)

    def _versions(self, scope: Scope) -> list[dict[str, Any]]:
        what = f"reading versions of {scope.name}"
        found = self._api.get(f"project/{quote(scope.name, safe='')}/versions", what=what, scope=scope.name)
        return [expect(v, dict, what=what, scope=scope.name) for v in expect(found, list, what=what, scope=scope.name)]

    def _project(self, scope: Scope, project: dict[str, Any]) -> RawRecord:
        return RawRecord(self._ref("projects", scope.id, scope.name, f"browse/{scope.name}"), scope, project)

    def _version(self, scope: Scope, version: dict[str, Any]) -> RawRecord:
        id = _id(version, f"reading versions of {scope.name}", scope)
        key = f"{scope.name} {version.get('name') or id}"
        return RawRecord(self._ref("versions", id, key, f"projects/{scope.name}/versions/{id}"), scope, version)

    def _issue(self, scope: Scope, issue: dict[str, Any]) -> RawRecord:
        id = _id(issue, f"reading issues of {scope.name}", scope)
        key = str(issue.get("key") or id)
        asked = self._settings.fields.get("issues")
        return RawRecord(self._ref("issues", id, key, f"browse/{key}"), scope, issue, fields=asked)

    def _ref(self, stream: str, id: str, key: str, path: str) -> Ref:
        return Ref(self._settings.connection, stream, id, key=key, url=self._site.link(path))


def _id(record: dict[str, Any], what: str, scope: Scope) -> str:
    if not record.get("id"):
        raise Unavailable(f"{what}: a record without an id", scope=scope.name)
    return str(record["id"])


def _moments(issues: Sequence[dict[str, Any]]) -> list[datetime]:
    found = (instant(part(issue, "fields").get("updated")) for issue in issues)
    return [moment for moment in found if moment]
