"""Time tracking in the Jira twin: worklogs of issues, and the site's list of those that were deleted."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncd.demo import jira_records as told
from syncd.demo.jira_records import SITE
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin

Json = Any
Record = dict[str, Json]
MOST_EMBEDDED = 20
"""Worklogs that a result holds of one issue."""
_PAGE = 1000
_SILENT = timedelta(minutes=1)
"""What happened within this time before the request is not listed yet."""


class Worklogs:
    """`on` False: the site tracks no time. `listed_at_most`: how many deleted ones one page lists."""

    def __init__(self, twin: "JiraTwin") -> None:
        self._twin = twin
        self.on = True
        self.listed_at_most = _PAGE
        self.deleted: list[tuple[datetime, int]] = []
        self._of: dict[str, list[Record]] = {}

    def put_down(self, key: str, minutes: int, *, by: str = "Ada", at: datetime | None = None, comment: str = "") -> Record:
        """Somebody worked on an issue for so long."""
        issue, id, moment = self._twin.held(key), self._twin.new_id(), told.stamp(self._twin.local(at))
        own = {"self": f"{SITE}/rest/api/2/issue/{issue['id']}/worklog/{id}", "author": self._twin.user(by)}
        times = {"created": moment, "updated": moment, "started": moment, "timeSpent": f"{minutes}m"}
        worklog: Record = {**own, "updateAuthor": self._twin.user(by), "comment": comment, **times, "id": id}
        worklog |= {"timeSpentSeconds": minutes * 60, "issueId": str(issue["id"])}
        self._of.setdefault(str(issue["id"]), []).append(worklog)
        self._count(issue)
        return worklog

    def take_back(self, key: str, id: str) -> None:
        """A worklog is deleted."""
        issue = self._twin.held(key)
        self._of[str(issue["id"])] = [worklog for worklog in self.of(issue) if worklog["id"] != id]
        self.deleted.append((self._twin.now(), int(id)))
        self._count(issue)

    def of(self, issue: Record) -> list[Record]:
        """The worklogs of an issue, oldest first."""
        return self._of.get(str(issue["id"]), [])

    def ids(self) -> set[str]:
        """The ids of all of them."""
        return {worklog["id"] for worklogs in self._of.values() for worklog in worklogs}

    def embedded(self, issue: Record) -> Record:
        """The field `worklog` of an issue in a result."""
        all_, most = self.of(issue), MOST_EMBEDDED if self._twin.cloud else _PAGE
        return {"startAt": 0, "maxResults": most, "total": len(all_), "worklogs": all_[:most]}

    @property
    def routes(self) -> list[tuple[str, str, Any]]:
        """Below `/rest/api/<version>/`."""
        return [
            ("GET", "issue/{key}/worklog", self._get),
            ("GET", "worklog/deleted", self._get_deleted),
            ("POST", "worklog/list", self._list),
        ]

    def _count(self, issue: Record) -> None:
        spent = sum(worklog["timeSpentSeconds"] for worklog in self.of(issue))
        issue["fields"] |= {"timespent": spent or None, "timetracking": {"timeSpentSeconds": spent} if spent else {}}
        self._twin.touch(issue)

    def _get(self, request: Request) -> Response:
        issue = self._twin.found(request.args["key"])
        if issue is None or not self.on:
            return Response(
                {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}}, 404
            )
        start, size = int(request.query.get("startAt") or 0), int(request.query.get("maxResults") or 5000)
        shown = self.of(issue)[start : start + size]
        return Response({"startAt": start, "maxResults": size, "total": len(self.of(issue)), "worklogs": shown})

    def _get_deleted(self, request: Request) -> Response:
        since, until = int(request.query.get("since") or 0), self._twin.now() - _SILENT
        found = [(_millis(at), id) for at, id in self.deleted if at <= until and _millis(at) > since]
        shown = found[: self.listed_at_most]
        values = [{"worklogId": id, "updatedTime": at, "properties": []} for at, id in shown]
        last = len(found) <= self.listed_at_most
        about = {"since": since, "until": _millis(until) if last else shown[-1][0], "lastPage": last}
        return Response({"values": values, **about, "self": f"{SITE}/rest/api/2/worklog/deleted?since={since}"})

    def _list(self, request: Request) -> Response:
        ids = {str(id) for id in (request.json or {}).get("ids") or ()}
        if not 0 < len(ids) <= _PAGE:
            return Response({"errorMessages": ["Between 1 and 1000 worklogs can be asked for."], "errors": {}}, 400)
        return Response([worklog for kept in self._of.values() for worklog in kept if worklog["id"] in ids])


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
