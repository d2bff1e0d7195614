"""Who may do what at the GitLab twin: access tokens with scopes and an end, and OAuth with refresh tokens that hold once.

https://docs.gitlab.com/api/rest/authentication/, https://docs.gitlab.com/api/oauth2/, https://docs.gitlab.com/api/personal_access_tokens/
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from syncd.demo.twin import Request, Response, Route

if TYPE_CHECKING:
    from syncd.demo.gitlab_twin import GitlabTwin

_TOKEN, _SELF, _INFO = "/oauth/token", "/api/v4/personal_access_tokens/self", "/oauth/token/info"


@dataclass(slots=True)
class Access:
    """What a token may. `expires_at`: its last day; `ended`: it has expired; `oauth`: it is no personal, project or group token."""

    scopes: tuple[str, ...] = ("api",)
    expires_at: str | None = None
    ended: bool = False
    oauth: bool = False


@dataclass(slots=True)
class Application:
    """An OAuth application; one without a secret is public."""

    client_id: str
    secret: str | None = None
    redirect_uri: str | None = None


def authorize(twin: "GitlabTwin") -> Callable[[Request], Response | None]:
    """Refuse who shows no token that is known, holds, and reaches so far."""

    def check(request: Request) -> Response | None:
        if request.path == _TOKEN:
            return None
        access = _access(twin, request)
        if access is None:
            return Response({"message": "401 Unauthorized"}, 401)
        if access.ended:
            said = "Token is expired. You can either do re-authorization or token refresh."
            return Response({"error": "invalid_token", "error_description": said}, 401)
        return None if _reaches(access, request) else _too_low(request)

    return check


def who(twin: "GitlabTwin", request: Request) -> str | None:
    """The name of the user whose token it is."""
    return twin.tokens.get(_shown(request))


def routes(twin: "GitlabTwin") -> list[Route]:
    """Tokens about themselves, and new ones for refresh tokens."""
    return [
        ("GET", _SELF, lambda request: _self(twin, request)),
        ("GET", _INFO, lambda request: _info(twin, request)),
        ("POST", _TOKEN, lambda request: _refresh(twin, request)),
    ]


def _shown(request: Request) -> str:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("private-token", bearer)


def _access(twin: "GitlabTwin", request: Request) -> Access | None:
    """OAuth tokens count as Bearer only."""
    token = _shown(request)
    if token not in twin.tokens:
        return None
    access = twin.access.setdefault(token, Access())
    return None if access.oauth and "private-token" in request.headers else access


def _reaches(access: Access, request: Request) -> bool:
    if request.path in (_SELF, _INFO):
        return True
    scopes = set(access.scopes)
    if request.path == "/api/v4/user":
        return bool(scopes & {"api", "read_api", "read_user"})
    reads = request.method in ("GET", "HEAD") or request.path == "/api/graphql"
    return bool(scopes & ({"api", "read_api"} if reads else {"api"}))


def _too_low(request: Request) -> Response:
    wanted = "api read_api" if request.method == "GET" else "api"
    said = "The request requires higher privileges than provided by the access token."
    return Response({"error": "insufficient_scope", "error_description": said, "scope": wanted}, 403)


def _self(twin: "GitlabTwin", request: Request) -> Response:
    access = _access(twin, request)
    if access is None or access.oauth or not twin.tells_tokens:
        return Response({"message": "404 Not Found"}, 404)
    user = twin.users[who(twin, request) or ""]
    told = {"id": 1, "name": "syncd", "revoked": False, "scopes": list(access.scopes), "user_id": user["id"]}
    return Response(told | {"active": True, "expires_at": access.expires_at})


def _info(twin: "GitlabTwin", request: Request) -> Response:
    access = _access(twin, request)
    if access is None or not access.oauth:
        return Response({"error": "invalid_request"}, 401)
    user = twin.users[who(twin, request) or ""]
    told = {"resource_owner_id": user["id"], "scope": list(access.scopes), "expires_in": 7200, "created_at": 1607635748}
    return Response(told | {"application": {"uid": twin.application.client_id if twin.application else None}})


def _refresh(twin: "GitlabTwin", request: Request) -> Response:
    """A refresh token holds once; what was given with it before ends."""
    form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
    app = twin.application
    if app is None or form.get("client_id") != app.client_id or form.get("client_secret") != app.secret:
        said = "Client authentication failed due to unknown client, or unsupported authentication method."
        return Response({"error": "invalid_client", "error_description": said}, 401)
    user = twin.refresh_tokens.pop(form.get("refresh_token", ""), None)
    if form.get("grant_type") != "refresh_token" or user is None or (app.redirect_uri or "") != form.get("redirect_uri", ""):
        said = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."
        return Response({"error": "invalid_grant", "error_description": said}, 400)
    return Response(_granted(twin, user))


def _granted(twin: "GitlabTwin", user: str) -> dict[str, Any]:
    for token in [token for token, access in twin.access.items() if access.oauth and twin.tokens.get(token) == user]:
        del twin.tokens[token], twin.access[token]
    number = next(twin.ids)
    access, refresh = f"access-{number}", f"refresh-{number}"
    twin.tokens[access], twin.access[access] = user, Access(twin.oauth_scopes, oauth=True)
    twin.refresh_tokens[refresh] = user
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": 7200,
        "refresh_token": refresh,
        "created_at": 1607635748,
    }
