"""How requests to Google are sent: a paced session that signs each one, in the shape in which Google's library expects it.

The library's own transport sends a request again when the connection breaks, and knows no deadline; so it is not used.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import google.auth.exceptions
import httplib2
import requests
from google.oauth2 import service_account

from connectors.google_calendar.errors import refused
from connectors.http import from_exception, pace
from syncd.contract import AuthFailed, Gate, Misconfigured, Settings, Unavailable

SCOPE = "https://www.googleapis.com/auth/calendar.readonly"


class Transport:
    """Stands where the library expects an `httplib2.Http`."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> tuple[httplib2.Response, bytes]:
        """Send once; redirects are not followed. Raises what requests raises."""
        sent = {name: value for name, value in (headers or {}).items() if body or name.lower() != "content-length"}
        answer = self._session.request(method, uri, data=body, headers=sent, allow_redirects=False)
        return httplib2.Response({**answer.headers, "status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer in the words of google-auth."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def signed(session: requests.Session, token: Callable[[], str]) -> requests.Session:
    """The session, with the token of the moment in every request."""

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token()}"
        return request

    session.auth = sign
    return session


def access_token(settings: Settings) -> Callable[[], str]:
    """The token of the connection, as it is now: it may have been renewed since the last request."""

    def token() -> str:
        value = settings.secret()
        if not value or not (value.isascii() and value.isprintable()):
            raise AuthFailed("there is no token that Google could take. Put one into `token_file`, on one line")
        return value

    return token


class ServiceAccount:
    """The tokens of a service account, asked for at the endpoint that its key names, through a paced session of its own."""

    def __init__(self, file: str, subject: str | None, settings: Settings, gate: Gate) -> None:
        self._key = _key(file, subject)
        self._what = f"signing in as {subject or self._key.service_account_email}"
        self._now: Callable[[], datetime] = settings.now
        self._session = pace(requests.Session(), settings, gate)

    @property
    def name(self) -> str:
        """The account's address."""
        return str(self._key.service_account_email)

    def token(self) -> str:
        """The token of the moment, renewed before it runs out."""
        if not self._key.valid:
            try:
                self._key.refresh(self._ask)  # type: ignore[no-untyped-call]
            except google.auth.exceptions.GoogleAuthError as error:
                raise Unavailable(f"{self._what}: Google's answer holds no token ({type(error).__name__})") from None
        return str(self._key.token)

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    def _ask(self, url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any) -> _Answer:
        """Send once. google-auth would ask again after some answers: what is no token ends here."""
        try:
            answer = self._session.request(method, url, data=body, headers=headers, allow_redirects=False)
        except Exception as error:
            raise from_exception(error, what=self._what) from None
        if answer.status_code != 200:
            raise refused(answer.status_code, answer.headers, answer.content, now=self._now(), what=self._what)
        if not _is_object(answer.content):
            raise Unavailable(f"{self._what}: the answer is not JSON (a proxy's page?). Check `token_uri` in the key")
        return _Answer(answer.status_code, answer.headers, answer.content)


def _key(file: str, subject: str | None) -> service_account.Credentials:
    """The key in a file of Google's making. Raises Misconfigured; no text names what is in the file."""
    from_info: Callable[..., service_account.Credentials] = service_account.Credentials.from_service_account_info
    try:
        return from_info(json.loads(Path(file).read_text("utf-8-sig")), scopes=[SCOPE], subject=subject)
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read ({error.strerror}). Put the service account's key there") from None
    except (ValueError, TypeError, AttributeError, google.auth.exceptions.GoogleAuthError):
        raise Misconfigured(f"{file} holds no service account's key. Download it from Google as JSON, and put it there") from None


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
