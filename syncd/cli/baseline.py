"""`syncd baseline`: what was agreed on for each milestone, and how a person agrees on something else."""

import getpass
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from syncd.app import App, opened
from syncd.cli.choose import chosen
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, command, one_line, out, print_json, usage, wide
from syncd.cli.stored import snapshot_of
from syncd.cli.tabled import show_table
from syncd.decide.impersonal import SOMEBODY
from syncd.model.baseline import Baseline
from syncd.model.problem import Problem, Problems
from syncd.model.ref import ref_to_json
from syncd.model.rows import Milestone
from syncd.model.snapshot import Snapshot
from syncd.run.past import agreed_then, model_then
from syncd.schedule.commitment import state_now
from syncd.schedule.wall import wall_day

Reason = Annotated[str, typer.Option(help="Why: it is kept with the baseline.")]
By = Annotated[str, typer.Option(help="Who agreed to it. Default: the account that you are signed in with.")]

baseline = typer.Typer(
    name="baseline", help="What was agreed on for each milestone: appended to, never changed.", no_args_is_help=True
)


@baseline.command("list")
@command
def list_all(
    milestone: Annotated[str, typer.Argument(help="Only of this milestone: its key, URL, id or title.")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """List the baselines, the latest of each milestone last: that one counts. Reads the store only."""
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        named = app.config.policy.people == "named"
    wanted = chosen(snapshot, [milestone]) if milestone else sorted(snapshot.milestones.values(), key=lambda one: one.ref)
    every = [(one, known) for one in wanted for known in snapshot.baselines.get(one.ref, ())]
    found = every if named else [(one, replace(known, by=known.by and SOMEBODY)) for one, known in every]
    _print(
        found,
        snapshot.zone,
        json=json,
        empty="No baselines: a milestone has one once it has a due date and work on it has begun.",
    )


@baseline.command("set")
@command
def set_due(
    milestone: Annotated[str, typer.Argument(help="Its key, URL, id or title.")],
    due: Annotated[str, typer.Option(help="The date that is agreed on, as in 2026-05-15.")],
    reason: Reason,
    by: By = "",
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Agree on a due date for a milestone, with what is in scope now. The tickets stay as they are."""
    day = _day(due, "--due")
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        (one,) = chosen(snapshot, [milestone])
        new = _agreed(replace(state_now(snapshot, one), due=day, origin="set"), reason, by)
        app.store.baselines.append([new])
    _print([(one, new)], snapshot.zone, json=json)


@baseline.command()
@command
def adopt(
    milestones: Annotated[list[str], typer.Argument(help="Their keys, URLs, ids or titles.")],
    reason: Reason,
    as_of: Annotated[str, typer.Option(help="Take them as they were at the end of this day. Default: as they are now.")] = "",
    by: By = "",
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Agree on milestones as they are, or as they were at the end of a day: start, due date and scope."""
    day = _day(as_of, "--as-of") if as_of else None
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        wanted = chosen(snapshot, milestones)
        states = _then(app, snapshot, wanted, day) if day else [state_now(snapshot, one) for one in wanted]
        new = [_agreed(state, reason, by) for state in states]
        app.store.baselines.append(new)
    _print(list(zip(wanted, new, strict=True)), snapshot.zone, json=json)


def _then(app: App, snapshot: Snapshot, wanted: Iterable[Milestone], day: date) -> list[Baseline]:
    if day > snapshot.today:
        usage(f"--as-of {day} is yet to come: name a day that has begun")
    ended = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(snapshot.zone)).astimezone(UTC)
    then = model_then(app.links, app.store, app.works.view, min(ended, snapshot.as_of))
    found = [(one, agreed_then(snapshot, then, one.ref)) for one in wanted]
    cure = "Name a later day, or give the date yourself: syncd baseline set."
    if lost := [one for one, state in found if state is None]:
        raise Problems([Problem(one.ref.label, "", f"nothing is known of it on {day}", cure) for one in lost])
    return [state for _, state in found if state is not None]


def _agreed(state: Baseline, reason: str, by: str) -> Baseline:
    if not reason.strip():
        usage("--reason is empty: say why")
    return replace(state, reason=reason.strip(), by=by.strip() or _account())


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        usage("your account has no name here: say who agreed to it with --by")


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        usage(f"{option} {text!r} is no date: write it as in 2026-05-15")


def _print(found: list[tuple[Milestone, Baseline]], zone: str, *, json: bool, empty: str = "") -> None:
    if json:
        print_json([_json(milestone, known) for milestone, known in found])
        return
    if not found:
        out().print(empty)
        return
    table = Table("milestone", "agreed on", "due", "items", "how", "by", "reason", box=None, pad_edge=False)
    for milestone, known in found:
        due = known.due.isoformat() if known.due else "none"
        on = wall_day(known.at, ZoneInfo(zone))
        row = (milestone.ref.label, on.isoformat(), due, str(len(known.items)), known.origin, known.by, known.reason)
        table.add_row(*(Text(one_line(text)) for text in row))
    show_table(wide(), table)


def _json(milestone: Milestone, known: Baseline) -> dict[str, Any]:
    return {
        "milestone": ref_to_json(milestone.ref),
        "at": known.at.isoformat(),
        "recorded_at": known.recorded_at.isoformat(),
        "origin": known.origin,
        "start": known.start.isoformat() if known.start else None,
        "due": known.due.isoformat() if known.due else None,
        "items": [
            {"ref": ref_to_json(ref), "size": size.value if size else None, "unit": size.unit if size else None}
            for ref, size in known.items.items()
        ],
        "by": known.by,
        "reason": known.reason,
    }
