"""Who we are, and what the token may."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.gitlab.client import Client
from connectors.gitlab.server import Server, about
from connectors.http import expect
from syncd.contract import Account, AuthFailed, Misconfigured, Unavailable

_UNTOLD = frozenset({400, 401, 403, 404, 405})
_READS = frozenset({"api", "read_api"})


def check(client: Client) -> tuple[Account, Server]:
    """The account of the token, with the token's end and scopes where GitLab tells them, and the server.

    Raises AuthFailed where the scopes are known and do not let anything be read.
    """
    what = _what(client)
    user = who(client)
    granted, ends = _oauth(client, what) if client.sign_in.oauth else _token(client, what)
    if granted is not None and not granted & _READS:
        has = ", ".join(sorted(granted)) or "none"
        raise AuthFailed(f"{what}: the token may read nothing here (its scopes: {has}). {CURE}")
    server = about(client, what)
    told = replace(user, edition=server.edition, version=server.version, expires_at=ends, granted=granted)
    return told, server


def who(client: Client) -> Account:
    """The account alone, by one request."""
    what = _what(client)
    answer = client.get("/user", what=what, allow=frozenset({404}))
    if answer.status == 404:
        raise Misconfigured(f"{what}: there is no GitLab API. Check `url`")
    user = expect(answer.body, dict, what=what)
    if user.get("id") is None:
        raise Unavailable(f"{what}: the answer does not say who we are. Check `url`")
    return Account(id=str(user["id"]), name=str(user.get("username") or user.get("name") or user["id"]))


def _what(client: Client) -> str:
    return f"signing in to {client.base}"


CURE = "Make a new one with the scope `read_api`, or `api` to write"
Told = tuple[frozenset[str] | None, datetime | None]


def _token(client: Client, what: str) -> Told:
    """https://docs.gitlab.com/api/personal_access_tokens/: of project and group tokens too, but not on old servers. A token ends as its
    last day begins, in UTC."""
    told = _asked(client, "/personal_access_tokens/self", what)
    try:
        ends = date.fromisoformat(str(told.get("expires_at")))
    except ValueError:
        return _scopes(told.get("scopes")), None
    return _scopes(told.get("scopes")), datetime(ends.year, ends.month, ends.day, tzinfo=UTC)


def _oauth(client: Client, what: str) -> Told:
    """https://docs.gitlab.com/api/oauth2/#retrieve-the-token-information. One that is renewed has no end."""
    told = _asked(client, f"{client.base}/oauth/token/info", what)
    seconds = told.get("expires_in")
    ends = client.now + timedelta(seconds=seconds) if isinstance(seconds, int) and not client.sign_in.renews else None
    return _scopes(told.get("scope")), ends


def _asked(client: Client, path: str, what: str) -> Mapping[str, Any]:
    body = client.get(path, what=what, allow=_UNTOLD).body
    return body if isinstance(body, Mapping) else {}


def _scopes(value: object) -> frozenset[str] | None:
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(map(str, value)) if isinstance(value, list) else None
