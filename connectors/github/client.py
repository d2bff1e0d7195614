"""Asking GitHub: one request a call, signed, and lists page by page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from requests.utils import parse_header_links

from connectors.github.errors import refusal
from connectors.github.line import Answer
from connectors.github.wire import Row, Wire, address
from connectors.http import expect
from syncd.contract import Misconfigured, Unavailable

if TYPE_CHECKING:
    from connectors.github.sign_in import SignIn

_MOST_PAGES = 20_000
_MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list. `next`: where the following page is, `last`: how many pages there are, where GitHub says so. `unchanged`: it is
    as it was (304). `absent`: the answer, `refused`, was one of the other statuses that the caller accepts."""

    rows: tuple[Row, ...]
    next: str | None
    etag: str | None = None
    moved: bool = False
    unchanged: bool = False
    last: int | None = None
    refused: Answer | None = None

    @property
    def absent(self) -> bool:
        """Whether there is no list."""
        return self.refused is not None


class Client:
    """One session with one GitHub. `what` says, for people, what is being done, `scope` names the repository concerned."""

    def __init__(self, wire: Wire, sign_in: "SignIn") -> None:
        self._wire, self._sign_in = wire, sign_in

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
        """Send one request and give its answer, whatever the status is. Raises one of the six where there is none.

        A 401 did nothing at all: where another credential can be had, the request is sent with it, once.
        """

        def send() -> tuple[Answer, bool]:
            credential = self._sign_in.credential(what=what, scope=scope)
            answer = self._wire.send(verb, path, credential, what=what, scope=scope, query=query, body=body, headers=headers)
            return answer, answer.status == 401 and self._sign_in.renew(credential)

        answer, again = send()
        return send()[0] if again else answer

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
        """Read. Follows redirects on the same host; an issue that was transferred out of a renamed repository has two of them.

        Raises what any status other than 200, 304 and `accept` means.
        """
        headers = {"If-None-Match": etag} if etag else None
        answer = self.ask("GET", path, what=what, scope=scope, query=query, headers=headers)
        for _ in range(_MOST_REDIRECTS):
            if not answer.redirect or "location" not in answer.headers:
                break
            there, has_query = self._near(answer.headers["location"], what, scope)
            query = None if has_query else query
            answer = replace(self.ask("GET", there, what=what, scope=scope, query=query, headers=headers), moved=True)
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
        scope: str | None = None,
        query: Mapping[str, str] | None = None,
        etag: str | None = None,
        accept: tuple[int, ...] = (),
        under: str | None = None,
    ) -> Listed:
        """One page of a list of objects with ids; `under` names the key that holds it, where the answer is an object."""
        answer = self.get(path, what=what, scope=scope, query=query, etag=etag, accept=accept)
        if answer.status == 304:
            return Listed((), None, etag, answer.moved, unchanged=True)
        if answer.status != 200:
            return Listed((), None, refused=answer)
        said = answer.json(what=what, scope=scope)
        rows = tuple(expect(said if under is None else _held(said, under), list, what=what, scope=scope))
        if not all(isinstance(row, dict) and isinstance(row.get("id"), int) for row in rows):
            raise Unavailable(f"{what}: the answer holds something without an id. Check `url`", scope=scope)
        following, last = self.following(answer, what=what, scope=scope), _page_number(_links(answer).get("last"))
        return Listed(rows, following, answer.headers.get("etag"), answer.moved, last=last)

    def walk(
        self,
        path: str,
        *,
        what: str,
        scope: str | None = None,
        query: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (),
        under: str | None = None,
    ) -> Iterator[Listed]:
        """A list to its end, by the vendor's own links. Raises Unavailable where they go round in circles."""
        page = self.list(path, what=what, scope=scope, query=query, accept=accept, under=under)
        seen = {path}
        while True:
            yield page
            if page.next is None:
                return
            if page.next in seen or len(seen) >= _MOST_PAGES:
                raise Unavailable(f"{what}: the pages do not end", scope=scope)
            seen.add(page.next)
            page = self.list(page.next, what=what, scope=scope, under=under)

    def following(self, answer: Answer, *, what: str, scope: str | None = None) -> str | None:
        """Where the next page of a list is, by the vendor's own link."""
        links = _links(answer)
        return self._near(links["next"], what, scope)[0] if "next" in links else None

    def refusal(self, answer: Answer, *, what: str, scope: str | None, write: bool = False) -> Exception:
        """The error of the six that the answer means."""
        cure, now = self._sign_in.cure, self._wire.now()
        return refusal(answer.status, answer.headers, answer.text, now=now, what=what, scope=scope, write=write, renewal=cure)

    def close(self) -> None:
        """Let go of sockets."""
        self._wire.close()

    def _near(self, url: str, what: str, scope: str | None) -> tuple[str, bool]:
        """An address that the server gave, as path and query under ours (the token goes nowhere else), and whether it has a query."""
        there = address(url)
        if there is None or not there.path.startswith("/"):
            raise Unavailable(f"{what}: the server sends us to an address that is none", scope=scope)
        if there.hostname not in (None, self._wire.base.hostname):
            raise Misconfigured(f"{what}: the server sends us to another host, {there.hostname}. Check `url`", scope=scope)
        path = there.path.removeprefix(self._wire.base.path.rstrip("/"))
        return f"{path}?{there.query}" if there.query else path, bool(there.query)


def _held(said: object, under: str) -> object:
    return said.get(under) if isinstance(said, dict) else None


def _links(answer: Answer) -> dict[str, str]:
    found = parse_header_links(answer.headers.get("link", ""))
    return {link["rel"]: link["url"] for link in found if "rel" in link}


def _page_number(url: str | None) -> int | None:
    """The number in the address of the last page; links by opaque positions have none."""
    found = re.search(r"[?&]page=(\d{1,9})(?:&|$)", url or "")
    return int(found[1]) if found else None
