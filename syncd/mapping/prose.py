"""Pure. Texts as vendors write them, plain: a string as it is, a document of Jira's API v3 (Atlassian Document Format) line by line."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from syncd.model.raw import Json

MAX_DEPTH = 60
"""Levels of a document that are looked at; people do not nest so deep."""


def plain(value: Json) -> str | None:
    """The text of a string or a document; None for what is neither. In a document each paragraph, heading or item is a line."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or value.get("type") != "doc":
        return None
    lines = "".join(_pieces(value, 0)).split("\n")
    return "\n".join(line for line in lines if line.strip())


def _pieces(node: Json, depth: int) -> Iterator[str]:
    if not isinstance(node, Mapping) or depth > MAX_DEPTH:
        return
    kind = node.get("type")
    inline = _INLINE.get(kind) if isinstance(kind, str) else None
    if inline is not None:
        yield inline(node)
        return
    content = node.get("content")
    for child in content if isinstance(content, list) else []:
        yield from _pieces(child, depth + 1)
    yield "\n"


def _attribute(node: Mapping[str, Json], *names: str) -> str:
    attributes = node.get("attrs")
    found = [attributes.get(name) for name in names] if isinstance(attributes, Mapping) else []
    return next((value for value in found if isinstance(value, str)), "")


def _text(node: Mapping[str, Json]) -> str:
    """A run of text; where it leads stands behind it, unless it says so itself."""
    text, marks = node.get("text"), node.get("marks")
    if not isinstance(text, str):
        return ""
    links = [mark for mark in marks if isinstance(mark, Mapping)] if isinstance(marks, list) else []
    target = next((found for mark in links if (found := _attribute(mark, "href"))), "")
    return text if target.endswith(text.strip()) or not target else f"{text} ({target})"


def _card(node: Mapping[str, Json]) -> str:
    return _attribute(node, "url")


def _word(node: Mapping[str, Json]) -> str:
    return _attribute(node, "text", "shortName")


def _date(node: Mapping[str, Json]) -> str:
    """The day of a date in a document: milliseconds since 1970, as text."""
    try:
        return datetime.fromtimestamp(int(_attribute(node, "timestamp")) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


_INLINE: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
    "text": _text,
    "hardBreak": lambda _: "\n",
    "inlineCard": _card,
    "blockCard": lambda node: f"{_card(node)}\n",
    "embedCard": lambda node: f"{_card(node)}\n",
    "mention": _word,
    "emoji": _word,
    "status": _word,
    "date": _date,
}
