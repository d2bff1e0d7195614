"""What programs see of the GitHub twin: the part of the REST API that milestones, issues, pull requests and comments need."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from syncd.demo import github_hooks
from syncd.demo import github_records as records
from syncd.demo.github_access import BAD_CREDENTIALS, NOT_FOUND
from syncd.demo.github_home import Repository
from syncd.demo.github_marks import Marks
from syncd.demo.github_owners import repositories_of
from syncd.demo.github_pages import choose, conditional, page
from syncd.demo.github_records import Row
from syncd.demo.twin import Request, Response, Route, TwinServer

if TYPE_CHECKING:
    from syncd.demo.github_twin import GithubTwin

_LONGEST = 65_536

Inside = tuple[tuple[str, str, Callable[[Repository, Request], Response]], ...]
"""Method, path below a repository, function."""


class GithubApi:
    """Answers requests out of the twin's state."""

    def __init__(self, twin: "GithubTwin") -> None:
        self._twin = twin
        self.server = TwinServer(self._routes, self._authorize)

    @property
    def _routes(self) -> Sequence[Route]:
        """The part of the API that milestones, issues, pull requests and comments need."""
        issue, comment = "/issues/{number}", "/issues/comments/{comment}"
        inside: Inside = (
            ("GET", "", lambda home, _: Response(home.row)),
            ("GET", "/milestones", self._list_milestones),
            ("GET", "/milestones/{number}", lambda home, request: _one(home.milestones, request)),
            ("GET", "/issues", self._list_issues),
            ("GET", issue, self._get_issue),
            ("GET", "/pulls", self._list_pulls),
            ("GET", "/pulls/{number}", self._get_pull),
            ("GET", f"{issue}/comments", self._in_talk(self._list_comments)),
            ("POST", f"{issue}/comments", self._in_talk(self._post_comment)),
            ("GET", comment, self._get_comment),
            ("PATCH", comment, self._patch_comment),
            ("GET", "/collaborators/{login}/permission", self._get_permission),
            ("GET", f"{issue}/sub_issues", self._in_talk(lambda *at: self._list_linked(self._twin.children, *at))),
            ("GET", f"{issue}/dependencies/blocked_by", self._in_talk(lambda *at: self._list_linked(self._twin.blockers, *at))),
            *github_hooks.routes(self._twin),
            *self._twin.around.inside,
            *self._twin.files.inside,
            *Marks(self._twin).routes(self._in_talk),
        )
        homes = ("/repos/{owner}/{repo}", "/repositories/{id}")
        return [
            *self._twin.apps.routes,
            ("GET", f"{self._twin.prefix}/user", self._answered(self._me)),
            *(
                ("GET", self._twin.prefix + path, self._answered(lambda ask: repositories_of(self._twin, ask)))
                for path in ("/orgs/{owner}/repos", "/users/{owner}/repos", "/user/repos")
            ),
            *(
                (verb, self._twin.prefix + home + path, self._answered(self._inside(do)))
                for home in homes
                for verb, path, do in inside
            ),
        ]

    def _authorize(self, request: Request) -> Response | None:
        as_app = request.headers.get("authorization", "").startswith("Bearer ey")
        if not as_app and self._twin.grant(request) is None:
            return BAD_CREDENTIALS
        if not request.headers.get("user-agent"):
            return Response({"message": "Request forbidden by administrative rules."}, 403)
        return None

    def _answered(self, do: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if self._twin.limit == 0 and self._twin.now().timestamp() < self._twin.reset:
                return Response({"message": "API rate limit exceeded for user."}, 403, self._limits())
            found = do(request)
            if self._twin.etags and request.method == "GET" and found.status == 200:
                found = conditional(found, request)
            if self._twin.limit and found.status != 304:
                self._twin.limit -= 1
            grant = self._twin.grant(request)
            own = grant.headers if grant else {}
            return Response(found.body, found.status, {**found.headers, **self._limits(), **own})

        return answer

    def _limits(self) -> dict[str, str]:
        left = 4_999 if self._twin.limit is None else self._twin.limit
        return {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(self._twin.reset)}

    def _inside(self, do: Callable[[Repository, Request], Response]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if "id" in request.args:
                home = self._twin.homes.get(_int(request.args["id"]))
            else:
                name = f"{request.args['owner']}/{request.args['repo']}"
                if name in self._twin.renamed:
                    return self._redirect(request, f"/repos/{name}", self._twin.renamed[name])
                home = next((h for h in self._twin.homes.values() if h.name.lower() == name.lower()), None)
            if home is None:
                return NOT_FOUND
            grant = self._twin.grant(request)
            rest = re.sub(r"^/(?:repos/[^/]+/[^/]+|repositories/[^/]+)", "", request.path.removeprefix(self._twin.prefix))
            refused = grant.refused(home, request.method, rest) if grant else BAD_CREDENTIALS
            return refused or do(home, request)

        return answer

    def _redirect(self, request: Request, old: str, repo_id: int) -> Response:
        rest = request.path.removeprefix(self._twin.prefix).removeprefix(old)
        return self._elsewhere(request, f"/repositories/{repo_id}{rest}")

    def _elsewhere(self, request: Request, path: str) -> Response:
        query = f"?{urlencode(request.query)}" if request.query else ""
        there = f"{request.base_url}{self._twin.prefix}{path}{query}"
        status = 301 if request.method == "GET" else 307
        return Response({"message": "Moved Permanently", "url": there}, status, {"Location": there})

    def _in_talk(self, do: Callable[[Repository, int, Request], Response]) -> Callable[[Repository, Request], Response]:
        def answer(home: Repository, request: Request) -> Response:
            number = _int(request.args["number"])
            if number in home.deleted:
                return Response({"message": "This issue was deleted"}, 410)
            if number in home.moved:
                repo_id, new = home.moved[number]
                rest = request.path.partition(f"/issues/{number}")[2]
                return self._elsewhere(request, f"/repositories/{repo_id}/issues/{new}{rest}")
            return do(home, number, request) if number in home.issues else NOT_FOUND

        return answer

    def _me(self, request: Request) -> Response:
        grant = self._twin.grant(request)
        if grant is not None and grant.is_app:
            return Response({"message": "Resource not accessible by integration"}, 403)
        return Response(records.own_user(self._twin.user(self._twin.who(request)), self._twin.stamp()))

    def _list_milestones(self, home: Repository, request: Request) -> Response:
        rows = choose(list(home.milestones.values()), request.query, "due_on", "asc")
        return self._page(home, request, rows)

    def _list_issues(self, home: Repository, request: Request) -> Response:
        rows = choose(list(home.issues.values()), request.query, "created", "desc")
        return self._page(home, request, rows)

    def _list_pulls(self, home: Repository, request: Request) -> Response:
        query = {name: value for name, value in request.query.items() if name != "since"}
        direction = "desc" if query.get("sort", "created") == "created" else "asc"
        return self._page(home, request, choose(list(home.pulls.values()), query, "created", direction))

    def _get_issue(self, home: Repository, request: Request) -> Response:
        return self._in_talk(lambda home, number, _: Response(self._shown(home.issues[number])))(home, request)

    def _get_pull(self, home: Repository, request: Request) -> Response:
        number = _int(request.args["number"])
        if number not in home.pulls:
            return NOT_FOUND
        return Response(records.detailed(home.pulls[number], home.issues[number]))

    def _list_comments(self, home: Repository, number: int, request: Request) -> Response:
        since = request.query.get("since", "")
        return self._page(home, request, [row for row in home.comments.get(number, []) if row["updated_at"] >= since])

    def _get_permission(self, home: Repository, request: Request) -> Response:
        login = request.args["login"]
        if login not in self._twin.logins:
            return NOT_FOUND
        role = home.roles.get(login, "write")
        base = {"triage": "read", "maintain": "write"}.get(role, role)
        return Response({"permission": base, "role_name": role, "user": {**self._twin.user(login), "role_name": role}})

    def _list_linked(self, links: Mapping[int, list[Row]], home: Repository, number: int, request: Request) -> Response:
        return self._page(home, request, links.get(home.issues[number]["id"], []))

    def _post_comment(self, home: Repository, number: int, request: Request) -> Response:
        if (refused := self._refused(home, number, request)) is not None:
            return refused
        row = self._twin.comment(home.name, number, request.json["body"], by=self._twin.who(request))
        return Response(row, 201, {"Location": row["url"]})

    def _get_comment(self, home: Repository, request: Request) -> Response:
        found = self._comment_of(home, request)
        return Response(found[1]) if found else NOT_FOUND

    def _patch_comment(self, home: Repository, request: Request) -> Response:
        found = self._comment_of(home, request)
        if found is None:
            return NOT_FOUND
        number, row = found
        if (refused := self._refused(home, number, request)) is not None:
            return refused
        if row["user"]["login"] != self._twin.who(request):
            return Response({"message": "Must have admin rights to Repository."}, 403)
        return Response(self._twin.edit_comment(row["id"], request.json["body"]))

    def _comment_of(self, home: Repository, request: Request) -> tuple[int, Row] | None:
        wanted = _int(request.args["comment"])
        return next(((n, row) for n, rows in home.comments.items() for row in rows if row["id"] == wanted), None)

    def _refused(self, home: Repository, number: int, request: Request) -> Response | None:
        said = request.json
        body = said.get("body") if isinstance(said, dict) else None
        if home.row["archived"]:
            return Response({"message": "Repository was archived so is read-only."}, 403)
        if home.issues[number]["locked"]:
            return Response({"message": "Unable to create comment because issue is locked."}, 403)
        if not isinstance(body, str) or not body.strip():
            return _invalid("body can't be blank")
        return _invalid("body is too long (maximum is 65536 characters)") if len(body) > _LONGEST else None

    def _page(self, home: Repository, request: Request, rows: Sequence[Row]) -> Response:
        rest = re.sub(rf"^{self._twin.prefix}/(?:repos/[^/]+/[^/]+|repositories/[^/]+)", "", request.path)
        url = f"{request.base_url}{self._twin.prefix}/repositories/{home.row['id']}{rest}"
        return page(request, url, rows, self._shown, opaque=self._twin.opaque)

    def _shown(self, row: Row) -> Row:
        """The row with its counts as they are now, where it has links."""
        more: Row = {}
        if row["id"] in self._twin.children:
            more["sub_issues_summary"] = records.summary(self._twin.children[row["id"]])
        if row["id"] in self._twin.blockers or row["id"] in self._twin.blocking:
            blockers, blocking = self._twin.blockers.get(row["id"], []), self._twin.blocking.get(row["id"], [])
            more["issue_dependencies_summary"] = records.dependencies(blockers, blocking)
        return {**row, **more} if more else row


def _one(rows: Mapping[int, Row], request: Request) -> Response:
    row = rows.get(_int(request.args["number"]))
    return Response(row) if row else NOT_FOUND


def _invalid(why: str) -> Response:
    return Response({"message": "Validation Failed", "errors": [{"resource": "IssueComment", "message": why}]}, 422)


def _int(text: str) -> int:
    return int(text) if text.isdecimal() else -1
