"""What the configuration says of a calendar of iCalendar, in the same words for each kind: what it holds, for whom, in which zone."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

PERSONAL = frozenset({"summary", "description", "location", "attendees", "categories"})
"""What nobody needs to know of an absence: when, of which type and whose it is, stands elsewhere."""
UNASKED = {
    "absences": PERSONAL,
    "appointments": PERSONAL,
    "windows": frozenset({"description", "attendees", "organizer"}),
    "freezes": frozenset({"description", "attendees", "organizer"}),
    "holidays": frozenset({"description", "attendees", "organizer", "location"}),
    "milestones": frozenset({"attendees", "organizer", "location"}),
}
"""What is not kept without `titles`, by what a calendar holds."""


class Holding(BaseModel):
    """The keys of a section `[[connections.x.calendars]]` that mappings see as facts of the scope. Subclass it for how to find it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    holds: Literal["windows", "freezes", "absences", "appointments", "holidays", "milestones"] = Field(
        description="What its events are; of appointments, as in people's own calendars, only what is marked out of office counts"
    )
    person: str | None = Field(default=None, description="Whose absences it holds: an e-mail address, or a name")
    region: str | None = Field(default=None, description="The holiday region that it is for, as in DE-BE")
    scope: str | None = Field(default=None, description="The service or environment that its windows are for")
    zone: str | None = Field(default=None, description="The IANA zone of times that name none; without it that of the calendar")
    private: bool = Field(default=False, description="Never name its events outside of this connection")
    titles: bool = Field(
        default=False,
        description="Keep titles, places, categories and guests of absences, too, and texts and guests of what else it holds",
    )

    @property
    def facts(self) -> dict[str, object]:
        """All that the configuration says of it, but what it leaves open."""
        said = {name: getattr(self, name) for name in Holding.model_fields}
        return {name: value for name, value in said.items() if value is not None and (name != "titles" or value)}

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        try:
            return ZoneInfo(value).key if value is not None else None
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{value!r} is no time zone; give its IANA name, as in Europe/Berlin") from None
