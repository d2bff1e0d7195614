"""Signing in: with a token, or as a GitHub App whose installations give tokens of an hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from connectors.github.client import Client
from connectors.github.moments import instant
from connectors.github.options import GithubOptions
from connectors.github.wire import PER_PAGE, Credential, Row, Wire
from connectors.http import READS, expect
from syncd.contract import AuthFailed, Misconfigured, Settings, Unavailable

_EARLY = timedelta(minutes=5)
"""A token is renewed so long before its end."""

_NOWHERE = "it is installed nowhere. Install it for the owner of the repositories"


class SignIn(Protocol):
    """Where the credential of a request comes from. `cure`: what to do where it is not accepted."""

    cure: str

    def credential(self, *, what: str, scope: str | None) -> Credential:
        """What a request about the scope ("owner/name", or an owner) is signed with. Raises AuthFailed where there is nothing."""

    def renew(self, credential: Credential) -> bool:
        """Called after a 401: whether another credential may be had for the same request."""


class TokenSignIn:
    """A user's token, classic or fine-grained; a file that holds it is read again for each request."""

    cure = "Make a new token and put it in place"

    def __init__(self, secret: Callable[[], str | None]) -> None:
        self._secret = secret

    def credential(self, *, what: str, scope: str | None) -> Credential:  # noqa: ARG002
        """The token as it is now."""
        if not (token := self._secret()):
            raise AuthFailed(f"{what}: there is no token. Set `token_file` or `token`")
        return Credential(token)

    def renew(self, credential: Credential) -> bool:  # noqa: ARG002
        """There is no other one."""
        return False


class _AppKey:
    """The App itself, by its private key: it may ask who it is and where it is installed, and nothing else."""

    cure = "Check `app_id`, `private_key_file` and this machine's clock"

    def __init__(self, app_id: int | str, file: str) -> None:
        self._app_id, self._file = app_id, Path(file)

    def credential(self, *, what: str, scope: str | None) -> Credential:  # noqa: ARG002
        """A token of some minutes, made of the key as it is now."""
        from github import Auth

        try:
            key = self._file.read_text("ascii")
            return Credential(Auth.AppAuth(self._app_id, key).token, "Bearer")
        except OSError as error:
            raise Misconfigured(
                f"{what}: `private_key_file` cannot be read ({error.strerror}). Put the App's key there"
            ) from None
        except Exception:  # the libraries below answer a broken key with errors of many kinds, and some quote it
            raise Misconfigured(
                f"{what}: `private_key_file` holds no RSA private key. Put the PEM file there that GitHub gave for the App"
            ) from None

    def renew(self, credential: Credential) -> bool:  # noqa: ARG002
        """It was made anew already."""
        return False


@dataclass(frozen=True, slots=True)
class _Token:
    credential: Credential
    until: datetime | None
    granted: frozenset[str]


