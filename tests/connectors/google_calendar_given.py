"""Two calendars of a company on the Google twin, for the tests of the connector."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.google_calendar import KIND, CalendarOptions, GoogleCalendarOptions
from syncd.contract import Connector, Page, Settings
from syncd.demo.google_twin import GoogleTwin
from syncd.model.raw import RawRecord, Scope
from tests.connectors.contract import NOW, SECRET, OpenGate

RELEASES, LEAVE = "releases@acme.example", "leave@acme.example"
ODD = "odd \x00 title \N{ROCKET} \N{RIGHT-TO-LEFT MARK}"
LIST = rf"^GET /calendar/v3/calendars/{RELEASES.replace('@', '%40')}/events\?"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment


def at(day: int, hour: int) -> datetime:
    """An hour of a day of May 2026, in UTC."""
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def running(clock: Clock | None = None, **options: Any) -> GoogleTwin:
    """A Google with two empty calendars, listening."""
    twin = GoogleTwin(clock or Clock(), {SECRET: "bot@acme.example"}, **options)
    twin.calendar(RELEASES)
    twin.calendar(LEAVE, zone="America/New_York")
    twin.server.start()
    return twin


def company() -> GoogleTwin:
    """271 windows, 30 of them of a weekly one, and some days of leave; 100 to a page."""
    twin = running(most_per_page=100)
    for n in range(240):
        start = NOW + timedelta(days=n)
        twin.event(RELEASES, f"deploy {n}", start, start + timedelta(hours=2))
    twin.event(RELEASES, "weekly maintenance", at(6, 18), at(6, 20), recurrence=["RRULE:FREQ=WEEKLY;COUNT=30"])
    twin.event(RELEASES, ODD, at(7, 9), at(7, 10))
    for n in range(3):
        twin.event(LEAVE, "away", date(2026, 5, 11 + n), date(2026, 5, 12 + n), by="ann@acme.example")
    return twin


def settings(twin: GoogleTwin, **changes: Any) -> Settings:
    """A connection to both calendars."""
    given: dict[str, Any] = {
        "connection": "cal",
        "url": f"{twin.server.url}/calendar/v3/",
        "options": options(),
        "now": twin.now,
        "secret": lambda: SECRET,
        "timeout_s": 5,
    }
    return Settings(**(given | changes))


def options(*more: str, **keys: Any) -> GoogleCalendarOptions:
    """The options of both calendars, and of more that hold windows."""
    calendars = [CalendarOptions(id=RELEASES, holds="windows"), CalendarOptions(id=LEAVE, holds="absences", region="DE-BE")]
    return GoogleCalendarOptions(calendars=calendars + [CalendarOptions(id=id, holds="windows") for id in more], **keys)


def connected(twin: GoogleTwin, **changes: Any) -> Connector:
    """A connector to the twin."""
    return KIND.connect(settings(twin, **changes), OpenGate())


def releases(connector: Connector) -> Scope:
    """The scope of the calendar of releases."""
    return next(scope for scope in connector.scopes("events") if isinstance(scope, Scope) and scope.id == RELEASES)


def fetched(connector: Connector, since: str | None = None) -> list[Page]:
    """The pages of the calendar of releases."""
    return list(connector.fetch("events", releases(connector), since))


def records(pages: list[Page]) -> dict[str, RawRecord]:
    """All records of some pages by id."""
    return {record.ref.id: record for page in pages for record in page.records}


def cursor(pages: list[Page]) -> str:
    """The cursor that the last page leaves."""
    assert pages[-1].complete
    assert pages[-1].cursor
    return pages[-1].cursor


def id_of(calendar: str, event: Mapping[str, Any]) -> str:
    """The identity that the model's rules give an event."""
    if "recurringEventId" not in event:
        return f"{calendar}/{event['id']}"
    start = event["originalStartTime"]
    if "date" in start:
        return f"{calendar}/{event['recurringEventId']}@{start['date']}"
    instant = datetime.fromisoformat(start["dateTime"]).astimezone(UTC)
    return f"{calendar}/{event['recurringEventId']}@{instant:%Y-%m-%dT%H:%M:%SZ}"
