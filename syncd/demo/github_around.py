"""What people and machines do around issues and pull requests at the GitHub twin, and what programs see of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from syncd.demo import github_around_records as records
from syncd.demo.github_access import NOT_FOUND
from syncd.demo.github_home import Repository
from syncd.demo.github_pages import page
from syncd.demo.github_records import Row
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.github_api import Inside
    from syncd.demo.github_twin import GithubTwin


class Around:
    """Reviews, environments, deployments, releases and checks."""

    def __init__(self, twin: "GithubTwin") -> None:
        self._twin = twin

    # --- what people do --------------------------------------------------------------------------------------------------

    def review(self, repo: str, number: int, state: str = "APPROVED", *, by: str = "ann") -> Row:
        """Review a pull request: "APPROVED", "CHANGES_REQUESTED", "COMMENTED". It touches the pull request."""
        home, twin = self._twin.home(repo), self._twin
        sha = home.pulls[number]["head"]["sha"]
        row = records.review(twin.id(), repo, number, state, sha, twin.user(by), twin.stamp())
        home.reviews.setdefault(number, []).append(row)
        twin.touch(home, number, comments=0)
        return row

    def environment(self, repo: str, name: str, *, reviewers: Sequence[str] = ()) -> Row:
        """Make an environment, or change who must approve."""
        home, people = self._twin.home(repo), [self._twin.user(login) for login in reviewers]
        home.environments[name] = records.environment(self._twin.id(), repo, name, people, self._twin.stamp())
        return home.environments[name]

    def deploy(self, repo: str, environment: str = "production", *, by: str = "dev", state: str | None = None) -> Row:
        """Start a deployment; with a state it has that status at once."""
        home, twin = self._twin.home(repo), self._twin
        row = records.deployment(twin.id(), repo, environment, f"{len(home.deployments):040x}", twin.user(by), twin.stamp())
        home.deployments.insert(0, row)
        if state is not None:
            self.progress(repo, row["id"], state)
        return row

    def progress(self, repo: str, id: int, state: str, *, touch: bool = True) -> Row:
        """Give a deployment a status. `touch` False: a server whose list does not tell."""
        home, twin = self._twin.home(repo), self._twin
        about = next(row for row in home.deployments if row["id"] == id)
        row = records.deployment_status(twin.id(), about, state, twin.user("dev"), twin.stamp())
        home.deployment_statuses.setdefault(id, []).insert(0, row)
        if touch:
            about["updated_at"] = row["created_at"]
        return row

    def release(self, repo: str, tag: str, *, draft: bool = False) -> Row:
        """Draft or publish a release."""
        home, twin = self._twin.home(repo), self._twin
        row = records.release(twin.id(), repo, tag, twin.user("lead"), twin.stamp(), draft=draft)
        home.releases.insert(0, row)
        return row

    def run(self, repo: str, sha: str, name: str, conclusion: str | None = "success") -> Row:
        """A check run of somebody's App; None: it is not over."""
        home, twin = self._twin.home(repo), self._twin
        row = records.check_run(twin.id(), repo, sha, name, None, twin.stamp())
        ended = {"status": "completed", "conclusion": conclusion, "completed_at": twin.stamp()} if conclusion else {}
        row.update(ended)
        home.check_runs.append(row)
        return row

    def status(self, repo: str, sha: str, context: str, state: str = "success", *, by: str = "dev") -> Row:
        """A commit status."""
        home, twin = self._twin.home(repo), self._twin
        row = records.status(twin.id(), repo, sha, {"context": context, "state": state}, twin.user(by), twin.stamp())
        home.statuses.append(row)
        return row

    # --- what programs see -----------------------------------------------------------------------------------------------

    @property
    def inside(self) -> "Inside":
        """Routes below a repository."""
        deployment = "/deployments/{which}"
        return (
            ("GET", "/pulls/{number}/reviews", self._reviews),
            ("GET", "/pulls/{number}/reviews/{which}", lambda at, ask: _by_id(_at(at.reviews, ask), ask)),
            ("GET", "/environments", lambda at, ask: self._held(at, ask, list(at.environments.values()), "environments")),
            ("GET", "/environments/{name}", self._environment),
            ("GET", "/deployments", lambda at, ask: self._page(ask, at.deployments)),
            ("GET", deployment, lambda at, ask: _by_id(at.deployments, ask)),
            ("GET", f"{deployment}/statuses", self._deployment_statuses),
            ("GET", "/releases", lambda at, ask: self._page(ask, at.releases)),
            ("GET", "/releases/{which}", lambda at, ask: _by_id(at.releases, ask)),
            ("GET", "/commits/{sha}/check-runs", self._runs),
            ("GET", "/commits/{sha}/status", self._combined),
        )

    def _reviews(self, home: Repository, request: Request) -> Response:
        number = _int(request.args["number"])
        return self._page(request, home.reviews.get(number, [])) if number in home.pulls else NOT_FOUND

    def _environment(self, home: Repository, request: Request) -> Response:
        row = home.environments.get(request.args["name"])
        return Response(row) if row else NOT_FOUND

    def _deployment_statuses(self, home: Repository, request: Request) -> Response:
        id = _int(request.args["which"])
        known = any(row["id"] == id for row in home.deployments)
        return self._page(request, home.deployment_statuses.get(id, [])) if known else NOT_FOUND

    def _runs(self, home: Repository, request: Request) -> Response:
        """The latest run of each name and App, as GitHub filters unless told otherwise."""
        if not home.knows(request.args["sha"]):
            return _no_commit(request)
        name, app = request.query.get("check_name"), request.query.get("app_id")
        latest: dict[tuple[str, int], Row] = {}
        for row in home.check_runs:
            whose = (row["app"] or {}).get("id", 0)
            if row["head_sha"] == request.args["sha"] and name in (None, row["name"]) and app in (None, str(whose)):
                latest[row["name"], whose] = row
        return self._held(home, request, list(latest.values()), "check_runs")

    def _combined(self, home: Repository, request: Request) -> Response:
        sha = request.args["sha"]
        if not home.knows(sha):
            return _no_commit(request)
        latest = {row["context"].casefold(): row for row in home.statuses if row["url"].endswith(sha)}
        found = self._page(request, list(latest.values()))
        body = {**records.combined(home.row, sha, found.body), "total_count": len(latest)}
        return Response(body, found.status, found.headers)

    def _held(self, _: Repository, request: Request, rows: Sequence[Row], under: str) -> Response:
        found = self._page(request, rows)
        return Response({"total_count": len(rows), under: found.body}, found.status, found.headers)

    def _page(self, request: Request, rows: Sequence[Row]) -> Response:
        return page(request, f"{request.base_url}{request.path}", rows, lambda row: row, opaque=self._twin.opaque)


def _at(rows: dict[int, list[Row]], request: Request) -> list[Row]:
    return rows.get(_int(request.args["number"]), [])


def _by_id(rows: Sequence[Row], request: Request) -> Response:
    row = next((row for row in rows if row["id"] == _int(request.args["which"])), None)
    return Response(row) if row else NOT_FOUND


def _no_commit(request: Request) -> Response:
    return Response({"message": f"No commit found for SHA: {request.args['sha']}"}, 422)


def _int(text: str) -> int:
    return int(text) if text.isdecimal() else -1
