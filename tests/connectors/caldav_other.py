"""A CalDAV server that differs from Radicale wherever RFC 4791, 4918, 6578 and 6764 let it: each difference is an attribute."""

from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from connectors.caldav import KIND, CalDavOptions, CalendarOptions
from syncd.contract import Connector, Page, Settings
from syncd.demo.twin import Request, Response, TwinServer
from syncd.model.raw import RawRecord, Scope
from tests.connectors.contract import NOW, OpenGate
from tests.connectors.ics_given import calendar, event

HOME = "/dav/cals/Ann%20Lee/"
LEAVE = f"{HOME}leave%40acme/"
LEAVE_PATH = "/dav/cals/Ann%20Lee/leave@acme/"
"""How we write it."""
_DAV, _CAL, _SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_NAMES = {_DAV: "x0", _CAL: "x1", _SERVER: "x2"}
_DECLARED = " ".join(f'xmlns:{short}="{name[1:-1]}"' for name, short in _NAMES.items())


class Other:
    """One calendar of events by their names as this server writes them. `log` of its server holds what it was asked.

    `sync`: whether it has sync-collection, else the answer with which it refuses the report. `forgets`: the answer to a token of old.
    `parts`: so many rows at most in one answer (507). `most`: so many contents at most. `full`: addresses with scheme and host.
    """

    def __init__(self) -> None:
        self.sync: Response | None = None
        self.forgets: Response | None = None
        self.parts, self.most = 10_000, 10_000
        self.full, self.etags, self.ctag, self.by_propstat = False, True, True, False
        self.root: Response | None = None
        self.itself: int | None = None
        self.texts: dict[str, tuple[int, str]] = {}
        self.history: list[str] = []
        methods = ("GET", "PROPFIND", "REPORT")
        self.server = TwinServer([(method, "{path*}", self._answer) for method in methods], self._authorize)
        self.server.start()

    def put(self, name: str, *lines: str) -> None:
        """Enter or change an event."""
        self.history.append(name)
        self.texts[name] = (len(self.history), calendar(event(unquote(name), *lines)).decode())

    def drop(self, name: str) -> None:
        """Take an event out."""
        del self.texts[name]
        self.history.append(name)

    def asked(self, report: bytes) -> int:
        """How often it was asked for such a report."""
        return sum(report in entry.body for entry in self.server.log)

    def _authorize(self, request: Request) -> Response | None:
        return None if request.headers.get("authorization") else Response("", 401, {"WWW-Authenticate": 'Basic realm="x"'})

    def _answer(self, request: Request) -> Response:
        if request.path == "/.well-known/caldav":
            return Response("", 301, {"Location": "/dav/"})
        if request.path == "/":
            return self.root or Response("", 404)
        asked = fromstring(request.body) if request.body else Element("none")
        if request.method == "PROPFIND":
            return self._properties(unquote(request.path), request.headers.get("depth", "infinity"))
        return self._report(asked)

    def _properties(self, path: str, depth: str) -> Response:
        principal = f"<x0:current-user-principal>{self._href('/dav/me/')}</x0:current-user-principal>"
        if path == "/dav/":
            return _multi(self._row("/dav/", f"<x0:resourcetype/>{principal}"))
        if path == "/dav/me/":
            return _multi(self._row("/dav/me/", f"<x1:calendar-home-set>{self._href(HOME)}</x1:calendar-home-set>"))
        kind = "<x0:resourcetype><x0:collection/><x1:calendar/></x0:resourcetype><x0:displayname>Leave</x0:displayname>"
        mark = f"<x2:getctag>{len(self.history)}</x2:getctag>" if self.ctag else ""
        if path == unquote(LEAVE):
            return _multi(self._row(LEAVE, kind + mark))
        if path == unquote(HOME) and depth == "1":
            home = self._row(HOME, "<x0:resourcetype><x0:collection/></x0:resourcetype>")
            return _multi(home + self._row(LEAVE, kind))
        return Response("", 403)

    def _report(self, asked: Element) -> Response:
        match asked.tag.rpartition("}")[2]:
            case "sync-collection":
                return self.sync or self._changes((asked.findtext(f"{_DAV}sync-token") or "").strip())
            case "calendar-query":
                return _multi("".join(self._held(name, "") for name in self.texts) + self._self())
            case _:
                names = [str(one.text) for one in asked.iterfind(f"{_DAV}href")][: self.most]
                return _multi("".join(self._content(href) for href in names))

    def _changes(self, token: str) -> Response:
        if token and self.forgets:
            return self.forgets
        since = int(token or 0)
        names = list(dict.fromkeys(self.history[since : since + self.parts])) if token else list(self.texts)
        upto = min(since + self.parts, len(self.history)) if token else len(self.history)
        rows = "".join(self._held(name, "") if name in self.texts else self._lost(name) for name in names)
        cut = f"<x0:response>{self._href(LEAVE)}<x0:status>HTTP/1.1 507 x</x0:status></x0:response>"
        more = cut if upto < len(self.history) else ""
        return _multi(f"{rows}{more}{self._self()}<x0:sync-token>{upto}</x0:sync-token>")

    def _self(self) -> str:
        said = f"<x0:response>{self._href(LEAVE)}<x0:status>HTTP/1.1 {self.itself} x</x0:status></x0:response>"
        return said if self.itself else ""

    def _content(self, href: str) -> str:
        """By the very words that this server uses."""
        name = urlsplit(href).path.removeprefix(LEAVE)
        return self._held(name, self.texts[name][1]) if name in self.texts else self._lost(name)

    def _held(self, name: str, text: str) -> str:
        etag = f'<x0:getetag>W/"{self.texts[name][0]}"</x0:getetag>' if self.etags else ""
        data = f"<x1:calendar-data>{escape(text)}</x1:calendar-data>" if text else ""
        return self._row(f"{LEAVE}{name}", etag + data)

    def _lost(self, name: str) -> str:
        status = "<x0:status>HTTP/1.1 404 Not Found</x0:status>"
        said = f"<x0:propstat><x0:prop><x0:getetag/></x0:prop>{status}</x0:propstat>" if self.by_propstat else status
        return f"<x0:response>{self._href(LEAVE + name)}{said}</x0:response>"

    def _row(self, path: str, props: str) -> str:
        lacking = (
            "<x0:propstat><x0:prop><x0:getlastmodified/></x0:prop><x0:status>HTTP/1.1 404 Not Found</x0:status></x0:propstat>"
        )
        found = f"<x0:propstat><x0:prop>{props}</x0:prop><x0:status>HTTP/1.1 200 OK</x0:status></x0:propstat>"
        return f"<x0:response>{self._href(path)}{lacking}{found}</x0:response>"

    def _href(self, path: str) -> str:
        return f"<x0:href>\n  {self.server.url if self.full else ''}{path}\n</x0:href>"


