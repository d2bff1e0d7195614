"""How requests to Google are sent: a paced session that signs each one, in the shape in which Google's library expects it.

The library's own transport sends a request again when the connection breaks, and knows no deadline; so it is not used.
"""

from collections.abc import Mapping
from typing import Any

import httplib2
import requests

from connectors.google_calendar.sign_in import Tokens


class Transport:
    """Stands where the library expects an `httplib2.Http`."""

    def __init__(self, session: requests.Session, tokens: Tokens) -> None:
        self._session, self._tokens = session, tokens
        session.auth = self._sign

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> tuple[httplib2.Response, bytes]:
        """Send once; redirects are not followed. Raises what requests raises."""
        sent = {name: value for name, value in (headers or {}).items() if body or name.lower() != "content-length"}
        answer = self._session.request(method, uri, data=body, headers=sent, allow_redirects=False)
        if answer.status_code == 401:
            self._tokens.reject()
        return httplib2.Response({**answer.headers, "status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()
        self._tokens.close()

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._tokens.headers())
        return request
