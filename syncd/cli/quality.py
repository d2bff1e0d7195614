"""`syncd quality`: how far the plan can be believed, by the 14 points of the Defense Contract Management Agency."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, one_line, print_json, wide
from syncd.model.problem import Problem, Problems

if TYPE_CHECKING:
    from syncd.model.ref import Ref
    from syncd.model.snapshot import Snapshot
    from syncd.schedule.quality import Metric, Quality

_SHOWN = 5


def quality(
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    team: Annotated[str, typer.Option("--team", help="Only the work of this team.")] = "",
    milestone: Annotated[str, typer.Option("--milestone", help="Only the work of this milestone: key, URL, id or title.")] = "",
) -> None:
    """Check how far the plan can be believed: 14 points, what fails them, and what to repair first. Reads the store only."""
    from syncd.app import opened
    from syncd.cli.choose import chosen
    from syncd.cli.progress import patiently
    from syncd.cli.stored import snapshot_of
    from syncd.schedule.quality import milestone_quality, quality_of

    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
    with patiently("Planning"):
        if milestone:
            found = milestone_quality(snapshot, chosen(snapshot, [milestone])[0].ref)
        elif team:
            found = quality_of(snapshot, *_of_team(snapshot, team))
        else:
            found = quality_of(snapshot, snapshot.items, snapshot.milestones)
    if json:
        print_json(_as_json(found))
    else:
        _show(found)


def _of_team(snapshot: "Snapshot", name: str) -> "tuple[list[Ref], list[Ref]]":
    from syncd.schedule.working import working_of

    working = snapshot.once(working_of)
    team = working.team(name)
    if team is None:
        known = ", ".join(sorted(one.name for one in snapshot.teams)) or "none is configured"
        raise Problems([Problem("--team", "", f"there is no team {name!r}", f"Teams: {known}.")])
    items = [ref for ref, item in snapshot.items.items() if working.team_of(item) is team]
    return items, [ref for ref, milestone in snapshot.milestones.items() if working.team_of(milestone) is team]


def _as_json(found: "Quality") -> dict[str, Any]:
    from syncd.model.ref import ref_to_json

    return {
        "items": found.items,
        "metrics": [
            {
                "number": metric.number,
                "code": metric.code,
                "title": metric.title,
                "value": None if metric.value is None else round(metric.value, 4),
                "unit": metric.unit,
                "of": metric.of,
                "limit": metric.limit,
                "at_least": metric.at_least,
                "passed": metric.passed,
                "offenders": [ref_to_json(ref) for ref in metric.offenders],
            }
            for metric in found.metrics
        ],
        "repair_first": [{"ref": ref_to_json(one.ref), "dates": one.dates, "fails": list(one.fails)} for one in found.repairs],
    }


def _show(found: "Quality") -> None:
    from rich.table import Table

    from syncd.cli.tabled import show_table

    console = wide()
    table = Table(box=None, pad_edge=False)
    table.add_column("", justify="right")
    table.add_column("point")
    for name in ("value", "of", "limit"):
        table.add_column(name, justify="right")
    table.add_column("")
    table.add_column("what fails it")
    for metric in found.metrics:
        verdict = {True: "passed", False: "failed", None: "-"}[metric.passed]
        cells = (str(metric.number), metric.title, _value(metric), str(metric.of), _limit(metric), verdict, _offenders(metric))
        table.add_row(*map(_text, cells))
    console.print(_text(f"{found.items} open item{'s' if found.items != 1 else ''}, {len(found.failed)} of 14 points fail"))
    show_table(console, table)
    if found.repairs:
        console.print(_text("To repair first: what most due dates rest on"))
    for one in found.repairs[:_SHOWN]:
        rest = f"{one.dates} due date{' rests' if one.dates == 1 else 's rest'} on it"
        console.print(_text(f"  {one.ref.label}: {rest}; {', '.join(code.replace('_', ' ') for code in one.fails)}"))


def _value(metric: "Metric") -> str:
    return "-" if metric.value is None else _number(metric, metric.value)


def _limit(metric: "Metric") -> str:
    return "-" if metric.limit is None else f"{'at least' if metric.at_least else 'at most'} {_number(metric, metric.limit)}"


def _number(metric: "Metric", value: float) -> str:
    if metric.unit == "share":
        return f"{100 * value:.3g} %"
    return f"{value:.2f}" if metric.unit == "index" else f"{value:g}"


def _offenders(metric: "Metric") -> str:
    shown = ", ".join(ref.label for ref in metric.offenders[:_SHOWN])
    more = len(metric.offenders) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _text(value: str) -> Any:
    from rich.text import Text

    return Text(one_line(value))
