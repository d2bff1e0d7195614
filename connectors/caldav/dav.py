"""The requests of WebDAV that CalDAV needs, over the shared transport: XML out, responses by path in, one of the six errors on failure.

The `caldav` library is not used: it waits and sends again by itself, and its transport brings a second HTTP library that takes the place
of the one under ours. Answers are read by defusedxml: entities, and with them bombs of entities, are refused.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

import requests
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from requests.auth import HTTPBasicAuth

from connectors.http import MOST_REDIRECTS, READS, from_exception, from_status, pace
from syncd.contract import AuthFailed, Gate, Misconfigured, Settings, SyncError, Unavailable

DAV, CALDAV, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_PREFIXES = {DAV: "d", CALDAV: "c", SERVER: "s"}
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
NAMESPACES = " ".join(f'xmlns:{prefix}="{uri[1:-1]}"' for uri, prefix in _PREFIXES.items())
_SEGMENT = "~!$&'()*+,;=:@-._"
_MOVED = (301, 302, 307, 308)
_OTHER_WAYS = re.compile(r"(?!.*\b(?:basic|bearer)\b)\w", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Response:
    """What the server says of one path. `status`: 200 unless it says another. `props`: those that it has, by tag. `href`: the path as the
    server writes it. `lacking`: why it has not what was asked for, as it says of that (200 where it has all)."""

    path: str
    status: int
    props: Mapping[str, Element]
    href: str = ""
    lacking: int = 200

    def text(self, tag: str) -> str | None:
        """The text of a property, where it has one."""
        found = self.props.get(tag)
        return (found.text or "").strip() or None if found is not None else None

    def paths(self, tag: str) -> list[str]:
        """The addresses in a property, as they are written."""
        found = self.props.get(tag)
        return [one.text.strip() for one in (found.iter(f"{DAV}href") if found is not None else ()) if one.text]


@dataclass(frozen=True, slots=True)
class Answer:
    """A multistatus. `token`: the sync token, where it has one."""

    responses: tuple[Response, ...]
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A refusal that was expected: its status, and the preconditions that the server names."""

    status: int
    conditions: frozenset[str] = frozenset()


class Dav:
    """One server. Paths that it names are followed on this server alone: our credentials go nowhere else."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._settings = settings
        self._session = pace(requests.Session(), settings, gate)
        self._session.auth = self._sign

    @property
    def now(self) -> datetime:
        """By the clock of the connection."""
        return self._settings.now()

    @property
    def base(self) -> str:
        """The path of the connection's `url`."""
        return normal(urlsplit(self._settings.url).path or "/")

    def propfind(
        self, path: str, tags: Iterable[str], *, what: str, scope: str | None = None, depth: int = 0, known: Collection[int] = ()
    ) -> Answer | Answered:
        """Properties of a path, or of what lies directly below it, too. Answers whose status is `known` are given as they are."""
        body = f"<d:propfind {NAMESPACES}><d:prop>{''.join(f'<{_short(tag)}/>' for tag in tags)}</d:prop></d:propfind>"
        url, answer = self.url(path, what), None
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._send("PROPFIND", url, body, depth, what, scope)
            target = answer.headers.get("Location")
            if answer.status_code not in _MOVED or not target:
                break
            url = self.url(urljoin(url, target), what)
        assert answer is not None
        return self._read(answer, url, what, scope, known)

    def report(
        self, path: str, body: str, *, what: str, scope: str, depth: int = 0, known: Collection[int] = ()
    ) -> Answer | Answered:
        """What a report says. `body` is XML without a declaration. Refusals whose status is `known` are given as they are."""
        url = self.url(path, what)
        return self._read(self._send("REPORT", url, body, depth, what, scope), url, what, scope, known)

    def get(self, path: str, *, what: str, scope: str) -> bytes:
        """The content of a path."""
        try:
            answer = self._session.get(self.url(path, what), headers={"Accept": "text/calendar"})
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from None
        if answer.status_code != 200:
            raise self._error(answer, what, scope)
        return answer.content

    def url(self, path: str, what: str) -> str:
        """The address of what the server names. Raises Misconfigured where that is another server."""
        found = urljoin(self._settings.url, path)
        there, here = urlsplit(found), urlsplit(self._settings.url)
        if (there.scheme, there.hostname, _port(there)) != (here.scheme, here.hostname, _port(here)) or "@" in there.netloc:
            raise Misconfigured(
                f"{what}: the server sends us on to {there.scheme}://{there.hostname}, where nothing was sent. If that is meant, "
                "write that address into `url`"
            )
        return found

    def close(self) -> None:
        """Let go of sockets."""
        self._session.close()

    def _send(self, method: str, url: str, body: str, depth: int, what: str, scope: str | None) -> requests.Response:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": str(depth), READS: "1"}
        try:
            return self._session.request(method, url, data=(_HEAD + body).encode(), headers=headers, allow_redirects=False)
        except Exception as error:
            raise from_exception(error, what=what, scope=scope) from None

    def _read(
        self, answer: requests.Response, url: str, what: str, scope: str | None, known: Collection[int]
    ) -> Answer | Answered:
        if answer.status_code in known:
            return Answered(answer.status_code, _conditions(answer.content))
        if answer.status_code != 207:
            raise self._error(answer, what, scope)
        return _multistatus(answer.content, url, what, scope)

    def _error(self, answer: requests.Response, what: str, scope: str | None) -> SyncError:
        status = answer.status_code
        if 200 <= status < 300:
            return Unavailable(f"{what}: the answer is not one of CalDAV ({status}; a login page?). Check `url`", scope=scope)
        if status == 401 and _OTHER_WAYS.match(wanted := answer.headers.get("WWW-Authenticate", "")):
            way = wanted.split()[0]
            return AuthFailed(f"{what}: the server takes no password as we send it, it wants {way}. Let it take Basic sign-in")
        return from_status(status, answer.headers, answer.content, now=self._settings.now(), what=what, scope=scope)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        secret = self._settings.secret() or ""
        if self._settings.user:
            HTTPBasicAuth(self._settings.user.encode(), secret.encode())(request)
            return request
        request.headers["Authorization"] = f"Bearer {secret}"
        return request


