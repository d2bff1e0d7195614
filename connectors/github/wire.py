"""One request: PyGithub's requester over our own paced session, signed with the credential that it is given."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import SplitResult, urlsplit

import requests

from connectors.github.line import Answer, Line
from connectors.http import from_exception, pace
from syncd.contract import AuthFailed, Gate, Misconfigured, Settings

if TYPE_CHECKING:
    from github.Auth import Auth
    from github.Requester import Requester

Row = dict[str, Any]

PER_PAGE = 100
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request is signed with: a `token` of a user or an installation, or the `Bearer` token by which an App proves itself."""

    text: str = field(repr=False)
    scheme: Literal["token", "Bearer"] = "token"


class Wire:
    """One session with one GitHub."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        # Half a second that only a configured connection pays; here, because connectors are made one after the other: threads
        # that import the same modules at once can lock each other out.
        import_module("github")
        self._settings = settings
        self.now = settings.now
        self.base = address(settings.url) or urlsplit("")
        self._session = pace(requests.Session(), settings, gate)
        self._made: tuple[Credential, Requester] | None = None

    def send(
        self,
        verb: str,
        path: str,
        credential: Credential,
        *,
        what: str,
        scope: str | None,
        query: Mapping[str, str] | None,
        body: Row | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        """Send one request and give its answer, whatever the status is. Raises one of the six where there is none."""
        line = Line(self._session, f"{self.base.scheme}://{self.base.netloc.rpartition('@')[2]}")
        requester = self._requester(credential, what)
        try:
            requester.requestJson(verb, path, dict(query or {}), {**_HEADERS, **(headers or {})}, body, cnx=line)  # type: ignore[arg-type]
            return line.answer()
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from error

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    def _requester(self, credential: Credential, what: str) -> "Requester":
        if self._made is None or self._made[0] != credential:
            self._made = (credential, self._make(credential, what))
        return self._made[1]

    def _make(self, credential: Credential, what: str) -> "Requester":
        from github import Github

        if self.base.scheme not in ("https", "http") or not self.base.hostname:
            raise Misconfigured(f"{what}: {self._settings.url!r} is no http address. Check `url`")
        return Github(
            base_url=self._settings.url,
            auth=_auth(credential, what),
            user_agent="syncd",
            timeout=math.ceil(self._settings.timeout_s),
            per_page=PER_PAGE,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        ).requester


def _auth(credential: Credential, what: str) -> "Auth":
    from github import Auth

    text = credential.text
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise AuthFailed(f"{what}: the token holds characters that no token has. Put the bare token into place")
    return Auth.Token(text) if credential.scheme == "token" else Auth.AppAuthToken(text)


def address(url: str) -> SplitResult | None:
    """The parts of an address; None where host or port cannot be read."""
    try:
        found = urlsplit(url)
        return found if found.port is None or found.hostname else None
    except ValueError:
        return None
