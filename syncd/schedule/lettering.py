"""Pure. Text that has to fit into so many pixels, whatever the reader's font: widths are those of the widest of the usual ones."""

import unicodedata
from functools import cache

from syncd.schedule.mermaid import one_line

_THIN, _THICK = frozenset(" ijlrtfI.,:;'|!()[]/-`"), frozenset("mwMW@%&")
BOLD = 1.1
"""So much wider than others are bold letters."""


def short(text: str, room: float, size: int = 12) -> str:
    """As much of the text as there is surely room for, in pixels; whatever the font."""
    line = one_line(text, 2000)
    if _width(line, size) <= room:
        return line
    kept = len(line)
    while kept > 1 and _width(line[:kept], size) + size > room:
        kept -= 1
    return f"{line[:kept].rstrip()}…"


def ending(key: str, room: float) -> str:
    """As much of a key, where its end says more than its beginning."""
    line = one_line(key, 2000)
    if _width(line, 12) <= room:
        return line
    kept = 1
    while kept < len(line) and _width(line[-kept - 1 :], 12) + 12 <= room:
        kept += 1
    return f"…{line[-kept:]}"


def _width(line: str, size: int) -> float:
    return size * sum(map(_em, line))


@cache
def _em(char: str) -> float:
    """The width of a character in parts of the font's size, in the widest of the usual fonts."""
    if unicodedata.east_asian_width(char) in "WF":
        return 1.2
    if char in _THIN:
        return 0.42
    return 1.0 if char in _THICK else 0.75 if char.isupper() else 0.65 if ord(char) < 0x500 else 0.8
