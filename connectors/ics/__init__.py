"""Calendars as files and feeds (iCalendar): the events of each, read as a whole, and only where something of it changed."""

from collections.abc import Mapping

from connectors.ics.options import CalendarOptions, IcsOptions
from syncd.contract import Connector, Gate, Kind, Settings, Stream

__all__ = ["KIND", "NOWHERE", "STREAMS", "CalendarOptions", "IcsOptions", "connect"]

STREAMS: Mapping[str, Stream] = {"events": Stream("events")}
NOWHERE = "ics:"
"""Stands for the address of a connection whose calendars have each their own."""


def connect(settings: Settings, gate: Gate) -> Connector:
    """A connector. Imports the libraries, which takes a while."""
    from connectors.ics.connector import Ics

    return Ics(settings, gate)


KIND = Kind(
    name="ics",
    connect=connect,
    options=IcsOptions,
    streams=STREAMS,
    mapping="ics.default",
    default_url=NOWHERE,
    needs_secret=False,
)
