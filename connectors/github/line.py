"""The connection that PyGithub is given, and the true answer that came over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from connectors.decoding import decoded
from connectors.http import from_exception
from connectors.nested import decoded as carefully_decoded

_REDIRECTS = (301, 302, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `moved`: it was given at another address than the one asked."""

    status: int
    headers: Mapping[str, str]
    text: str
    moved: bool = False

    @property
    def redirect(self) -> bool:
        """Whether it only says where to ask instead."""
        return self.status in _REDIRECTS

    def json(self, *, what: str, scope: str | None = None) -> Any:
        """The decoded body. Raises Unavailable where it is not JSON."""
        try:
            return decoded(self.text.encode("utf-8", "surrogatepass"), lambda: carefully_decoded(self.text))
        except (ValueError, RecursionError) as error:
            raise from_exception(error, what=what, scope=scope) from error


class Line:
    """A connection as PyGithub knows one, over our session.

    PyGithub is shown a bare success, whatever came: given the true answer it sleeps and asks again on 202, follows a 301
    without its query (and so would read open issues only), and fails on rate headers that are no numbers.
    """

    def __init__(self, session: requests.Session, origin: str) -> None:
        self._session, self._origin = session, origin
        self._asked: Mapping[str, Any] = {}
        self._came: requests.Response | None = None

    def request(self, verb: str, url: str, input: str | None, headers: dict[str, str], stream: bool = False) -> None:  # noqa: ARG002
        self._asked = {"method": verb, "url": self._origin + url, "data": input, "headers": headers, "allow_redirects": False}

    def getresponse(self) -> "_Shown":
        self._came = self._session.request(**self._asked)
        return _Shown()

    def answer(self) -> Answer:
        assert self._came is not None
        self._came.encoding = "utf-8"
        return Answer(self._came.status_code, self._came.headers, self._came.text)


class _Shown:
    status = 200

    def getheaders(self) -> tuple[tuple[str, str], ...]:
        return ()

    def read(self) -> str:
        return ""
