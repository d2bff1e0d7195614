"""Commands about mappings and the model: try, export."""

import json as json_format
import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from syncd.app import opened
from syncd.cli import completion
from syncd.cli.frame import DEFAULT_CONFIG, GOOD, TROUBLE, AsJson, ConfigFile, complain, one_line, out, print_json
from syncd.cli.people import Shows
from syncd.cli.stored import snapshot_of
from syncd.config import known_mappings, mapping_reader
from syncd.mapping import TryResult, parse, streams, try_records
from syncd.model.problem import Problem, Problems
from syncd.model.ref import ref_to_json
from syncd.model.rows import Person, Row
from syncd.model.snapshot import Snapshot
from syncd.model.wire import row_to_json

_SHOWN = 20
_AROUND = ("issues", "values", "items")
"""Where answers to searches and lists hold their records: Jira's issues and pages of values, GitHub's and Google's items."""


def try_mapping(
    mapping: Annotated[
        str, typer.Argument(help="The name of a mapping, or the path of a file.", autocompletion=completion.mappings)
    ],
    stream: Annotated[str, typer.Option(help="Which stream of the vendor the records are of.")],
    records: Annotated[
        Path,
        typer.Option(help="What the vendor's API answers: a JSON list, an object that holds one, or JSON lines; - is stdin."),
    ],
    json: AsJson = False,
    project: Annotated[str | None, typer.Option(help="Map as this project (for overrides by project).")] = None,
    holds: Annotated[str | None, typer.Option(help="For calendars: what the calendar holds.")] = None,
) -> None:
    """Map vendor records out of a file, without any connection, and show the rows, what was rejected and why."""
    chosen = _mapping(mapping)
    if stream not in streams(chosen):
        known = ", ".join(streams(chosen))
        raise Problems([Problem(mapping, "--stream", f"the mapping knows no stream {stream!r}", f"It knows: {known}.")])
    result = try_records(chosen, stream, _records(records), scope_name=project, facts={"holds": holds} if holds else {})
    if json:
        print_json(_try_json(result))
    else:
        _show(result)
    raise typer.Exit(TROUBLE if result.rejected else GOOD)


def _mapping(name: str) -> Any:
    """The mapping; the user's own folder is `mappings/` where the command is run."""
    base = Path.cwd()
    folder = base / "mappings"
    read = mapping_reader(base, folder)
    if read(name) is None:
        known = ", ".join(known_mappings(folder))
        raise Problems([Problem(name, "", "there is no such mapping", f"Known are: {known}; or give the path of a file.")])
    return parse(name, read)


def _records(path: Path) -> list[tuple[int, Any]]:
    """The records with their numbers from 1 on, or those of their lines. What is no JSON is a problem with its line."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Problems([Problem(str(path), "", f"the records cannot be read: {why}", "Name a JSON file.")]) from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and _is_json(lines[0][1]):
        return [(number, value) for number, line in lines for value in _inside(_parsed(line, path, number))]
    pages = _inside(_parsed(text, path, None)) if lines else []
    return list(enumerate((value for page in pages for value in _inside(page)), 1))


def _inside(value: Any) -> list[Any]:
    """The records in what an API answered: a list, an object around one (which has no id of its own), or a record."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and "id" not in value:
        found = next((value[name] for name in _AROUND if isinstance(value.get(name), list)), None)
        return [value] if found is None else found
    return [value]


def _is_json(text: str) -> bool:
    try:
        json_format.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(text: str, path: Path, line: int | None) -> Any:
    """The JSON value of a line, or of the whole text."""
    try:
        return json_format.loads(text)
    except (ValueError, RecursionError) as error:
        number = line or (error.lineno if isinstance(error, json_format.JSONDecodeError) else None)
        where, cure = f"line {number}" if number else "", "Give what the API answers: a JSON list, or one record per line."
        raise Problems([Problem(str(path), where, "this is not JSON", cure)]) from None


