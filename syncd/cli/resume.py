"""`syncd resume`: let a halted stream be read again, and say whether what vanished from it is gone."""

import os
from typing import Annotated

import typer

from syncd.app import opened
from syncd.cli import completion
from syncd.cli.frame import DEFAULT_CONFIG, TROUBLE, AsJson, ConfigFile, complain, out, print_json, usage
from syncd.config import did_you_mean
from syncd.run.brake import resume as resume_streams


def resume(
    connection: completion.ConnectionName,
    stream: Annotated[str, typer.Argument(help="Only this stream of it.", autocompletion=completion.streams)] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    accept_deletions: Annotated[bool, typer.Option(help="What vanished is gone: the next pass makes tombstones of it.")] = False,
    json: AsJson = False,
) -> None:
    """Let what was halted, because too much vanished at once, be read again in the next pass."""
    with opened(config, os.environ) as app:
        names = [link.name for link in app.links]
        if connection not in names:
            usage(f"There is no connection {connection!r}. {did_you_mean(connection, names)}")
        streams = app.config.connections[connection].streams
        if stream and stream not in streams:
            usage(f"{connection} has no stream {stream!r}. {did_you_mean(stream, streams)}")
        found = resume_streams(connection, stream or None, app.store, app.works.clock, accept_deletions=accept_deletions)
    if json:
        print_json({"connection": connection, "resumed": found, "accept_deletions": accept_deletions})
    elif found:
        then = ", and what is not there any more becomes a tombstone" if accept_deletions else ""
        out().print(f"{connection}: {', '.join(found)}: the next pass reads it again{then}.")
    if not found:
        complain(f"Nothing of {connection}{f' {stream}' if stream else ''} is halted.")
        raise typer.Exit(TROUBLE)
