"""A comment on a terminal as its reader sees it: markup turned into style, links into their words."""

import difflib
import re
from collections.abc import Iterator

from rich.text import Text

_LINK = re.compile(r"\[`?([^\]|`]+)`?(?:\||\]\()(https?://[^\])\s]+)[\])]")
_TOKEN = re.compile(
    rf"(?P<link>{_LINK.pattern})"
    r"|\\(?P<escaped>_|[^\w\s])"
    r"|(?P<fence>`+) ?(?P<code>.+?) ?(?P=fence)(?!`)"
)
_LABELS = frozenset(("Why", "Changed", "Path", "Forecast", "Workshop", "Rests on", "Clears", "Was", "No longer told here"))
_HEADING = re.compile(r"(?:h[1-6]\.|#{1,6}) ")
_BOLD = re.compile(r"(\*{1,2})(?=\S)(.+)(?<=\S)\1")


def shown(body: str) -> Text:
    """The body, in Markdown or wiki markup as our comments use them."""
    lines = [_line(line.rstrip()) for line in body.splitlines()]
    return Text("\n").join(lines)


def _line(line: str) -> Text:
    if heading := _HEADING.match(line):
        return _inline(line[heading.end() :], "bold underline")
    bold = _BOLD.fullmatch(line)
    if bold:
        return _inline(bold[2], "bold")
    label, colon, rest = line.partition(": ")
    if colon and label in _LABELS:
        return Text.assemble((f"{label}: ", "cyan"), _inline(rest, ""))
    if line.startswith("Wrong? "):
        return Text.assemble(("Wrong? ", "cyan"), _inline(line.removeprefix("Wrong? "), ""))
    return _inline(line, "")


def _inline(line: str, style: str) -> Text:
    text, at = Text(style=style), 0
    for token in _TOKEN.finditer(line):
        text.append(line[at : token.start()])
        at = token.end()
        if token["link"]:
            text.append(token[2], f"underline link {token[3]}")
        elif token["escaped"]:
            text.append(token["escaped"])
        else:
            text.append(token["code"], "bold" if style else "")
    return text.append(line[at:])


def difference(before: str, after: str) -> Iterator[tuple[str, Text]]:
    """The lines that differ, as their reader sees them: ("-", old), ("+", new)."""
    old, new = before.splitlines(), after.splitlines()
    for line in difflib.ndiff(old, new):
        if line[:2] in ("- ", "+ ") and line[2:].strip():
            yield line[0], _line(line[2:].rstrip())
