"""Pure. A milestone's plan as SVG: a Gantt chart, or the graph of what waits for what; each with all its rows as a table.

Plain SVG without scripts, fonts or links: light or dark as the reader's system is, nothing told by colour alone. For readers who do not
see it, it has a title and a description, the rows are a table in the sense of ARIA, and the drawing itself is left out. What vendors'
users wrote is escaped and has no control characters, so that the document is well-formed whatever a title says.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from syncd.schedule.lettering import BOLD, ending, short
from syncd.schedule.mermaid import one_line
from syncd.schedule.picture import Picture, Row, lag_told, link_told

ROW, HEAD, SIDE, AREA, GAP = 22, 92, 556, 720, 12
"""Heights of a row and of what is above them, widths of the table and of the chart, and the margin, in pixels."""
FAR = 3652
"""So many days from today are drawn, at most; what is later stands at the edge."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COLUMNS = (("work", 0), ("title", 150), ("start", 362), ("end", 422), ("room", 482), ("", 534))
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: 600 } .dim { fill: #57606a } .big { font-size: 15px; font-weight: 600 }
.paper { fill: #ffffff } .band { fill: #f3f5f8 } .rest { fill: #e6eaef; fill-opacity: .7 } .grid { stroke: #d5dbe1; fill: none }
.bar { fill: #5b8def; stroke: #2f62c9 } .crit { fill: #e0694f; stroke: #a3301a; stroke-width: 2 }
.done { fill: #1f2328; fill-opacity: .35 } .room { stroke: #8a949e; stroke-width: 2; fill: none }
.link { stroke: #8a949e; fill: none } .way { stroke: #a3301a; stroke-width: 2; fill: none }
.tip { fill: #8a949e } .waytip { fill: #a3301a } .today { stroke: #2f62c9; stroke-width: 1.5 }
.due { stroke: #a3301a; stroke-width: 1.5; stroke-dasharray: 5 3 }
.box { fill: #ffffff; stroke: #8a949e } .boxcrit { fill: #ffffff; stroke: #a3301a; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .dim { fill: #9aa5b1 }
.paper { fill: #0d1117 } .band { fill: #151b23 } .rest { fill: #232b36 } .grid { stroke: #2e3742 }
.bar { fill: #3b6fd1; stroke: #7aa7ff } .crit { fill: #a8432c; stroke: #ff9b85 } .done { fill: #ffffff; fill-opacity: .3 }
.room, .link { stroke: #76818d } .way, .due { stroke: #ff9b85 } .today { stroke: #7aa7ff }
.box { fill: #151b23; stroke: #76818d } .boxcrit { fill: #151b23; stroke: #ff9b85 }
.tip { fill: #76818d } .waytip { fill: #ff9b85 }
}
"""


def chart(picture: Picture) -> str:
    """The Gantt chart beside the table. A bar is work, the line behind it is room, the dark part is done."""
    height = HEAD + ROW * len(picture.rows) + 2 * GAP
    axis = _Axis.of(picture)
    parts = [*_bands(len(picture.rows), HEAD), *_drawn(_chart(picture, axis, height)), *_table(picture, HEAD)]
    return _document(picture, SIDE + AREA + 3 * GAP, height, parts)


def graph(picture: Picture) -> str:
    """The work that is linked, from left to right or, where that is long, from top to bottom; below it the table of all rows."""
    boxes, width, height = _laid_out(picture)
    top = height + HEAD
    parts = [
        *_drawn(_boxes(picture, boxes)),
        *_bands(len(picture.rows), top, SIDE),
        *_table(picture, top),
    ]
    return _document(picture, max(width, SIDE) + 2 * GAP, top + ROW * len(picture.rows) + 2 * GAP, parts)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Days on a line."""

    first: date
    days: int

    @classmethod
    def of(cls, picture: Picture) -> "_Axis":
        """From the first day of work, or today, to the last day, or the due date; ten years at most either way."""
        days = [picture.today, *(row.dates.start for row in picture.rows), *(row.dates.finish for row in picture.rows)]
        days += [picture.milestone.due] if picture.milestone.due else []
        near = [min(max((day - picture.today).days, -FAR), FAR) for day in days]
        return cls(picture.today + timedelta(days=min(near) - 1), max(near) - min(near) + 4)

    def at(self, day: date, after: int = 0) -> float:
        """Where a day begins, or so many days after it."""
        return round(SIDE + 2 * GAP + AREA * min(max(((day - self.first).days + after) / self.days, 0), 1), 1)

    def ticks(self) -> Iterator[tuple[date, str]]:
        """Mondays; the first of months, quarters or years where that would be too many."""
        every = [self.first + timedelta(days=offset) for offset in range(self.days + 1)]
        if self.days <= 70:
            yield from ((day, f"{day.day} {_MONTHS[day.month - 1]}") for day in every if day.weekday() == 0)
            return
        step = 1 if self.days <= 400 else 3 if self.days <= 1200 else 12
        for day in every:
            if day.day == 1 and (day.month - 1) % step == 0:
                yield day, f"{_MONTHS[day.month - 1]} {day.year % 100:02}" if step < 12 else str(day.year)


def _chart(picture: Picture, axis: _Axis, height: int) -> Iterator[str]:
    bottom = height - GAP
    if axis.days <= 120:
        for day in (axis.first + timedelta(days=offset) for offset in range(axis.days + 1)):
            if day.weekday() == 5:
                yield _rect("rest", axis.at(day), HEAD, axis.at(day, 2) - axis.at(day), bottom - HEAD)
    for day, name in axis.ticks():
        yield f'<path class="grid" d="M{axis.at(day)} {HEAD - 6}V{bottom}"/>'
        if axis.at(day) < SIDE + GAP + AREA - 30:
            yield _text(axis.at(day) + 3, HEAD - 10, name, "dim")
    yield from _links(picture, axis)
    for place, row in enumerate(picture.rows):
        yield from _bar(row, HEAD + ROW * place, axis)
    yield from _line(axis.at(picture.today), bottom, "today", "today", HEAD - 34)
    due = picture.milestone.due
    if due and abs((due - picture.today).days) < FAR:
        yield from _line(axis.at(due, 1), bottom, "due", f"due {_day(due)}", HEAD - 48)


def _line(at: float, bottom: int, kind: str, told: str, top: int) -> Iterator[str]:
    yield f'<path class="{kind}" d="M{at} {top}V{bottom}"/>'
    yield _text(at - 4, top + 8, told, "head", 'text-anchor="end"')


def _bar(row: Row, top: int, axis: _Axis) -> Iterator[str]:
    begins, ends = axis.at(row.dates.start), axis.at(row.dates.finish, 1)
    late = axis.at(row.dates.late, 1)
    if late > ends:
        yield f'<path class="room" d="M{ends} {top + ROW / 2}H{late}m0 -4v8"/>'
    width = max(round(ends - begins, 1), 2)
    yield _rect("crit" if row.room <= 0 else "bar", begins, top + 4, width, ROW - 8, 'rx="2"')
    if row.percent:
        yield _rect("done", begins, top + 4, round(width * row.percent / 100, 1), ROW - 8)


def _links(picture: Picture, axis: _Axis) -> Iterator[str]:
    """From what drives a row to its bar."""
    for place, row in enumerate(picture.rows):
        if row.driven is None:
            continue
        before = picture.rows[row.driven]
        begins, ends = axis.at(row.dates.start), axis.at(before.dates.finish, 1)
        low, high = HEAD + ROW * row.driven + ROW // 2, HEAD + ROW * place + ROW // 2
        yield f'<path class="{"way" if row.on_path and before.on_path else "link"}" d="M{ends} {low}H{ends + 4}V{high}H{begins}"/>'


def _table(picture: Picture, top: int) -> Iterator[str]:
    yield f'<g role="table" aria-label="{_escaped("Open work of " + picture.milestone.ref.label)}">'
    yield '<g role="row">'
    yield from (_text(GAP + at, top - 10, name, "head", 'role="columnheader"') for name, at in _COLUMNS if name)
    yield "</g>"
    for place, row in enumerate(picture.rows):
        y = top + ROW * place + 15
        cells = (
            row.key,
            row.work.title,
            _day(row.dates.start),
            _day(row.dates.finish),
            f"{row.room:.3g} d",
            "*" if row.room <= 0 else "",
        )
        yield '<g role="row">'
        for number, ((_, at), cell) in enumerate(zip(_COLUMNS, cells, strict=True)):
            if cell:
                said = 'role="cell" aria-label="critical"' if cell == "*" else 'role="cell"'
                told = (ending, short)[number > 0](cell, [*(to for _, to in _COLUMNS), SIDE][number + 1] - at - 6)
                yield _text(GAP + at, y, told, "" if row.part else "dim", said)
        yield "</g>"
    yield "</g>"


def _bands(rows: int, top: int, width: int = SIDE + AREA) -> Iterator[str]:
    for place in range(1, rows, 2):
        yield _rect("band", GAP, top + ROW * place, width, ROW)


BOX, TALL, AWAY, NEAR, WIDE = 216, 52, 56, 14, 8
"""Width and height of a box, the way to the next layer, to the next box, and how many boxes of a layer stand in one line."""


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a box stands; `upright`: layers go from top to bottom."""

    x: int
    y: int
    upright: bool


def _laid_out(picture: Picture) -> tuple[dict[int, _Box], int, int]:
    """Boxes by the place of their row (after the last one: the milestone), in layers, each after all that it waits for; within a layer near
    what it waits for. With width and height."""
    layers = _layers(picture)
    upright = len(layers) > WIDE
    boxes: dict[int, _Box] = {}
    along, most = 0, 0
    for layer in layers:
        lines = -(-len(layer) // WIDE) if upright else 1
        for number, row in enumerate(layer):
            line, across = divmod(number, WIDE) if upright else (0, number)
            near = across * ((BOX if upright else TALL) + NEAR)
            far = along + line * (TALL + NEAR)
            boxes[row] = _Box(GAP + (near if upright else far), HEAD + (far if upright else near), upright)
            most = max(most, near + (BOX if upright else TALL))
        along += (lines * (TALL + NEAR) - NEAR + AWAY) if upright else BOX + AWAY
    long = max(along - AWAY, 0)
    return boxes, (most if upright else long), HEAD + (long if upright else most)


def _layers(picture: Picture) -> list[list[int]]:
    """The rows that are linked, and the milestone, by the longest way to them. Rows come after all that they wait for, or in a cycle."""
    rows = picture.rows
    linked = {place for place, row in enumerate(rows) if row.after} | {before for row in rows for before in row.after}
    last = next((place for place, row in enumerate(rows) if picture.path and row.work.ref == picture.path[-1]), None)
    linked |= {last} if last is not None else set()
    level = _levels(rows, linked)
    found: dict[int, list[int]] = {}
    for place in sorted(level):
        found.setdefault(level[place], []).append(place)
    spots: dict[int, float] = {}
    layers = []
    for number in sorted(found):
        near = {
            p: sum(spots.get(b, 0) for b in rows[p].after) / len(rows[p].after) if rows[p].after else 0.0 for p in found[number]
        }
        layer = sorted(found[number], key=lambda place: (not rows[place].on_path, near[place], place))
        spots.update({place: float(spot) for spot, place in enumerate(layer)})
        layers.append(layer)
    return [*layers, [len(rows)]]


def _levels(rows: Sequence[Row], linked: Iterable[int]) -> dict[int, int]:
    """The longest way to each of these rows; of those in a cycle, and behind one, what is known of it."""
    level = dict.fromkeys(sorted(linked), 0)
    waiting = {place: sum(before in level for before in rows[place].after) for place in level}
    later: dict[int, list[int]] = {}
    for place in level:
        for before in rows[place].after:
            later.setdefault(before, []).append(place)
    ready = [place for place, count in waiting.items() if not count]
    while ready:
        place = ready.pop()
        for follower in later.get(place, ()):
            level[follower] = max(level[follower], level[place] + 1)
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    return level


def _boxes(picture: Picture, boxes: dict[int, _Box]) -> Iterator[str]:
    rows = picture.rows
    for place, row in enumerate(rows):
        for before in row.after if place in boxes else ():
            if before in boxes:
                yield _arrow(boxes[before], boxes[place], link_told(row, before), way=row.driven == before and row.on_path)
    last = next((place for place, row in enumerate(rows) if picture.path and row.work.ref == picture.path[-1]), None)
    if last is not None:
        yield _arrow(boxes[last], boxes[len(rows)], lag_told(picture.link) if picture.link else "", way=True)
    for place, box in boxes.items():
        yield from _box(picture, place, box)
    hidden = len(rows) - len(boxes) + 1
    if hidden:
        yield _text(GAP, HEAD - 12, f"{hidden} more without links, only in the table below", "dim")


def _box(picture: Picture, place: int, box: _Box) -> Iterator[str]:
    if place == len(picture.rows):
        milestone = picture.milestone
        told = (milestone.ref.label, milestone.title, f"due {_day(milestone.due)}" if milestone.due else "no due date")
        kind = "boxcrit" if picture.late else "box"
    else:
        row = picture.rows[place]
        room = "critical" if row.room <= 0 else f"{row.room:.3g} d room"
        told = (row.key, row.work.title, f"{_from_to(row)}, {room}")
        kind = "boxcrit" if row.room <= 0 else "box"
    yield _rect(kind, box.x, box.y, BOX, TALL, 'rx="6"' if place < len(picture.rows) else 'rx="24"')
    for number, (text, css) in enumerate(zip(told, ("head", "", "dim"), strict=True)):
        margin = 12 if place < len(picture.rows) else 22
        inner = BOX - 2 * margin
        fitted = (ending(text, inner / BOLD), short(text, inner), text)[number]
        yield _text(box.x + margin, box.y + 16 + 15 * number, fitted, css)


def _arrow(before: _Box, after: _Box, said: str = "", *, way: bool) -> str:
    """A bent line from the end of one box to the beginning of another; what is said of it is shown to who points at it."""
    if not before.upright:
        x, y, to, at = before.x + BOX, before.y + TALL // 2, after.x - 7, after.y + TALL // 2
        bend = f"M{x} {y}C{x + AWAY // 2} {y} {to - AWAY // 2} {at} {to} {at}"
        tip = f"M{to} {at - 4}l7 4l-7 4z"
    else:
        x, y, to, at = before.x + BOX // 2, before.y + TALL, after.x + BOX // 2, after.y - 7
        bend = f"M{x} {y}C{x} {y + AWAY // 2} {to} {at - AWAY // 2} {to} {at}"
        tip = f"M{to - 4} {at}l4 7l4 -7z"
    line = f'<path class="{"way" if way else "link"}" d="{bend}"'
    line += f"><title>{_escaped(said)}</title></path>" if said else "/>"
    return f'{line}<path class="{"waytip" if way else "tip"}" d="{tip}"/>'


def _document(picture: Picture, width: int, height: int, parts: Iterable[str]) -> str:
    called = f"{picture.milestone.ref.label} {picture.milestone.title}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="group" aria-labelledby="title about">'
    )
    lines = [
        head,
        f'<title id="title">{_escaped("Plan of " + one_line(called, 120))}</title>',
        f'<desc id="about">{_escaped(_about(picture))}</desc>',
        f"<style>{_STYLE}</style>",
        _rect("paper", 0, 0, width, height),
        *_drawn(
            [
                _text(GAP, 22, short(called, (width - 2 * GAP) / BOLD, 15), "big"),
                _text(GAP, 38, short(_standing(picture), width - 2 * GAP), "dim"),
            ]
        ),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _about(picture: Picture) -> str:
    way = [ref.label for ref in picture.path]
    shown = [*(["…"] if len(way) > 12 else []), *way[-12:]]
    path = f" Driving path: {', '.join(shown)}." if way else ""
    return f"{_standing(picture)}.{path} Critical work has a star and a thick outline. The table has all rows."


def _standing(picture: Picture) -> str:
    due = picture.milestone.due
    ends = f", ends {_date(picture.finish)}" if picture.finish else ""
    late = f", {picture.late} working day{'s' if picture.late != 1 else ''} late" if picture.late else ""
    return f"{picture.done} of {picture.total} items done{ends}, {f'due {_date(due)}' if due else 'no due date'}{late}"


def _drawn(parts: Iterable[str]) -> Iterator[str]:
    """What is drawn for the eye alone: the title, the description and the table say it in words."""
    yield '<g aria-hidden="true">'
    yield from parts
    yield "</g>"


def _rect(kind: str, x: float, y: float, width: float, height: float, more: str = "") -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"{" " + more if more else ""}/>'


def _text(x: float, y: float, text: str, css: str = "", more: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    return f'<text x="{x}" y="{y}"{kind}{" " + more if more else ""}>{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    line = one_line(text, 2000)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        line = line.replace(char, entity)
    return line


def _from_to(row: Row) -> str:
    begins, ends = _day(row.dates.start), _day(row.dates.finish)
    return begins if begins == ends else f"{begins} – {ends}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _date(day: date | None) -> str:
    return f"{_day(day)} {day.year}" if day else ""
