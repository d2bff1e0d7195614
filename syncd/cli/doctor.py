"""`syncd doctor`: how every connection and the store are, with a cure for what is not well; `--bundle` packs it for somebody who helps."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from syncd import __version__
from syncd.app import App, opened
from syncd.cli import completion
from syncd.cli.bundle import SUFFIXES, write_bundle
from syncd.cli.frame import DEFAULT_CONFIG, GOOD, TROUBLE, AsJson, ConfigFile, hide_secrets, one_line, out, print_json, usage
from syncd.config import did_you_mean
from syncd.model.problem import Problems
from syncd.run.doctor import Health, Seen, examine, examine_store, worst
from syncd.run.doctor_looks import LOOKS

_COLOUR: Mapping[Health, str] = {"ok": "green", "warn": "yellow", "fail": "red"}
_BundleFile = Annotated[
    Path | None,
    typer.Option(
        help="Write an archive (.zip or .tar.gz) without secrets, records, titles and e-mail addresses, to send to somebody."
    ),
]


def doctor(
    context: typer.Context,
    connection: Annotated[str, typer.Argument(help="Only this connection.", autocompletion=completion.connections)] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    json: AsJson = False,
    bundle: _BundleFile = None,
    limit_s: Annotated[float, typer.Option(min=0.1, help="So many seconds each connection has to answer.")] = 20,
) -> None:
    """Look at every connection and the store: reachable, who we are, clock, quota, streams, fields, what is set aside, what waits. The exit
    code is 1 where something fails, 2 where the configuration does."""
    if bundle is not None and not bundle.name.endswith(SUFFIXES):
        usage(f"{bundle}: a bundle ends with {' or '.join(SUFFIXES)}")
    try:
        with opened(config, os.environ) as app:
            hide_secrets(context, app)
            found = _found(app, connection, limit_s)
            if bundle is not None:
                _pack(bundle, app, found)
    except Problems as problems:
        if json:
            print_json({"health": "fail", "configuration": [str(problem) for problem in problems.problems]})
        raise
    health = worst([one for seen in found.values() for one in seen])
    if json:
        print_json(_as_json(app, found))
    else:
        _show(app, found, out())
        if bundle is not None:
            out().print(Text(f"{bundle}: written. Look into it before you send it."))
    raise typer.Exit(TROUBLE if health == "fail" else GOOD)


STORE = ""
"""Stands where others have the name of a connection."""


def _found(app: App, connection: str, limit_s: float) -> dict[str, tuple[Seen, ...]]:
    names = [link.name for link in app.links]
    if connection and connection not in names:
        usage(f"There is no connection {connection!r}. {did_you_mean(connection, names)}")
    links = [link for link in app.links if connection in ("", link.name)]
    return {STORE: examine_store(app.store), **examine(links, app.store, app.works.clock, LOOKS, limit_s)}


def _as_json(app: App, found: Mapping[str, Sequence[Seen]], *, shared: bool = False) -> dict[str, Any]:
    """Stable keys. `shared`: only what may leave the house."""
    return {
        "health": worst([one for seen in found.values() for one in seen]),
        "version": __version__,
        "at": app.works.clock.now().isoformat(),
        "configuration": [],
        "store": [_seen_json(one, shared) for one in found[STORE]],
        "connections": {
            name: {
                "kind": app.config.connections[name].kind.name,
                "health": worst(seen),
                "checks": [_seen_json(one, shared) for one in seen],
            }
            for name, seen in found.items()
            if name != STORE
        },
    }


def _seen_json(seen: Seen, shared: bool) -> dict[str, Any]:
    text = seen.shared if shared and seen.shared is not None else seen.text
    return {"what": seen.what, "health": seen.health, "text": text, "cure": seen.cure}


def _pack(bundle: Path, app: App, found: Mapping[str, Sequence[Seen]]) -> None:
    try:
        write_bundle(bundle, app, _as_json(app, found, shared=True))
    except OSError as error:
        usage(f"{bundle}: cannot be written: {error.strerror or 'the path is not valid'}. Name another file")


def _show(app: App, found: Mapping[str, Sequence[Seen]], console: Console) -> None:
    width = max(len(one.what) for seen in found.values() for one in seen)
    for name, seen in found.items():
        title = f"{name} ({app.config.connections[name].kind.name})" if name != STORE else "store"
        console.print(Text(title, "bold"))
        for one in seen:
            line = (
                Text("  ").append(f"{one.health:<4}", _COLOUR[one.health]).append(f"  {one.what:<{width}}  {one_line(one.text)}")
            )
            console.print(line.append(f". {one_line(one.cure)}." if one.cure else ""))
