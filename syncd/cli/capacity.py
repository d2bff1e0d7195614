"""`syncd capacity`: who is asked for how much of their time, week by week, who is away, and what more people would do."""

import csv
import os
import sys
from typing import Annotated

import typer

from syncd.app import opened
from syncd.cli import capacity_rows, capacity_show
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, print_json, usage, wide
from syncd.cli.people import Shows
from syncd.cli.progress import patiently
from syncd.cli.stored import snapshot_of

_WEEKS = 8

Team = Annotated[str, typer.Option("--team", "-t", help="Only this team.")]
Weeks = Annotated[int, typer.Option("--weeks", "-w", min=1, max=52, help="So many weeks, this one first.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print what is missing, and what more people would do: one line per gap.")]


def capacity(
    config: ConfigFile = DEFAULT_CONFIG, team: Team = "", weeks: Weeks = _WEEKS, json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Show planned work against working time per person, team and skill and week, and who is away. Reads the store only."""
    if json and as_csv:
        usage("--json and --csv are two ways of printing: choose one.")
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        show = Shows.of(app, snapshot)
    names = [one.name for one in snapshot.teams]
    chosen = [name for name in names if name.casefold() == team.strip().casefold()] if team else names
    if team and not chosen:
        usage(f"There is no team {team!r} in [teams]: there is {', '.join(names) or 'none'}.")
    if as_csv:
        writer = csv.DictWriter(sys.stdout, fieldnames=capacity_rows.COLUMNS, lineterminator="\n")
        writer.writeheader()
        with patiently("Counting hours"):
            gaps = list(capacity_rows.gap_rows(snapshot, chosen, weeks, everything=not team))
        writer.writerows(gaps)
        return
    with patiently("Counting hours"):
        found = capacity_rows.rows(snapshot, chosen, weeks, show, everything=not team)
    if json:
        print_json(found)
    else:
        capacity_show.show(found, wide())