def normal(href: str) -> str:
    """The path of an address, written in one way: servers quote the same path differently."""
    return "/".join(quote(unquote(part), safe=_SEGMENT) for part in urlsplit(href).path.split("/"))


def hrefs(paths: Iterable[str]) -> str:
    """Paths as XML."""
    return "".join(f"<d:href>{escape(path)}</d:href>" for path in paths)


def _short(tag: str) -> str:
    uri, _, name = tag.partition("}")
    return f"{_PREFIXES[uri + '}']}:{name}"


def _port(parts: Any) -> int | None:
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _conditions(body: bytes) -> frozenset[str]:
    """The preconditions that failed (RFC 4918, section 16), by tag."""
    root = _parsed(body)
    return frozenset(one.tag for one in root) if root is not None and root.tag == f"{DAV}error" else frozenset()


def _parsed(body: bytes) -> Element | None:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
        return root
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None


def _multistatus(body: bytes, url: str, what: str, scope: str | None) -> Answer:
    root = _parsed(body)
    if root is None or root.tag != f"{DAV}multistatus":
        raise Unavailable(f"{what}: the answer is not one of CalDAV (a proxy's page?). Check `url`", scope=scope)
    found = tuple(one for each in root.iterfind(f"{DAV}response") for one in _responses(each, url))
    token = (root.findtext(f"{DAV}sync-token") or "").strip()
    return Answer(found, token or None)


def _responses(element: Element, url: str) -> Iterable[Response]:
    """One for each path: a status may be said of several. A path may be one from where the request went to."""
    status = _status(element.findtext(f"{DAV}status"))
    props: dict[str, Element] = {}
    lacking = 200
    for part in element.iterfind(f"{DAV}propstat"):
        said = _status(part.findtext(f"{DAV}status"))
        if said == 200:
            props |= {one.tag: one for prop in part.iterfind(f"{DAV}prop") for one in prop}
        else:
            lacking = said
    for href in element.iterfind(f"{DAV}href"):
        if href.text and (written := href.text.strip()):
            yield Response(normal(urljoin(url, written)), status, props, written, lacking)


def _status(line: str | None) -> int:
    """`HTTP/1.1 404 Not Found` -> 404; 200 where nothing is said."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 200
