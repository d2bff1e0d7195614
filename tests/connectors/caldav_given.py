"""A real Radicale for the tests of CalDAV: its application behind the server of the twins, so that faults can be arranged and requests counted."""

import atexit
import base64
import io
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from radicale import config
from radicale.app import Application

from connectors.caldav import KIND, CalDavOptions, CalendarOptions
from syncd.contract import Connector, Page, Settings
from syncd.demo.twin import Request, Response, TwinServer
from syncd.model.raw import RawRecord, Scope
from tests.connectors.contract import NOW, SECRET, OpenGate
from tests.connectors.ics_given import calendar, event

ODD = "odd \N{ROCKET} \N{RIGHT-TO-LEFT MARK}"
RELEASES, LEAVE = "/ann/releases/", "/ann/leave/"
METHODS = ("GET", "HEAD", "PROPFIND", "REPORT", "PUT", "DELETE")
Twist = Callable[[Request], Response | None]


class Radicale:
    """The application of Radicale over a folder. `twist` may answer a request in its place. `bearer`: sign-in by token alone.

    What it answered is remembered until something changes: it takes its time, and the contract has deadlines. `like`: one to begin
    from, of which a copy is made once it is needed.
    """

    def __init__(self, folder: Path, *, like: "Radicale | None" = None, bearer: bool = False) -> None:
        self._folder, self._like, self._bearer = folder, like, bearer
        self.remembered: dict[tuple[str, ...], Response] = dict(like.remembered) if like else {}
        self.twist: Twist = lambda _: None
        self.server = TwinServer([(method, "{path*}", self._answer) for method in METHODS], self._authorize)

    @property
    def folder(self) -> Path:
        """Where it keeps what it holds."""
        return self._like.folder if self._like and "_application" not in self.__dict__ else self._folder

    @cached_property
    def _application(self) -> Application:
        if self._like is not None:
            shutil.copytree(self._like.folder, self._folder, dirs_exist_ok=True)
        return Application(configuration(self._folder))

    def put(self, path: str, text: str) -> None:
        """Enter or change an event; the path ends with .ics."""
        status, _, said = self.ask("PUT", path, calendar(text), {"Content-Type": "text/calendar"})
        assert status in (201, 204), (status, said)

    def drop(self, path: str) -> None:
        """Take an event out."""
        assert self.ask("DELETE", path)[0] == 200

    def make(self, path: str, name: str | None = None, component: str = "VEVENT") -> None:
        """Make a calendar."""
        made = f"<d:displayname>{name}</d:displayname>" if name else ""
        body = (
            '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
            f'{made}<c:supported-calendar-component-set><c:comp name="{component}"/></c:supported-calendar-component-set>'
            "</d:prop></d:set></c:mkcalendar>"
        )
        assert self.ask("MKCALENDAR", path, body.encode())[0] == 201

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}
    ) -> tuple[int, dict[str, str], bytes]:
        """A request of its own, past the server: status, headers, body."""
        if method not in ("GET", "PROPFIND", "REPORT"):
            self.remembered.clear()
        said = {"Authorization": "Basic " + base64.b64encode(b"ann:x").decode(), **headers}
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": said.get("Content-Type", "application/xml"),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in said.items()},
        }
        started: list[tuple[str, list[tuple[str, str]]]] = []
        content = b"".join(self._application(environ, lambda status, found, *_: started.append((status, found))))
        status, found = started[0]
        return int(status[:3]), dict(found), content

    def paths(self, collection: str) -> set[str]:
        """The events of a calendar as the folder holds them."""
        place = self.folder / "collection-root" / collection.strip("/")
        return {f"{collection}{one.name}" for one in place.glob("*.ics")}

    def _authorize(self, request: Request) -> Response | None:
        wanted = f"Bearer {SECRET}" if self._bearer else "Basic " + base64.b64encode(f"ann:{SECRET}".encode()).decode()
        return None if request.headers.get("authorization") == wanted else Response("<html>who are you</html>", 401)

    def _answer(self, request: Request) -> Response:
        if (twisted := self.twist(request)) is not None:
            return twisted
        depth = request.headers.get("depth", "")
        asked = (request.method, request.path, depth, request.body.decode())
        if asked not in self.remembered:
            status, headers, content = self.ask(request.method, request.path, request.body, {"Depth": depth} if depth else {})
            kept = {name: value for name, value in headers.items() if name.lower() in ("content-type", "location", "etag")}
            self.remembered[asked] = Response(content, status, kept)
        return self.remembered[asked]


