"""`syncd dead`: writes that were refused and records that cannot be read, and what a person may do with them."""

import json as json_format
import os
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from syncd.app import App, opened
from syncd.cli.frame import (
    DEFAULT_CONFIG,
    GOOD,
    TROUBLE,
    AsJson,
    ConfigFile,
    command,
    complain,
    hide_secrets,
    one_line,
    out,
    print_json,
    usage,
)
from syncd.model.ref import ref_to_json
from syncd.run.aside import Letter, drop, letters, retry

ALL = "all"
Number = Annotated[str, typer.Argument(help="Its number, as `syncd dead list` shows it: w12 for a write, r345 for a record.")]
Numbers = Annotated[list[str], typer.Argument(help="Numbers, as `syncd dead list` shows them, or all.")]

dead = typer.Typer(
    name="dead", help="What was set aside: writes that were refused, records that cannot be read.", no_args_is_help=True
)


@dead.command("list")
@command
def list_all(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List what is set aside, with its reason. Reads the store only."""
    with opened(config, os.environ) as app:
        hide_secrets(context, app)
        found = _letters(app)
    if json:
        print_json([_json(letter) for letter in found])
    elif found:
        out().print(_table(found))
    else:
        out().print("Nothing is set aside.")


@dead.command()
@command
def show(context: typer.Context, number: Number, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show one of them whole: the reason, when and how often it was tried, the record as the vendor gave it, or the text to be written."""
    with opened(config, os.environ) as app:
        hide_secrets(context, app)
        letter = _numbered(app, [number])[0]
        found = {**_json(letter), **_content(app, letter)}
    if json:
        print_json(found)
        return
    for line in _lines(found):
        out().print(Text(one_line(line)))


@dead.command("retry")
@command
def try_again(context: typer.Context, numbers: Numbers, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Send a write again in the next pass; map a record again now."""
    with opened(config, os.environ) as app:
        hide_secrets(context, app)
        chosen = _chosen(app, numbers)
        retry(chosen, app.links, app.store)
        wanted = {letter.number for letter in chosen}
        left = [letter for letter in _letters(app) if letter.number in wanted]
    if json:
        print_json({"retried": [letter.number for letter in chosen], "left": [_json(letter) for letter in left]})
    else:
        for letter in chosen:
            if letter.write is not None:
                out().print(Text(f"{letter.number}: the next pass writes it on {letter.ref.label} again."))
            elif letter.number not in {one.number for one in left}:
                out().print(Text(f"{letter.number}: {letter.ref.label} can be read again."))
        for letter in left:
            complain(f"{letter.number}: {letter.ref.label} still cannot be read: {letter.reason}")
    raise typer.Exit(TROUBLE if left else GOOD)


@dead.command("drop")
@command
def let_be(context: typer.Context, numbers: Numbers, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Let it be: a write is not sent until it says something else, a record is not told until it changes."""
    with opened(config, os.environ) as app:
        hide_secrets(context, app)
        chosen = _chosen(app, numbers)
        drop(chosen, app.store)
    if json:
        print_json({"dropped": [letter.number for letter in chosen]})
    for letter in () if json else chosen:
        until = "it is not written before it says something else" if letter.write else "it is not told before it changes"
        out().print(Text(f"{letter.number}: {letter.ref.label}: {until}."))


def _letters(app: App) -> list[Letter]:
    return letters([link.name for link in app.links], app.store)


def _chosen(app: App, numbers: list[str]) -> list[Letter]:
    """The letters of these numbers, or all."""
    return _letters(app) if ALL in numbers else _numbered(app, numbers)


def _numbered(app: App, numbers: list[str]) -> list[Letter]:
    """The letters of these numbers; ends with one line where one is unknown."""
    known = {letter.number: letter for letter in _letters(app)}
    for number in numbers:
        if number.lower() not in known:
            usage(f"Nothing is set aside under {number!r}. `syncd dead list` shows what is")
    return [known[number] for number in dict.fromkeys(number.lower() for number in numbers)]


def _json(letter: Letter) -> dict[str, Any]:
    return {
        "number": letter.number,
        "what": "write" if letter.write else "record",
        "ref": ref_to_json(letter.ref),
        "verb": letter.write.action.verb if letter.write else None,
        "reason": letter.reason,
        "since": letter.since.isoformat(),
        "tried": letter.last.isoformat() if letter.last else None,
        "attempts": letter.attempts,
        "dropped": letter.dropped,
    }


def _content(app: App, letter: Letter) -> dict[str, Any]:
    """What was to be written, or the record as it is stored."""
    if letter.write is not None:
        action = letter.write.action
        return {"body": action.body, "extra": dict(action.extra), "reasons": list(action.reasons), "topics": list(action.topics)}
    stored = app.store.mirror.raw(letter.ref)
    return {"record": stored.record.data if stored else None, "scope": stored.record.scope.name if stored else None}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    ref = found["ref"]
    verb = f"{found['verb']} on " if found["verb"] else ""
    yield f"{found['number']}: {verb}{ref['connection']} {ref['stream']} {ref['key'] or ref['id']}"
    if ref["url"]:
        yield str(ref["url"])
    yield f"why: {found['reason']}"
    if found["what"] == "write":
        yield f"wanted since {found['since']}, tried {found['attempts']} times, last at {found['tried']}"
        yield from (f"reason to write: {reason}" for reason in found["reasons"])
        if found["extra"]:
            yield from json_format.dumps(found["extra"], ensure_ascii=False, indent=2).split("\n")
        yield from str(found["body"]).split("\n")
        return
    yield f"as it is since {found['since']}, in {found['scope']}{'; dropped' if found['dropped'] else ''}"
    yield from json_format.dumps(found["record"], ensure_ascii=False, indent=2).split("\n")


def _table(found: list[Letter]) -> Table:
    table = Table("number", "what", "where", "since", "why", box=None, pad_edge=False)
    table.columns[4].ratio = 1
    for letter in found:
        what = letter.write.action.verb if letter.write else f"record{' (dropped)' if letter.dropped else ''}"
        where = f"{letter.ref.connection} {letter.ref.label}"
        cells = (letter.number, what, where, f"{letter.since:%Y-%m-%d %H:%M}", letter.reason)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table
