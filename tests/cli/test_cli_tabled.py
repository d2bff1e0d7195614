"""Tables on terminals of any width: no date is cut, and no word is lost."""

import io

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.cli.tabled import show_table

WHY = "at least 21 working days late. Work ends no earlier than Mon 21 Dec 2026, due Fri 20 Nov."


def shown(width: int) -> str:
    table = Table("milestone", "status", "due", "work ends", "why", box=None, pad_edge=False)
    table.add_row(
        Text("acme/storefront/milestone/2 Performance budget"), Text("off track"), "2026-11-20", "2026-12-21", Text(WHY)
    )
    table.add_row("PAY-1", "on track", "", "2026-12-21", "kept")
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_table(console, table)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 96, 100, 112, 120, 160])
def test_nothing_is_cut(width: int) -> None:
    text = shown(width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    flat = "".join(text.split())
    for whole in ("2026-11-20", "2026-12-21", "Performance", "budget", "Nov."):
        assert whole in flat
    assert text.count("2026-12-21") == 2


def test_where_there_is_room_each_row_is_one_line_and_where_there_is_none_it_is_told() -> None:
    assert "acme/storefront/milestone/2 Performance budget  off track  2026-11-20  2026-12-21  at least" in shown(180)
    assert shown(60).splitlines()[:2] == [
        "acme/storefront/milestone/2 Performance budget",
        "  status off track; due 2026-11-20; work ends 2026-12-21;   ",
    ]
    assert "  status on track; work ends 2026-12-21; why kept" in shown(60)
