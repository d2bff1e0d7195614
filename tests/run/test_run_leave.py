"""Leave from a feed at an address, in the dates and hours of a plan: as it is, moved, called off, and where the feed says nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.ics_given import Files, event
from tests.run.run_given import Company, company


class Desk:
    """Ada has 40 hours left on PLAT-2, from Tuesday 5 May 2026 on, and a calendar of leave."""

    def __init__(self, made: Company, files: Files) -> None:
        self.company, self.files = made, files
        made.only("plat")
        made.sections["model"]["zone"] = "Europe/Berlin"
        made.sections["work"] = {"focus": 1.0}
        made.sections["teams.payments"] = {"members": [{"person": "Ada Lovelace"}]}
        leave = {"id": "leave", "url": f"{files.server.url}/leave.ics", "holds": "absences", "person": self.mail()}
        made.sections["connections.hr"] = {"kind": "ics", "calendars": [leave]}
        made.jira.project("PLAT")
        made.jira.issue("PLAT", "Checkout v2", type="Epic", duedate="2026-06-26")
        made.jira.issue("PLAT", "Work", parent="PLAT-1", assignee="Ada Lovelace", timeestimate=40 * 3600)

    def mail(self) -> str:
        return str(self.company.jira.user("Ada Lovelace")["emailAddress"])

    def told(self) -> tuple[str, list[float]]:
        """When the work ends, and Ada's hours in this week and the next."""
        self.company.once()
        plan = self.company.syncd("schedule", "show", "PLAT-1", "--json").json
        hours = self.company.syncd("capacity", "--json", "--weeks", "2").json
        (ada,) = hours["teams"][0]["people"]
        return plan["finish"], [week["supply_hours"] for week in ada["weeks"]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    files = Files()
    files.server.start()
    with company(tmp_path, monkeypatch) as made:
        yield Desk(made, files)
    files.server.stop()


def test_leave_of_a_feed_is_in_the_dates_and_moves_with_it(desk: Desk) -> None:
    files = desk.files
    files.put("leave", "a", event("a", "DTSTART;VALUE=DATE:20260507", "DTEND;VALUE=DATE:20260509"))
    assert desk.told() == ("2026-05-13", [16, 40])  # away on Thursday and Friday
    files.put("leave", "b", event("b", "DTSTART;TZID=W. Europe Standard Time:20260508T090000", "DURATION:PT8H"))
    assert desk.told() == ("2026-05-13", [16, 40])  # the same Friday once more
    files.put("leave", "b", event("b", "DTSTART:20260506T130000", "DTEND:20260506T180000"))
    assert desk.told() == ("2026-05-14", [12, 40])  # half of Wednesday, on Ada's own clock
    files.put("leave", "a", event("a", "DTSTART;VALUE=DATE:20260518", "DTEND;VALUE=DATE:20260520"))
    assert desk.told() == ("2026-05-12", [28, 40])
    files.server.fail("^GET", status=200, body="<html>log in</html>", times=1)
    assert desk.told() == ("2026-05-12", [28, 40])
    files.drop("leave", "b")
    assert desk.told() == ("2026-05-11", [32, 40])
