"""Who we are: the user that a token belongs to, or the App with its bot; and which comments are ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.github.client import Client
from connectors.github.errors import scopes_of
from connectors.github.sign_in import AppSignIn, TokenSignIn
from connectors.github.wire import Row
from connectors.http import expect
from syncd.contract import Account, AuthFailed, Misconfigured, Unavailable

_WHAT = "asking GitHub who we are"


@dataclass(frozen=True, slots=True)
class Own:
    """The account, and for an App its id."""

    account: Account
    app_id: int | None = None

    def wrote(self, row: Row) -> bool:
        """Whether a comment is ours: an App's bears the App, or is its bot's where a server does not tell the App."""
        user = row.get("user") or {}
        if self.app_id is None:
            return str(user.get("id")) == self.account.id
        through = row.get("performed_via_github_app") or {}
        if through.get("id") is not None:
            return bool(through["id"] == self.app_id)
        return user.get("type") == "Bot" and str(user.get("login")).casefold() == self.account.name.casefold()


def own(client: Client, sign_in: TokenSignIn | AppSignIn) -> Own:
    """Who we are now. Raises AuthFailed where the credentials are nobody's, Misconfigured where no GitHub answers at this address."""
    return _app(sign_in) if isinstance(sign_in, AppSignIn) else Own(_user(client))


def _user(client: Client) -> Account:
    answer = client.get("/user", what=_WHAT, accept=(403, 404))
    if answer.status == 404:
        raise Misconfigured(f"{_WHAT}: there is no GitHub API at `url` (404). For Enterprise Server it is https://HOST/api/v3")
    if answer.status == 403 and "by integration" in answer.text:
        cure = "Put a personal access token into place, or sign in as the App itself (`app_id`, `private_key_file`)"
        raise AuthFailed(f"{_WHAT}: the token is one of an App's installation, which is nobody there (403). {cure}")
    if answer.status == 403:
        error = client.refusal(answer, what=_WHAT, scope=None)
        if isinstance(error, AuthFailed):
            raise AuthFailed(f"{error.text}. The token must be a user's: a personal access token, classic or fine-grained")
        raise error
    user = expect(answer.json(what=_WHAT), dict, what=_WHAT)
    if not user.get("id"):
        raise Unavailable(f"{_WHAT}: the answer names no user. Check `url`")
    return Account(
        id=str(user["id"]),
        name=str(user.get("login") or user["id"]),
        edition=_edition(answer.headers.get("x-github-enterprise-version")),
        version=answer.headers.get("x-github-enterprise-version"),
        expires_at=ends(answer.headers),
        granted=scopes_of(answer.headers),
    )


def _app(sign_in: AppSignIn) -> Own:
    row, version = sign_in.app(what=_WHAT)
    if not isinstance(row.get("id"), int):
        raise Unavailable(f"{_WHAT}: the answer names no App. Check `url`")
    name = f"{row['slug']}[bot]" if row.get("slug") else str(row.get("name") or row["id"])
    account = Account(str(row["id"]), name, edition=_edition(version), version=version, granted=sign_in.granted())
    return Own(account, row["id"])


def _edition(version: str | None) -> str | None:
    return "Enterprise Server" if version else None


def ends(headers: Mapping[str, str]) -> datetime | None:
    """When a personal access token ends, as every answer to it says: "2026-11-30 12:00:00 UTC", or with an offset."""
    value = headers.get("github-authentication-token-expiration", "").strip()
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d) ?(UTC|Z|[+-]\d\d:?\d\d)?", value)
    if not found:
        return None
    offset = found[3] if found[3] not in (None, "UTC", "Z") else "+00:00"
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{offset}").astimezone(UTC)
    except ValueError:
        return None