def configuration(folder: Path, **auth: str) -> Any:
    """Radicale's configuration over a folder. Without keys of `auth` everybody is who they say."""
    found = config.load()
    sections = {
        "storage": {"filesystem_folder": str(folder), "_filesystem_fsync": "False"},
        "auth": auth or {"type": "none"},
        "logging": {"level": "critical"},
    }
    found.update(sections, "tests", privileged=True)
    return found


@cache
def _company() -> Radicale:
    """A folder with 262 windows, one of them weekly, and some days of leave, made and read once."""
    folder = Path(mkdtemp(prefix="syncd-radicale-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = running(folder)
    events = [event(f"deploy-{n}", title=f"deploy {n}", start=NOW + timedelta(days=n)) for n in range(260)]
    events.append(event("weekly", "RRULE:FREQ=WEEKLY", title="weekly maintenance", start=NOW))
    events.append(event("odd", title=ODD, start=NOW))
    away = [event(f"leave-{n}", title="away", start=date(2026, 5, 11 + n), lasts=timedelta(days=1)) for n in range(3)]
    for path, held in ((RELEASES, events), (LEAVE, away)):
        assert made.ask("PUT", path, calendar(*held), {"Content-Type": "text/calendar"})[0] == 201
    connector = connected(made, timeout_s=60)
    connector.check()
    for scope in connector.scopes("events"):
        assert isinstance(scope, Scope)
        list(connector.fetch("events", scope, cursor(list(connector.fetch("events", scope, None)))))
    made.server.stop()
    return made


def company(folder: Path, **options: Any) -> Radicale:
    """Ann's two calendars, listening."""
    return running(folder, like=_company(), **options)


def running(folder: Path, **options: Any) -> Radicale:
    """A Radicale, listening."""
    made = Radicale(folder, **options)
    made.server.start()
    return made


def options(*entries: tuple[str, str], **keys: Any) -> CalDavOptions:
    """The options of these calendars: (id, holds)."""
    return CalDavOptions(calendars=[CalendarOptions.model_validate({"id": id, "holds": holds}) for id, holds in entries], **keys)


BOTH = ((RELEASES, "windows"), (LEAVE, "absences"))


def settings(there: Radicale, *entries: tuple[str, str], **changes: Any) -> Settings:
    """A connection as Ann, to both calendars or to those named."""
    given: dict[str, Any] = {
        "connection": "dav",
        "url": f"{there.server.url}/",
        "options": options(*(entries or BOTH)),
        "now": lambda: NOW,
        "user": "ann",
        "secret": lambda: SECRET,
        "timeout_s": 5,
    }
    return Settings(**(given | changes))


def connected(there: Radicale, *entries: tuple[str, str], **changes: Any) -> Connector:
    """A connector to it."""
    return KIND.connect(settings(there, *entries, **changes), OpenGate())


def pages(connector: Connector, since: str | None = None) -> list[Page]:
    """The pages of the first calendar."""
    scope = next(one for one in connector.scopes("events") if isinstance(one, Scope))
    return list(connector.fetch("events", scope, since))


def records(found: list[Page]) -> dict[str, RawRecord]:
    """All records of some pages by id."""
    return {record.ref.id: record for page in found for record in page.records}


def deleted(found: list[Page]) -> set[str]:
    """All ids that some pages report as deleted."""
    return {id for page in found for id in page.deleted}


def cursor(found: list[Page]) -> str:
    """The cursor that the last page leaves."""
    assert found[-1].complete
    assert found[-1].cursor
    return found[-1].cursor


def is_sync(request: Request) -> bool:
    """Whether it asks for what changed."""
    return request.method == "REPORT" and re.search(rb"sync-collection", request.body) is not None
