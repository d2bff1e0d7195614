"""What the Jira twin tells of itself: its projects, fields, security levels, features, and what the account may do."""

from typing import TYPE_CHECKING, Any

from syncd.demo.jira_jql import BadQuery, parse
from syncd.demo.jira_records import SITE
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin

Json = Any
Record = dict[str, Json]
_MOST = 100
SYSTEM = {"summary": "Summary", "duedate": "Due date", "labels": "Labels", "status": "Status", "fixVersions": "Fix versions"}


class Lists:
    """`fields` are the custom ones. `may_set_security`: only who may set issue security sees the levels of a project."""

    def __init__(self, twin: "JiraTwin") -> None:
        self._twin = twin
        self.fields: dict[str, Record] = {}
        self.levels: dict[str, list[Record]] = {}
        self.may_set_security = True

    def field(self, id: str, name: str, **more: Json) -> None:
        """A custom field (`untranslatedName`; `scope` where it belongs to one project alone)."""
        own = {"id": id, "key": id, "name": name, "custom": True, "orderable": True, "navigable": True, "searchable": True}
        self.fields[id] = {**own, "clauseNames": [f"cf[{id.removeprefix('customfield_')}]", name], **more}

    def level(self, project: str, name: str) -> Record:
        """A security level of a project, to be given to an issue as `security`."""
        id = self._twin.new_id()
        level = {"self": f"{SITE}/rest/api/2/securitylevel/{id}", "id": id, "description": "", "name": name}
        self.levels.setdefault(project, []).append(level)
        return level

    @property
    def routes(self) -> list[tuple[str, str, Any]]:
        """Below `/rest/api/<version>/`."""
        shared = [
            ("GET", "project", self._get_projects),
            ("GET", "project/{key}/securitylevel", self._get_levels),
            ("GET", "field", lambda _: Response([*_system(), *self.fields.values()])),
            ("GET", "configuration", self._get_configuration),
            ("GET", "mypermissions", self._get_permissions),
        ]
        on_cloud = [("GET", "project/search", self._search), ("POST", "search/approximate-count", self._count)]
        on_data_center = [("GET", "version", self._get_versions)]
        return [*(on_cloud if self._twin.cloud else on_data_center), *shared]

    def _get_versions(self, request: Request) -> Response:
        """Those of several projects: Data Center alone lists them
        (https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/version-getPaginatedVersions)."""
        wanted = set(request.queries.get("projectIds", ()))
        found = [v for v in self._twin.versions.values() if not wanted or str(v.get("projectId")) in wanted]
        start, size = int(request.query.get("startAt") or 0), int(request.query.get("maxResults") or 50)
        counts = {"startAt": start, "maxResults": size, "total": len(found), "isLast": start + size >= len(found)}
        return Response({**counts, "values": found[start : start + size]})

    def _get_projects(self, request: Request) -> Response:
        with_archived = request.query.get("includeArchived") == "true"
        return Response([p for p in self._twin.projects.values() if with_archived or not p.get("archived")])

    def _search(self, request: Request) -> Response:
        states = {word for value in request.queries.get("status", ("live",)) for word in value.split(",")}
        found = [p for p in self._twin.projects.values() if ("archived" if p.get("archived") else "live") in states]
        found = sorted(found, key=lambda project: str(project["key"]))
        start, size = int(request.query.get("startAt") or 0), min(int(request.query.get("maxResults") or 50), _MOST)
        shown = [project | {"insight": {"totalIssueCount": 0}} for project in found[start : start + size]]
        counts = {"startAt": start, "maxResults": size, "total": len(found), "isLast": start + size >= len(found)}
        return Response({"self": f"{SITE}/rest/api/2/project/search", **counts, "values": shown})

    def _get_levels(self, request: Request) -> Response:
        project = self._twin.project_of(request.args["key"])
        if project is None:
            return _errors(f"No project could be found with key '{request.args['key']}'.", 404)
        return Response({"levels": self.levels.get(str(project["key"]), []) if self.may_set_security else []})

    def _get_configuration(self, _: Request) -> Response:
        on = {"votingEnabled": True, "watchingEnabled": True, "unassignedIssuesAllowed": True, "subTasksEnabled": True}
        linking, tracking = self._twin.edits.linking, self._twin.worklogs.on
        return Response({**on, "issueLinkingEnabled": linking, "timeTrackingEnabled": tracking, "attachmentsEnabled": True})

    def _get_permissions(self, request: Request) -> Response:
        if self._twin.project_of(request.query.get("projectKey", "")) is None:
            return _errors("No project could be found with this key.", 404)
        names = [name for name in request.query.get("permissions", "").split(",") if name]
        held = {name: self.may_set_security if name == "SET_ISSUE_SECURITY" else True for name in names}
        return Response({"permissions": {n: {"id": "1", "key": n, "name": n, "havePermission": has} for n, has in held.items()}})

    def _count(self, request: Request) -> Response:
        try:
            query = parse(str((request.json or {}).get("jql") or ""), self._twin.jql_site())
        except BadQuery as error:
            return _errors(str(error), 400)
        return Response({"count": sum(query.matches(issue) for issue in self._twin.issues.values())})


def _system() -> list[Record]:
    own = {"custom": False, "orderable": True, "navigable": True, "searchable": True}
    return [{"id": id, "key": id, "name": name, **own, "clauseNames": [id]} for id, name in SYSTEM.items()]


def _errors(message: str, status: int) -> Response:
    return Response({"errorMessages": [message], "errors": {}}, status)
