"""`syncd hygiene`: what makes the plans hard to believe, one list per team, with what to do."""

import os
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from syncd.app import opened
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, one_line, out, print_json, usage
from syncd.cli.progress import patiently
from syncd.cli.stored import mirrored_of
from syncd.config import did_you_mean, some_known
from syncd.model.ref import ref_to_json

if TYPE_CHECKING:
    from syncd.schedule.hygiene import Untidy

_SHOWN = 10


def hygiene(
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    team: Annotated[str, typer.Option(help="Only of this team, or project where no team owns it.")] = "",
) -> None:
    """List what is undated, ownerless, untouched, long overdue or plainly wrong, per team. Reads the store only."""
    from syncd.schedule.hygiene import hygiene as untidy
    from syncd.schedule.hygiene import remarks, team_names

    with opened(config, os.environ) as app:
        snapshot, read = mirrored_of(app)
    with patiently("Looking through the records"):
        found, lines = untidy(snapshot), remarks(snapshot)
    known = sorted({one.team for one in found}.union(team_names(snapshot)))
    if team and team not in known:
        cure = did_you_mean(team, known, otherwise=some_known(known))
        usage(f"There is no team {team!r}. {cure}")
    mine = [one for one in found if team in ("", one.team)]
    notes = [f"{note} ({count} records)" for note, count in read.notes.most_common()]
    if json:
        print_json({"teams": _json(mine), "remarks": [] if team else list(lines), "unknown": [] if team else notes})
        return
    for line in _lines(mine):
        out().print(line)
    if not team:
        _rest("Also", list(lines))
        _rest("Mappings did not know (links of these types are left out until they are classified)", notes)
    if not mine:
        out().print("Nothing is untidy.")


def _json(found: "list[Untidy]") -> dict[str, dict[str, Any]]:
    from syncd.schedule.hygiene import CONDITIONS

    return {
        team: {
            condition: {
                "title": CONDITIONS[condition].name,
                "cure": CONDITIONS[condition].cure,
                "found": [{**ref_to_json(one.ref), "what": one.what} for one in some],
            }
            for condition, some in groupby(theirs, key=lambda one: one.condition)
        }
        for team, theirs in groupby(found, key=lambda one: one.team)
    }


def _lines(found: "list[Untidy]") -> list[Text]:
    from syncd.schedule.hygiene import CONDITIONS

    lines: list[Text] = []
    for team, theirs in groupby(found, key=lambda one: one.team):
        every = list(theirs)
        lines.append(Text(one_line(f"{team}: {len(every)} to tidy up"), "bold"))
        for condition, group in groupby(every, key=lambda one: one.condition):
            some = list(group)
            lines.append(Text(f"  {CONDITIONS[condition].name} ({len(some)}). {CONDITIONS[condition].cure}"))
            named = [f"{one.ref.label} ({one.what})" if one.what else one.ref.label for one in some[:_SHOWN]]
            more = f" and {len(some) - _SHOWN} more (--json shows all)" if len(some) > _SHOWN else ""
            lines.append(Text(one_line(f"    {', '.join(named)}{more}")))
    return lines


def _rest(title: str, lines: list[str]) -> None:
    if lines:
        out().print(Text(f"{title}:", "bold"))
    for line in lines[:_SHOWN]:
        out().print(Text(one_line(f"  {line}")))
    if len(lines) > _SHOWN:
        out().print(Text(f"  and {len(lines) - _SHOWN} more (--json shows all)"))
