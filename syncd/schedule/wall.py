"""Pure. Instants as the clocks of a zone show them, also at the ends of the calendar, where a zone's clocks would leave it."""

from datetime import date, datetime, tzinfo


def wall(at: datetime, zone: tzinfo) -> datetime:
    """The instant in that zone. 9999-12-31T23:59Z, which stands for "never" in many a record, stays as it is."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def wall_day(at: datetime, zone: tzinfo) -> date:
    """The date of an instant in that zone."""
    return wall(at, zone).date()
