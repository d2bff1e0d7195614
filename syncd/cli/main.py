"""The frame of the command line: what holds for every command. Each reads its options, calls the layer that knows, and prints."""

from typing import Annotated

import typer

from syncd import __version__
from syncd.cli.commands import EPILOG, STYLE, Commands

cli = typer.Typer(
    name="syncd",
    help="Mirrors trackers and calendars into one milestone model, and says on the ticket what it found.",
    epilog=EPILOG,
    no_args_is_help=True,
    cls=Commands,
    **STYLE,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"syncd {__version__}")
        raise typer.Exit


@cli.callback()
def common(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    log_level: Annotated[str, typer.Option(envvar="SYNCD_LOG", help="debug, info, warning or error.")] = "",
) -> None:
    """Options of every command."""
    from syncd.run.log import set_up  # `--help` and `--version` do without

    levels = ("debug", "info", "warning", "error")
    if log_level and log_level.lower() not in levels:
        raise typer.BadParameter(f"{log_level!r} is no log level: {', '.join(levels)}")
    context.obj = log_level
    set_up(log_level or "error")


def main() -> None:
    """The console script."""
    cli(prog_name="syncd")
