"""`syncd schedule show` and `syncd schedule chains`: the plan of a milestone, and what holds up due dates, out of the stored mirror."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, complain, one_line, out, print_json, usage, wide
from syncd.model.problem import Problem, Problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from syncd.model.rows import Person
    from syncd.schedule.criticality import Criticality
    from syncd.schedule.durations import Duration
    from syncd.schedule.picture import Picture, Row

AsMermaid = Annotated[bool, typer.Option("--mermaid", help="Print Mermaid text instead.")]
_BASIS = {"remaining": "left", "estimate": "estimated", "dates": "by its dates", "assumed": "assumed"}


def show(
    milestone: Annotated[str, typer.Argument(help="A milestone's key, URL, id or title.")],
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    mermaid: AsMermaid = False,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write a picture to this file (- is stdout).")] = None,
    graph: Annotated[
        bool, typer.Option("--graph", help="As a picture: what waits for what, in place of the Gantt chart.")
    ] = False,
) -> None:
    """Show when the open work of a milestone starts and ends, what drives it, and how much room there is. Reads the store only."""
    from syncd.app import opened
    from syncd.cli.choose import chosen
    from syncd.cli.people import Shows
    from syncd.cli.progress import patiently
    from syncd.cli.stored import snapshot_of
    from syncd.schedule.criticality import criticality_of
    from syncd.schedule.picture import flowchart, gantt, picture_of

    if bool(svg) + mermaid + json > 1:
        usage("--json, --mermaid and --svg are three ways of showing it: choose one")
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        (named,) = chosen(snapshot, [milestone])
        with patiently("Planning"):
            picture = picture_of(snapshot, named)
            index = None if svg or mermaid else criticality_of(snapshot, named.ref)
        called = Shows.of(app, snapshot).person
    if svg:
        _write(svg, picture, graph=graph)
    elif mermaid:
        typer.echo(flowchart(picture) if graph else gantt(picture))
    elif json:
        print_json(_as_json(picture, called, index))
    else:
        _show(picture, called, index)


def chains(
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    mermaid: AsMermaid = False,
    most: Annotated[int, typer.Option("--most", min=1, help="So many at most.")] = 3,
) -> None:
    """Show the blocking chains that cost most working days on due dates, in plain words. Reads the store only."""
    from syncd.app import opened
    from syncd.cli.chains import as_json, in_words
    from syncd.cli.progress import patiently
    from syncd.cli.stored import snapshot_of
    from syncd.detect.chained import told
    from syncd.schedule.chains import worst_chains
    from syncd.schedule.mermaid import flowchart

    with opened(config, os.environ) as app:
        snapshot, people = snapshot_of(app), app.config.policy.people
    with patiently("Planning"):
        found = worst_chains(snapshot, most)
    if json:
        print_json([as_json(snapshot, chain, people) for chain in found])
    elif mermaid:
        typer.echo(flowchart(*told(snapshot, found)))
    elif not found:
        out().print("No due date is held up.")
    else:
        for place, chain in enumerate(found, 1):
            out().print(_text(f"{place}. {in_words(snapshot, chain, people)}"))


def _write(file: Path, picture: "Picture", *, graph: bool) -> None:
    from syncd.schedule.picture_svg import chart
    from syncd.schedule.picture_svg import graph as drawn

    text = drawn(picture) if graph else chart(picture)
    if str(file) == "-":
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise Problems(
            [Problem(str(file), "", f"the picture cannot be written: {error.strerror}", "Give another file.")]
        ) from None


def _as_json(picture: "Picture", called: "Callable[[Person], Person]", index: "Criticality | None") -> dict[str, Any]:
    from syncd.detect import likely
    from syncd.model.ref import ref_to_json
    from syncd.schedule.wiring import due_of

    milestone, rows = picture.milestone, picture.rows
    return {
        "milestone": ref_to_json(milestone.ref),
        "title": milestone.title,
        "due": _iso(milestone.due),
        "finish": _iso(picture.finish),
        "days_late": picture.late,
        "done": picture.done,
        "items": picture.total,
        "forecast": likely.facts(picture.odds) if picture.odds else None,
        "not_forecast": picture.lacking,
        "path": [ref_to_json(ref) for ref in picture.path],
        "work": [
            {
                "ref": ref_to_json(row.work.ref),
                "title": row.work.title,
                "status": row.work.status,
                "of_milestone": row.part,
                "start": _iso(row.dates.start),
                "finish": _iso(row.dates.finish),
                "late_finish": _iso(row.dates.late),
                "due": _iso(due_of(row.work)),
                "total_float_days": round(row.room, 2),
                "free_float_days": round(row.free, 2),
                "duration_days": round(row.days, 2),
                "duration_from": row.dates.duration.basis,
                "driven_by": ref_to_json(row.dates.by) if row.dates.by else None,
                "lag_minutes": row.link.lag if row.link else 0,
                "lag_in": row.link.lag_in if row.link else "working",
                "starts_by": row.dates.own or "what drives it",
                "after": [ref_to_json(rows[place].work.ref) for place in row.after],
                "critical": row.dates.critical,
                "critical_in": _share(row, index),
                "on_path": row.on_path,
                "calendar_of": called(row.dates.person).name if row.dates.person else None,
                "percent": row.percent,
                "moves_daily": row.dates.clocked,
            }
            for row in rows
        ],
        "problems": list(picture.problems),
    }


def _show(picture: "Picture", called: "Callable[[Person], Person]", index: "Criticality | None") -> None:
    from rich.table import Table

    from syncd.cli.tabled import show_table

    console = wide(200)
    console.print(_text(_standing(picture)))
    if picture.odds or picture.lacking:
        console.print(_text(_forecast(picture)))
    if picture.rows:
        table = Table("work", "start", "finish", "late finish", box=None, pad_edge=False)
        for name in ("float", "free"):
            table.add_column(name, justify="right")
        for name in ("takes", "driven by", "critical"):
            table.add_column(name)
        if index and index.draws:
            table.add_column("critical in", justify="right")
        for name in ("calendar", "done"):
            table.add_column(name)
        for row in picture.rows:
            table.add_row(*map(_text, _cells(row, called, _share(row, index))))
        show_table(console, table)
    if picture.path:
        console.print(_text(f"Driving path: {' -> '.join(ref.label for ref in picture.path)} -> {picture.milestone.ref.label}"))
    for problem in picture.problems:
        complain(f"! {problem}")


def _standing(picture: "Picture") -> str:
    milestone = picture.milestone
    late = f", {picture.late} working day{'s' if picture.late != 1 else ''} late" if picture.late else ""
    ends = f"open work ends {picture.finish}{late}" if picture.finish else "no open work"
    due = f"due {milestone.due}" if milestone.due else "no due date"
    return f"{milestone.ref.label} {milestone.title}: {due}, {ends}; {picture.done} of {picture.total} items done"


def _forecast(picture: "Picture") -> str:
    from syncd.schedule.picture import drawn_days

    if picture.odds is None:
        return f"No forecast: {picture.lacking}"
    days = ", ".join(f"{name.upper()} {day or 'not in sight'}" for name, day in drawn_days(picture.odds).items())
    chance = f"; {picture.odds.p:.0%} likely by its due date".replace("%", " %") if picture.odds.p is not None else ""
    return f"Forecast: {days}{chance} ({picture.odds.method}, {picture.odds.draws} draws)"


def _share(row: "Row", index: "Criticality | None") -> float | None:
    """In what part of the draws it is critical; None where the plan is not drawn."""
    return round(index.shares.get(row.work.ref, 0.0), 4) if index and index.draws else None


def _cells(row: "Row", called: "Callable[[Person], Person]", share: float | None) -> tuple[str, ...]:
    from syncd.cli.critical import driven_by, percent

    dates = row.dates
    title = one_line(row.work.title)
    return (
        f"{row.key} {title if len(title) <= 40 else title[:39] + '…'}",
        str(dates.start),
        str(dates.finish),
        str(dates.late),
        f"{row.room:.3g} d",
        f"{row.free:.3g} d",
        _takes(row.days, dates.duration),
        driven_by(dates, row.link),
        "*" if dates.critical else "",
        *([] if share is None else [percent(share).replace("%", " %")]),
        called(dates.person).name if dates.person else "",
        f"{row.percent} %" if row.percent is not None else "",
    )


def _takes(days: float, duration: "Duration") -> str:
    if not duration.minutes:
        return ""
    typical, said = duration.typical, _BASIS.get(duration.basis, duration.basis)
    if typical is not None:
        left = "left, " if typical.age else ""
        said = f"{left}median of {typical.of}" if typical.days else f"older than all {typical.of}"
    return f"{days:.3g} d {said}"


def _text(value: str) -> Any:
    from rich.text import Text

    return Text(one_line(value))


def _iso(day: "date | None") -> str | None:
    return day.isoformat() if day else None
