"""A calendar as text (RFC 5545), taken apart: the lines of each event, the definitions of time zones. What cannot be one is told.

Each event is kept apart from the others, so that one that cannot be read stops none of them. Only lines that somebody may ask for are
kept: attachments, alarms and descriptions in HTML are let go of here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LARGEST = 20 * 2**20
"""So many octets a calendar may have."""
MOST_EVENTS = 20_000
"""So many events, exceptions of recurring ones included."""

_FOLD = re.compile(rb"\r?\n[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_KEPT = frozenset(
    {
        *("UID", "SEQUENCE", "STATUS", "TRANSP", "CLASS", "LAST-MODIFIED", "URL", "X-MICROSOFT-CDO-BUSYSTATUS"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        *("SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "ORGANIZER", "ATTENDEE"),
    }
)


class NoCalendar(Exception):
    """It is no calendar, or not all of one. `text` says what it is, for a sentence that begins with "the calendar"."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(slots=True)
class Block:
    """The lines of one event, unfolded, without BEGIN and END. `broken`: it does not end as it begins."""

    lines: list[str] = field(default_factory=list)
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """`zones`: the definitions of time zones by their ids. `zone`: the id of the calendar's own (X-WR-TIMEZONE), where it names one."""

    events: tuple[Block, ...]
    zones: Mapping[str, str]
    zone: str | None = None


def take_apart(body: bytes) -> Text:
    """The calendar, or NoCalendar where it is empty, a web page, something else, cut off or too large."""
    if len(body) > LARGEST:
        raise NoCalendar(f"is larger than {LARGEST // 2**20} MiB")
    text = _FOLD.sub(b"", body).decode("utf-8-sig", "replace")
    start = text.lstrip()[:15].casefold()
    if not start:
        raise NoCalendar("is empty")
    if start.startswith("<"):
        raise NoCalendar("is a web page (a login page or a proxy's?), and no calendar")
    if start != "begin:vcalendar":
        raise NoCalendar("does not begin with BEGIN:VCALENDAR")
    walk = _Walk()
    for line in text.split("\n"):
        walk.take(line.rstrip("\r"))
    if walk.stack:
        raise NoCalendar("breaks off before END:VCALENDAR")
    return Text(tuple(walk.events), walk.zones, walk.zone)


class _Walk:
    """Line by line. `stack`: the components that the line is in."""

    def __init__(self) -> None:
        self.stack: list[str] = []
        self.events: list[Block] = []
        self.zones: dict[str, str] = {}
        self.zone: str | None = None
        self._definition: list[str] = []

    def take(self, line: str) -> None:
        """The next line."""
        word, _, value = line.partition(":")
        match word.strip().upper():
            case "BEGIN":
                self._begin(value.strip().upper(), line)
            case "END":
                self._end(value.strip().upper(), line)
            case _ if self.stack[1:2] == ["VTIMEZONE"]:
                self._definition.append(line)
            case _ if self.stack[1:] == ["VEVENT"]:
                if (name := _NAME.match(line)) and name[0].upper() in _KEPT:
                    self.events[-1].lines.append(line)
            case "X-WR-TIMEZONE":
                self.zone = value.strip() or None

    def _begin(self, name: str, line: str) -> None:
        if name == "VEVENT" and self.stack[1:2] == ["VEVENT"]:  # the one before has no end
            self.events[-1].broken = True
            del self.stack[1:]
        if name == "VEVENT" and len(self.stack) == 1:
            self.events.append(Block())
            if len(self.events) > MOST_EVENTS:
                raise NoCalendar(f"holds more than {MOST_EVENTS} events")
        if name == "VTIMEZONE" and len(self.stack) == 1:
            self._definition = []
        self.stack.append(name)
        if self.stack[1:2] == ["VTIMEZONE"]:
            self._definition.append(line)

    def _end(self, name: str, line: str) -> None:
        if name not in self.stack:
            return
        if self.stack[1:2] == ["VTIMEZONE"]:
            self._definition.append(line)
        while (last := self.stack.pop()) != name:
            if last == "VEVENT":
                self.events[-1].broken = True
        if last == "VTIMEZONE" and len(self.stack) == 1:
            self.zones |= {id: "\r\n".join(self._definition) for id in _ids(self._definition)}


def _ids(definition: list[str]) -> Iterator[str]:
    """The id of a time zone, from its line TZID."""
    for line in definition:
        if line[:4].upper() == "TZID" and ":" in line:
            yield line.partition(":")[2].strip()
            return


def value_of(block: Block, name: str) -> str | None:
    """The value of the first line of that name as it is written, where there is one."""
    for line in block.lines:
        found = _NAME.match(line)
        if found and found[0].upper() == name:
            return line.partition(":")[2].strip() or None
    return None
