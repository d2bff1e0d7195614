"""Baselines from a pass to the command line: recorded once, kept when the date moves, replaced only by a person's word."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.run.run_given import START, Company, company


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Two epics that are under way: the one was pushed before syncd came, the other, on GitHub, has no history."""
    with company(tmp_path, monkeypatch) as made:
        made.only("plat", "code")
        for project in ("PLAT", "PAY"):
            made.jira.project(project)
        for repo in ("acme/api", "acme/app"):
            made.github.repository(repo)
        made.hand.at = START - timedelta(days=30)
        made.jira.issue("PLAT", "Checkout v2", type="Epic", duedate="2026-05-15")
        made.jira.issue("PLAT", "Basket", parent="PLAT-1")
        made.jira.edit("PLAT-2", status="In Progress", at=START - timedelta(days=20))
        made.jira.edit("PLAT-1", duedate="2026-05-29", at=START - timedelta(days=10))
        made.github.milestone("acme/api", "API 3", due_on="2026-06-30")
        made.github.issue("acme/api", "Routes", milestone=1)
        made.github.issue("acme/api", "Auth", milestone=1, state="closed")
        made.hand.at = START
        yield made


def listed(made: Company, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.syncd("baseline", "list", "--json", *words).json
    return found


def test_what_was_agreed_on_is_told_by_the_history_or_observed_and_stays(acme: Company) -> None:
    acme.syncd("plan")
    assert listed(acme) == [], "a plan leaves no trace"
    acme.once()
    first = listed(acme)
    assert [(one["milestone"]["key"], one["origin"], one["due"], one["at"][:10]) for one in first] == [
        ("acme/api/milestone/1", "observed", "2026-06-30", "2026-05-05"),
        ("PLAT-1", "history", "2026-05-15", "2026-04-15"),
    ]
    assert [item["ref"]["key"] for item in first[1]["items"]] == ["PLAT-2"]
    acme.jira.edit("PLAT-1", duedate="2026-06-10")
    acme.jira.issue("PLAT", "More", parent="PLAT-1")
    acme.once()
    acme.once()
    assert listed(acme) == first


def test_a_person_agrees_on_something_else_with_a_reason(acme: Company) -> None:
    acme.once()
    assert acme.syncd("baseline", "set", "PLAT-1", "--due", "2026-06-30", "--reason", "new supplier", "--by", "ada").code == 0
    acme.jira.issue("PLAT", "More", parent="PLAT-1")
    acme.jira.edit("PLAT-1", duedate="2026-07-03")
    acme.once()
    acme.hand.go(days=2)
    acme.jira.edit("PLAT-1", duedate="2026-08-03")
    acme.once()
    assert acme.syncd("baseline", "adopt", "checkout v2", "--as-of", "2026-05-05", "--reason", "board").code == 0
    known = [(one["origin"], one["due"], len(one["items"]), one["reason"]) for one in listed(acme, "PLAT-1")]
    assert known == [
        ("history", "2026-05-15", 1, ""),
        ("set", "2026-06-30", 1, "new supplier"),
        ("adopted", "2026-07-03", 2, "board"),
    ]
    assert [one["by"] for one in listed(acme, "PLAT-1")][:2] == ["", "ada"]
    assert "new supplier" in acme.syncd("baseline", "list", "PLAT-1").out


def test_before_the_mirror_a_history_tells_and_without_one_nothing_is_known(acme: Company) -> None:
    acme.once()
    adopted = acme.syncd("baseline", "adopt", "PLAT-1", "--as-of", "2026-04-20", "--reason", "kick-off", "--json").json
    assert [(one["due"], one["at"][:10]) for one in adopted] == [("2026-05-15", "2026-04-20")]
    refused = acme.syncd("baseline", "adopt", "API 3", "PLAT-1", "--as-of", "2026-04-20", "--reason", "kick-off")
    assert refused.code == 2
    assert "nothing is known of it on 2026-04-20" in refused.err
    assert len(listed(acme)) == 3, "all or none"


WRONG = (
    (("set", "PLAT-9", "--due", "2026-06-30", "--reason", "x"), "no milestone of that name"),
    (("set", "PLAT-1", "--due", "30.6.", "--reason", "x"), "is no date"),
    (("set", "PLAT-1", "--due", "2026-06-30", "--reason", " "), "say why"),
    (("adopt", "PLAT-1", "--as-of", "2026-06-01", "--reason", "x"), "is yet to come"),
)


def test_what_is_asked_wrongly_is_said_and_nothing_is_recorded(acme: Company) -> None:
    acme.once()
    before = listed(acme)
    for words, error in WRONG:
        ran = acme.syncd("baseline", *words)
        assert (ran.code, error in ran.err) == (2, True), ran.err
    assert listed(acme) == before
