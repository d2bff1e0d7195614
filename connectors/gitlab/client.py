"""Requests to GitLab through python-gitlab: raw JSON and headers out, one of the six errors on failure, nothing retried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import gitlab
import requests
from gitlab.exceptions import GitlabError

from connectors.gitlab.errors import translate
from connectors.http import from_exception, from_status, pace
from syncd.contract import AuthFailed, Gate, Settings

NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What GitLab answered: the decoded body (None where a status that was allowed says no) and the headers."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Client:
    """One session. Reading and writing have one each. Redirects are followed for reads only, and never to another server:
    the token goes along with them."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._settings = settings
        self._last: requests.Response | None = None
        self.base = settings.url.rstrip("/").removesuffix("/api/v4")
        session = pace(requests.Session(), settings, gate)
        session.auth = self._sign
        session.hooks["response"].append(self._arrived)
        self._gitlab = gitlab.Gitlab(
            self.base, timeout=settings.timeout_s, retry_transient_errors=False, keep_base_url=True, session=session
        )

    @property
    def root(self) -> str:
        """The path under which GitLab is installed on its host."""
        return urlsplit(self.base).path

    @property
    def now(self) -> datetime:
        """The clock of the connection."""
        return self._settings.now()

    def get(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        *,
        what: str,
        scope: str | None = None,
        allow: frozenset[int] = NONE,
    ) -> Answer:
        """Read. `what` says for a person what is being done; a status in `allow` is answered instead of raised."""
        return self._request("get", path, query, None, what=what, scope=scope, allow=allow)

    def send(
        self, verb: str, path: str, body: Mapping[str, object], *, what: str, scope: str | None, allow: frozenset[int] = NONE
    ) -> Answer:
        """Write, once."""
        return self._request(verb, path, None, dict(body), what=what, scope=scope, allow=allow)

    def close(self) -> None:
        """Let go of sockets."""
        self._gitlab.session.close()

    def _request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, object] | None,
        body: dict[str, object] | None,
        *,
        what: str,
        scope: str | None,
        allow: frozenset[int],
    ) -> Answer:
        self._last = None
        try:
            answer = self._gitlab.http_request(
                verb, path, query_data=dict(query or {}), post_data=body, obey_rate_limit=False, max_retries=0
            )
            return Answer(answer.status_code, answer.json(), answer.headers)
        except GitlabError as error:
            headers: Mapping[str, str] = self._last.headers if self._last is not None else {}
            if error.response_code in allow:
                return Answer(error.response_code or 0, None, headers)
            raise translate(error, headers, now=self.now, what=what, scope=scope, write=verb != "get") from None
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from None

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token in as it is now; it may have been renewed since the last request."""
        token = self._settings.secret()
        if token and not (token.isascii() and token.isprintable()):
            raise AuthFailed("the token holds characters that no GitLab token has. Put it in place again, on one line")
        if token:
            request.headers["PRIVATE-TOKEN"] = token
        return request

    def _arrived(self, answer: requests.Response, **_: Any) -> None:
        self._last = answer
        if not answer.is_redirect:
            return
        target = urlsplit(requests.compat.urljoin(answer.url, answer.headers["location"]))
        asked = urlsplit(answer.url)
        if answer.request.method != "GET" or (target.scheme, target.netloc) != (asked.scheme, asked.netloc):
            raise from_status(answer.status_code, answer.headers, None, now=self.now, what=f"reading {self.base}")
