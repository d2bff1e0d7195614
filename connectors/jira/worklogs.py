"""Worklogs: the time that people put down, of the issues that changed; putting time down changes the issue."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.jql import OVERLAP
from connectors.jira.paging import Place, all_of
from connectors.jira.records import Records
from connectors.jira.scan import Scan
from connectors.jira.search import part
from syncd.contract import Page, Unavailable
from syncd.model.raw import Json, RawRecord, Scope

_FIELDS = ("timespent", "updated", "worklog")
_PAGE = 1000
_MOST_PAGES = 1_000


class Worklogs:
    """An issue in a result holds its first worklogs (Cloud: twenty); only of one that has more the rest is asked for."""

    def __init__(self, api: Api, scan: Scan, records: Records) -> None:
        self._api, self._scan, self._records = api, scan, records

    def pages(self, scope: Scope, since: str | None) -> Iterator[Page]:
        """Every worklog of the issues changed since the cursor, and with the last page those deleted since."""
        what, told = f"reading worklogs of {scope.name}", False
        for step in self._scan.steps(scope, since, _FIELDS, "reading worklogs"):
            told = told or any({"timespent", "worklog"} & part(issue, "fields").keys() for issue in step.issues)
            if step.issues and not told and self._is_off(what, scope):
                yield Page(complete=True, unsupported=True)
                return
            records = tuple(record for issue in step.issues for record in self._of(issue, scope, what))
            deleted = self._deleted(step.since, what, scope) if step.last and step.since else ()
            yield Page(records, cursor=step.cursor, complete=step.last, deleted=deleted)

    def one(self, id: str, what: str) -> dict[str, Any]:
        """One worklog. Jira leaves out what is deleted or hidden from us, so that its absence proves nothing."""
        ids = [int(id)] if id.isdigit() else []
        found = expect(self._api.send("POST", "worklog/list", {"ids": ids}, what=what, writes=False), list, what=what)
        if not found:
            raise Unavailable(f"{what}: there is none, or it is hidden from this account", absent=True)
        worklog: dict[str, Any] = expect(found[0], dict, what=what)
        return worklog

    def _of(self, issue: dict[str, Any], scope: Scope, what: str) -> Iterator[RawRecord]:
        """The worklogs of one issue. Where the result holds none, the time spent says whether there are any."""
        fields = part(issue, "fields")
        embedded = part(fields, "worklog")
        found, total = embedded.get("worklogs"), embedded.get("total")
        if not isinstance(found, list) or (isinstance(total, int) and total > len(found)):
            found = list(self._all(issue, scope, what)) if embedded or fields.get("timespent", True) else []
        known = {str(worklog.get("id")): worklog for worklog in found if isinstance(worklog, dict)}
        return (self._records.worklog(scope, issue, worklog) for worklog in known.values())

    def _all(self, issue: dict[str, Any], scope: Scope, what: str) -> Iterator[dict[str, Any]]:
        def ask(place: Place) -> Json:
            asked: dict[str, str | int] = {"startAt": place.offset, "maxResults": _PAGE}
            path = f"issue/{quote(str(issue.get('id')), safe='')}/worklog"
            return self._api.get(path, asked, what=what, scope=scope.name)

        return all_of("worklogs", ask, what=what, scope=scope.name)

    def _deleted(self, since: datetime, what: str, scope: Scope) -> tuple[str, ...]:
        """The ids of worklogs deleted since, of the whole site; none where it does not tell.

        The list leaves out the last minute: a little overlap makes up for it.
        """
        begin, found = int((since - OVERLAP).timestamp() * 1000), list[str]()
        for _ in range(_MOST_PAGES):
            answer = self._api.get("worklog/deleted", {"since": begin}, what=what, scope=scope.name, none_on=(403, 404))
            if answer is None:
                return ()
            page = expect(answer, dict, what=what, scope=scope.name)
            values = expect(page.get("values"), list, what=what, scope=scope.name)
            found += [str(value["worklogId"]) for value in values if isinstance(value, dict) and value.get("worklogId")]
            until = page.get("until")
            if page.get("lastPage") is not False or not isinstance(until, int) or until <= begin:
                return tuple(found)
            begin = until
        raise Unavailable(f"{what}: Jira lists deleted worklogs without end", scope=scope.name)

    def _is_off(self, what: str, scope: Scope) -> bool:
        """Whether the site says that it does not track time."""
        found = self._api.get("configuration", what=what, scope=scope.name, none_on=(403, 404))
        return isinstance(found, dict) and found.get("timeTrackingEnabled") is False
