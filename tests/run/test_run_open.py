"""Making connectors: one at a time, because it imports the vendors' libraries."""

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.memory import KIND
from syncd.app import works
from syncd.config import load
from syncd.run.clock import Clock
from syncd.run.one_pass import Unwatched, each
from syncd.store import open_store

CONFIG = """
[store]
url = "sqlite:///syncd.db"
[connections.one]
kind = "memory"
[connections.two]
kind = "memory"
url = "other"
[connections.three]
kind = "memory"
url = "third"
"""


def test_connectors_are_made_one_after_the_other(tmp_path: Path) -> None:
    busy, together = threading.Lock(), []
    meeting = threading.Barrier(3)

    def connect(*_: object) -> object:
        together.append(not busy.acquire(blocking=False))
        with suppress(threading.BrokenBarrierError):
            meeting.wait(0.05)  # breaks where they are let in one by one, as they should be
        if busy.locked():
            busy.release()
        return object()

    (tmp_path / "syncd.toml").write_text(CONFIG)
    kind = replace(KIND, connect=connect)  # type: ignore[arg-type]
    config = load(tmp_path / "syncd.toml", {}, kinds=lambda: {"memory": lambda: kind})
    store = open_store(config.store_url)
    made = works(config, store, Clock(), Unwatched())
    assert len(each(made.links, lambda link: link.open())) == 3
    store.close()
    assert together == [False] * 3


@pytest.mark.parametrize("kind", ["jira", "github", "gitlab", "google_calendar", "ics", "caldav"])
def test_a_made_connector_has_imported_its_library(kind: str) -> None:
    """So that nothing big is imported later, in threads beside each other. And the kind alone imports no library."""
    library = {"google_calendar": "googleapiclient", "ics": "icalendar", "caldav": "icalendar"}.get(kind, kind)
    options = {
        "jira": {"projects": ["A"]},
        "github": {"repositories": ["a/b"]},
        "gitlab": {"projects": ["a/b"]},
        "google_calendar": {"calendars": [{"id": "c", "holds": "windows"}]},
        "ics": {"calendars": [{"id": "c", "holds": "windows", "file": "c.ics"}]},
        "caldav": {"calendars": [{"id": "/c/", "holds": "windows"}]},
    }[kind]
    code = f"""
import sys
from datetime import UTC, datetime
from connectors.{kind} import KIND
from syncd.contract import Settings
from tests.connectors.contract import OpenGate
assert {library!r} not in sys.modules, "the kind alone imports its library"
settings = Settings("x", "http://127.0.0.1:9", KIND.options(**{options!r}), lambda: datetime.now(UTC), secret=lambda: "token")
KIND.connect(settings, OpenGate())
assert {library!r} in sys.modules, "the library comes later"
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode == 0, done.stderr
