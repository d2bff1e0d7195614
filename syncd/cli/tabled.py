"""Tables on a terminal of any width: a date or a number is never cut, and where a table has no room its rows are told one by one."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_SHORT = 14
"""A column whose widest cell has so many characters is not wrapped."""
_MOST = 16
"""A longer one gets room for its longest word, or for so much of it; and one of sentences for some words in a line."""
_SENTENCE, _LINE = 40, 28
_GAP = 2


def show_table(console: Console, table: Table) -> None:
    """Print a table of texts, no column of which is left out or cut."""
    cells = [list(column.cells) for column in table.columns]
    widths = [max(map(_width, (column.header, *some))) for column, some in zip(table.columns, cells, strict=True)]
    least = [
        width if width <= _SHORT else _least((column.header, *some), width)
        for width, column, some in zip(widths, table.columns, cells, strict=True)
    ]
    if sum(least) + _GAP * len(least) > console.width:
        _row_by_row(console, table, cells)
        return
    for column, width, room in zip(table.columns, widths, least, strict=True):
        column.no_wrap, column.overflow, column.min_width = width <= _SHORT, "fold", room
    console.print(table)


def _row_by_row(console: Console, table: Table, cells: Sequence[Sequence[object]]) -> None:
    headers = [_plain(column.header) for column in table.columns]
    for row in zip(*cells, strict=True):
        told = [(header, _plain(cell)) for header, cell in zip(headers, row, strict=True)]
        first = next((place for place, (header, cell) in enumerate(told) if header and cell), 0)
        console.print(Text(" ".join(cell for _, cell in told[: first + 1] if cell), "bold"))
        rest = "; ".join(f"{header} {cell}".strip() for header, cell in told[first + 1 :] if cell)
        console.print(Padding(Text(rest), (0, 0, 0, 2)))


def _least(cells: Sequence[object], width: int) -> int:
    if width > _SENTENCE:
        return _LINE
    words = (word for cell in cells for word in _plain(cell).split())
    return min(_MOST, max((Text(word).cell_len for word in words), default=0))


def _width(cell: object) -> int:
    return max((Text(line).cell_len for line in _plain(cell).splitlines()), default=0)


def _plain(cell: object) -> str:
    return cell.plain if isinstance(cell, Text) else str(cell)
