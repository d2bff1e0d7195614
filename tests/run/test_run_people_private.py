"""What people enter in their calendars is nobody's business: of an absence only when, of which type and whose it is."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.run.run_given import LEAVE, RELEASES, Company, company

TITLE, GUEST, PLACE = "Oncology appointment", "dr.canary@clinic.example", "Ward 7 Canary"
CANARIES = ("Oncology", "canary", "Canary")


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Ada is away; the title, a guest, the place and the description of her entry are planted."""
    with company(tmp_path, monkeypatch) as made:
        made.only("cal")
        for calendar in made.sections["connections.cal"]["calendars"]:
            calendar.pop("titles", None)
            made.google.calendar(calendar["id"])
        planted: dict[str, Any] = {"attendees": [{"email": GUEST}], "location": PLACE, "description": f"see {TITLE}"}
        made.google.event(LEAVE, TITLE, date(2026, 5, 11), date(2026, 5, 13), by="ada@acme.example", **planted)
        made.google.event(RELEASES, "Release 12", date(2026, 5, 12), date(2026, 5, 13))
        yield made


def shown(made: Company) -> str:
    commands = [["export", "--kind", kind] for kind in ("absence", "window", "person")]
    commands += [["findings", "--json"], ["plan", "--json"], ["people", "list", "--emails"], ["explain", f"{LEAVE}", "--json"]]
    return "".join(ran.out + ran.err for ran in (made.syncd(*words) for words in commands))


def test_a_planted_title_and_guest_are_nowhere_in_the_database_and_in_no_output(acme: Company) -> None:
    told = acme.once().out + acme.once().out + shown(acme)
    kept = b"".join(path.read_bytes() for path in acme.folder.glob("syncd.db*"))
    assert [canary for canary in CANARIES if canary in told or canary.encode() in kept] == []
    (absence,) = acme.syncd("export", "--kind", "absence").json
    assert (absence["start"], absence["end"], absence["person"]["email"]) == ("2026-05-11", "2026-05-13", "ada@acme.example")


def test_they_are_not_even_asked_for(acme: Company) -> None:
    with acme.watched() as requests:
        acme.once()
    asked = [entry.line for entry in requests if "leave" in entry.line]
    assert asked
    assert not any(word in text for text in asked for word in ("summary", "attendees", "description", "location"))


def test_who_wants_titles_gets_them(acme: Company) -> None:
    acme.sections["connections.cal"]["calendars"][1]["titles"] = True
    acme.once()
    (absence,) = acme.syncd("export", "--kind", "absence").json
    assert absence["person"]["email"] == GUEST
