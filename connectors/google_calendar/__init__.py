"""Google Calendar: the events of some calendars, the calendars themselves, when they are busy; and entries that syncd makes.

Every event that the server gives is kept, whenever it is: the sync tokens do not go together with bounds on the time, and
what is past explains what was planned. Google bounds the expansion of recurrences that have no end; see `read`.
"""

from collections.abc import Mapping

from connectors.google_calendar.hooks import HOOKS
from connectors.google_calendar.options import CalendarOptions, GoogleCalendarOptions
from syncd.contract import Connector, Gate, Kind, Settings, Stream

__all__ = ["KIND", "STREAMS", "CalendarOptions", "GoogleCalendarOptions", "connect"]

STREAMS: Mapping[str, Stream] = {
    "events": Stream("events", deletions="reported"),
    "calendars": Stream("calendars", deletions="never", takes=frozenset({"event"}), own=frozenset({"etag"}), optional=True),
    "freebusy": Stream("freebusy", deletions="never", own=frozenset({"timeMin", "timeMax"}), optional=True),
}


def connect(settings: Settings, gate: Gate) -> Connector:
    """A connector. Imports Google's libraries, which takes half a second."""
    from connectors.google_calendar.connector import GoogleCalendar

    return GoogleCalendar(settings, gate)


_AUTH = "https://www.googleapis.com/auth/"

KIND = Kind(
    name="google_calendar",
    connect=connect,
    options=GoogleCalendarOptions,
    streams=STREAMS,
    needs={
        "read": frozenset(
            f"{_AUTH}{name}" for name in ("calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly")
        ),
        "write": frozenset(f"{_AUTH}{name}" for name in ("calendar", "calendar.events", "calendar.events.owned")),
    },
    mapping="google_calendar.default",
    default_url="https://www.googleapis.com/calendar/v3/",
    hooks=HOOKS,
)
