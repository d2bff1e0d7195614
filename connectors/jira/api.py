"""One client of Jira's REST API: the library's session, our pacing, raw JSON, the six errors."""

import json
from collections.abc import Collection, Mapping
from typing import Any

import requests

from connectors.http import READS, from_exception, pace
from connectors.jira.errors import Answered, refuse, translate
from connectors.jira.sign import Signing
from connectors.nested import json_of
from syncd.contract import Gate, Settings, SyncError
from syncd.model.raw import Json

NOTHING: Mapping[str, Json] = {}
"""What `send` gives where Jira answers with success and no body."""


class Api:
    """Sends one request at a time, once. `what` says for a person what is being done, `scope` which project it concerns.

    `root` and `version` say which API: `api` is Jira's own, `agile` that of Jira Software. Without a version it is 2, which gives plain
    texts, and 3 from the moment on when Jira says that 2 is gone (410). `none_on`: statuses that give None instead of an error.
    """

    def __init__(self, settings: Settings, gate: Gate, signing: Signing) -> None:
        from jira import JIRA  # 0.2 s: only where a Jira is configured

        self._settings, self._signing, self._version = settings, signing, "2"
        self._client = JIRA(
            settings.url.rstrip("/"), get_server_info=False, max_retries=0, timeout=settings.timeout_s, logging=False
        )
        session = pace(self._client._session, settings, gate)
        session.auth = signing
        session.hooks["response"].append(refuse)

    def get(
        self,
        path: str,
        params: Mapping[str, str | int | list[str]] | None = None,
        *,
        what: str,
        scope: str | None = None,
        root: str = "api",
        version: str | None = None,
        none_on: Collection[int] = (),
    ) -> Json:
        """The decoded answer of a GET on `/rest/<root>/<version>/<path>`."""
        return self._ask("GET", root, version, path, {"params": params or {}}, what, scope, none_on, writes=False)

    def send(
        self,
        method: str,
        path: str,
        body: Json,
        *,
        what: str,
        scope: str | None = None,
        version: str | None = None,
        none_on: Collection[int] = (),
        writes: bool = True,
    ) -> Json:
        """The decoded answer of a request with a JSON body; `NOTHING` where a write is answered without one.

        `writes` False: what is asked for is too long for an address, and nothing is written.
        """
        kwargs = {"data": json.dumps(body), "headers": {} if writes else {READS: "1"}}
        return self._ask(method, "api", version, path, kwargs, what, scope, none_on, writes=writes)

    def close(self) -> None:
        """Close the session."""
        if self._client._session is not None:
            self._client.close()  # type: ignore[no-untyped-call]

    def _ask(
        self,
        method: str,
        root: str,
        version: str | None,
        path: str,
        kwargs: dict[str, Any],
        what: str,
        scope: str | None,
        none_on: Collection[int],
        *,
        writes: bool,
    ) -> Json:
        try:
            answer = self._newest(method, root, version, path, kwargs)
            if writes and not answer.content:
                return NOTHING
            return json_of(answer)
        except Answered as error:
            if error.answer.status_code in none_on:
                return None
            raise self._translated(error.answer, what, scope, write=writes) from error
        except SyncError:
            raise
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from error

    def _newest(self, method: str, root: str, version: str | None, path: str, kwargs: dict[str, Any]) -> requests.Response:
        base = f"{self._signing.base}/rest/{root}"
        try:
            return self._signed(method, f"{base}/{version or self._version}/{path}", kwargs)
        except Answered as error:
            if error.answer.status_code != 410 or version or self._version == "3":
                raise
        self._version = "3"
        return self._signed(method, f"{base}/3/{path}", kwargs)

    def _signed(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        """A request that a 401 turned away was not carried out: it goes out again with a new access token, where there can be one."""
        try:
            return self._client._session.request(method, url, **kwargs)
        except Answered as error:
            if error.answer.status_code != 401 or not self._signing.renew(error.answer):
                raise
        return self._client._session.request(method, url, **kwargs)

    def _translated(self, answer: requests.Response, what: str, scope: str | None, *, write: bool) -> SyncError:
        return translate(answer, now=self._settings.now(), what=what, scope=scope, write=write)
