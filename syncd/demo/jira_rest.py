"""The Jira twin's REST API, as far as a mirror needs it: search by token or by offset, issues, versions, comments."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syncd.demo import jira_records as told
from syncd.demo.jira_jql import BadQuery, parse
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin

Json = Any
Record = dict[str, Json]
MOST_IN_COMMENT = 32_767
MOST_EMBEDDED = 100
"""Changes that Cloud embeds in an issue; Data Center embeds all."""


class Rest:
    """Answers for one twin."""

    def __init__(self, twin: "JiraTwin") -> None:
        self.twin = twin

    @property
    def routes(self) -> list[Route]:
        """The part of the REST API that a mirror needs."""
        twin, issue = self.twin, "issue/{key}"
        shared = [
            ("GET", "serverInfo", self._server_info),
            ("GET", "myself", lambda _: Response(twin.me)),
            ("GET", "project/{key}", self._get_project),
            ("GET", "project/{key}/versions", self._get_versions),
            ("GET", "version/{id}", self._get_version),
            ("GET", issue, self._get_issue),
            ("GET", f"{issue}/comment", self._get_comments),
            ("POST", f"{issue}/comment", self._post_comment),
            ("PUT", f"{issue}/comment/{{id}}", self._put_comment),
        ]
        by_token = [
            ("GET", "search/jql", self._search_by_token),
            ("POST", "search/jql", self._search_by_token),
            ("GET", "search", self._search_is_gone),
            ("POST", "search", self._search_is_gone),
            ("POST", "changelog/bulkfetch", self._bulk_changelog),
        ]
        by_offset = [("GET", "search", self._search_by_offset), ("POST", "search", self._search_by_offset)]
        beside = [*twin.worklogs.routes, *twin.edits.routes, *twin.lists.routes]
        versions = ("2", "3") if twin.cloud else ("2",)
        own: list[Route] = [
            (method, f"/rest/api/{version}/{path}", function)
            for version in versions
            for method, path, function in [*(by_token if twin.cloud else by_offset), *beside, *shared]
        ]
        roots = dict.fromkeys((twin.context, *((twin.sign_in.platform,) if twin.cloud else ())))
        served = [(method, f"{root}{path}", f) for root in roots for method, path, f in [*own, *twin.agile.routes]]
        return [*twin.sign_in.routes, *served]

    def _server_info(self, _: Request) -> Response:
        version, numbers = ("1001.0.0-SNAPSHOT", [1001, 0, 0]) if self.twin.cloud else ("10.3.2", [10, 3, 2])
        kind = "Cloud" if self.twin.cloud else "Server"
        about = {"baseUrl": told.SITE, "version": version, "versionNumbers": numbers, "deploymentType": kind}
        return Response({**about, "buildNumber": 100_290, "serverTime": told.stamp(self.twin.local()), "serverTitle": "Jira"})

    def _get_project(self, request: Request) -> Response:
        project = self.twin.project_of(request.args["key"])
        return Response(project) if project else _no_project(request.args["key"])

    def _get_versions(self, request: Request) -> Response:
        project = self.twin.project_of(request.args["key"])
        if project is None:
            return _no_project(request.args["key"])
        return Response([v for v in self.twin.versions.values() if str(v.get("projectId")) == str(project["id"])])

    def _get_version(self, request: Request) -> Response:
        found = self.twin.versions.get(request.args["id"])
        return Response(found) if found else _errors(f"Could not find version for id '{request.args['id']}'", status=404)

    def _get_issue(self, request: Request) -> Response:
        issue = self.twin.found(request.args["key"])
        if issue is None:
            return _no_issue()
        return Response(self._shown(issue, _asked(request, "fields") or ["*all"], _asked(request, "expand"), _version(request)))

    def _search_is_gone(self, _: Request) -> Response:
        return _errors(
            "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
            "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
            status=410,
        )

    def _search_by_token(self, request: Request) -> Response:
        asked = _parameters(request)
        try:
            query = parse(str(asked.get("jql") or ""), self.twin.jql_site())
            if not query.bounded:
                raise BadQuery("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
            issues = query.order([i for i in self.twin.index.issues() if query.matches(i)])
            start = _start(asked, issues)
        except BadQuery as error:
            return _errors(str(error))
        fields, expand = _asked(request, "fields"), _asked(request, "expand")
        size = min(int(asked.get("maxResults") or 50), self.twin.most_per_page if fields and fields != ["id"] else 5000)
        page = issues[start : start + size]
        answer: Record = {"issues": [self._shown(i, fields or ["id"], expand, _version(request)) for i in page]}
        if start + size >= len(issues):
            return Response({**answer, "isLast": True})
        return Response({**answer, "nextPageToken": _token(asked, page[-1], start + size), "isLast": False})

    def _search_by_offset(self, request: Request) -> Response:
        asked = _parameters(request)
        try:
            query = parse(str(asked.get("jql") or ""), self.twin.jql_site())
        except BadQuery as error:
            return _errors(str(error))
        issues = query.order([i for i in self.twin.index.issues() if query.matches(i)])
        start, size = int(asked.get("startAt") or 0), min(int(asked.get("maxResults") or 50), self.twin.most_per_page)
        fields, expand = _asked(request, "fields") or ["*navigable"], _asked(request, "expand")
        shown = [self._shown(i, fields, expand, "2") for i in issues[start : start + size]]
        counts = {"startAt": start, "maxResults": size, "total": len(issues)}
        return Response({"expand": "schema,names", **counts, "issues": shown})

    def _bulk_changelog(self, request: Request) -> Response:
        asked = request.json or {}
        ids = asked.get("issueIdsOrKeys") or []
        if not 0 < len(ids) <= 1000 or len(asked.get("fieldIds") or []) > 10:
            return _errors("Between 1 and 1000 issues and at most 10 fields can be asked for.")
        wanted = set(asked.get("fieldIds") or [])
        flat = [(issue["id"], h) for id in ids if (issue := self.twin.found(str(id))) for h in issue["changelog"]["histories"]]
        flat = sorted(
            (pair for pair in flat if _touches(pair[1], wanted)), key=lambda pair: datetime.fromisoformat(pair[1]["created"])
        )
        start, size = int(asked.get("nextPageToken") or 0), int(asked.get("maxResults") or 1000)
        logs: dict[str, list[Record]] = {}
        for id, history in flat[start : start + size]:
            millis = int(datetime.fromisoformat(history["created"]).timestamp() * 1000)
            logs.setdefault(id, []).append({**history, "created": millis})
        answer: Record = {"issueChangeLogs": [{"issueId": id, "changeHistories": found} for id, found in logs.items()]}
        return Response({**answer, "nextPageToken": str(start + size)} if start + size < len(flat) else answer)

    def _get_comments(self, request: Request) -> Response:
        issue = self.twin.found(request.args["key"])
        if issue is None:
            return _no_issue()
        comments = self.twin.comments(issue["key"])
        if request.query.get("orderBy", "").startswith("-"):
            comments.reverse()
        start, size = int(request.query.get("startAt") or 0), min(int(request.query.get("maxResults") or 100), 100)
        shown = [self._shown_comment(c, _asked(request, "expand"), _version(request)) for c in comments[start : start + size]]
        return Response({"startAt": start, "maxResults": size, "total": len(comments), "comments": shown})

    def _post_comment(self, request: Request) -> Response:
        issue = self.twin.found(request.args["key"])
        if issue is None:
            return _no_issue()
        wrong = self._wrong_comment(request.json, _version(request))
        if wrong:
            return wrong
        comment = self.twin.add_comment(issue, request.json["body"], request.json.get("properties") or [], self.twin.me, None)
        return Response(self._shown_comment(comment, [], _version(request)), 201)

    def _put_comment(self, request: Request) -> Response:
        issue = self.twin.found(request.args["key"])
        if issue is None:
            return _no_issue()
        comment = next((c for c in self.twin.comments(issue["key"]) if c["id"] == request.args["id"]), None)
        if comment is None:
            return _errors(f"Can not find a comment for the id: {request.args['id']}.", status=404)
        wrong = self._wrong_comment(request.json, _version(request))
        if wrong:
            return wrong
        self.twin.edit_comment(issue["key"], comment["id"], request.json["body"], by=self.twin.me["displayName"])
        kept = {p["key"]: p for p in [*self.twin.properties.get(comment["id"], []), *(request.json.get("properties") or [])]}
        self.twin.properties[comment["id"]] = list(kept.values())
        return Response(self._shown_comment(comment, [], _version(request)))

    def _wrong_comment(self, body: Json, version: str) -> Response | None:
        text = body.get("body") if isinstance(body, dict) else None
        why = None
        if not text or (isinstance(text, str) and not text.strip()):
            why = "Comment body can not be empty!"
        elif isinstance(text, str) is (version == "3"):
            why = "Comment body is not valid!"
        elif isinstance(text, str) and not self.twin.texts:
            why = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
        elif isinstance(text, str) and len(text) > MOST_IN_COMMENT:
            why = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
        return Response({"errorMessages": [], "errors": {"comment": why}}, 400) if why else None

    def _shown(self, issue: Record, fields: list[str], expand: list[str], version: str) -> Record:
        if fields == ["id"]:
            return {"id": issue["id"]}
        shown = {name: value for name, value in issue.items() if name not in ("fields", "changelog")}
        held = {**issue["fields"], "worklog": self.twin.worklogs.embedded(issue)} if "worklog" in fields else issue["fields"]
        shown["fields"] = _selected(held, fields if self.twin.worklogs.on else [*fields, "-worklog"])
        if version == "3":
            shown["fields"] = {k: told.document(v) if k == "description" and v else v for k, v in shown["fields"].items()}
        if "changelog" in expand and "changelog" in issue:
            log = issue["changelog"]
            most = MOST_EMBEDDED if self.twin.cloud else len(log["histories"])
            shown["changelog"] = (
                log
                if len(log["histories"]) <= most
                else {
                    **log,
                    "maxResults": most,
                    "histories": log["histories"][:most],
                }
            )
        return shown

    def _shown_comment(self, comment: Record, expand: list[str], version: str) -> Record:
        shown = (
            {**comment, "properties": self.twin.properties.get(comment["id"], [])} if "properties" in expand else dict(comment)
        )
        if not self.twin.cloud:
            del shown["jsdPublic"]
        if version == "3" and isinstance(shown["body"], str):
            shown["body"] = told.document(shown["body"])
        return shown


def _version(request: Request) -> str:
    return request.path.partition("/rest/api/")[2].partition("/")[0]


def _parameters(request: Request) -> Mapping[str, Json]:
    return request.query if request.method == "GET" else request.json or {}


def _asked(request: Request, name: str) -> list[str]:
    """A list parameter: repeated, with commas, or both; a JSON list in a body."""
    values = request.queries.get(name, ()) if request.method == "GET" else (request.json or {}).get(name) or ()
    return [word for value in ([values] if isinstance(values, str) else values) for word in value.split(",") if word]


def _selected(fields: Record, asked: list[str]) -> Record:
    without = {name[1:] for name in asked if name.startswith("-")}
    named = {name for name in asked if name[0] not in "-*"}
    everything = not named or "*all" in asked or "*navigable" in asked
    return {name: value for name, value in fields.items() if (everything or name in named) and name not in without}


def _touches(history: Record, fields: set[str]) -> bool:
    return not fields or any(item.get("fieldId") in fields for item in history["items"])


def _token(asked: Mapping[str, Json], last: Record, offset: int) -> str:
    """A page token: which query, after which issue, and how far in where that issue is gone."""
    return base64.urlsafe_b64encode(json.dumps([asked.get("jql"), last["id"], offset]).encode()).decode()


def _start(asked: Mapping[str, Json], issues: list[Any]) -> int:
    token = asked.get("nextPageToken")
    if not token:
        return 0
    try:
        jql, last, offset = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise BadQuery("The provided next page token is invalid or expired.") from error
    if jql != asked.get("jql"):
        raise BadQuery("The provided next page token does not belong to this query.")
    return next((n + 1 for n, issue in enumerate(issues) if issue["id"] == last), int(offset))


def _errors(*messages: str, status: int = 400) -> Response:
    return Response({"errorMessages": list(messages), "errors": {}}, status)


def _no_project(key: str) -> Response:
    return _errors(f"No project could be found with key '{key}'.", status=404)


def _no_issue() -> Response:
    return _errors("Issue does not exist or you do not have permission to see it.", status=404)
