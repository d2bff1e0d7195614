"""Calendars for tests of iCalendar: events as text, and a small server of files that honours validators."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.icalendar_records import Asked, records
from connectors.icalendar_text import take_apart
from connectors.ics import KIND, CalendarOptions, IcsOptions
from syncd.contract import Connector, Page, Settings
from syncd.demo.twin import Request, Response, TwinServer
from syncd.model.raw import Json, RawRecord, Scope
from tests.connectors.contract import NOW, SECRET, OpenGate

ODD = "odd \x00 title \N{ROCKET} \N{RIGHT-TO-LEFT MARK}"
TODAY = NOW.date()


def when(moment: date) -> str:
    """DTSTART's value and parameters: `;VALUE=DATE:20260506` or `:20260506T090000Z`."""
    if not isinstance(moment, datetime):
        return f";VALUE=DATE:{moment:%Y%m%d}"
    return f":{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def event(uid: str, *lines: str, title: str = "", start: date | None = None, lasts: timedelta = timedelta(hours=2)) -> str:
    """A VEVENT. Without `start`, the lines say when."""
    said = [f"UID:{uid}", "DTSTAMP:20260505T070000Z", *lines]
    if title:
        said.append(f"SUMMARY:{title}")
    if start is not None:
        said += [f"DTSTART{when(start)}", f"DTEND{when(start + lasts)}"]
    return "\r\n".join(["BEGIN:VEVENT", *said, "END:VEVENT"])


def calendar(*parts: str) -> bytes:
    """A VCALENDAR of events, definitions of zones and lines of its own."""
    return ("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//acme//x//EN", *parts, "END:VCALENDAR"]) + "\r\n").encode()


def read(*parts: str, wanted: frozenset[str] | None = None, today: date = TODAY, **facts: Any) -> list[dict[str, Json]]:
    """The records of a calendar that holds windows, unless `facts` say otherwise."""
    scope = Scope("cal", "cal", {"holds": "windows"} | facts)
    return list(records(take_apart(calendar(*parts)), Asked(scope, today, wanted)))


def only(*parts: str, **more: Any) -> dict[str, Json]:
    """The one record."""
    (found,) = read(*parts, **more)
    return found


def raw(data: Mapping[str, Json], asked: Asked) -> Any:
    """The record around what was read."""
    from syncd.model.ref import Ref

    return RawRecord(Ref("cal", "events", str(data["series"])), asked.scope, {"id": data["series"], **data}, asked.fields)


class Files:
    """A web server of calendars: `bodies` by name; each has an ETag and a Last-Modified, unless `validators` is off."""

    def __init__(self, *, token: str | None = None, user: str | None = None) -> None:
        self.bodies: dict[str, bytes] = {}
        self.events: dict[str, dict[str, str]] = {}
        self.validators = True
        self._wants = {"authorization": _credentials(token, user)} if token else {}
        self.server = TwinServer([("GET", "/{name}.ics", self._get)], self._authorize)

    def put(self, name: str, uid: str, text: str) -> None:
        """Enter or change an event of a calendar."""
        self.events.setdefault(name, {})[uid] = text
        self.bodies.pop(name, None)

    def drop(self, name: str, uid: str) -> None:
        """Take an event out."""
        del self.events[name][uid]
        self.bodies.pop(name, None)

    def _authorize(self, request: Request) -> Response | None:
        if all(request.headers.get(name) == value for name, value in self._wants.items()):
            return None
        return Response("<html>who are you</html>", 401)

    def _get(self, request: Request) -> Response:
        name = request.args["name"]
        if name in self.events and name not in self.bodies:
            self.bodies[name] = calendar(*self.events[name].values())
        body = self.bodies.get(name)
        if body is None:
            return Response("<html>not found</html>", 404)
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        if self.validators:
            headers |= {"ETag": f'"{hashlib.sha256(body).hexdigest()[:12]}"', "Last-Modified": "Tue, 05 May 2026 06:00:00 GMT"}
        if self.validators and request.headers.get("if-none-match") == headers["ETag"]:
            return Response(None, 304, headers)
        return Response(body, 200, headers)


def _credentials(token: str | None, user: str | None) -> str:
    if user is None:
        return f"Bearer {token}"
    import base64

    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()


def company() -> Files:
    """A calendar of 262 windows, one of them weekly, and one of leave; only SECRET may read them."""
    files = Files(token=SECRET)
    for n in range(260):
        files.put("releases", f"deploy-{n}", event(f"deploy-{n}", title=f"deploy {n}", start=NOW + timedelta(days=n)))
    files.put("releases", "weekly", event("weekly", "RRULE:FREQ=WEEKLY", title="weekly maintenance", start=NOW))
    files.put("releases", "odd", event("odd", title=ODD, start=NOW))
    for n in range(3):
        files.put("leave", f"leave-{n}", event(f"leave-{n}", title="away", start=date(2026, 5, 11 + n), lasts=timedelta(days=1)))
    files.server.start()
    return files


def settings(files: Files, *more: str, **changes: Any) -> Settings:
    """A connection to both calendars, and to more that hold windows."""
    found = [("releases", "windows"), ("leave", "absences"), *((one, "windows") for one in more)]
    calendars = [{"id": name, "url": f"{files.server.url}/{name}.ics", "holds": holds} for name, holds in found]
    given: dict[str, Any] = {
        "connection": "cal",
        "url": KIND.default_url,
        "options": IcsOptions(calendars=[CalendarOptions.model_validate(one) for one in calendars]),
        "now": lambda: NOW,
        "secret": lambda: SECRET,
        "timeout_s": 5,
    }
    return Settings(**(given | changes))


def connected(*calendars: Mapping[str, Any], **changes: Any) -> Connector:
    """A connector to these calendars, without a token."""
    options = IcsOptions(calendars=[CalendarOptions.model_validate(dict(one)) for one in calendars])
    given: dict[str, Any] = {"connection": "cal", "url": KIND.default_url, "options": options, "now": lambda: NOW, "timeout_s": 5}
    return KIND.connect(Settings(**(given | changes)), OpenGate())


def pages(connector: Connector, since: str | None = None) -> list[Page]:
    """The pages of the first calendar."""
    scope = next(one for one in connector.scopes("events") if isinstance(one, Scope))
    return list(connector.fetch("events", scope, since))
