"""One client of Jira's REST API: the library's addresses and session, our pacing, raw JSON, the six errors."""

import json
from collections.abc import Collection, Mapping
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from connectors.http import from_exception, pace
from connectors.jira.errors import Answered, refuse, translate
from syncd.contract import Gate, Misconfigured, Settings, SyncError
from syncd.model.raw import Json


class Api:
    """Sends one request at a time, once. `what` says for a person what is being done, `scope` which project it concerns.

    `none_on`: statuses that give None instead of an error.
    """

    def __init__(self, settings: Settings, gate: Gate) -> None:
        from jira import JIRA  # 0.2 s: only where a Jira is configured

        self._settings = settings
        self._client = JIRA(
            settings.url.rstrip("/"), get_server_info=False, max_retries=0, timeout=settings.timeout_s, logging=False
        )
        session = pace(self._client._session, settings, gate)
        session.auth = self._sign
        session.hooks["response"].append(refuse)

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        what: str,
        scope: str | None = None,
        version: str = "2",
        none_on: Collection[int] = (),
    ) -> Json:
        """The decoded answer of a GET on `/rest/api/<version>/<path>`."""
        return self._ask("GET", path, version, {"params": params or {}}, what, scope, none_on)

    def send(
        self,
        method: str,
        path: str,
        body: Json,
        *,
        what: str,
        scope: str | None = None,
        version: str = "2",
        none_on: Collection[int] = (),
    ) -> Json:
        """The decoded answer of a request with a JSON body."""
        return self._ask(method, path, version, {"data": json.dumps(body)}, what, scope, none_on)

    def close(self) -> None:
        """Close the session."""
        if self._client._session is not None:
            self._client.close()  # type: ignore[no-untyped-call]

    def _ask(
        self, method: str, path: str, version: str, kwargs: dict[str, Any], what: str, scope: str | None, none_on: Collection[int]
    ) -> Json:
        url = f"{self._client.server_url}/rest/api/{version}/{path}"
        try:
            return self._client._session.request(method, url, **kwargs).json()
        except Answered as error:
            if error.answer.status_code in none_on:
                return None
            raise self._translated(error.answer, what, scope, write=method != "GET") from error
        except SyncError:
            raise
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from error

    def _translated(self, answer: requests.Response, what: str, scope: str | None, *, write: bool) -> SyncError:
        return translate(answer, now=self._settings.now(), what=what, scope=scope, write=write)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Basic with a user (Cloud), Bearer without (Data Center). The token is read for each request: it may be exchanged."""
        token = self._settings.secret()
        if not token:
            raise Misconfigured("there is no token for this Jira. Put one into `token_file`")
        if self._settings.user:
            HTTPBasicAuth(self._settings.user.encode(), token.encode())(request)
            return request
        if not (token.isascii() and token.isprintable()):
            raise Misconfigured("the token for this Jira holds characters that no token has. Look into `token_file`")
        request.headers["Authorization"] = f"Bearer {token}"
        return request
