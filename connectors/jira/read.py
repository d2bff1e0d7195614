"""Reading: projects, versions and issues as pages of raw records, and the way to what is read beside them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.cursor import WHOLE
from connectors.jira.fields import Fields
from connectors.jira.history import completed
from connectors.jira.projects import Projects
from connectors.jira.records import Records, scope_of
from connectors.jira.remote_links import RemoteLinks
from connectors.jira.scan import Scan, Step
from connectors.jira.search import Search
from connectors.jira.security_levels import SecurityLevels
from connectors.jira.site import Site
from connectors.jira.sprints import Sprints
from connectors.jira.together import Together
from connectors.jira.versions import Versions
from connectors.jira.worklogs import Worklogs
from syncd.contract import Misconfigured, Page, RateLimited, Settings, SyncError
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

_BY_SEARCH = ("issues", "worklogs", "remote_links")
Fetch = Callable[[Scope, str | None], Iterator[Page]]


class Reading:
    """The reading half of the connector."""

    def __init__(self, api: Api, site: Site, projects: Projects, fields: Fields, settings: Settings) -> None:
        self._api, self._projects, self._fields = api, projects, fields
        self._records, self._search = Records(site, settings), Search(api, site, settings)
        self._scan = Scan(self._search, site, settings)
        self._together = Together(self._scan, settings)
        self._versions_of = Versions(api, site, settings)
        self._sprints = Sprints(api, projects, self._records)
        self._worklogs = Worklogs(api, self._scan, self._records)
        self._remote_links = RemoteLinks(api, self._scan, self._records)
        self._levels = SecurityLevels(api, projects, self._records)
        self._pages: Mapping[str, Fetch] = {
            "projects": self._project,
            "versions": self._versions,
            "issues": self._issues,
            "sprints": self._sprints.pages,
            "worklogs": self._worklogs.pages,
            "remote_links": self._remote_links.pages,
            "security_levels": self._levels.pages,
        }

    def begin(self, stream: str, scopes: Sequence[Scope]) -> None:
        """A stream of these projects is read from now on."""
        if stream == "issues":
            self._together.begin(scopes)
        if stream == "versions":
            self._versions_of.begin(scopes)

    def pages(self, stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
        """Pages of one stream of a project. Searches may find nothing of an archived one: that says nothing of its issues."""
        found = self._pages[stream](scope, since)
        try:
            yield from _unless_hidden(found) if scope.closed and stream in _BY_SEARCH else found
        except SyncError as error:
            if not isinstance(error, RateLimited):
                self._projects.confirm(scope)
            raise

    def one(self, ref: Ref) -> RawRecord:
        """One record by its id."""
        what = f"reading {ref.label}"
        if ref.stream == "projects":
            return self._records.project(self._projects.scope(ref.id, anew=True), self._projects.record(ref.id))
        if ref.stream == "versions":
            version = expect(self._api.get(f"version/{quote(ref.id, safe='')}", what=what), dict, what=what)
            return self._records.version(self._projects.scope(str(version.get("projectId"))), version)
        if ref.stream == "issues":
            issue = self._one_issue(ref.id, what, ",".join(self._fields.asked()), expand="changelog")
            scope = scope_of(issue)
            return self._records.issue(scope, self._fields.with_names(issue, scope.id))
        if ref.stream == "worklogs":
            worklog = self._worklogs.one(ref.id, what)
            issue = self._one_issue(str(worklog.get("issueId")), what, "project")
            return self._records.worklog(scope_of(issue), issue, worklog)
        if ref.stream == "remote_links":
            issue = self._one_issue(ref.id, what, "project")
            return self._records.remote_links(scope_of(issue), issue, self._remote_links.of(ref.id, what, None))
        return self._sprints.one(ref, what) if ref.stream == "sprints" else self._levels.one(ref, what)

    def census(self, stream: str, scope: Scope) -> Iterator[Sequence[str]]:
        """Ids of a project, page by page."""
        if stream == "projects":
            yield [scope.id]
        elif stream in ("issues", "remote_links"):  # the links of an issue are there as long as the issue is
            yield from self._scan.ids(scope)
        else:
            yield from ([record.ref.id for record in page.records] for page in self.pages(stream, scope, None))

    def weigh(self, stream: str, scope: Scope) -> int | None:
        """The requests of a first read: pages of a hundred issues, and what hangs on each issue."""
        if stream in ("projects", "versions", "security_levels"):
            return 1
        if stream == "sprints":
            return self._sprints.weigh(scope)
        issues = self._scan.count(scope)
        if issues is None:
            return None
        return max(1, -(-issues // 100)) + (issues if stream == "remote_links" else 0)

    def _project(self, scope: Scope, since: str | None) -> Iterator[Page]:
        """The project's own record, as it was found when the scopes were listed; none where it was found some minutes ago."""
        known = since is not None and not self._projects.has(scope)
        records = () if known else (self._records.project(scope, self._projects.record(scope.name)),)
        yield Page(records, cursor=WHOLE, complete=True)

    def _versions(self, scope: Scope, since: str | None) -> Iterator[Page]:
        """All versions of the project."""
        versions = self._versions_of.of(scope, first=since is None)
        yield Page(tuple(self._records.version(scope, v) for v in versions), cursor=WHOLE, complete=True)

    def _issues(self, scope: Scope, since: str | None) -> Iterator[Page]:
        """Issues changed since the cursor, with their history."""
        for step in self._together.steps(scope, since, self._fields.asked(scope.id), "changelog"):
            records = tuple(self._records.issue(scope, issue) for issue in self._whole(step, scope))
            yield Page(records, cursor=step.cursor, complete=step.last)

    def _whole(self, step: Step, scope: Scope) -> Iterator[dict[str, Any]]:
        issues = step.issues
        if self._search.by_token:
            issues = completed(issues, self._api, self._search.version, step.query)
        return (self._fields.with_names(issue, scope.id) for issue in issues)

    def _one_issue(self, id: str, what: str, fields: str, expand: str = "") -> dict[str, Any]:
        params: dict[str, str | int] = {"fields": fields, **({"expand": expand} if expand else {})}
        found = self._api.get(f"issue/{quote(id, safe='')}", params, what=what, version=self._search.version)
        issue: dict[str, Any] = expect(found, dict, what=what)
        return issue


def _unless_hidden(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; one that is unsupported where the search does not know the project, or nothing in it."""
    try:
        first = next(pages)
    except Misconfigured as error:
        if error.scope is None:
            raise
        first = Page(complete=True)
    yield replace(first, unsupported=True) if first.complete and not first.records else first
    yield from pages
