"""What every command shares: options, consoles, and how errors end it."""

import functools
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from syncd.model.problem import Mendable, Problems

if TYPE_CHECKING:
    from syncd.app import App

GOOD, TROUBLE, USAGE, CHANGES = 0, 1, 2, 3
"""Exit codes: all good; a connection is off or could not be read, or a write failed; usage or configuration; `plan` found changes."""

ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="SYNCD_CONFIG", help="The configuration file.", show_default=True),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys instead of text.")]
DEFAULT_CONFIG = Path("syncd.toml")


def out() -> Console:
    """Standard output. Plain where it is no terminal."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty(), emoji=False)


def wide(width: int = 160) -> Console:
    """Standard output for tables: as wide as they need where it is no terminal."""
    console = out()
    if not console.is_terminal:
        console.width = width
    return console


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def print_json(value: Any) -> None:
    """JSON for programs, on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def complain(text: str) -> None:
    """One line for a person on standard error."""
    err().print(Text(one_line(text)))


def usage(text: str) -> NoReturn:
    """End with one line that says what was asked wrongly."""
    complain(text)
    raise typer.Exit(USAGE)


def one_line(text: str) -> str:
    """The text without line breaks and other control characters: what a vendor sent does not steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def hide_secrets(context: typer.Context, app: "App", level: str = "error") -> None:
    """Log on without the configuration's secrets, at the level that was asked for or else at this one."""
    from syncd.run.log import set_up  # commands that never log do without

    set_up(context.obj or level, secrets=app.secrets)


@contextmanager
def ending_well() -> Iterator[None]:
    """Turn what a person can mend into lines and exit code 2; a closed pipe is no error."""
    try:
        yield
    except Problems as problems:
        for problem in problems.problems:
            complain(str(problem))
        raise typer.Exit(USAGE) from None
    except Mendable as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Standard output is replaced so that the interpreter's own flush stays silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(GOOD) from None
    finally:
        gc.enable()  # `stored` leaves it off


def command(function: Callable[..., None]) -> Callable[..., None]:
    """A command whose errors end well. Its signature and help stay as they are."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        with ending_well():
            function(*args, **kwargs)

    return wrapped
