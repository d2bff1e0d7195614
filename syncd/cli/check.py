"""`syncd check` and `syncd schema`: the configuration and its mappings, without a store and without any connection."""

import os
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, complain, out, print_json
from syncd.config import load
from syncd.config import schema as config_schema
from syncd.mapping import mapping_schema


def check(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Check the configuration and its mappings, without any connection."""
    checked = load(config, os.environ)
    if json:
        print_json({**checked.redacted(), "notices": checked.notices()})
        return
    table = Table("connection", "kind", "mapping", "write", box=None, pad_edge=False)
    for connection in checked.connections.values():
        projects = "".join(f", {project} {mode}" for project, mode in connection.write_for.items())
        table.add_row(connection.name, connection.kind.name, connection.mapping_name, Text(connection.write + projects))
    out().print(table)
    for line in checked.notices():
        complain(f"! {line}")
    out().print(Text(f"{config}: good."))


class SchemaOf(StrEnum):
    """What has a schema."""

    mapping = "mapping"
    config = "config"


def schema(what: Annotated[SchemaOf, typer.Argument(help="mapping or config")]) -> None:
    """Print the JSON Schema of mappings or of the configuration, for editors."""
    print_json(mapping_schema() if what is SchemaOf.mapping else config_schema())
