"""Pure. Conversions (`as`): a vendor's value to one of the model's. Each takes a value that is not None and raises Unfit."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NoReturn, TypeGuard
from zoneinfo import ZoneInfo

from syncd.mapping.look import Convert, Look, Unfit, short
from syncd.mapping.prose import plain
from syncd.model.amount import WORKDAY, WORKWEEK, amount
from syncd.model.raw import Json
from syncd.model.rows import LagIn, Quantity

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SPACED = re.compile(r"(.+\d) +(UTC|[+-]\d\d:?\d\d)")
_SPACES = re.compile(r"[\s_-]+")
_DATE_WORDS = "date (YYYY-MM-DD)"
_INSTANT_WORDS = "instant (RFC 3339)"
_LAG_WORDS = "lag: a number, or one with m, h, d, w (working time) or em, eh, ed, ew (elapsed time), as 2d or 2ed"


@dataclass(frozen=True, slots=True)
class Lag:
    """A lag that says itself in which time it is. A bare number does not, and is none of these."""

    minutes: float
    lag_in: LagIn


def text(value: Json, look: Look) -> str | None:
    """A text without what cannot be stored (NUL, halves of surrogate pairs); numbers and booleans as JSON writes them.

    A document (Jira's API v3 gives descriptions as such) becomes its lines.
    """
    if isinstance(value, str):
        return clean(value, look) or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _digits(value)
    if isinstance(value, date):
        return value.isoformat()
    document = plain(value)
    if document is None:
        raise Unfit("text")
    return clean(document, look) or None


def _digits(value: float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        raise Unfit("text")
    try:
        return str(int(value)) if float(value).is_integer() else str(value)
    except (OverflowError, ValueError):
        raise Unfit("number of a usable size") from None


def clean(value: str, look: Look) -> str:
    """The text without characters that cannot be stored; that it had some is noted."""
    if value.isascii():
        if "\0" not in value:
            return value
        look.note("a NUL character in a text was left out")
        return value.replace("\0", "")
    fit = value.encode("utf-8", "replace").decode().replace("\0", "")
    if fit != value:
        look.note("characters that cannot be stored were left out of a text")
    return fit


def day(value: Json, _: Look) -> date:
    """A date; of an instant, the date as it is written, in its own zone."""
    if isinstance(value, str):
        value = value.strip()
        if not _DATE.match(value):
            raise Unfit(_DATE_WORDS)
        try:
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).date()
        except ValueError:
            raise Unfit(_DATE_WORDS) from None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if _is_milliseconds(value):
        return _since_1970(value).date()
    raise Unfit(_DATE_WORDS)


def instant(value: Json, look: Look, zone: str | None = None) -> datetime:
    """An instant in UTC. One without an offset is in `zone`, else in UTC."""
    if isinstance(value, str) and _DATE.match(value.strip()):
        found = _written(value.strip())
    elif isinstance(value, datetime):
        found = value
    elif _is_milliseconds(value):
        found = _since_1970(value)
    else:
        raise Unfit(_INSTANT_WORDS)
    try:
        return (found if found.tzinfo else found.replace(tzinfo=_zone(zone, look))).astimezone(UTC)
    except OverflowError:
        raise Unfit(_INSTANT_WORDS) from None


def _is_milliseconds(value: Json) -> TypeGuard[int]:
    """Whether a number is an instant as JavaScript counts it, from March 1973 to the year 5138: smaller ones may be anything."""
    return isinstance(value, int) and not isinstance(value, bool) and 10**11 <= value < 10**14


def _since_1970(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def _written(value: str) -> datetime:
    """The instant that a text writes; old servers put a space, or the word UTC, before or for the offset."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        match = _SPACED.fullmatch(value)
    try:
        return datetime.fromisoformat(match[1] + match[2].replace("UTC", "Z")) if match else _no_instant()
    except ValueError:
        return _no_instant()


def _no_instant() -> NoReturn:
    raise Unfit(_INSTANT_WORDS)


def _zone(name: str | None, look: Look) -> tzinfo:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        look.note(f"there is no zone {short(name)}: a time without an offset was read as UTC")
        return UTC


def moment(value: Json, look: Look, zone: str | None = None) -> datetime | date:
    """A date where only a date is written, else an instant in UTC."""
    if isinstance(value, str) and len(value.strip()) == 10:
        return day(value, look)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return instant(value, look, zone)


def midnight_date(value: Json, look: Look) -> date:
    """The date that a person chose, out of the instant of its midnight in their zone (GitHub's `due_on`).

    Midnight in UTC+h is at 24-h o'clock UTC of the day before, in UTC-h at h o'clock of the day itself. So from 11:00 UTC on it is
    the next day (UTC+13 and less; next to nobody lives in UTC-11 and -12), before that the same day (UTC-10 and more).
    An instant that is no quarter of an hour is no midnight anywhere: its date in UTC.
    """
    if isinstance(value, str) and len(value.strip()) == 10:
        return day(value, look)
    found = instant(value, look)
    if found.minute % 15 or found.second or found.microsecond:
        return found.date()
    try:
        return (found + timedelta(hours=13)).date()
    except OverflowError:
        raise Unfit(_DATE_WORDS) from None


def last_day(value: Json, look: Look) -> date:
    """The last day of what ends before the date given (calendars' exclusive ends); of an instant, the day it falls on."""
    try:
        if isinstance(value, str) and len(value.strip()) > 10:
            instant(value, look)
            return (datetime.fromisoformat(value.strip()) - timedelta(microseconds=1)).date()
        return day(value, look) - timedelta(days=1)
    except OverflowError:
        raise Unfit(_DATE_WORDS) from None


def day_after(value: Json, look: Look) -> date:
    """The day after the date given: where a last day is written and an end that does not belong to it is meant."""
    try:
        return day(value, look) + timedelta(days=1)
    except OverflowError:
        raise Unfit(_DATE_WORDS) from None


def number(value: Json, _: Look) -> float:
    """A finite number; a text that writes one counts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unfit("number")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise Unfit("number") from None
    if not math.isfinite(found):
        raise Unfit("number")
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def boolean(value: Json, _: Look) -> bool:
    """true or false, as JSON or as a word."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().casefold() in ("true", "false"):
        return value.strip().casefold() == "true"
    raise Unfit("true or false")


def key(value: Json, look: Look) -> str | None:
    """A join key: no regard to case, spaces, underscores and hyphens are one, none at the ends."""
    found = text(value, look)
    return _SPACES.sub("-", found.casefold()).strip("-") or None if found else None


def minutes(value: Json, look: Look) -> float:
    """Minutes."""
    return number(value, look)


def seconds(value: Json, look: Look) -> float:
    """Seconds, as minutes."""
    found = number(value, look) / 60
    return int(found) if found.is_integer() else found


def hours(value: Json, look: Look) -> float:
    """Hours, as minutes."""
    return number(number(value, look) * 60, look)


def of_work(unit: str) -> Convert:
    """A Quantity: points stay points, the rest is minutes."""
    if unit == "points":
        return lambda value, look: Quantity(number(value, look), "points")
    inner = TIMES[unit]
    return lambda value, look: Quantity(inner(value, look), "minutes")


def of_lag(unit: str) -> Convert:
    """A number of that unit, or a text with a unit of its own: working time, a day of 8 hours and a week of 5 days, or elapsed time."""
    bare = TIMES[unit]

    def take(value: Json, look: Look) -> float | Lag:
        try:
            minutes: float = bare(value, look)
            return minutes
        except Unfit:
            found = amount(value)
        if isinstance(found, str):
            raise Unfit(_LAG_WORDS)
        return Lag(found.minutes(WORKDAY, WORKWEEK), "elapsed" if found.elapsed else "working")

    return take


def label(value: Json, look: Look) -> str | None:
    """A text; what is none is passed over."""
    return clean(value, look) if isinstance(value, str) else None


TIMES: Mapping[str, Convert] = {"minutes": minutes, "seconds": seconds, "hours": hours}
CONVERT: Mapping[str, Convert] = {
    "text": text,
    "list": text,
    "label": label,
    "key": key,
    "date": day,
    "datetime": instant,
    "moment": moment,
    "midnight_date": midnight_date,
    "last_day": last_day,
    "day_after": day_after,
    "number": number,
    "bool": boolean,
    **TIMES,
}