def _multi(rows: str) -> Response:
    return Response(f"<x0:multistatus {_DECLARED}>{rows}</x0:multistatus>", 207, {"Content-Type": "application/xml"})


def refusal(status: int, condition: str = "") -> Response:
    """A refusal, with the precondition that failed."""
    body = f'<?xml version="1.0"?><error xmlns="DAV:"><{condition}/></error>' if condition else "no"
    return Response(body, status)


def connected(there: Other, **changes: Any) -> Connector:
    """A connector to the calendar by its name."""
    given: dict[str, Any] = {
        "connection": "dav",
        "url": f"{there.server.url}/",
        "options": CalDavOptions(calendars=[CalendarOptions(id="leave", holds="absences", person="ann@acme.example")]),
        "now": lambda: NOW,
        "user": "ann",
        "secret": lambda: "secret",
        "timeout_s": 5,
    }
    return KIND.connect(Settings(**(given | changes)), OpenGate())


class Mirror:
    """What is known of the calendar after each read, as the store would keep it."""

    def __init__(self, there: Other) -> None:
        self._connector = connected(there)
        (self.scope,) = (one for one in self._connector.scopes("events") if isinstance(one, Scope))
        self._cursor: str | None = None
        self.held: dict[str, RawRecord] = {}

    def read(self) -> list[str]:
        """Read what is new; the names of all that is there."""
        pages: list[Page] = list(self._connector.fetch("events", self.scope, self._cursor))
        assert pages[-1].complete
        for page in pages:
            if page.whole:
                self.held.clear()
            self.held |= {record.ref.id: record for record in page.records}
            for id in page.deleted:
                self.held.pop(id, None)
            self._cursor = page.cursor or self._cursor
        return sorted(unquote(id).removeprefix(unquote(LEAVE)) for id in self.held)

    def day(self, name: str) -> str:
        """When an event is now."""
        (at,) = self.held[f"{self.scope.id}{name}"].data["occurrences"]
        found: str = at["start"]["date"]
        return found
