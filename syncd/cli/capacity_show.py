"""`syncd capacity` for people: a table per team, in colours and in numbers, so that it reads without colours."""

from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.cli.frame import one_line

_FULL, _MUCH = 1.0, 1.2
_NAME, _WEEK = 20, 11
"""Room for a name and for a week, in characters."""
_LEGEND = "Planned work / time for it: ! more than all of it, !! more than 120%; the days away are below."


def show(found: dict[str, Any], console: Console) -> None:
    """Tables of teams, of whoever is in none, and of skills; then what is in no number, and what is wrong."""
    for team in found["teams"]:
        _print(console, found, f"{team['name']} ({team['focus']:.0%} of working time for planned work)", team["people"], team)
    if found["without_team"]:
        _print(console, found, "In no team", found["without_team"])
    if found["skills"]:
        named = [{**one, "name": f"{one['name']} ({len(one['people'])})"} for one in found["skills"]]
        _print(console, found, "Skills (people who have it)", named)
    if not (found["teams"] or found["without_team"]):
        console.print(Text("No work with remaining time and dates, and no team in [teams]."))
    else:
        console.print(Text(_LEGEND, style="dim"))
    for text in (*_uncounted(found), *found["problems"]):
        console.print(Text(one_line(text)))


def _print(
    console: Console, found: dict[str, Any], title: str, rows: list[dict[str, Any]], total: dict[str, Any] | None = None
) -> None:
    """One table; on a narrow terminal several, one below the other, each with as many weeks as it has room for."""
    many, first = max(2, (console.width - _NAME) // _WEEK), 0
    while first < max(1, len(found["weeks"])):
        part = slice(first, first + many)
        told = [{**row, "weeks": row["weeks"][part]} for row in rows]
        every = {**total, "weeks": total["weeks"][part]} if total else None
        console.print(_table(found["weeks"][part], title if not first else "", told, every))
        first += many


def _table(weeks: list[str], title: str, rows: list[dict[str, Any]], total: dict[str, Any] | None) -> Table:
    table = Table(
        title=Text(one_line(title)) if title else None, title_justify="left", box=None, pad_edge=False, title_style="bold"
    )
    table.add_column("")
    for day in weeks:
        table.add_column(f"{date.fromisoformat(day):%d %b}", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(Text(one_line(row["name"])), *map(_cell, row["weeks"]))
    if total:
        table.add_row(Text("all", style="bold"), *map(_cell, total["weeks"]))
        table.add_row(Text("hours", style="dim"), *(_hours(week) for week in total["weeks"]))
    return table


def _cell(week: dict[str, Any]) -> Text:
    """`85%`, `110%!`, `130%!!`; `-` where there is no time and no work, `!!` where there is work and no time."""
    share, away = week["load"], week.get("days_away", 0)
    if share is None:
        text, style = "!!", "bold white on red"
    elif not week["supply_hours"]:
        text, style = "-", "dim"
    elif share > _MUCH:
        text, style = f"{share:.0%}!!", "bold white on red"
    elif share > _FULL:
        text, style = f"{share:.0%}!", "black on yellow"
    else:
        text, style = f"{share:.0%}", "green" if share else "dim"
    found = Text(text, style=style)
    return found.append(f"\n{away} away", style="not bold not reverse dim default on default") if away else found


def _hours(week: dict[str, Any]) -> Text:
    return Text(f"{week['demand_hours']:.0f}/{week['supply_hours']:.0f}", style="dim")


def _uncounted(found: dict[str, Any]) -> list[str]:
    """What is in no number."""
    left = found["uncounted"]
    told = []
    if left["without_time"]:
        told.append(f"{left['without_time']} open items without remaining time (or in points) are not counted.")
    if left["without_dates"]:
        told.append(f"{left['without_dates']} open items without any due date are not counted.")
    if found["without_calendar"]:
        told.append(f"{len(found['without_calendar'])} people are in no team, and no leave of theirs is known.")
    return told
