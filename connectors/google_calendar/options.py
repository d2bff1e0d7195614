"""The keys of `[connections.x]` that Google Calendar has: which calendars, what they hold, and how to sign in."""

from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from syncd.contract import Options

EVERYTHING = "all"


class CalendarOptions(BaseModel):
    """One section `[[connections.x.calendars]]`. Mappings see all but `id` as facts of the scope."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(description='The calendar\'s address, as in its settings under "Integrate calendar"; a pattern; or "all"')
    holds: Literal["windows", "freezes", "absences", "appointments", "holidays", "milestones"] = Field(
        description="What its events are; of appointments, as in people's own calendars, only what is marked out of office counts"
    )
    region: str | None = Field(default=None, description="The holiday region that it is for, as in DE-BE")
    scope: str | None = Field(default=None, description="The service or environment that its windows are for")
    zone: str | None = Field(default=None, description="The IANA zone of its whole days, where it is not that of [model]")
    private: bool = Field(default=False, description="Never name its events outside of this connection")
    titles: bool = Field(
        default=False,
        description="Of absences read titles, places and guests, too, where other people enter them or they say the kind",
    )

    @property
    def pattern(self) -> str:
        """The address or pattern; "all" is the pattern that everything fits."""
        return "*" if self.id.casefold() == EVERYTHING else self.id

    @property
    def facts(self) -> dict[str, object]:
        """All that the configuration says of it, but what it leaves open."""
        found = {name: value for name, value in self.model_dump(exclude={"id"}).items() if value is not None}
        return found if self.titles else {name: value for name, value in found.items() if name != "titles"}

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
    """`calendars`: at least one. `credentials_file` or `application_default` take the place of a token."""

    calendars: list[CalendarOptions] = Field(min_length=1, description="The calendars to read, and what they hold")
    exclude: list[str] = Field(default=[], description="Patterns of calendars that no pattern of `calendars` takes in")
    credentials_file: str | None = Field(default=None, description="A service account's key (JSON), instead of a token")
    application_default: bool = Field(
        default=False, description="Sign in with Google's application default credentials, instead of a token"
    )
    subject: str | None = Field(default=None, description="The person in whose name the service account reads and writes")

    def instead_of_token(self) -> str | None:
        """A service account's key, or the application default credentials."""
        if self.credentials_file:
            return "credentials_file"
        return "application_default" if self.application_default else None

    @field_validator("calendars")
    @classmethod
    def _each_once(cls, value: list[CalendarOptions]) -> list[CalendarOptions]:
        seen: set[str] = set()
        for calendar in value:
            if calendar.pattern in seen:
                raise ValueError(f"{calendar.id} is there twice; keep one of them")
            seen.add(calendar.pattern)
        return value

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        file, default = value.get("credentials_file"), value.get("application_default")
        if file and default:
            raise ValueError("`credentials_file` and `application_default` are two ways to sign in; keep one of them")
        if value.get("subject") and not file and not default:
            raise ValueError("`subject` is for a service account; name its key in `credentials_file`, or take `subject` out")
        return value
