"""`syncd status`: its options. What it shows is loaded only when it is called."""

import os
from enum import StrEnum
from typing import Annotated

import typer

from syncd.app import opened
from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, print_json, wide


class Form(StrEnum):
    """How it is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def status(
    milestones: Annotated[list[str] | None, typer.Argument(help="Only these: their keys, URLs, ids or titles.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    form: Annotated[Form, typer.Option("--format", help="text, json, or markdown for a wiki.")] = Form.TEXT,
    team: Annotated[str, typer.Option(help="Only of this team, or project where no team owns it.")] = "",
    json: AsJson = False,
) -> None:
    """Show how the milestones stand: a word with its reason, dates, what is open, and what blocks. Reads the store only."""
    from syncd.cli import portfolio

    with opened(config, os.environ) as app:
        found = portfolio.portfolio_of(app, milestones or [], team)
    if json or form is Form.JSON:
        print_json(portfolio.as_json(found))
    elif form is Form.MARKDOWN:
        typer.echo("\n".join(portfolio.markdown(found)))
    else:
        portfolio.show(found, wide())
