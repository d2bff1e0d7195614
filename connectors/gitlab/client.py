"""Requests to GitLab through python-gitlab: raw JSON and headers out, one of the six errors on failure, nothing retried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import gitlab
import requests
from gitlab.exceptions import GitlabError

from connectors.gitlab.errors import message_of, translate
from connectors.gitlab.sign_in import SignIn
from connectors.http import from_exception, from_status, may_follow, pace
from connectors.nested import json_of
from syncd.contract import Gate, Settings, SyncError, Unavailable

NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What GitLab answered: the decoded body and the headers. Where a status that was allowed says no, `body` is None and `said` is
    GitLab's message."""

    status: int
    body: Any
    headers: Mapping[str, str]
    said: str = ""

    @property
    def at(self) -> datetime | None:
        """The server's clock as it answered."""
        try:
            read = parsedate_to_datetime(self.headers.get("Date") or "")
        except ValueError:
            return None
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request. `reading`: it changes nothing, whatever its verb. `tag`: of an answer that need not come again."""

    verb: str
    path: str
    query: Mapping[str, object] | None
    body: Mapping[str, object] | None
    what: str
    scope: str | None
    allow: frozenset[int]
    reading: bool
    tag: str | None = None


class Client:
    """One session. Reading and writing have one each. Redirects are followed for reads only, and never to another server:
    the token goes along with them."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._settings = settings
        self._last: requests.Response | None = None
        self.base = settings.url.rstrip("/").removesuffix("/api/v4")
        self.sign_in = SignIn(settings, gate, self.base)
        session = pace(requests.Session(), settings, gate)
        session.auth = self.sign_in
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
        tag: str | None = None,
    ) -> Answer:
        """Read. `what` says for a person what is being done; a status in `allow` is answered instead of raised. `tag`: that of the answer
        that is known; with 304 among `allow` it need not come again."""
        return self._request(_Asked("get", path, query, None, what, scope, allow, reading=True, tag=tag))

    def query(
        self, text: str, variables: Mapping[str, object], *, what: str, scope: str | None, allow: frozenset[int] = NONE
    ) -> Answer:
        """Read through GraphQL. Errors inside of the answer are not looked at."""
        body = {"query": text, "variables": dict(variables)}
        return self._request(_Asked("post", f"{self.base}/api/graphql", None, body, what, scope, allow, reading=True))

    def send(
        self, verb: str, path: str, body: Mapping[str, object], *, what: str, scope: str | None, allow: frozenset[int] = NONE
    ) -> Answer:
        """Write, once."""
        return self._request(_Asked(verb, path, None, body, what, scope, allow, reading=False))

    def close(self) -> None:
        """Let go of sockets."""
        self._gitlab.session.close()
        self.sign_in.close()

    def _request(self, asked: _Asked) -> Answer:
        """Once; a read once more where the access token had ended and can be renewed."""
        try:
            return self._once(asked)
        except _Ended as ended:
            self.sign_in.renew()
            if not asked.reading:
                raise Unavailable(
                    f"{asked.what}: the access token had ended; the next attempt takes a new one", scope=asked.scope
                ) from None
            try:
                return self._once(asked)
            except _Ended:
                raise ended.error from None

    def _once(self, asked: _Asked) -> Answer:
        self._last = None
        body = None if asked.body is None else dict(asked.body)
        query = dict(asked.query or {})
        try:
            answer = self._gitlab.http_request(
                asked.verb,
                asked.path,
                query_data=query,
                post_data=body,
                obey_rate_limit=False,
                max_retries=0,
                extra_headers={"If-None-Match": asked.tag} if asked.tag else None,
            )
            return Answer(answer.status_code, json_of(answer), answer.headers)
        except GitlabError as error:
            return self._refused(error, asked)
        except Exception as error:
            raise from_exception(error, what=asked.what, scope=asked.scope) from None

    def _refused(self, error: GitlabError, asked: _Asked) -> Answer:
        headers: Mapping[str, str] = self._last.headers if self._last is not None else {}
        if error.response_code in asked.allow:
            return Answer(error.response_code or 0, None, headers, message_of(error))
        means = translate(error, headers, now=self.now, what=asked.what, scope=asked.scope, write=not asked.reading)
        if error.response_code == 401 and self.sign_in.renews:
            raise _Ended(means) from None
        raise means from None

    def _arrived(self, answer: requests.Response, **_: Any) -> None:
        self._last = answer
        if answer.is_redirect and not may_follow(answer, answer.headers["location"]):
            raise from_status(answer.status_code, answer.headers, None, now=self.now, what=f"reading {self.base}")


class _Ended(Exception):
    """The access token was not accepted, and can be renewed. `error` is what it means where that does not help."""

    def __init__(self, error: SyncError) -> None:
        super().__init__(error.text)
        self.error = error
