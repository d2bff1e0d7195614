"""Who may ask the Jira twin: Basic or Bearer at the site, scoped tokens and access tokens at the platform, tokens that end."""

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.jira_twin import JiraTwin

Json = Any
LIVES_S = 3600
"""How long an access token is good."""
_READS_BY_POST = ("/search/jql", "/search/approximate-count", "/worklog/list", "/changelog/bulkfetch")


class SignIn:
    """The credentials that a site knows, beside the login and token of its account.

    `cloud_id` is its id on the platform. `client_id` and `client_secret` are those of a service account. `granted`: the scopes of
    the scoped token or client; None: a token without scopes, which the platform lets do everything. `expires_at`: when they end.
    `tokens`: the personal access tokens of the account as Data Center lists them.
    """

    def __init__(self, twin: "JiraTwin") -> None:
        self._twin = twin
        self.cloud_id = "11111111-2222-3333-4444-555555555555"
        self.client_id, self.client_secret = "client-1", "client-secret"
        self.granted: frozenset[str] | None = None
        self.expires_at: datetime | None = None
        self.tokens: list[dict[str, Json]] = []
        self.issued: dict[str, datetime] = {}

    @property
    def platform(self) -> str:
        """The path under which the platform serves the site."""
        return f"/ex/jira/{self.cloud_id}"

    @property
    def routes(self) -> list[Route]:
        """What is outside of the site's REST API."""
        if not self._twin.cloud:
            return [("GET", f"{self._twin.context}/rest/pat/latest/tokens", lambda _: Response(self.tokens))]
        tenant: Route = ("GET", "/_edge/tenant_info", lambda _: Response({"cloudId": self.cloud_id}))
        return [tenant, ("POST", "/oauth/token", self._access_token)]

    def revoke(self) -> None:
        """The access tokens given so far are good no more."""
        self.issued.clear()

    def refused(self, request: Request) -> Response | None:
        """The answer to who may not ask. `serverInfo` at the site is open to everybody, and so is what signing in begins with."""
        path = request.path
        if path in ("/oauth/token", "/_edge/tenant_info"):
            return None
        on_platform = path.startswith(self.platform)
        if path.endswith("/serverInfo") and not on_platform:
            return None
        if not self._knows(request.headers.get("authorization", ""), on_platform=on_platform):
            return _unknown(on_platform=on_platform)
        if on_platform and self.granted is not None and _needed(request) not in self.granted:
            return Response({"code": 401, "message": "Unauthorized; scope does not match"}, 401)
        return None

    def _knows(self, given: str, *, on_platform: bool) -> bool:
        ended = self.expires_at is not None and self.expires_at <= self._twin.now()
        basic = base64.b64encode(f"{self._twin.login}:{self._twin.token}".encode()).decode()
        if given.startswith("Bearer ") and on_platform and self._is_issued(given.removeprefix("Bearer ")):
            return True
        if ended:
            return False
        known = {f"Basic {basic}"} if self._twin.cloud else {f"Bearer {self._twin.token}"}
        return given in known | ({f"Bearer {self._twin.token}"} if on_platform else set())

    def _is_issued(self, token: str) -> bool:
        return token in self.issued and self.issued[token] > self._twin.now()

    def _access_token(self, request: Request) -> Response:
        asked = request.json if isinstance(request.json, dict) else {}
        good = (asked.get("client_id"), asked.get("client_secret")) == (self.client_id, self.client_secret)
        if asked.get("grant_type") != "client_credentials":
            return Response({"error": "unsupported_grant_type"}, 400)
        if not good or (self.expires_at is not None and self.expires_at <= self._twin.now()):
            return Response({"error": "access_denied", "error_description": "Unauthorized"}, 401)
        token = f"access-{self._twin.new_id()}"
        self.issued[token] = self._twin.now() + timedelta(seconds=LIVES_S)
        granted = " ".join(sorted(self.granted or ()))
        return Response({"access_token": token, "expires_in": LIVES_S, "token_type": "Bearer", "scope": granted})


def _needed(request: Request) -> str:
    """The scope that a request needs (of the classic ones; Jira Software has granular ones only)."""
    if "/rest/agile/" in request.path:
        return "read:sprint:jira-software" if "/sprint" in request.path else "read:board-scope:jira-software"
    if request.path.endswith("/myself"):
        return "read:jira-user"
    reads = request.method == "GET" or request.path.endswith(_READS_BY_POST)
    return "read:jira-work" if reads else "write:jira-work"


def _unknown(*, on_platform: bool) -> Response:
    if on_platform:
        return Response({"code": 401, "message": "Unauthorized"}, 401)
    why = "Client must be authenticated to access this resource."
    return Response({"message": why, "status-code": 401}, 401, {"WWW-Authenticate": 'Basic realm="Atlassian"'})
