"""A GitHub App at the twin: it proves itself with its key, and its installations give tokens of an hour."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd.demo.github_access import NOT_FOUND, Grant
from syncd.demo.github_pages import page
from syncd.demo.github_records import API, SITE, Row
from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.github_twin import GithubTwin

_LIFE = timedelta(hours=1)
_LONGEST = 600
"""The seconds that an App's own token may last."""


@dataclass
class App:
    """The App. `public_key`: PEM. `installations` by number: the owner's login, and what it was granted there."""

    id: int
    slug: str
    public_key: str
    installations: dict[int, Row] = field(default_factory=dict)

    @property
    def bot(self) -> str:
        """The login of its bot."""
        return f"{self.slug}[bot]"


class AppApi:
    """The part of the API that Apps sign in with."""

    def __init__(self, twin: "GithubTwin") -> None:
        self._twin = twin
        self._tokens = itertools.count(1)
        self._chosen: dict[int, frozenset[str]] = {}

    def install(self, owner: str, permissions: Mapping[str, str], repositories: Sequence[str] | None = None) -> int:
        """Install the App for an owner; None: for all repositories. Gives the number of the installation."""
        app = self._app
        id = 900 + len(app.installations)
        account = self._twin.user(owner)
        app.installations[id] = {
            "id": id,
            "account": account,
            "app_id": app.id,
            "app_slug": app.slug,
            "target_id": account["id"],
            "target_type": "Organization" if owner in self._twin.organisations else "User",
            "repository_selection": "all" if repositories is None else "selected",
            "access_tokens_url": f"{API}/app/installations/{id}/access_tokens",
            "repositories_url": f"{API}/installation/repositories",
            "html_url": f"{SITE}/settings/installations/{id}",
            "permissions": dict(permissions),
            "events": [],
            "single_file_name": None,
            "created_at": self._twin.stamp(),
            "updated_at": self._twin.stamp(),
            "suspended_by": None,
            "suspended_at": None,
        }
        chosen = (
            repositories
            if repositories is not None
            else [name for name in self._twin.repositories if name.startswith(f"{owner}/")]
        )
        self._chosen[id] = frozenset(chosen)
        return id

    @property
    def routes(self) -> Sequence[Route]:
        """Those of the App itself, and the list of an installation's repositories."""
        own: tuple[tuple[str, str, Callable[[Request], Response]], ...] = (
            ("GET", "/app", lambda _: Response(self.shown())),
            ("GET", "/app/installations", self._list),
            ("GET", "/repos/{owner}/{repo}/installation", self._of_owner),
            ("GET", "/orgs/{owner}/installation", self._of_owner),
            ("GET", "/users/{owner}/installation", self._of_owner),
            ("POST", "/app/installations/{id}/access_tokens", self._token),
        )
        return [
            *((verb, self._twin.prefix + path, self._as_app(do)) for verb, path, do in own),
            ("GET", f"{self._twin.prefix}/installation/repositories", self._repositories),
        ]

    @property
    def _app(self) -> App:
        assert self._twin.app is not None
        return self._twin.app

    def proves(self, request: Request) -> str | None:
        """Why the App's own token is not accepted; None where it is."""
        import jwt

        try:
            claims = jwt.decode(
                request.headers.get("authorization", "").removeprefix("Bearer "),
                self._app.public_key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_iss": False, "require": ["iat", "exp", "iss"]},
            )
        except jwt.PyJWTError:
            return "A JSON web token could not be decoded"
        if str(claims["iss"]) != str(self._app.id):
            return "'Issuer' claim ('iss') must be an Integer or String"
        return (
            "'Expiration time' claim ('exp') is too far in the future" if claims["exp"] - claims["iat"] > _LONGEST + 60 else None
        )

    def _as_app(self, do: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if self._twin.app is None:
                return NOT_FOUND
            if (why := self.proves(request)) is not None:
                return Response({"message": why, "documentation_url": "https://docs.github.com/rest", "status": "401"}, 401)
            return do(request)

        return answer

    def shown(self) -> Row:
        """The App as its own records and those that it made show it."""
        app, owner = self._app, self._twin.user("acme")
        return {
            "id": app.id,
            "slug": app.slug,
            "node_id": f"A_{app.id}",
            "owner": owner,
            "name": app.slug,
            "description": None,
            "external_url": "https://acme.example",
            "html_url": f"{SITE}/apps/{app.slug}",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "permissions": {"issues": "write", "metadata": "read"},
            "events": [],
        }

    def _list(self, request: Request) -> Response:
        url = f"{request.base_url}{request.path}"
        return page(request, url, list(self._app.installations.values()), lambda row: row)

    def _of_owner(self, request: Request) -> Response:
        owner = request.args["owner"].casefold()
        found = [row for row in self._app.installations.values() if row["account"]["login"].casefold() == owner]
        return Response(found[0]) if found else NOT_FOUND

    def _token(self, request: Request) -> Response:
        row = self._app.installations.get(int(request.args["id"]) if request.args["id"].isdecimal() else -1)
        if row is None:
            return NOT_FOUND
        if row["suspended_at"]:
            return Response({"message": "This installation has been suspended"}, 403)
        text, ends = f"ghs_{next(self._tokens):04d}", self._twin.now() + _LIFE
        self._twin.grants[text] = Grant(
            self._app.bot, permissions=row["permissions"], repositories=self._chosen[row["id"]], ends=ends, is_app=True
        )
        said = {
            "token": text,
            "expires_at": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
            "permissions": row["permissions"],
            "repository_selection": row["repository_selection"],
        }
        return Response(said, 201)

    def _repositories(self, request: Request) -> Response:
        grant = self._twin.grant(request)
        if grant is None or not grant.is_app:
            return Response({"message": "You must authenticate with an installation access token"}, 403)
        rows = [home.row for home in self._twin.homes.values() if home.name in (grant.repositories or ())]
        found = page(request, f"{request.base_url}{request.path}", rows, lambda row: row)
        body = {"total_count": len(rows), "repository_selection": "all", "repositories": found.body}
        return Response(body, found.status, found.headers)
