"""Pure. Our own wiki text as a document (Atlassian document format), for sites that take nothing else; and the lines of a document.

It knows what our comments are made of: paragraphs with line breaks, headings, bold, links, escaped characters, and the marker, which
is left out: in a document it would be seen. Anything else stands as it is written.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Node = dict[str, Any]
_DEEPEST = 30
_NOT_SAID = frozenset({"blockquote", "codeBlock"})
_SHOWN = {"mention": "text", "emoji": "text", "status": "text", "inlineCard": "url"}
"""Nodes inside of a line, and the attribute that holds what people see of each."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PIECE = re.compile(
    r"\\(?P<plain>[^\w\s]|_)"
    r"|\[(?P<shown>(?:\\.|[^\[\]|\\])+)\|(?P<url>https?://[^\s\[\]|]+)\]"
    r"|(?P<bold>\*)"
    r"|(?P<text>[^\\\[*]+|.)",
    re.DOTALL,
)
_HEADING = re.compile(r"h([1-6])\. +(.+)")
_ANCHOR = re.compile(r"\{anchor:[^{}]*\}")


def document(wiki: str) -> Node:
    """The document; of an empty text one with an empty paragraph, which Jira then refuses as it refuses an empty comment."""
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", _ANCHOR.sub("", wiki)) if block.strip()]
    content = [node for block in blocks for node in _block(block)]
    return {"version": 1, "type": "doc", "content": content or [{"type": "paragraph", "content": []}]}


def lines_of(document: object) -> Iterator[str]:
    """The lines as people read them, without what is quoted or shown as code. What is no document has none.

    https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
    """
    yield from _lines(document, 0)


def _lines(node: object, depth: int) -> Iterator[str]:
    inner = node.get("content") if isinstance(node, dict) and str(node.get("type")) not in _NOT_SAID else None
    nodes = [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
    said = [_said(one) for one in nodes]
    if any(text is not None for text in said):
        yield from "".join(text or "" for text in said).splitlines()
    elif depth < _DEEPEST:
        for one in nodes:
            yield from _lines(one, depth + 1)


def _said(node: Node) -> str | None:
    """What is seen of a node inside of a line; None for one that holds lines."""
    kind, attributes, marks = str(node.get("type")), node.get("attrs"), node.get("marks")
    if kind == "text":
        text = str(node.get("text") or "")
        is_code = isinstance(marks, list) and any(isinstance(mark, dict) and mark.get("type") == "code" for mark in marks)
        return f"`{text}`" if is_code else text
    if kind == "hardBreak":
        return "\n"
    if not isinstance(attributes, dict):
        return "" if kind in _SHOWN or kind == "date" else None
    if kind == "date":
        return _day(attributes.get("timestamp"))
    return str(attributes.get(_SHOWN[kind]) or "") if kind in _SHOWN else None


def _day(timestamp: object) -> str:
    """The date that a person picked: milliseconds since 1970, midnight in UTC."""
    try:
        return f"{_EPOCH + timedelta(milliseconds=int(str(timestamp))):%Y-%m-%d}"
    except (ValueError, OverflowError):
        return ""


def _block(block: str) -> Iterator[Node]:
    """A heading ends with its line; the other lines are one paragraph."""
    lines: list[str] = []
    for line in block.split("\n"):
        heading = _HEADING.fullmatch(line.strip())
        if heading is None:
            lines.append(line)
            continue
        yield from _paragraph(lines)
        lines = []
        yield {"type": "heading", "attrs": {"level": int(heading[1])}, "content": list(_inline(heading[2]))}
    yield from _paragraph(lines)


def _paragraph(lines: list[str]) -> Iterator[Node]:
    content: list[Node] = []
    for line in lines:
        content += [{"type": "hardBreak"}] if content else []
        content += _inline(line.rstrip())
    if content:
        yield {"type": "paragraph", "content": content}


def _inline(line: str) -> Iterator[Node]:
    """The texts of a line, neighbours of one kind joined. A star that no other follows is a star."""
    bold, stars = False, sum(match["bold"] is not None for match in _PIECE.finditer(line))
    text, marks = "", list[Node]()
    for match in _PIECE.finditer(line):
        if match["bold"] and (bold or stars > 1):
            bold, stars = not bold, stars - 1
            continue
        said = match["plain"] or match["shown"] or match["text"] or match["bold"]
        now = [*([_link(match["url"])] if match["url"] else []), *([{"type": "strong"}] if bold else [])]
        if text and now != marks:
            yield _text(text, marks)
            text = ""
        text, marks = text + (re.sub(r"\\([^\w\s]|_)", r"\1", said) if match["shown"] else said), now
    if text:
        yield _text(text, marks)


def _text(text: str, marks: list[Node]) -> Node:
    return {"type": "text", "text": text, **({"marks": marks} if marks else {})}


def _link(url: str) -> Node:
    return {"type": "link", "attrs": {"href": url}}
