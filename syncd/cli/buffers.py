"""`syncd schedule buffers`: where buffers belong and how large they should be, and how those that there are burn."""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, one_line, print_json, wide

if TYPE_CHECKING:
    from syncd.schedule.buffers import Buffer
    from syncd.schedule.merging import Merge

_WIDTH, _HEIGHT = 50, 10


def buffers(
    milestones: Annotated[list[str] | None, typer.Argument(help="Only these: their keys, URLs, ids or titles.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Where paths of work come together: how large a buffer should be there; and a fever chart of the buffers. Reads the store only."""
    from syncd.app import opened
    from syncd.cli.choose import chosen
    from syncd.cli.progress import patiently
    from syncd.cli.stored import snapshot_of
    from syncd.model.ref import identity
    from syncd.schedule.buffers import buffers_of
    from syncd.schedule.merging import merges_of
    from syncd.schedule.wiring import is_open

    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
    asked = chosen(snapshot, milestones) if milestones else [one for one in snapshot.milestones.values() if is_open(one)]
    refs = [one.ref for one in asked] if milestones else sorted((one.ref for one in asked), key=identity)
    with patiently("Forecasting"):
        merges = merges_of(snapshot, refs)
        known = snapshot.once(buffers_of)
    burning = [known[ref] for ref in refs if ref in known]
    if json:
        print_json({"merge_points": [_merge_json(one) for one in merges], "buffers": [_buffer_json(one) for one in burning]})
        return
    _show(merges, burning)


def _merge_json(one: "Merge") -> dict[str, Any]:
    from syncd.model.ref import ref_to_json

    incoming = [{**ref_to_json(ref), "spread_days": round(spread, 2)} for ref, spread in one.incoming]
    return {"at": ref_to_json(one.at), "buffer_days": one.days, "float_days": one.float_days, "incoming": incoming}


def _buffer_json(one: "Buffer") -> dict[str, Any]:
    from syncd.model.ref import ref_to_json

    return {
        "milestone": ref_to_json(one.milestone),
        "origin": one.origin,
        "days": one.days,
        "due": one.due.isoformat(),
        "meant": one.meant.isoformat(),
        "ends": one.ends.isoformat(),
        "used_days": one.used,
        "burnt": round(one.burnt, 3),
        "done": round(one.done, 3),
    }


def _show(merges: "Sequence[Merge]", burning: "Sequence[Buffer]") -> None:
    from rich.table import Table
    from rich.text import Text

    from syncd.cli.tabled import show_table

    console = wide()
    if merges:
        table = Table("paths merge at", box=None, pad_edge=False)
        for name in ("paths", "buffer", "float now"):
            table.add_column(name, justify="right")
        table.add_column("spread of the widest (P85 - P50)")
        for one in merges:
            widest = ", ".join(f"{ref.label} {spread:.1f} d" for ref, spread in one.incoming[:3])
            cells = (one.at.label, str(len(one.incoming)), f"{one.days} d", f"{one.float_days:g} d", widest)
            table.add_row(*(Text(one_line(cell)) for cell in cells))
        show_table(console, table)
    else:
        console.print(Text("No paths come together."))
    if not burning:
        console.print(Text("\nNo milestone has a buffer: set one with a label such as buffer:5d, or agree on a baseline."))
        return
    table = Table("", "milestone", "buffer", "meant to end", "ends", "used", "chain done", box=None, pad_edge=False)
    for place, buffer in enumerate(burning):
        size = f"{buffer.days} d ({buffer.origin})"
        shares = (f"{buffer.burnt:.0%}", f"{buffer.done:.0%}")
        row = (_mark(place), buffer.milestone.label, size, buffer.meant.isoformat(), buffer.ends.isoformat(), *shares)
        table.add_row(*(Text(one_line(cell)) for cell in row))
    console.print(Text(""))
    show_table(console, table)
    console.print(Text("\n".join(("", *fever(burning)))))


def _mark(place: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[place] if place < 26 else "*"


def fever(burning: "Sequence[Buffer]") -> Iterable[str]:
    """The fever chart as lines of text: used up, done to the right; a `!` where it is critical, a `-` where it is a warning."""
    from syncd.detect.buffer_burn import BufferBurnRules, verdict

    rules = BufferBurnRules()
    marks: dict[tuple[int, int], str] = {}
    for place, one in enumerate(burning):
        at = min(_HEIGHT, round(one.burnt * _HEIGHT)), min(_WIDTH, round(one.done * _WIDTH))
        marks[at] = "*" if at in marks else _mark(place)
    signs = {"critical": "!", "warn": "-", None: "."}
    for row in range(_HEIGHT, -1, -1):
        zone = (signs[verdict(row / _HEIGHT, column / _WIDTH, None, rules)] for column in range(_WIDTH + 1))
        line = "".join(marks.get((row, column), sign) for column, sign in enumerate(zone))
        yield f"{row / _HEIGHT:>5.0%} |{line}"
    yield f"used  +{'-' * (_WIDTH + 1)}"
    yield f"       0 %{'chain done'.center(_WIDTH - 8)}100 %"
