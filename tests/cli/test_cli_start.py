"""The start of the command line: the list of commands is true, and nobody waits for what other commands need."""

import subprocess
import sys

import pytest

from syncd.cli.commands import PLACES, imported

HEAVY = ("pydantic", "sqlalchemy", "structlog", "requests", "rich", "syncd.app", "syncd.config", "syncd.store")


@pytest.mark.parametrize("name", PLACES)
def test_a_command_is_listed_with_the_beginning_of_its_own_help(name: str) -> None:
    own = " ".join((imported(name).help or "").split())
    assert own.startswith(PLACES[name][1].removesuffix("."))


def test_help_imports_nothing_that_only_commands_need() -> None:
    asks = f"import sys, syncd.cli; sys.argv = ['syncd', '--help']\ntry: syncd.cli.main()\nfinally: print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert "healthcheck" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_check_opens_no_store() -> None:
    asks = "import sys, syncd.cli.check; print([m for m in ('sqlalchemy', 'syncd.app', 'syncd.store') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
