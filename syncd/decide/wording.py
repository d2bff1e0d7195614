"""Pure. Dates, times and numbers in words, the same in every language setting."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AFTER_NOUN = re.compile(r" (?=(?:of|without|with|in|on|from|to|per|late|early|ahead|behind|left|that)\b)")
_IRREGULAR = {"person": "people", "child": "children", "half": "halves"}


class Dates:
    """Dates in the order in which a reader meets them: the year is shown where it is not the one shown before."""

    def __init__(self) -> None:
        self._year: int | None = None

    def day(self, day: date) -> str:
        """`Thu 21 May 2026`, and next time `Fri 15 May`."""
        year = f" {day.year}" if day.year != self._year else ""
        self._year = day.year
        return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"

    def moment(self, at: datetime, zone: str) -> str:
        """`Tue 5 May, 09:00 CEST`."""
        local = at.astimezone(ZoneInfo(zone))
        name = local.tzname() or zone
        return f"{self.day(local.date())}, {local:%H:%M} {'UTC' + name if name[0] in '+-' else name}"


def count(value: int, unit: str) -> str:
    """`1 working day`, `4 working days`, `11 items without a date`; the unit is given in the singular."""
    return f"{value} {unit if abs(value) == 1 else plural(unit)}".rstrip()


def plural(unit: str) -> str:
    """The plural of a unit: of its noun, the word before the first preposition."""
    noun, *rest = _AFTER_NOUN.split(unit, maxsplit=1)
    head, _, last = noun.rpartition(" ")
    return " ".join(word for word in (head, _plural_word(last), *rest) if word)


def _plural_word(word: str) -> str:
    if not word[-1:].isalpha():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"
