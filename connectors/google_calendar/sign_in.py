"""Signing in: the token of the moment, as it is given or as Google's token endpoint gives it for what a file holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import google.auth.exceptions
import requests
from google.oauth2 import service_account

from connectors.google_calendar.default_file import default_file
from connectors.google_calendar.errors import refused
from connectors.google_calendar.key import Credentials, credentials_in, quota_project, text_of
from connectors.google_calendar.options import GoogleCalendarOptions
from connectors.http import from_exception, pace
from syncd.contract import AuthFailed, Gate, Settings, Unavailable

READ = "https://www.googleapis.com/auth/calendar.readonly"
WRITE = "https://www.googleapis.com/auth/calendar.events"


class Tokens(Protocol):
    """Whatever gives tokens. `name`: the account, where it is known. `granted`, `expires_at`: as in `Account`."""

    @property
    def name(self) -> str | None: ...
    @property
    def granted(self) -> frozenset[str] | None: ...
    @property
    def expires_at(self) -> datetime | None: ...

    def headers(self) -> Mapping[str, str]:
        """What signs a request of this moment."""

    def reject(self) -> None:
        """Google did not take the last token: the next one comes from the file as it is then."""

    def close(self) -> None:
        """Let go of sockets."""


def sign_in(settings: Settings, gate: Gate, scope: str) -> Tokens:
    """The way that the configuration names. Raises Misconfigured where a file does not hold what it should."""
    options = settings.options
    assert isinstance(options, GoogleCalendarOptions)
    if options.credentials_file:
        return FromFile(options.credentials_file, options.subject, scope, settings, gate)
    if options.application_default:
        return FromFile(default_file(), options.subject, scope, settings, gate)
    return Given(settings)


class Given:
    """The token of the connection, as it is now: it may have been renewed since the last request."""

    name: str | None = None
    granted: frozenset[str] | None = None
    expires_at: datetime | None = None

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret

    def headers(self) -> Mapping[str, str]:
        """Raises AuthFailed where there is no token that could be sent."""
        value = self._secret()
        if not value or not (value.isascii() and value.isprintable()):
            raise AuthFailed("there is no token that Google could take. Put one into `token_file`, on one line")
        return {"Authorization": f"Bearer {value}"}

    def reject(self) -> None:
        """Nothing to forget: it is read again each time."""

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer in the words of google-auth."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class FromFile:
    """Tokens for what a file holds, asked for through a paced session of its own. The file is looked at before each request."""

    def __init__(self, file: str, subject: str | None, scope: str, settings: Settings, gate: Gate) -> None:
        self._file, self._subject, self._scope, self._settings = file, subject, scope, settings
        self._session = pace(requests.Session(), settings, gate)
        self.granted: frozenset[str] | None = None
        self.expires_at: datetime | None = None
        self._load(text_of(file))

    @property
    def name(self) -> str | None:
        """The person for whom it acts, else the service account's address; a person's own sign-in tells nobody's name."""
        key = self._credentials
        return self._subject or (str(key.service_account_email) if isinstance(key, service_account.Credentials) else None)

    def headers(self) -> Mapping[str, str]:
        """The token of the moment, renewed before it runs out, and where the file is another one than before."""
        text = text_of(self._file)
        if text != self._text:
            self._load(text)
        if not self._credentials.valid:
            self._renew()
        project = {"x-goog-user-project": self._project} if self._project else {}
        return {"Authorization": f"Bearer {self._credentials.token}", **project}

    def reject(self) -> None:
        """The file is read anew before the next request, and a token asked for."""
        self._text = ""

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    def _load(self, text: str) -> None:
        self._credentials: Credentials = credentials_in(
            text, self._file, scope=self._scope, subject=self._subject, url=self._settings.url
        )
        self._project = quota_project(text)
        self._text = text

    @property
    def _what(self) -> str:
        return f"signing in as {self.name}" if self.name else f"signing in with {self._file}"

    def _renew(self) -> None:
        try:
            self._credentials.refresh(self._ask)  # type: ignore[no-untyped-call]
            if not isinstance(self._credentials.token, str):
                raise TypeError("token")
        except (google.auth.exceptions.GoogleAuthError, ValueError, TypeError) as error:
            self.reject()
            raise Unavailable(f"{self._what}: Google's answer holds no token ({type(error).__name__})") from None

    def _ask(self, url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any) -> _Answer:
        """Send once. google-auth would ask again after some answers: what is no token ends here."""
        now = self._settings.now()
        try:
            answer = self._session.request(method, url, data=body, headers=headers, allow_redirects=False)
        except Exception as error:
            raise from_exception(error, what=self._what) from None
        if answer.status_code != 200:
            person = not isinstance(self._credentials, service_account.Credentials)
            scope = self._scope.rpartition("/")[2]
            raise refused(
                answer.status_code, answer.headers, answer.content, now=now, what=self._what, needs=scope, person=person
            )
        self._learn(_object(answer.content, self._what), now)
        return _Answer(answer.status_code, answer.headers, answer.content)

    def _learn(self, said: Mapping[str, Any], now: datetime) -> None:
        """What the answer says beside the token: the scopes, and how long a person's sign-in lasts."""
        if isinstance(scopes := said.get("scope"), str):
            self.granted = frozenset(scopes.split())
        if isinstance(lasts := said.get("refresh_token_expires_in"), int) and 0 < lasts < 10**10:
            self.expires_at = now + timedelta(seconds=lasts)


def _object(body: bytes, what: str) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Unavailable(f"{what}: the answer is not JSON (a proxy's page?). Check `token_uri` in the key")
    return said