def _try_json(result: TryResult) -> dict[str, Any]:
    return {
        "read": result.read,
        "skipped": result.skipped,
        "rows": [row_to_json(row) for row in result.rows],
        "rejected": [
            {"ref": ref_to_json(rejected.ref), "reason": rejected.reason, "rule": rejected.rule} for rejected in result.rejected
        ],
        "notes": [{"ref": ref_to_json(note.ref), "what": note.what} for note in result.notes],
    }


def _show(result: TryResult) -> None:
    table = Table("kind", "key", "title", "status", "due", "from", box=None, pad_edge=False)
    for row in result.rows[:_SHOWN]:
        shown = (getattr(row, "title", None), getattr(row, "status", None), getattr(row, "due", None))
        table.add_row(row.kind, *(Text(one_line(str(value or ""))) for value in (row.ref.label, *shown, row.ref.stream)))
    if result.rows:
        out().print(table)
    if len(result.rows) > _SHOWN:
        out().print(f"and {len(result.rows) - _SHOWN} more rows (--json shows all)")
    for rejected in result.rejected:
        complain(f"rejected {rejected.ref.label}: {rejected.reason}")
    for note in result.notes:
        complain(f"note {note.ref.label}: {note.what}")
    out().print(Text(f"{result.read} read, {len(result.rows)} rows, {len(result.rejected)} rejected, {result.skipped} skipped"))


class Kind(StrEnum):
    """What can be exported."""

    milestone = "milestone"
    item = "item"
    merge_request = "merge_request"
    dependency = "dependency"
    window = "window"
    absence = "absence"
    environment = "environment"
    deployment = "deployment"
    sign_off = "sign_off"
    check = "check"
    effort = "effort"
    contract_file = "contract_file"
    reply = "reply"
    person = "person"


class Format(StrEnum):
    """How."""

    json = "json"
    jsonl = "jsonl"


def export(
    kind: Annotated[Kind, typer.Option(help="Which kind of row.")],
    config: ConfigFile = DEFAULT_CONFIG,
    format: Annotated[Format, typer.Option(help="A JSON list, or one row per line.")] = Format.json,
) -> None:
    """Print the unified model as the mirror gives it now: one row per object. Reads the store only."""
    with opened(config, os.environ) as app:
        snapshot = snapshot_of(app)
        shows = Shows.of(app, snapshot)
    rows = sorted((_row_json(row, shows) for row in _rows(snapshot, kind)), key=_order)
    if format is Format.jsonl:
        for row in rows:
            sys.stdout.write(json_format.dumps(row, ensure_ascii=False) + "\n")
    else:
        print_json(rows)


def _order(row: dict[str, Any]) -> tuple[str, ...]:
    ref = row.get("ref") or {}
    return (*(str(ref.get(name)) for name in ("connection", "stream", "id")), json_format.dumps(row, sort_keys=True))


def _rows(snapshot: Snapshot, kind: Kind) -> Iterable[Row | Person]:
    found: dict[Kind, Iterable[Row | Person]] = {
        Kind.milestone: snapshot.milestones.values(),
        Kind.item: snapshot.items.values(),
        Kind.merge_request: snapshot.merge_requests.values(),
        Kind.dependency: (*snapshot.dependencies, *(row for row, _ in snapshot.dangling)),
        Kind.window: snapshot.windows,
        Kind.absence: snapshot.absences,
        Kind.environment: snapshot.environments,
        Kind.deployment: snapshot.deployments,
        Kind.sign_off: snapshot.sign_offs,
        Kind.check: snapshot.checks,
        Kind.effort: snapshot.efforts,
        Kind.contract_file: snapshot.contract_files,
        Kind.reply: snapshot.replies,
    }
    return found[kind] if kind in found else snapshot.people()


def _row_json(row: Row | Person, shows: Shows) -> dict[str, Any]:
    if isinstance(row, Person):
        row = shows.person(row)
        return {"kind": "person", "name": row.name, "identities": dict(row.identities), "email": row.email}
    return row_to_json(shows.row(row))
