"""`syncd whatif`: what a change of plan would come to. It reads the store, and writes nothing to any vendor or store."""

import os
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, one_line, out, print_json, usage, wide
from syncd.model.problem import Problem, Problems

if TYPE_CHECKING:
    from syncd.model.finding import Finding
    from syncd.model.ref import Ref
    from syncd.model.snapshot import Snapshot
    from syncd.schedule.scenario import Move, Scenario, Standing

_FORM = 'Give a scenario as TOML, for example [items."PAY-7"] with due = 2026-05-20; syncd/schedule/README.md shows one.'


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is printed: the milestones that were asked for, what else moves, findings that come and go, and what to know."""

    scenario: "Scenario"
    asked: "tuple[Move, ...]"
    others: "tuple[Move, ...]"
    come: "tuple[Finding, ...]"
    gone: "tuple[Finding, ...]"
    notes: tuple[str, ...]


def whatif(
    file: Annotated[Path | None, typer.Argument(help="A scenario as TOML.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="One change: PAY-7.due=2026-05-20, team.payments.add=2. May be repeated."),
    ] = None,
    milestones: Annotated[
        list[str] | None, typer.Option("--milestone", "-m", help="Compare this milestone. May be repeated; else what is touched.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a wiki or a ticket.")] = False,
) -> None:
    """Compare the plan with one that is changed: dates, scope, estimates, people, leave, freezes, links. Nothing is written."""
    from syncd.app import opened, understanding
    from syncd.cli.choose import chosen
    from syncd.cli.progress import patiently
    from syncd.cli.stored import snapshot_of

    if file is None and not settings:
        usage("There is nothing to change: name a file, or give --set NAME.key=value.")
    with opened(config, os.environ) as app:
        before = snapshot_of(app)
        view = understanding(app.config)
    scenario = _scenario(before, file, settings or [])
    wanted = {one.ref for one in chosen(before, milestones or [])}
    with patiently("Planning both ways"):
        shown = _shown(before, scenario, wanted, view)
    if json:
        print_json(_as_json(shown))
    elif markdown:
        typer.echo("\n".join(_markdown(shown)))
    else:
        _show(shown)


def _scenario(snapshot: "Snapshot", file: Path | None, settings: Sequence[str]) -> "Scenario":
    from syncd.schedule.scenario_document import read_scenario
    from syncd.schedule.scenario_settings import from_settings

    problems: list[Problem] = []
    document = _document(file) if file else {}
    given, wrong = from_settings(settings)
    problems += wrong
    for section, names in given.items():
        for name, keys in names.items():
            place = document.setdefault(section, {})
            if isinstance(place, dict):
                place[name] = {**place.get(name, {}), **keys}
    scenario, wrong_too = read_scenario(document, snapshot, str(file) if file else "--set")
    problems += wrong_too
    if problems:
        raise Problems(problems)
    return scenario


def _document(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Problems([Problem(str(file), "", f"the scenario cannot be read: {why}", _FORM)]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Problems([Problem(str(file), "", f"this is not TOML: {one_line(str(error))}", _FORM)]) from None


def _shown(before: "Snapshot", scenario: "Scenario", wanted: "set[Ref]", view: Any) -> _Shown:
    from syncd.decide.impersonal import impersonal
    from syncd.detect import detect
    from syncd.schedule.scenario import apply, compare, touched

    after = apply(before, scenario)
    moves = compare(before, after)
    wanted = wanted or set(touched(before, scenario)) or {move.milestone for move in moves if move.moved}
    one, other = (
        {found.fingerprint: impersonal(found, view.policy.people) for found in detect(snapshot, view.detectors).findings}
        for snapshot in (before, after)
    )
    return _Shown(
        scenario,
        tuple(move for move in moves if move.milestone in wanted),
        tuple(move for move in moves if move.moved and move.milestone not in wanted),
        tuple(found for key, found in other.items() if key not in one or one[key].severity != found.severity),
        tuple(found for key, found in one.items() if key not in other or other[key].severity != found.severity),
        tuple(_notes(scenario, moves)),
    )


def _notes(scenario: "Scenario", moves: "Sequence[Move]") -> Iterable[str]:
    if scenario.teams and any(move.after.method != "throughput" for move in moves):
        yield (
            "More people, or fewer, move forecasts by throughput and what rests on capacity. In the plan each item is done by whoever it "
            "is assigned to: give items to the new people to see their dates move."
        )


def _as_json(shown: _Shown) -> dict[str, Any]:
    from syncd.cli.report import finding_json

    return {
        "scenario": shown.scenario.name or None,
        "milestones": [_move_json(move) for move in shown.asked],
        "also_moves": [_move_json(move) for move in shown.others],
        "findings": {"come": [finding_json(one) for one in shown.come], "gone": [finding_json(one) for one in shown.gone]},
        "notes": list(shown.notes),
    }


def _move_json(move: "Move") -> dict[str, Any]:
    from syncd.model.ref import ref_to_json

    return {
        "milestone": ref_to_json(move.milestone),
        "before": _standing_json(move.before),
        "after": _standing_json(move.after),
        "days": move.days,
    }


def _standing_json(one: "Standing") -> dict[str, Any]:
    days = {"due": one.due, "work_ends": one.ends, "p50": one.p50, "p85": one.p85}
    return {**{name: _iso(day) for name, day in days.items()}, "p": one.p, "method": one.method}


def _iso(day: date | None) -> str | None:
    return None if day is None or day == date.max else day.isoformat()


_HEADS = ("milestone", "due", "in time", "P50", "P85", "work ends", "moves")


def _cells(move: "Move") -> tuple[str, ...]:
    before, after = move.before, move.after
    chance = _change(*("" if one.p is None else f"{one.p:.0%}" for one in (before, after)))
    days = (_change(*(_day(day) for day in pair)) for pair in _pairs(before, after))
    due, p50, p85, ends = days
    moves = "?" if move.days is None else "0" if move.days == 0 else f"{move.days:+d} working day{'s' * (abs(move.days) != 1)}"
    return move.milestone.label, due, chance, p50, p85, ends, moves


def _pairs(before: "Standing", after: "Standing") -> Iterable[tuple[date | None, date | None]]:
    for name in ("due", "p50", "p85", "ends"):
        yield getattr(before, name), getattr(after, name)


def _day(day: date | None) -> str:
    return "" if day is None else "far away" if day == date.max else day.isoformat()


def _change(old: str, new: str) -> str:
    return new if old == new else f"{old or 'none'} -> {new or 'none'}"


def _lines(shown: _Shown) -> Iterable[tuple[str, list[str]]]:
    from syncd.decide.plain import plain_headline

    yield "Findings that come", [f"[{one.severity}] {plain_headline(one)}" for one in shown.come]
    yield "Findings that go", [f"[{one.severity}] {plain_headline(one)}" for one in shown.gone]
    yield "To know", list(shown.notes)


def _show(shown: _Shown) -> None:
    from rich.table import Table
    from rich.text import Text

    from syncd.cli.tabled import show_table

    console = wide()
    if shown.scenario.name:
        console.print(Text(one_line(shown.scenario.name), "bold"))
    for title, moves in (("", shown.asked), ("What else moves:", shown.others)):
        if not moves:
            continue
        if title:
            console.print(Text(f"\n{title}"))
        table = Table(*_HEADS, box=None, pad_edge=False)
        for move in moves:
            table.add_row(*(Text(one_line(cell)) for cell in _cells(move)))
        show_table(console, table)
    if not any(move.moved for move in (*shown.asked, *shown.others)):
        console.print(Text("No milestone moves."))
    for title, lines in _lines(shown):
        if lines:
            console.print(Text(f"\n{title}:"))
        for line in lines:
            out().print(Text(f"  {one_line(line)}"))


def _markdown(shown: _Shown) -> Iterable[str]:
    from syncd.cli.portfolio import as_text

    if shown.scenario.name:
        yield from (f"**{as_text(shown.scenario.name)}**", "")
    for title, moves in (("", shown.asked), ("What else moves:", shown.others)):
        if not moves:
            continue
        yield from (title, "") if title else ()
        yield f"| {' | '.join(_HEADS)} |"
        yield f"|{' --- |' * len(_HEADS)}"
        yield from (f"| {' | '.join(as_text(cell) for cell in _cells(move))} |" for move in moves)
        yield ""
    for heading, lines in _lines(shown):
        if lines:
            yield from (f"{heading}:", "", *(f"- {as_text(line)}" for line in lines), "")
