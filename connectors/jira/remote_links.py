"""Remote links: what an issue links to elsewhere, of the issues that changed; Jira gives them by one request for each issue."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.records import Records
from connectors.jira.scan import Scan
from syncd.contract import AuthFailed, Page
from syncd.model.raw import Scope


class RemoteLinks:
    """One record for each issue that has such links."""

    def __init__(self, api: Api, scan: Scan, records: Records) -> None:
        self._api, self._scan, self._records = api, scan, records

    def pages(self, scope: Scope, since: str | None) -> Iterator[Page]:
        """The links of the issues changed since the cursor; the records of those that have none any more are reported as gone."""
        what = f"reading remote links of {scope.name}"
        for step in self._scan.steps(scope, since, ("updated",), "reading remote links"):
            try:
                linked = [(issue, self.of(str(issue.get("id")), what, scope.name)) for issue in step.issues]
            except AuthFailed:
                if not self._is_off(what, scope):
                    raise
                yield Page(cursor=step.cursor, complete=True, unsupported=True)
                return
            records = tuple(self._records.remote_links(scope, issue, links) for issue, links in linked if links)
            bare = tuple(str(issue.get("id")) for issue, links in linked if not links)
            yield Page(records, cursor=step.cursor, complete=step.last, deleted=bare if step.since else ())

    def of(self, issue: str, what: str, scope: str | None) -> list[Any]:
        """The links of one issue: a list, though Jira's own description of its API speaks of one link."""
        found = self._api.get(f"issue/{quote(issue, safe='')}/remotelink", what=what, scope=scope)
        if isinstance(found, dict) and "object" in found:
            return [found]
        links: list[Any] = expect(found, list, what=what, scope=scope)
        return links

    def _is_off(self, what: str, scope: Scope) -> bool:
        """A second look: whether the site says that it does not link issues."""
        found = self._api.get("configuration", what=what, scope=scope.name, none_on=(403, 404))
        return isinstance(found, dict) and found.get("issueLinkingEnabled") is False
