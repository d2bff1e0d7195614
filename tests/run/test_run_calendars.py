"""Calendars as files, from the configuration to the model: freezes and leave, what cannot be read, and a file that lost most of itself."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from syncd.cli.main import cli
from tests.connectors.contract import NOW
from tests.connectors.ics_given import calendar, event

CANARY = "canary-4711"
CONFIG = """
[store]
url = "sqlite:///syncd.db"
[connections.ops]
kind = "ics"
[[connections.ops.calendars]]
id = "freezes"
file = "freezes.ics"
holds = "freezes"
scope = "checkout"
[[connections.ops.calendars]]
id = "leave"
file = "leave.ics"
holds = "absences"
person = "ann@acme.example"
"""


class Desk:
    """A folder with a configuration and two calendars."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "syncd.toml").write_text(CONFIG)
        self.freezes(*(event(f"f{n}", title=f"freeze {n}", start=NOW + timedelta(days=n)) for n in range(30)))
        away = event("vacation", "DTSTART;VALUE=DATE:20260511", "DTEND;VALUE=DATE:20260516", title=CANARY)
        (folder / "leave.ics").write_bytes(calendar(away))

    def freezes(self, *events: str) -> None:
        (self.folder / "freezes.ics").write_bytes(calendar(*events))

    def syncd(self, *arguments: str) -> Any:
        done = CliRunner().invoke(cli, [*arguments, "-c", str(self.folder / "syncd.toml")], catch_exceptions=False)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def once(self) -> Any:
        return self.syncd("once", "--json")

    def state(self, said: Any) -> str:
        return str(said["connections"]["ops"]["streams"]["events"]["state"])

    def windows(self) -> set[str]:
        return {row["title"] for row in self.syncd("export", "--kind", "window")}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_calendars_reach_the_model_and_a_title_of_leave_reaches_no_file(desk: Desk) -> None:
    assert desk.state(desk.once()) == "fresh"
    assert desk.windows() == {f"freeze {n}" for n in range(30)}
    (away,) = desk.syncd("export", "--kind", "absence")
    assert (away["person"]["email"], away["start"], away["end"]) == ("ann@acme.example", "2026-05-11", "2026-05-16")
    assert [path.name for path in desk.folder.iterdir() if CANARY.encode() in path.read_bytes()] == ["leave.ics"]


def test_an_event_that_cannot_be_read_is_told_and_what_is_gone_is_gone(desk: Desk) -> None:
    desk.once()
    kept = [event(f"f{n}", title=f"freeze {n}", start=NOW + timedelta(days=n)) for n in range(28)]
    desk.freezes(*kept, event("bad", "DTSTART;TZID=Atlantis:20260506T180000", title="bad"))
    said = desk.once()
    assert desk.windows() == {f"freeze {n}" for n in range(28)}
    assert "no time zone 'Atlantis' is known" in json.dumps(said) + json.dumps(desk.syncd("dead", "list", "--json"))


def test_a_calendar_that_lost_most_of_itself_halts_the_stream_and_one_that_is_no_calendar_changes_nothing(desk: Desk) -> None:
    desk.once()
    desk.freezes(event("f0", title="freeze 0", start=NOW))
    assert desk.state(desk.once()) == "halted"
    assert len(desk.windows()) == 30
    desk.syncd("resume", "ops", "events", "--accept-deletions", "--json")
    (desk.folder / "freezes.ics").write_text("<html>log in</html>")
    desk.once()
    assert len(desk.windows()) == 30
    desk.freezes(event("f0", title="freeze 0", start=NOW))
    desk.once()
    assert desk.windows() == {"freeze 0"}
