"""Google Calendar: the events of some calendars, recurrences expanded by the server. It writes nothing.

Every event that the server gives is kept, whenever it is: the sync tokens do not go together with bounds on the time, and
what is past explains what was planned. Google bounds the expansion of recurrences that have no end; see `read`.
"""

from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from syncd.contract import Connector, Gate, Kind, Options, Settings, Stream

STREAMS: Mapping[str, Stream] = {"events": Stream("events", deletions="reported")}


class CalendarOptions(BaseModel):
    """One section `[[connections.x.calendars]]`. Mappings see all but `id` as facts of the scope."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(description='The calendar\'s address, as in its settings under "Integrate calendar"')
    holds: Literal["windows", "freezes", "absences", "holidays", "milestones"] = Field(description="What its events are")
    region: str | None = Field(default=None, description="The holiday region that it is for, as in DE-BE")
    scope: str | None = Field(default=None, description="The service or environment that its windows are for")
    zone: str | None = Field(default=None, description="The IANA zone of its whole days, where it is not that of [model]")
    private: bool = Field(default=False, description="Never name its events outside of this connection")

    @field_validator("id")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.strip() or "://" in value or any(c.isspace() for c in value.strip()):
            raise ValueError(f"{value!r} is no calendar; give its address, as in releases@acme.example")
        return value.strip()

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        try:
            return ZoneInfo(value).key if value is not None else None
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{value!r} is no time zone; give its IANA name, as in Europe/Berlin") from None


class GoogleCalendarOptions(Options):
    """`calendars`: at least one. `credentials_file` and `subject` take the place of a token."""

    calendars: list[CalendarOptions] = Field(min_length=1, description="The calendars to read, and what they hold")
    credentials_file: str | None = Field(default=None, description="A service account's key (JSON), instead of a token")
    subject: str | None = Field(default=None, description="The person in whose name the service account reads")

    def instead_of_token(self) -> str | None:
        """A service account's key."""
        return "credentials_file" if self.credentials_file else None

    @field_validator("calendars")
    @classmethod
    def _each_once(cls, value: list[CalendarOptions]) -> list[CalendarOptions]:
        seen: set[str] = set()
        for calendar in value:
            if calendar.id in seen:
                raise ValueError(f"{calendar.id} is there twice; keep one of them")
            seen.add(calendar.id)
        return value

    @model_validator(mode="before")
    @classmethod
    def _no_subject_alone(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and value.get("subject") and not value.get("credentials_file"):
            raise ValueError("`subject` is for a service account; name its key in `credentials_file`, or take `subject` out")
        return value


def connect(settings: Settings, gate: Gate) -> Connector:
    """A connector. Imports Google's libraries, which takes half a second."""
    from connectors.google_calendar.connector import GoogleCalendar

    return GoogleCalendar(settings, gate)


KIND = Kind(
    name="google_calendar",
    connect=connect,
    options=GoogleCalendarOptions,
    streams=STREAMS,
    mapping="google_calendar.default",
    default_url="https://www.googleapis.com/calendar/v3/",
)
