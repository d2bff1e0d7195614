"""Cron expressions as GitLab takes them, in words that our library understands as GitLab's does.

GitLab's library (https://github.com/floraison/fugit) takes ranges that run over the end, as in `fri-mon` and `22-4`, the hour 24, whole
names, and `@daily` and its like; and a day of the month with steps is one that is named, which counts beside one of the week.
"""

import re
from collections.abc import Iterator, Mapping

_SPECIAL: Mapping[str, str] = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@noon": "0 12 * * *",
    "@hourly": "0 * * * *",
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_NAMES: Mapping[int, Mapping[str, int]] = {
    place: {word: number for number, name in enumerate(names, first) for word in (name, name[:3])}
    for place, first, names in ((3, 1, _MONTHS), (4, 0, _DAYS))
}
_ALSO = {(1, 24), (4, 7)}
"""Midnight and Sunday once more."""
_PART = re.compile(r"(\*|[a-z]+|\d+)(?:-([a-z]+|\d+))?(?:/(\d+))?")


def plain(cron: str) -> str:
    """The expression with each field as a list of numbers or `*`. What it does not know it leaves as it is."""
    written = _SPECIAL.get(cron.strip().casefold(), cron)
    fields = written.split()
    if len(fields) != len(_BOUNDS):
        return written
    return " ".join(_listed(field.casefold(), place) or field for place, field in enumerate(fields))


def _listed(field: str, place: int) -> str | None:
    if field == "*":
        return field
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        numbers = list(_numbers(match, place)) if match else []
        if not numbers:
            return None
        found.update(numbers)
    least, most = _BOUNDS[place]
    return "*" if found == set(range(least, most + 1)) and "*" in field else ",".join(map(str, sorted(found)))


def _numbers(match: re.Match[str], place: int) -> Iterator[int]:
    """The numbers that a part names; none where it is none of cron's."""
    first, last, step = match[1], match[2], int(match[3] or 1)
    least, most = _BOUNDS[place]
    begins = least if first == "*" else _number(first, place)
    ends = _number(last, place) if last else most if first == "*" or match[3] else begins
    if begins is None or ends is None or not step or (first == "*" and last):
        return
    size = most - least + 1
    ends += size if ends < begins else 0
    yield from (least + (number - least) % size for number in range(begins, ends + 1, step))


def _number(word: str, place: int) -> int | None:
    """What a word means in that field."""
    if not word.isdigit():
        return _NAMES.get(place, {}).get(word)
    number, (least, most) = int(word), _BOUNDS[place]
    return number if least <= number <= most or (place, number) in _ALSO else None
