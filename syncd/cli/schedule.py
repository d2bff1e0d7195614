"""`syncd schedule`: the dates of a plan, of one in a file without any configuration, or of a milestone out of the mirror."""

import json as json_format
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.buffers import buffers
from syncd.cli.commands import EPILOG
from syncd.cli.frame import USAGE, AsJson, command, complain, one_line, out, print_json
from syncd.cli.schedule_show import chains, show
from syncd.model.problem import Problem, Problems

if TYPE_CHECKING:
    from datetime import datetime

    from syncd.schedule import Planned, Result

cli = typer.Typer(name="schedule", help="Work out when a plan's items can start and have to end.", no_args_is_help=True)

_FORM = "Give a plan as JSON or TOML; syncd/schedule/README.md shows one."
_COLUMNS = ("id", "early start", "early finish", "late finish", "total float", "critical", "driven by")
_LAID_OUT = 1000
"""Items up to which the table fits its columns to the width of the terminal."""


@cli.callback()
def group() -> None:
    """Work out when a plan's items can start and have to end."""


cli.command("show", epilog=EPILOG)(command(show))
cli.command("chains", epilog=EPILOG)(command(chains))


@cli.command("compute")
@command
def compute(
    file: Annotated[Path, typer.Argument(help="A plan as JSON, or TOML where the name ends in .toml; - is stdin.")],
    json: AsJson = False,
) -> None:
    """Early and late dates, floats and the critical path of a plan: items, links, calendars, and perhaps a deadline."""
    from syncd.schedule import compute as computed

    result = computed(_read(file), str(file))
    if json:
        print_json(_as_json(result))
    elif not result.problems:
        _show(result)
    for problem in result.problems:
        complain(str(problem))
    if result.problems:
        raise typer.Exit(USAGE)


cli.command("buffers", epilog=EPILOG)(command(buffers))


def _read(file: Path) -> Any:
    """The document. From stdin it is JSON, else TOML."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Problems([Problem(str(file), "", f"the plan cannot be read: {why}", _FORM)]) from None
    if file.suffix.lower() == ".toml":
        return _toml(text, str(file))
    try:
        return json_format.loads(text)
    except (ValueError, RecursionError) as error:
        if str(file) == "-" and not text.lstrip().startswith("{"):
            return _toml(text, str(file))
        line = f"line {error.lineno}" if isinstance(error, json_format.JSONDecodeError) else ""
        raise Problems([Problem(str(file), line, "this is not JSON", _FORM)]) from None


def _toml(text: str, file: str) -> Any:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Problems([Problem(file, "", f"this is not TOML: {one_line(str(error))}", _FORM)]) from None


def _as_json(result: "Result") -> dict[str, Any]:
    """Stable keys: dates in ISO form, hours as numbers."""
    return {
        "start": _iso(result.start),
        "finish": _iso(result.finish),
        "makespan": result.makespan,
        "items": [
            {
                "id": item.id,
                "early_start": _iso(item.early_start),
                "early_finish": _iso(item.early_finish),
                "late_start": _iso(item.late_start),
                "late_finish": _iso(item.late_finish),
                "early_start_index": item.early_start_index,
                "early_finish_index": item.early_finish_index,
                "late_start_index": item.late_start_index,
                "late_finish_index": item.late_finish_index,
                "total_float": item.total_float,
                "free_float": item.free_float,
                "critical": item.critical,
                "driving": list(item.driving),
            }
            for item in result.items
        ],
        "cycles": [list(cycle) for cycle in result.cycles],
        "problems": [{"file": one.file, "key": one.key, "text": one.text, "cure": one.cure} for one in result.problems],
    }


def _iso(at: "datetime | None") -> str | None:
    return at.isoformat() if at else None


def _show(result: "Result") -> None:
    from rich.table import Table
    from rich.text import Text

    console = out()
    if len(result.items) > _LAID_OUT:
        console.out("\n".join(_aligned([_COLUMNS, *map(_row, result.items)])), highlight=False)
    else:
        table = Table(*_COLUMNS[:4], box=None, pad_edge=False)
        table.add_column(_COLUMNS[4], justify="right")
        for name in _COLUMNS[5:]:
            table.add_column(name)
        for item in result.items:
            table.add_row(*map(Text, _row(item)))
        if not console.is_terminal:
            console.width = 160
        console.print(table)
    if result.finish and result.makespan is not None:
        out().print(Text(f"{result.makespan:g} working hours, to {_short(result.finish)}"))


def _row(item: "Planned") -> tuple[str, ...]:
    dates = (_short(at) for at in (item.early_start, item.early_finish, item.late_finish))
    mark, by = "*" if item.critical else "", ", ".join(item.driving)
    return (one_line(item.id), *dates, f"{item.total_float:g} h", mark, one_line(by))


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines as the table has them. Laying out a table of many thousand rows takes minutes."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [gap + cell if at == 4 else cell + gap for at, (cell, gap) in enumerate(zip(row, gaps, strict=True))]
        yield "  ".join(cells).rstrip()


def _short(at: "datetime") -> str:
    return at.isoformat(" ", "minutes")
