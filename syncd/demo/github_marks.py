"""What programs write on issues and commits at the GitHub twin besides comments: labels, commit statuses, check runs."""

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from syncd.demo import github_around_records as around
from syncd.demo import github_records as records
from syncd.demo.github_access import NOT_FOUND
from syncd.demo.github_home import Repository
from syncd.demo.github_pages import page
from syncd.demo.github_records import Row
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.github_api import Inside
    from syncd.demo.github_twin import GithubTwin

_LONGEST_LABEL = 50
_LONGEST_TEXT = 140


class Marks:
    """Labels, statuses and check runs, as they are written. `in_talk` finds the issue, or says that it was deleted or moved."""

    def __init__(self, twin: "GithubTwin") -> None:
        self._twin = twin

    def routes(self, in_talk: Callable[[Callable[[Repository, int, Request], Response]], Any]) -> "Inside":
        """Routes below a repository."""
        labels = "/issues/{number}/labels"
        return (
            ("GET", labels, in_talk(self._on)),
            ("POST", labels, in_talk(self._add)),
            ("DELETE", f"{labels}/{{name}}", in_talk(self._remove)),
            ("GET", "/labels", lambda at, ask: page(ask, f"{ask.base_url}{ask.path}", list(at.labels.values()), lambda row: row)),
            ("GET", "/labels/{name}", self._label),
            ("POST", "/labels", self._make),
            ("POST", "/statuses/{sha}", self._status),
            ("POST", "/check-runs", self._run),
            ("PATCH", "/check-runs/{which}", self._edit_run),
        )

    def _on(self, home: Repository, number: int, request: Request) -> Response:
        return page(request, f"{request.base_url}{request.path}", home.issues[number]["labels"], lambda row: row)

    def _label(self, home: Repository, request: Request) -> Response:
        row = home.labels.get(request.args["name"].casefold())
        return Response(row) if row else NOT_FOUND

    def _make(self, home: Repository, request: Request) -> Response:
        name = request.json["name"]
        if name.casefold() in home.labels:
            return _invalid("Label", code="already_exists", field="name")
        if len(name) > _LONGEST_LABEL:
            return _invalid("Label", code="invalid", field="name", message="name is too long (maximum is 50 characters)")
        return Response(self._known(home, name), 201)

    def _add(self, home: Repository, number: int, request: Request) -> Response:
        """Labels that the repository does not have are made, unless it is strict."""
        names = request.json["labels"]
        if (closed := _closed(home)) is not None:
            return closed
        if any(len(name) > _LONGEST_LABEL for name in names):
            return _invalid("Label", code="invalid", field="name", message="name is too long (maximum is 50 characters)")
        if self._twin.strict_labels and any(name.casefold() not in home.labels for name in names):
            return _invalid("Label", code="missing", field="name")
        rows = home.issues[number]["labels"]
        for name in names:
            if name.casefold() not in {row["name"].casefold() for row in rows}:
                rows = [*rows, self._known(home, name)]
        self._set(home, number, rows)
        return Response(rows)

    def _remove(self, home: Repository, number: int, request: Request) -> Response:
        name = request.args["name"].casefold()
        rows = home.issues[number]["labels"]
        left = [row for row in rows if row["name"].casefold() != name]
        if (closed := _closed(home)) is not None:
            return closed
        if len(left) == len(rows):
            return Response({"message": "Label does not exist"}, 404)
        self._set(home, number, left)
        return Response(left)

    def _set(self, home: Repository, number: int, rows: list[Row]) -> None:
        if rows != home.issues[number]["labels"]:
            for kept in (home.issues, home.pulls):
                if number in kept:
                    kept[number].update(labels=rows, updated_at=self._twin.stamp())

    def _known(self, home: Repository, name: str) -> Row:
        return home.labels.setdefault(name.casefold(), records.label(zlib.crc32(name.encode()), home.name, name))

    def _status(self, home: Repository, request: Request) -> Response:
        said, sha = request.json, request.args["sha"]
        if (closed := _closed(home)) is not None:
            return closed
        if not home.knows(sha):
            return Response({"message": f"No commit found for SHA: {sha}"}, 422)
        if said.get("state") not in ("error", "failure", "pending", "success"):
            return _invalid("Status", code="custom", field="state")
        if len(said.get("description") or "") > _LONGEST_TEXT:
            return _invalid(
                "Status", code="custom", field="description", message="description is too long (maximum is 140 characters)"
            )
        row = around.status(self._twin.id(), home.name, sha, said, self._twin.user(self._twin.who(request)), self._twin.stamp())
        home.statuses.append(row)
        return Response(row, 201)

    def _run(self, home: Repository, request: Request) -> Response:
        grant = self._twin.grant(request)
        if grant is None or not grant.is_app:
            return Response({"message": "You must authenticate via a GitHub App."}, 403)
        said = request.json
        if not home.knows(said["head_sha"]):
            return Response({"message": f"No commit found for SHA: {said['head_sha']}"}, 422)
        app = self._twin.apps.shown()
        row = around.check_run(self._twin.id(), home.name, said["head_sha"], said["name"], app, self._twin.stamp())
        return self._said(home, row, said, 201)

    def _edit_run(self, home: Repository, request: Request) -> Response:
        grant = self._twin.grant(request)
        row = next((row for row in home.check_runs if str(row["id"]) == request.args["which"]), None)
        if row is None:
            return NOT_FOUND
        if grant is None or not grant.is_app or self._twin.app is None or (row["app"] or {}).get("id") != self._twin.app.id:
            return Response(
                {"message": "Invalid app_id `0` - check run can only be modified by the GitHub App that created it."}, 403
            )
        return self._said(home, row, request.json, 200)

    def _said(self, home: Repository, row: Row, said: Row, status: int) -> Response:
        if said.get("status") == "completed" and not said.get("conclusion"):
            return _invalid("CheckRun", code="missing_field", field="conclusion")
        if "output" in said and not (said["output"].get("title") and "summary" in said["output"]):
            return _invalid("CheckRun", code="missing_field", field="output")
        output = {**row["output"], **said.get("output", {})}
        ended = {"status": "completed", "completed_at": self._twin.stamp()} if said.get("conclusion") else {}
        row.update({"conclusion": None, "completed_at": None, **said, **ended, "output": output})
        if row not in home.check_runs:
            home.check_runs.append(row)
        return Response(row, status)


def _closed(home: Repository) -> Response | None:
    return Response({"message": "Repository was archived so is read-only."}, 403) if home.row["archived"] else None


def _invalid(resource: str, **why: str) -> Response:
    return Response({"message": "Validation Failed", "errors": [{"resource": resource, **why}]}, 422)
