"""What a shell may complete: connections, their streams, mappings. What cannot be read completes to nothing."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from syncd.cli.frame import DEFAULT_CONFIG


def connections(context: typer.Context, incomplete: str) -> list[str]:
    """The connections of the configuration file that the command names."""
    return _fitting(_connections(context), incomplete)


def streams(context: typer.Context, incomplete: str) -> list[str]:
    """The streams of the connection that was given before; without one, those of all kinds that are configured."""
    from syncd.config import entry_point_kinds

    tables, kinds, given = _connections(context), entry_point_kinds(), str(context.params.get("connection"))
    wanted = [tables[given]] if given in tables else list(tables.values())
    names = dict.fromkeys(str(table.get("kind")) for table in wanted if isinstance(table, dict))
    found = (stream for name in names if name in kinds for stream in kinds[name]().streams.items())
    return _fitting(dict.fromkeys(name for name, stream in found if not stream.replies), incomplete)


def mappings(incomplete: str) -> list[str]:
    """The mappings that come along, and those of the folder `mappings`."""
    from syncd.config import known_mappings

    return _fitting(known_mappings(Path("mappings")), incomplete)


def _connections(context: typer.Context) -> Mapping[str, Any]:
    file = context.params.get("config") or os.environ.get("SYNCD_CONFIG") or DEFAULT_CONFIG
    try:
        found = tomllib.loads(Path(file).read_text("utf-8-sig")).get("connections")
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _fitting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


ConnectionName = Annotated[
    str, typer.Argument(help="The connection, as it is called in the configuration.", autocompletion=connections)
]
