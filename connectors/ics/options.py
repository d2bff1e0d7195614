"""The keys of `[connections.x]` that calendars as files and feeds have: which calendars, where they are, and what they hold."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.icalendar_options import Holding
from syncd.contract import Options
from syncd.contract.addresses import address_in, is_local_name, whereabouts


class CalendarOptions(Holding):
    """One section `[[connections.x.calendars]]`. Without `url`, `url_file` and `file` it is at the connection's own `url`."""

    id: str = Field(description="What you call it: its identity, whatever its address is")
    url: SecretStr | None = Field(default=None, description="Its address: https:// or webcal://; often a secret in itself")
    url_file: str | None = Field(default=None, description="A file that holds the address; read again whenever it is used")
    file: str | None = Field(default=None, description="A file of this machine that holds the calendar, instead of an address")

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not value.strip() or "/" in value:
            raise ValueError(f"{value!r} is no name of a calendar; a short word will do, without /, as in leave")
        return value.strip()

    @field_validator("url")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(address(value.get_secret_value()))

    @model_validator(mode="after")
    def _one_place(self) -> "CalendarOptions":
        if sum(one is not None for one in (self.url, self.url_file, self.file)) > 1:
            raise ValueError("`url`, `url_file` and `file` are three ways to say where it is; keep one of them")
        return self


class IcsOptions(Options):
    """`calendars`: at least one. A token is not needed; where one is given, it goes to the one server that the calendars are at."""

    calendars: list[CalendarOptions] = Field(min_length=1, description="The calendars to read, where they are and what they hold")

    @field_validator("calendars")
    @classmethod
    def _each_once(cls, value: list[CalendarOptions]) -> list[CalendarOptions]:
        names = [one.id for one in value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} is there twice; give each calendar a name of its own")
        return value


def address(url: str) -> str:
    """The address as it is asked for: webcal is https. Raises ValueError for what is none, or would be sent in the open."""
    written = url.strip()
    scheme, colon, rest = written.partition(":")
    if scheme.lower() in ("webcal", "webcals"):
        written = f"https{colon}{rest}"
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in written):
        raise ValueError("this is no address of a calendar; it begins with https:// or webcal://")
    if "@" in parts.netloc:
        raise ValueError("the address holds a user or a password; put them into user and token_file")
    host = address_in(parts.hostname)
    if parts.scheme == "http" and not (is_local_name(parts.hostname) if host is None else whereabouts(host) == "here"):
        raise ValueError("the address would be asked for over plain http; write https://")
    return written
