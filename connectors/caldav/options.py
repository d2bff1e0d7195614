"""The keys of `[connections.x]` that CalDAV has: which calendars, and what they hold."""

from pydantic import Field, field_validator

from connectors.icalendar_options import Holding
from syncd.contract import Options

EVERYTHING = "all"


class CalendarOptions(Holding):
    """One section `[[connections.x.calendars]]`."""

    id: str = Field(description='The calendar: its path on the server (/ann/leave/), its name there, a pattern of them; or "all"')

    @property
    def pattern(self) -> str:
        """The path, name or pattern; "all" is the pattern that everything fits."""
        return "*" if self.id.casefold() == EVERYTHING else self.id

    @field_validator("id")
    @classmethod
    def _named(cls, value: str) -> str:
        if not value.strip() or "://" in value:
            raise ValueError(f"{value!r} is no calendar; give its path on the server, as in /ann/leave/, or its name")
        return value.strip()


class CalDavOptions(Options):
    """`calendars`: at least one."""

    calendars: list[CalendarOptions] = Field(min_length=1, description="The calendars to read, and what they hold")
    exclude: list[str] = Field(
        default=[], description="Paths, names and patterns of calendars that no pattern of `calendars` takes in"
    )

    @field_validator("calendars")
    @classmethod
    def _each_once(cls, value: list[CalendarOptions]) -> list[CalendarOptions]:
        seen: set[str] = set()
        for calendar in value:
            if calendar.pattern in seen:
                raise ValueError(f"{calendar.id} is there twice; keep one of them")
            seen.add(calendar.pattern)
        return value
