"""Who may do what at the GitHub twin: tokens of people and of App installations, what they are granted, and how GitHub says no."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syncd.demo.github_home import Repository
from syncd.demo.twin import Response

_DOCS = "https://docs.github.com/rest"
_AREAS = (
    (r"/issues.*|/milestones.*|/labels.*", ("issues", "pull_requests")),
    (r"/pulls.*", ("pull_requests",)),
    (r"/deployments.*", ("deployments",)),
    (r"/environments.*", ("actions",)),
    (r"/releases.*|/commits|/tags|/git/.*|/compare/.*", ("contents",)),
    (r".*/check-runs.*", ("checks",)),
    (r"/statuses/.*|/commits/[^/]+/status", ("statuses",)),
)
"""Which permissions open what; one of them is enough. Everything else needs `metadata`, which all have."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token may do. `scopes`: a classic token's. `permissions`: those of a fine-grained token or an installation, "read" or
    "write" by area; None: all. `repositories`: the only ones for which it is; None: all. `ends`: from then on it is not accepted."""

    login: str
    scopes: frozenset[str] | None = None
    permissions: Mapping[str, str] | None = None
    repositories: frozenset[str] | None = None
    ends: datetime | None = None
    is_app: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says about the token."""
        scopes = {"X-OAuth-Scopes": ", ".join(sorted(self.scopes))} if self.scopes is not None else {}
        ends = {"GitHub-Authentication-Token-Expiration": f"{self.ends:%Y-%m-%d %H:%M:%S} UTC"} if self.ends else {}
        return scopes if self.is_app else {**scopes, **ends}

    def sees(self, home: Repository) -> bool:
        """Whether the repository is there for it: public ones are for everybody."""
        if not home.row["private"]:
            return True
        if self.scopes is not None:
            return "repo" in self.scopes
        return self.repositories is None or home.name in self.repositories

    def refused(self, home: Repository, method: str, rest: str) -> Response | None:
        """The answer to a request about a repository (`rest`: the path below it) that it may not make."""
        if not self.sees(home):
            return NOT_FOUND
        write = method != "GET"
        if self.scopes is not None:
            return NOT_FOUND if write and not self.scopes & {"repo", "public_repo"} else None
        areas = next((areas for pattern, areas in _AREAS if re.fullmatch(pattern, rest)), ())
        if self.permissions is None or not areas:
            return None
        level = "write" if write else "read"
        if any(self.permissions.get(area) in (level, "write") for area in areas):
            return None
        whose = "integration" if self.is_app else "personal access token"
        accepted = "; ".join(f"{area}={level}" for area in areas)
        body = {"message": f"Resource not accessible by {whose}", "documentation_url": _DOCS, "status": "403"}
        return Response(body, 403, {"X-Accepted-GitHub-Permissions": accepted})


NOT_FOUND = Response({"message": "Not Found", "documentation_url": _DOCS, "status": "404"}, 404)
BAD_CREDENTIALS = Response({"message": "Bad credentials", "documentation_url": _DOCS, "status": "401"}, 401)
