"""`syncd forecast`: how likely milestones are done in time, and how well such forecasts held so far. Reads the store only."""

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, command, err, one_line, out, print_json, usage, wide

if TYPE_CHECKING:
    from syncd.model.rows import Milestone
    from syncd.model.snapshot import Snapshot
    from syncd.schedule.backtest import Calibration, Outcome
    from syncd.schedule.forecast import Odds

_BAR = 40


class _Showing(TyperGroup):
    """A group whose command `show` is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What follows the group's name."""
        meant = args if args and (args[0] in self.commands or args[0] in ("-h", "--help")) else ["show", *args]
        return super().parse_args(ctx, meant)


cli = typer.Typer(
    name="forecast",
    help="How likely milestones are done in time, and how well such forecasts held so far.",
    cls=_Showing,
    rich_markup_mode=None,
)


@cli.command("show")
@command
def show(
    milestones: Annotated[list[str] | None, typer.Argument(help="Only these: their keys, URLs, ids or titles.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """How likely the due dates are, by when 50, 85 and 95 % of all outcomes are done, and what that rests on. Of milestones that are named
    also in how many of the draws each piece of work decides when they end. `show` may be left out."""
    from syncd.app import opened
    from syncd.cli import critical
    from syncd.cli.choose import chosen
    from syncd.cli.progress import patiently
    from syncd.cli.stored import snapshot_of
    from syncd.schedule.criticality import criticality_of
    from syncd.schedule.forecast import forecast_of
    from syncd.schedule.wiring import is_open

    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
    with patiently("Forecasting"):
        forecast = snapshot.once(forecast_of)
    asked = chosen(snapshot, milestones) if milestones else [one for one in snapshot.milestones.values() if is_open(one)]
    asked = asked if milestones else sorted(asked, key=lambda one: (one.due or date.max, one.ref))
    rows = [_row(snapshot, one, forecast.odds.get(one.ref), forecast.lacking.get(one.ref)) for one in asked]
    indexes = [criticality_of(snapshot, one.ref) for one in asked] if milestones else []
    for row, index in zip(rows, indexes, strict=False):
        row["criticality"] = critical.as_json(snapshot, index)
    if json:
        print_json({"as_of": snapshot.as_of.isoformat(), "milestones": rows})
    elif rows:
        _table(rows)
        for index in indexes:
            critical.show(snapshot, index)
    else:
        out().print("There is no open milestone.")


@cli.command("backtest")
@command
def backtest(
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    team: Annotated[str, typer.Option(help="Only of this team, or project where no team owns it.")] = "",
    weeks: Annotated[int, typer.Option(min=1, max=260, help="So many Mondays are looked at.")] = 12,
    svg: Annotated[Path | None, typer.Option(help="Write a picture of it to this file.")] = None,
) -> None:
    """Make the forecasts of past weeks again, from what was known then, and count how often they held."""
    from syncd.app import opened
    from syncd.cli.stored import snapshot_of
    from syncd.config import did_you_mean, some_known
    from syncd.schedule.backtest import calibrated
    from syncd.schedule.hygiene import team_names
    from syncd.schedule.reliability import picture

    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
    known = team_names(snapshot)
    if team and team not in known:
        usage(f"There is no team {team!r}. {did_you_mean(team, known, otherwise=some_known(known))}")
    outcomes = [one for one in _replayed(snapshot, weeks) if team in ("", one.team)]
    found = calibrated(outcomes)
    if svg is not None:
        _write(svg, picture(found))
    if json:
        print_json(
            {"weeks": weeks, "calibration": [_calibration(one) for one in found], "outcomes": [_outcome(one) for one in outcomes]}
        )
        return
    _reliability(found)


def _replayed(snapshot: "Snapshot", weeks: int) -> "list[Outcome]":
    """All outcomes, with a bar on standard error while it runs, where that is a terminal."""
    from rich.progress import track

    from syncd.schedule.backtest import mondays, replayed

    console = err()
    days = track(
        mondays(snapshot.today, weeks),
        "forecasts of past weeks",
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    return [one for monday in days for one in replayed(snapshot, monday)]


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        usage(f"{file} cannot be written: {error.strerror}. Name another file with --svg.")


def _row(snapshot: "Snapshot", milestone: "Milestone", odds: "Odds | None", lacking: str | None) -> dict[str, Any]:
    from syncd.model.ref import ref_to_json
    from syncd.schedule.plan import plan_of

    end = snapshot.once(plan_of).end(milestone.ref)
    row: dict[str, Any] = {
        "milestone": ref_to_json(milestone.ref),
        "title": milestone.title,
        "due": _iso(milestone.due),
        "work_ends": _iso(end.finish if end else None),
        "p": None,
        "p50": None,
        "p85": None,
        "p95": None,
        "word": None,
        "method": None,
        "draws": None,
        "finished": None,
        "weeks": None,
        "assumed": None,
        "backlog": None,
        "why_not": None if odds else lacking or "no open item belongs to it",
        "criticality": None,
    }
    if odds:
        row |= {"p": odds.p, "p50": _iso(odds.p50), "p85": _iso(odds.p85), "p95": _iso(odds.p95), "word": odds.word}
        row |= {"method": odds.method, "draws": odds.draws, "finished": odds.finished, "weeks": odds.weeks}
        row |= {"assumed": round(odds.assumed, 3), "backlog": odds.backlog if odds.method == "throughput" else None}
    return row


def _iso(day: date | None) -> str | None:
    return None if day is None or day == date.max else day.isoformat()


def _table(rows: Sequence[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table("milestone", "due", box=None, pad_edge=False)
    table.add_column("in time", justify="right")
    for name in ("P50", "P85", "P95", "method", "rests on"):
        table.add_column(name)
    for row in rows:
        label = row["milestone"]["key"] or row["title"]
        if row["why_not"]:
            ends = f"; work ends {row['work_ends']}" if row["work_ends"] else ""
            table.add_row(*_texts((label, row["due"] or "", "", "", "", "", "none", f"{row['why_not']}{ends}")))
            continue
        likely = "" if row["p"] is None else f"{row['p']:.0%}"
        days = (row[name] or "far away" for name in ("p50", "p85", "p95"))
        rests = f"{row['finished']} finished in {row['weeks']} weeks; {row['assumed']:.0%} of durations assumed"
        table.add_row(*_texts((label, row["due"] or "", likely, *days, row["method"], rests)))
    _print(table)


def _reliability(found: "Sequence[Calibration]") -> None:
    from rich.table import Table
    from rich.text import Text

    from syncd.schedule.backtest import SHARES

    if not found:
        out().print("Nothing can be judged yet: no forecast of these weeks has come to its end.")
        return
    table = Table("forecast", "team", "type", box=None, pad_edge=False)
    for name in ("times", "of", "P50", "P85", "P95", "Brier"):
        table.add_column(name, justify="right")
    table.add_column("reads")
    for one in found:
        held = (f"{share:.0%}" for share in one.held)
        brier = "" if one.brier is None else f"{one.brier:.2f}"
        table.add_row(
            *_texts((one.kind, one.team or "all", one.type or "all", str(one.count), str(one.refs), *held, brier, one.reading))
        )
    _print(table)
    for one in found:
        if one.team:
            continue
        out().print(Text(f"\n{one.kind}s: how often they held, | where they should"))
        for name, share, aim in zip(("P50", "P85", "P95"), one.held, SHARES, strict=True):
            out().print(Text(f"  {name} {bar(share, aim)} {share:4.0%}"))


def bar(share: float, aim: float) -> str:
    """A bar of text that is as long as the share, with a stroke at the aim."""
    filled, stroke = round(share * _BAR), min(round(aim * _BAR), _BAR - 1)
    return "".join("|" if place == stroke else "#" if place < filled else "." for place in range(_BAR))


def _print(table: Any) -> None:
    from syncd.cli.tabled import show_table

    show_table(wide(), table)


def _texts(words: Iterable[str]) -> "list[Any]":
    from rich.text import Text

    return [Text(one_line(word)) for word in words]


def _calibration(one: "Calibration") -> dict[str, Any]:
    held = dict(zip(("p50", "p85", "p95"), one.held, strict=True))
    return {
        "kind": one.kind,
        "team": one.team or None,
        "type": one.type or None,
        "forecasts": one.count,
        "objects": one.refs,
        "held": held,
        "early": one.early,
        "brier": one.brier,
        "reading": one.reading,
    }


def _outcome(one: "Outcome") -> dict[str, Any]:
    from syncd.model.ref import ref_to_json

    shown = [value.isoformat() if isinstance(value, date) else value for value in (*one.expected, one.actual)]
    return {
        **ref_to_json(one.ref),
        "kind": one.kind,
        "on": one.on.isoformat(),
        "team": one.team,
        "type": one.type,
        "p50": shown[0],
        "p85": shown[1],
        "p95": shown[2],
        "actual": shown[3],
        "p": one.p,
        "kept": one.kept,
    }
