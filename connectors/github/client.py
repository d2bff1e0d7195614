"""Asking GitHub: PyGithub's requester over our own paced session, one request a call, and lists page by page."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.utils import parse_header_links

from connectors.github.errors import refusal
from connectors.github.line import Answer, Line
from connectors.http import expect, from_exception, pace
from syncd.contract import AuthFailed, Gate, Misconfigured, Settings, Unavailable

if TYPE_CHECKING:
    from github.Requester import Requester

Row = dict[str, Any]

PER_PAGE = 100
_MOST_PAGES = 20_000
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list. `next`: where the following page is. `unchanged`: the vendor says it is as it was (304). `absent`: the
    answer was one of the other statuses that the caller accepts."""

    rows: tuple[Row, ...]
    next: str | None
    etag: str | None = None
    moved: bool = False
    unchanged: bool = False
    absent: bool = False


class Client:
    """One session with one GitHub. `what` says, for people, what is being done, `scope` names the repository concerned."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        # Half a second that only a configured connection pays; here, because connectors are made one after the other: threads
        # that import the same modules at once can lock each other out.
        import_module("github")
        self._settings = settings
        self._base = _address(settings.url) or urlsplit("")
        self._session = pace(requests.Session(), settings, gate)
        self._made: tuple[str, Requester] | None = None

    def ask(
        self,
        verb: str,
        path: str,
        *,
        what: str,
        scope: str | None = None,
        query: Mapping[str, str] | None = None,
        body: Row | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and give its answer, whatever the status is. Raises one of the six where there is none."""
        line = Line(self._session, f"{self._base.scheme}://{self._base.netloc.rpartition('@')[2]}")
        requester = self._requester(what)
        try:
            requester.requestJson(verb, path, dict(query or {}), {**_HEADERS, **(headers or {})}, body, cnx=line)  # type: ignore[arg-type]
            return line.answer()
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from error

    def get(
        self,
        path: str,
        *,
        what: str,
        scope: str | None = None,
        query: Mapping[str, str] | None = None,
        etag: str | None = None,
        accept: tuple[int, ...] = (),
    ) -> Answer:
        """Read. Follows one redirect on the same host. Raises what any status other than 200, 304 and `accept` means."""
        headers = {"If-None-Match": etag} if etag else None
        answer = self.ask("GET", path, what=what, scope=scope, query=query, headers=headers)
        if answer.redirect and "location" in answer.headers:
            there, has_query = self._near(answer.headers["location"], what, scope)
            again = self.ask("GET", there, what=what, scope=scope, query=None if has_query else query, headers=headers)
            answer = replace(again, moved=True)
        if answer.status in (200, *accept) or (answer.status == 304 and etag):
            return answer
        raise self.refusal(answer, what=what, scope=scope)

    def one(self, path: str, *, what: str, scope: str | None = None) -> Row:
        """A single object."""
        row: Row = expect(self.get(path, what=what, scope=scope).json(what=what, scope=scope), dict, what=what, scope=scope)
        return row

    def list(
        self,
        path: str,
        *,
        what: str,
        scope: str,
        query: Mapping[str, str] | None = None,
        etag: str | None = None,
        accept: tuple[int, ...] = (),
    ) -> Listed:
        """One page of a list of objects with ids."""
        answer = self.get(path, what=what, scope=scope, query=query, etag=etag, accept=accept)
        if answer.status != 200:
            return Listed((), None, etag, answer.moved, unchanged=answer.status == 304, absent=answer.status in accept)
        rows = tuple(expect(answer.json(what=what, scope=scope), list, what=what, scope=scope))
        if not all(isinstance(row, dict) and isinstance(row.get("id"), int) for row in rows):
            raise Unavailable(f"{what}: the answer holds something without an id. Check `url`", scope=scope)
        return Listed(rows, self._next(answer, what, scope), answer.headers.get("etag"), answer.moved)

    def walk(
        self,
        path: str,
        *,
        what: str,
        scope: str,
        query: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (),
    ) -> Iterator[Listed]:
        """A list to its end, by the vendor's own links. Raises Unavailable where they go round in circles."""
        page = self.list(path, what=what, scope=scope, query=query, accept=accept)
        seen = {path}
        while True:
            yield page
            if page.next is None:
                return
            if page.next in seen or len(seen) >= _MOST_PAGES:
                raise Unavailable(f"{what}: the pages do not end", scope=scope)
            seen.add(page.next)
            page = self.list(page.next, what=what, scope=scope)

    def refusal(self, answer: Answer, *, what: str, scope: str | None, write: bool = False) -> Exception:
        """The error of the six that the answer means."""
        now = self._settings.now()
        return refusal(answer.status, answer.headers, answer.text, now=now, what=what, scope=scope, write=write)

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    def _next(self, answer: Answer, what: str, scope: str) -> str | None:
        links = parse_header_links(answer.headers.get("link", ""))
        url = next((link["url"] for link in links if link.get("rel") == "next"), None)
        return self._near(url, what, scope)[0] if url else None

    def _near(self, url: str, what: str, scope: str | None) -> tuple[str, bool]:
        """An address that the server gave, as path and query under ours (the token goes nowhere else), and whether it has a query."""
        there = _address(url)
        if there is None or not there.path.startswith("/"):
            raise Unavailable(f"{what}: the server sends us to an address that is none", scope=scope)
        if there.hostname not in (None, self._base.hostname):
            raise Misconfigured(f"{what}: the server sends us to another host, {there.hostname}. Check `url`", scope=scope)
        path = there.path.removeprefix(self._base.path.rstrip("/"))
        return f"{path}?{there.query}" if there.query else path, bool(there.query)

    def _requester(self, what: str) -> "Requester":
        token = self._settings.secret()
        if not token:
            raise AuthFailed(f"{what}: there is no token. Set `token_file` or `token`")
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise AuthFailed(f"{what}: the token holds characters that no token has. Put the bare token into place")
        if self._made is None or self._made[0] != token:
            self._made = (token, self._make(token, what))
        return self._made[1]

    def _make(self, token: str, what: str) -> "Requester":
        from github import Auth, Github

        if self._base.scheme not in ("https", "http") or not self._base.hostname:
            raise Misconfigured(f"{what}: {self._settings.url!r} is no http address. Check `url`")
        return Github(
            base_url=self._settings.url,
            auth=Auth.Token(token),
            user_agent="syncd",
            timeout=math.ceil(self._settings.timeout_s),
            per_page=PER_PAGE,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        ).requester


def _address(url: str) -> SplitResult | None:
    """The parts of an address; None where host or port cannot be read."""
    try:
        found = urlsplit(url)
        return found if found.port is None or found.hostname else None
    except ValueError:
        return None