class AppSignIn:
    """A GitHub App: each owner's installation gives a token, which is renewed before it ends and after a 401."""

    cure = _AppKey.cure

    def __init__(self, options: GithubOptions, wire: Wire) -> None:
        assert options.app_id is not None
        assert options.private_key_file is not None
        self._what = f"signing in as the GitHub App {options.app_id}"
        self._fixed = options.installation_id
        self._now = wire.now
        self._as_app = Client(wire, _AppKey(options.app_id, options.private_key_file))
        self._tokens: dict[int, _Token] = {}
        self._installed: dict[str, Row] | None = None
        self._untold = False

    def app(self, *, what: str) -> tuple[Row, str | None]:
        """The App as GitHub knows it, and the version of an Enterprise Server."""
        answer = self._as_app.get("/app", what=what, accept=(404,))
        if answer.status == 404:
            raise Misconfigured(
                f"{what}: there is no GitHub API at `url`, or no such App (404). For Enterprise Server it is https://HOST/api/v3"
            )
        row: Row = expect(answer.json(what=what), dict, what=what)
        return row, answer.headers.get("x-github-enterprise-version")

    def granted(self) -> frozenset[str] | None:
        """The permissions that all of its installations have, as "issues:write"; None where the server does not list them. Raises
        AuthFailed where it is installed nowhere."""
        if self._fixed is not None:
            return self._token(self._fixed, None).granted
        found = [_granted(row) for row in self._installations().values()]
        if not found and not self._untold:
            raise AuthFailed(f"{self._what}: {_NOWHERE}")
        return frozenset.intersection(*found) if found else None

    def credential(self, *, what: str, scope: str | None) -> Credential:  # noqa: ARG002
        """The token of the installation that is for the scope's owner."""
        return self._token(self._installation(scope), scope).credential

    def renew(self, credential: Credential) -> bool:
        """Forget the token; the next one is made with the key as it is then."""
        stale = [id for id, token in self._tokens.items() if token.credential == credential]
        for id in stale:
            del self._tokens[id]
        return bool(stale)

    def _installation(self, scope: str | None) -> int:
        if self._fixed is not None:
            return self._fixed
        known = self._installations()
        owner = (scope or "").partition("/")[0].casefold()
        if owner not in known:
            known[owner] = self._look_for(scope) if scope else next(iter(known.values()), {})
        id = known[owner].get("id")
        if not isinstance(id, int):
            raise AuthFailed(f"{self._what}: {_NOWHERE}")
        return id

    def _installations(self) -> dict[str, Row]:
        """By owner, asked for once."""
        if self._installed is None:
            pages = self._as_app.walk("/app/installations", what=self._what, query={"per_page": str(PER_PAGE)}, accept=(404,))
            found: dict[str, Row] = {}
            for page in pages:
                self._untold = page.absent
                found |= {str((row.get("account") or {}).get("login") or "").casefold(): row for row in page.rows}
            self._installed = found
        return self._installed

    def _look_for(self, scope: str) -> Row:
        """The installation of an owner that none is listed for: one who has another name now, or none at all."""
        paths = (
            (f"/repos/{scope}/installation",) if "/" in scope else (f"/orgs/{scope}/installation", f"/users/{scope}/installation")
        )
        for path in paths:
            answer = self._as_app.get(path, what=self._what, scope=scope, accept=(404,))
            if answer.status == 200:
                row: Row = expect(answer.json(what=self._what, scope=scope), dict, what=self._what, scope=scope)
                return row
        owner = scope.partition("/")[0]
        raise AuthFailed(f"{self._what}: it is not installed for {owner}. Install it there, with this repository", scope=scope)

    def _token(self, installation: int, scope: str | None) -> _Token:
        token = self._tokens.get(installation)
        if token is None or (token.until is not None and token.until <= self._now()):
            token = self._tokens[installation] = self._made(installation, scope)
        return token

    def _made(self, installation: int, scope: str | None) -> _Token:
        concerned = None if self._fixed is not None else scope
        answer = self._as_app.ask(
            "POST", f"/app/installations/{installation}/access_tokens", what=self._what, scope=concerned, headers={READS: "yes"}
        )
        if answer.status == 404:
            raise Misconfigured(
                f"{self._what}: it has no installation {installation} (404). Correct `installation_id`, or leave it out",
                scope=concerned,
            )
        if answer.status not in (200, 201):
            raise self._as_app.refusal(answer, what=self._what, scope=concerned)
        row = expect(answer.json(what=self._what, scope=concerned), dict, what=self._what, scope=concerned)
        if not isinstance(row.get("token"), str) or not row["token"]:
            raise Unavailable(f"{self._what}: the answer holds no token. Check `url`", scope=concerned)
        return _Token(Credential(row["token"]), self._until(row), _granted(row))

    def _until(self, row: Row) -> datetime | None:
        """None where it is not known, or lies in the past by our clock: then a 401 says when it is over."""
        end = instant(row.get("expires_at"))
        return end - _EARLY if end is not None and end - _EARLY > self._now() else None


def _granted(row: Row) -> frozenset[str]:
    permissions = row.get("permissions")
    return frozenset(f"{name}:{level}" for name, level in permissions.items()) if isinstance(permissions, dict) else frozenset()


def sign_in(settings: Settings, wire: Wire) -> TokenSignIn | AppSignIn:
    """The way that the configuration names."""
    assert isinstance(settings.options, GithubOptions)
    if settings.options.private_key_file:
        return AppSignIn(settings.options, wire)
    return TokenSignIn(settings.secret)
