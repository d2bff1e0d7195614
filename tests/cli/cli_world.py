"""A small company on a Jira twin, and the command line run against it in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from syncd.cli.main import cli
from syncd.demo.jira_twin import JiraTwin


def today(days: int = 0) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@contextmanager
def company() -> Iterator[JiraTwin]:
    """PLAT-1 is an epic two weeks overdue with an open story (PLAT-2) that waits for PAY-1."""
    twin = JiraTwin(lambda: datetime.now(UTC))
    twin.project("PLAT")
    twin.project("PAY")
    epic = twin.issue("PLAT", "Checkout v2", type="Epic", duedate=today(-14))
    twin.issue("PLAT", "Basket", parent=epic["key"], duedate=today(-15), assignee="Bo Chen")
    twin.issue("PAY", "Provider contract", duedate=today(9))
    twin.link("PAY-1", "PLAT-2")
    twin.server.start()
    yield twin
    twin.server.stop()


def configured(folder: Path, twin: JiraTwin, write: str = "on", extra: str = "", projects: str = '"PLAT", "PAY"') -> Path:
    path = folder / "syncd.toml"
    path.write_text(
        f"""
        [store]
        url = "sqlite:///syncd.db"
        [policy]
        at_start = "write"
        [delivery]
        timeout_s = 2
        settle_s = 2.5
        [connections.plat]
        kind = "jira"
        url = "{twin.url}"
        user = "bot@acme.example"
        token = "twin-token"
        projects = [{projects}]
        write = "{write}"
        {extra}
        """
    )
    return path


def syncd(*words: str | Path) -> Result:
    """`syncd WORDS`. The result has `exit_code`, `stdout`, `stderr`."""
    return CliRunner().invoke(cli, [str(word) for word in words])
