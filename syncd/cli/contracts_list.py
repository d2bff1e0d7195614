"""`syncd contracts list` and `changelog`: what is watched, at which revisions, and what changed from one to the next."""

from typing import Annotated

import typer

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile, usage


def contracts_list(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the contracts that are watched: their files, kind, last change, revisions, and the open merge requests that touch them."""
    from syncd.cli.contracts_watched import show  # `syncd contracts diff` does without the store

    show(config, json=json)


def changelog(
    name: Annotated[str, typer.Argument(help="The contract, as in [contracts.NAME]. Left out: all of them.")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    format: Annotated[str, typer.Option(help="markdown or json.")] = "markdown",
    json: AsJson = False,
) -> None:
    """Tell what changed in a contract, release by release: what is proposed, what is not released yet, and the last releases. Asks no
    vendor."""
    if format not in ("markdown", "json"):
        usage(f"--format is {format!r}; it can be markdown, json.")
    from syncd.cli.contracts_changelog import show  # as above

    show(config, name, json=json or format == "json")
