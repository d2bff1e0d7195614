"""`syncd backfill`: read again what was read before the mapping came to read another field."""

import os
from collections.abc import Collection
from typing import Annotated, Any

import typer
from rich.text import Text

from syncd.app import App, opened
from syncd.cli import completion
from syncd.cli.frame import (
    DEFAULT_CONFIG,
    GOOD,
    TROUBLE,
    AsJson,
    ConfigFile,
    complain,
    err,
    hide_secrets,
    out,
    print_json,
    usage,
)
from syncd.cli.progress import watching
from syncd.config import did_you_mean
from syncd.contract import SyncError
from syncd.mapping import fields_read
from syncd.run.backfill import Need, begin, needs, one_by_one
from syncd.run.link import Link
from syncd.run.one_pass import pull_and_map
from syncd.run.pull import Pulled
from syncd.run.rows import map_changed


def backfill(
    context: typer.Context,
    connection: completion.ConnectionName,
    config: ConfigFile = DEFAULT_CONFIG,
    stream: Annotated[
        str,
        typer.Option(
            help="Read this stream from its beginning, whether its records lack a field or not.",
            autocompletion=completion.streams,
        ),
    ] = "",
    fields: Annotated[str, typer.Option(help="Only where records lack one of these fields, separated by commas.")] = "",
    json: AsJson = False,
) -> None:
    """Read again, from the beginning, what lacks fields that the mapping reads. Identity and history stay; when it is interrupted, the
    next pass, or the same command, goes on where it was."""
    with watching(err()) as watcher, opened(config, os.environ, watcher=watcher) as app:
        hide_secrets(context, app)
        link = _link(app, connection, stream)
        wanted = needs(link, app.store)
        found = _only(wanted, stream, _named(link, fields))
        if not found and not stream:
            _nothing(connection, json)
            return
        begin(link, app.store, app.works.clock, _scopes(app, link, found, stream), anew=bool(stream) and not found)
        pulled = pull_and_map(app.works, link)
        lines = [*pulled.problems, *_rest(app, link)]
        left = _only(needs(link, app.store), stream, _named(link, fields))
    bad = bool(left) or bool(pulled.problems)
    if json:
        print_json(_as_json(connection, found, pulled, left, lines))
    else:
        _show(connection, pulled, left, lines)
    raise typer.Exit(TROUBLE if bad else GOOD)


def _link(app: App, connection: str, stream: str) -> Link:
    names = [link.name for link in app.links]
    if connection not in names:
        usage(f"There is no connection {connection!r}. {did_you_mean(connection, names)}")
    link = next(link for link in app.links if link.name == connection)
    if stream and stream not in link.streams:
        usage(f"{connection} has no stream {stream!r}. {did_you_mean(stream, link.streams)}")
    return link


def _named(link: Link, fields: str) -> frozenset[str]:
    """The fields that were asked for by name, as the mapping reads them; `fields.` before them may be left out."""
    named = frozenset(name.strip().removeprefix("fields.") for name in fields.split(",") if name.strip())
    read = {name for found in fields_read(link.mapping).values() for name in found or ()}
    for name in sorted(named - read):
        usage(f"The mapping of {link.name} reads no field {name!r}. {did_you_mean(name, sorted(read))}")
    return named


def _only(found: Collection[Need], stream: str, fields: Collection[str]) -> list[Need]:
    def fits(need: Need) -> bool:
        return not fields or any(name.removeprefix("fields.") in fields for name in need.fields)

    return [need for need in found if stream in ("", need.stream) and fits(need)]


def _scopes(app: App, link: Link, found: Collection[Need], stream: str) -> dict[str, Collection[str]]:
    if found:
        return {need.stream: need.scopes for need in found}
    known = app.store.scopes.states(link.name)
    return {stream: [state.scope.id for state in known if state.stream == stream]}


def _rest(app: App, link: Link) -> list[str]:
    """What a full read did not give, one by one."""
    works = app.works
    try:
        lines = one_by_one(link, app.store, works.clock, lambda ref: works.watcher.pulled(link.name, ref.stream, "one by one", 1))
    except SyncError as error:
        lines = [f"{link.name}: {error.text}"]
    map_changed(link, app.store, works.watcher.mapped)
    return lines


def _nothing(connection: str, json: bool) -> None:
    if json:
        print_json({"connection": connection, "streams": [], "read": 0, "left": 0, "problems": []})
    else:
        out().print(Text(f"{connection}: every record was asked for what the mapping reads. Nothing to do."))


def _as_json(connection: str, found: list[Need], pulled: Pulled, left: list[Need], lines: list[str]) -> dict[str, Any]:
    return {
        "connection": connection,
        "streams": [
            {"stream": need.stream, "fields": list(need.fields), "records": need.records, "requests": need.requests}
            for need in found
        ],
        "read": sum(read.read for read in pulled.streams.values()),
        "left": sum(need.records for need in left),
        "problems": lines,
    }


def _show(connection: str, pulled: Pulled, left: list[Need], lines: list[str]) -> None:
    read = sum(read.read for read in pulled.streams.values())
    lacking = sum(need.records for need in left)
    tail = f"; {lacking:,} still lack what the mapping reads" if lacking else ""
    out().print(Text(f"{connection}: {read:,} records read{tail}."))
    for line in lines:
        complain(f"! {line}")
