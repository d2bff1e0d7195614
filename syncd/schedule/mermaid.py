"""Pure. Mermaid text: flowcharts and Gantt charts that no title can break out of.

Every character of a label that is no letter, digit, space or harmless mark is written as Mermaid's own entity (`#35;`), so that nothing
ends a label, a line or a fence, begins a directive or becomes HTML. Source: Mermaid's documentation, "Entity codes to escape characters".
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

LONGEST = 60
"""Characters of one line of a label; longer ones are shortened."""
_HARMLESS = frozenset(" .,-/()+'")
_DAY = "%Y-%m-%d"
_WORDS = (
    "acc",
    "axis",
    "call",
    "click",
    "date",
    "excl",
    "gantt",
    "href",
    "incl",
    "section",
    "tick",
    "title",
    "today",
    "top",
    "week",
)
"""What lines of a Gantt chart that are no bars begin with."""


@dataclass(frozen=True, slots=True)
class Edge:
    """`later` follows `earlier`: places of nodes. `told`: what is said of it; `driving`: it is on the way that counts."""

    earlier: int
    later: int
    told: str = ""
    driving: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """A bar of a Gantt chart, or a milestone on its last day. `state`: how it is drawn."""

    title: str
    first: date
    last: date
    state: str = ""
    milestone: bool = False


def label(text: str, longest: int = LONGEST) -> str:
    """One line of text as the inside of a quoted label."""
    line = one_line(text, longest)
    return "".join(char if char.isalnum() or char in _HARMLESS else f"#{ord(char)};" for char in line) or "?"


def one_line(text: str, longest: int) -> str:
    """The text without line breaks, control and invisible characters, at most so long."""
    line = " ".join("".join(_visible(char) for char in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def flowchart(nodes: Sequence[Sequence[str]], edges: Iterable[Edge], goals: Iterable[int] = ()) -> str:
    """A flowchart from left to right. `nodes`: the lines of each box; `goals`: places of those drawn as ends."""
    ends, lines = frozenset(goals), ["flowchart LR"]
    for number, node in enumerate(nodes):
        text = "<br/>".join(label(line) for line in node if line)
        lines.append(f'  n{number}(["{text}"])' if number in ends else f'  n{number}["{text}"]')
    for edge in edges:
        arrow = "-->" if edge.driving else "-.->"
        told = f'|"{label(edge.told)}"|' if edge.told else ""
        lines.append(f"  n{edge.earlier} {arrow}{told} n{edge.later}")
    return "\n".join(lines)


def gantt(title: str, spans: Iterable[Span]) -> str:
    """A Gantt chart by days. The last day of a bar is part of it."""
    lines = ["gantt", f"  title {_word(title)}", "  dateFormat YYYY-MM-DD", "  axisFormat %d %b", "  inclusiveEndDates"]
    for number, span in enumerate(spans):
        tags = [*([span.state] if span.state else []), *(["milestone"] if span.milestone else []), f"t{number}"]
        until = "0d" if span.milestone else f"{span.last:{_DAY}}"
        name = _word(span.title)
        name = f"- {name}" if name.casefold().startswith(_WORDS) or name[0].isdigit() else name  # a date is no title
        lines.append(f"  {name} :{', '.join(tags)}, {span.first:{_DAY}}, {until}")
    return "\n".join(lines)


def _word(text: str) -> str:
    """Text outside of quotes, where an entity's own marks would end a statement: what is special is left out."""
    kept = "".join(char if char.isalnum() or char in _HARMLESS else " " for char in text)
    return one_line(kept, LONGEST) or "?"


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return "" if category.startswith("C") else char
