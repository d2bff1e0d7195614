"""CalDAV: the events of some calendars of a server (RFC 4791), and what changed since (RFC 6578)."""

from collections.abc import Mapping

from connectors.caldav.options import CalDavOptions, CalendarOptions
from syncd.contract import Connector, Gate, Kind, Settings, Stream

__all__ = ["KIND", "STREAMS", "CalDavOptions", "CalendarOptions", "connect"]

STREAMS: Mapping[str, Stream] = {"events": Stream("events", deletions="reported")}


def connect(settings: Settings, gate: Gate) -> Connector:
    """A connector. Imports the libraries, which takes a while."""
    from connectors.caldav.connector import CalDav

    return CalDav(settings, gate)


KIND = Kind(
    name="caldav",
    connect=connect,
    options=CalDavOptions,
    streams=STREAMS,
    mapping="caldav.default",
)
