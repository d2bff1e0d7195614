"""Where the API of a site is, and how a request to it is signed: Basic, Bearer, or an access token that we ask for ourselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import requests
from requests.auth import HTTPBasicAuth

from connectors.http import READS, expect, from_exception, pace
from connectors.jira.errors import Answered, lacks_scope, refuse, translate
from connectors.jira.options import JiraOptions
from syncd.contract import AuthFailed, Gate, Misconfigured, Settings, SyncError, Unavailable
from syncd.model.raw import Json

PLATFORM = "/ex/jira/"
"""Scoped tokens speak to the platform's host under this path, while people browse the site's own address."""
_AHEAD = timedelta(minutes=1)
"""An access token that ends within this time is not used any more."""


@dataclass(frozen=True, slots=True)
class _Access:
    """An access token, until when it is good, and what it allows where that is said."""

    token: str
    until: datetime | None
    granted: frozenset[str] | None


class Signing:
    """Shared by both clients of a connector. It has a session of its own that sends no credentials of Jira's along."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._settings, self._options = settings, cast(JiraOptions, settings.options)
        self._session = pace(requests.Session(), settings, gate)
        self._session.hooks["response"].append(refuse)
        self._site = settings.url.rstrip("/")
        self._base: str | None = None if self._cloud_id == "auto" else self._under(self._cloud_id)
        self._access: _Access | None = None

    @property
    def base(self) -> str:
        """The address below which `/rest` is. Asked for once where the site's id is to be looked up."""
        if self._base is None:
            what = "looking up the site's id (cloud_id)"
            found = expect(self._ask("GET", f"{self._site}/_edge/tenant_info", None, what), dict, what=what)
            if not found.get("cloudId"):
                raise Misconfigured(f"{what}: the site does not tell it. Write it into `cloud_id`, and check `url`")
            self._base = self._under(str(found["cloudId"]))
        return self._base

    @property
    def is_on_platform(self) -> bool:
        """Whether the API is asked for at Atlassian's platform, which only Jira Cloud has."""
        return self._cloud_id is not None or PLATFORM in self._site

    @property
    def granted(self) -> frozenset[str] | None:
        """What the access token allows, where we asked for one and were told."""
        return self._access.granted if self._access else None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the credentials into a request. They are read for each one: a token may be exchanged at any time."""
        if self._options.client_id:
            request.headers["Authorization"] = f"Bearer {self._access_token()}"
        elif self._settings.user:
            HTTPBasicAuth(self._settings.user.encode(), self._secret().encode())(request)
        else:
            request.headers["Authorization"] = f"Bearer {_sendable(self._secret())}"
        return request

    def renew(self, answered: requests.Response) -> bool:
        """Forget the access token that this answer refused. False where there is none, or the next would fare no better."""
        used = answered.request.headers.get("Authorization")
        if self._access is None or used != f"Bearer {self._access.token}" or lacks_scope(answered):
            return False
        self._access = None
        return True

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    @property
    def _cloud_id(self) -> str | None:
        """A client id speaks to the platform only: its site is looked up where nothing names it."""
        if self._options.cloud_id or PLATFORM in self._site:
            return self._options.cloud_id
        return "auto" if self._options.client_id else None

    def _under(self, cloud_id: str | None) -> str:
        return f"{self._options.platform_url}{PLATFORM}{cloud_id}" if cloud_id else self._site

    def _secret(self) -> str:
        token = self._settings.secret()
        if not token:
            raise Misconfigured("there is no token for this Jira. Put one into `token_file`")
        return token

    def _access_token(self) -> str:
        if self._access is None or (self._access.until and self._access.until - _AHEAD <= self._settings.now()):
            self._access = self._new_access()
        return self._access.token

    def _new_access(self) -> _Access:
        what = "asking for an access token"
        body = {"grant_type": "client_credentials", "client_id": self._options.client_id, "client_secret": self._secret()}
        asked = self._settings.now()
        said = expect(self._ask("POST", f"{self._options.auth_url}/oauth/token", body, what), dict, what=what)
        if not isinstance(said.get("access_token"), str):
            raise Unavailable(f"{what}: the answer holds none. Check `auth_url`")
        lives, scope = str(said.get("expires_in")), said.get("scope")
        until = asked + timedelta(seconds=int(lives)) if lives.isdigit() else None
        return _Access(_sendable(said["access_token"]), until, frozenset(scope.split()) if isinstance(scope, str) else None)

    def _ask(self, method: str, url: str, body: Json, what: str) -> Json:
        try:
            return self._session.request(method, url, json=body, headers={READS: "1"}).json()
        except Answered as error:
            raise self._refused(error.answer, what) from error
        except SyncError:
            raise
        except Exception as error:
            raise from_exception(error, what=what) from error

    def _refused(self, answer: requests.Response, what: str) -> SyncError:
        status = answer.status_code
        if answer.request.method == "POST" and status in (400, 401, 403):
            why = f"the client id or its secret was not accepted ({status}): wrong, expired or revoked"
            return AuthFailed(f"{what}: {why}. Make a new secret for the service account and put it into `token_file`")
        if answer.request.method == "POST" and (300 <= status < 400 or status in (404, 405)):
            return Misconfigured(f"{what}: nobody gives one there ({status}). Check `auth_url`")
        return translate(answer, now=self._settings.now(), what=what, scope=None, write=False)


def _sendable(token: str) -> str:
    if not (token.isascii() and token.isprintable()):
        raise Misconfigured("the token for this Jira holds characters that no token has. Look into `token_file`")
    return token
