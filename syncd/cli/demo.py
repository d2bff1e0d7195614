"""`demo`: the simulated company."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    once: Annotated[bool, typer.Option(help="End after the rounds instead of keeping the company up.")] = False,
    port: Annotated[int, typer.Option(help="The first of four ports; 0 takes free ones.")] = 0,
    records: Annotated[Path | None, typer.Option(help="Load the twins with the vendor records of this folder instead.")] = None,
) -> None:
    """Show the main job on a simulated company: four vendors on loopback, findings, comments, a second pass, a day later."""
    raise typer.Exit(2)
