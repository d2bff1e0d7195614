"""A calendar as text (RFC 5545), taken apart: the lines of each event, the definitions of time zones. What cannot be one is told.

Each event is kept apart from the others, so that one that cannot be read stops none of them. Only lines that somebody may ask for are
kept: attachments, alarms and descriptions in HTML are let go of here.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LARGEST = 20 * 2**20
"""So many octets a calendar may have."""
MOST_EVENTS = 20_000
"""So many events, exceptions of recurring ones included."""

_FOLD = re.compile(rb"\r?\n[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_ESCAPED = re.compile(r"\\([,;\\])")
_KEPT = frozenset(
    {
        *("UID", "SEQUENCE", "STATUS", "TRANSP", "CLASS", "LAST-MODIFIED", "URL", "X-MICROSOFT-CDO-BUSYSTATUS"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        *("SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "ORGANIZER", "ATTENDEE", "X-MICROSOFT-CDO-ALLDAYEVENT"),
    }
)
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""How a text begins that is not UTF-8."""


class NoCalendar(Exception):
    """It is no calendar, or not all of one. `text` says what it is, for a sentence that begins with "the calendar"."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(slots=True, eq=False)
class Home:
    """The calendar that events are in; a text may hold several. `zones`: the definitions of its time zones by their ids. `zone`: the id of
    its own (X-WR-TIMEZONE), where it names one. `method`: what it asks whoever gets it to do (RFC 5546)."""

    zones: dict[str, str] = field(default_factory=dict)
    zone: str | None = None
    method: str = ""


@dataclass(slots=True)
class Block:
    """The lines of one event, unfolded, without BEGIN and END. `broken`: it does not end as it begins. `stamp`: its DTSTAMP, which is
    apart because some programs write the moment of sending there, and nothing but age may hang on it."""

    home: Home = field(default_factory=Home)
    lines: list[str] = field(default_factory=list)
    broken: bool = False
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """The events of all calendars in a text."""

    events: tuple[Block, ...]


def take_apart(body: bytes) -> Text:
    """The calendar, or NoCalendar where it is empty, a web page, something else, cut off or too large."""
    if len(body) > LARGEST:
        raise NoCalendar(f"is larger than {LARGEST // 2**20} MiB")
    text = _unfolded(body)
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
    return Text(tuple(walk.events))


def _unfolded(body: bytes) -> str:
    """The text without folds, which may cut a character in two. It is UTF-8; what cannot be is taken for what old programs write."""
    for mark, name in _WIDE:
        if body.startswith(mark):
            body = body.decode(name, "replace").encode()
    if b"\n" not in body:
        body = body.replace(b"\r", b"\n")
    plain = _FOLD.sub(b"", body)
    try:
        return plain.decode("utf-8-sig")
    except UnicodeDecodeError:
        return plain.decode("utf-8-sig" if _mostly_utf8(plain) else "cp1252", "replace")


def _mostly_utf8(plain: bytes) -> bool:
    """Whether a text with faults is UTF-8 all the same: it has characters of several octets that are right."""
    text = plain.decode("utf-8", "replace")
    return sum(c > "\x7f" and c != "\ufffd" for c in text) > text.count("\ufffd")


class _Walk:
    """Line by line. `stack`: the components that the line is in."""

    def __init__(self) -> None:
        self.stack: list[str] = []
        self.events: list[Block] = []
        self._home = Home()
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
                self._keep(line, value)
            case "X-WR-TIMEZONE":
                self._home.zone = value.strip() or None
            case "METHOD" if len(self.stack) == 1:
                self._home.method = value.strip().upper()

    def _keep(self, line: str, value: str) -> None:
        name = found[0].upper() if (found := _NAME.match(line)) else ""
        if name in _KEPT:
            self.events[-1].lines.append(line)
        elif name == "DTSTAMP":
            self.events[-1].stamp = value.strip()

    def _begin(self, name: str, line: str) -> None:
        if name == "VEVENT" and self.stack[1:2] == ["VEVENT"]:  # the one before has no end
            self.events[-1].broken = True
            del self.stack[1:]
        if name == "VCALENDAR" and not self.stack:
            self._home = Home()
        if name == "VEVENT" and len(self.stack) == 1:
            self.events.append(Block(self._home))
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
            self._home.zones |= {id: "\r\n".join(self._definition) for id in _ids(self._definition)}


def _ids(definition: list[str]) -> Iterator[str]:
    """The id of a time zone, from its line TZID, as it is written and as it is meant: parameters that name it escape nothing."""
    for line in definition:
        if line[:4].upper() == "TZID" and ":" in line:
            written = line.partition(":")[2].strip()
            yield from (written, _ESCAPED.sub(r"\1", written).strip('"'))
            return


def value_of(block: Block, name: str) -> str | None:
    """The value of the first line of that name as it is written, where there is one."""
    for line in block.lines:
        found = _NAME.match(line)
        if found and found[0].upper() == name:
            return line.partition(":")[2].strip() or None
    return None
