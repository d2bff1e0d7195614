"""`syncd demo`, as the command line knows it. The simulated company is loaded only when somebody wants to see it."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    once: Annotated[bool, typer.Option(help="End after the rounds instead of keeping the company up.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65_532, help="The first of four ports; 0 takes free ones.")] = 0,
    records: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Load the vendors with the vendor records of this folder instead."),
    ] = None,
    dir: Annotated[Path | None, typer.Option(file_okay=False, help="Keep configuration and store in this folder.")] = None,
) -> None:
    """Show the main job on a simulated company: four vendors on loopback, findings, comments, a second pass, a day later, an
    answer."""
    from syncd.cli.demo import perform  # the vendors take a tenth of a second to load: no other command waits for them

    perform(once=once, port=port, records=records, dir=dir)
