"""`syncd capacity`: load per person, team and week, as a table, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterator

import pytest

from tests.run.run_given import Company, company


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """On a Tuesday Ada, of the team payments, is asked for 80 hours by Friday of next week, when she has 72; Bo is in no team."""
    with pytest.MonkeyPatch.context() as monkeypatch, company(tmp_path_factory.mktemp("acme"), monkeypatch) as made:
        made.only("plat")
        made.sections["work"] = {"focus": 1.0}
        made.sections["teams.payments"] = {"members": [{"person": "Ada Lovelace", "skills": ["kafka"]}, {"person": "Zoe"}]}
        made.sections["teams.web"] = {"members": [{"person": "Cy"}]}
        made.jira.project("PLAT")
        made.jira.issue("PLAT", "Checkout v2", type="Epic", duedate="2026-05-15")
        made.jira.issue("PLAT", "Search", type="Epic", duedate="2026-05-15")
        for parent, hours in (("PLAT-1", 60), ("PLAT-2", 20)):
            made.jira.issue(
                "PLAT", "Work", parent=parent, duedate="2026-05-15", assignee="Ada Lovelace", timeestimate=hours * 3600
            )
        made.jira.issue("PLAT", "Else", duedate="2026-05-15", assignee="Bo Chen", timeestimate=8 * 3600)
        made.jira.issue("PLAT", "Unknown", duedate="2026-05-15", assignee="Bo Chen")
        made.once()
        yield made


def test_the_table_reads_without_colours(acme: Company) -> None:
    said = acme.syncd("capacity", "--weeks", "3").out
    lines = [line.split() for line in said.splitlines()]
    assert ["04", "May", "11", "May", "18", "May"] in lines
    assert ["Ada", "Lovelace", "111%!", "111%!", "0%"] in lines
    assert ["all", "56%", "56%", "0%"] in lines
    assert ["Bo", "Chen", "11%", "11%", "0%"] in lines
    assert "1 open items without remaining time" in said
    assert "no record names Zoe" in said


def test_json_has_the_same_in_hours(acme: Company) -> None:
    found = acme.syncd("capacity", "--json", "--weeks", "2").json
    payments, web = found["teams"]
    (ada, zoe) = payments["people"]
    assert [week["demand_hours"] for week in ada["weeks"]] == [35.6, 44.4]
    assert [week["supply_hours"] for week in payments["weeks"]] == [64, 80]
    assert (ada["name"], zoe["weeks"][0]["load"], web["name"]) == ("Ada Lovelace", 0, "web")
    assert [one["name"] for one in found["without_team"]] == ["Bo Chen"]
    assert [one["name"] for one in found["skills"]] == ["kafka"]
    only = acme.syncd("capacity", "--json", "--team", "PAYMENTS").json
    assert ([one["name"] for one in only["teams"]], only["without_team"], len(only["weeks"])) == (["payments"], [], 8)


def test_a_gap_is_one_line_with_what_more_people_would_do(acme: Company) -> None:
    rows = list(csv.DictReader(io.StringIO(acme.syncd("capacity", "--csv").out)))
    (kafka,) = [row for row in rows if row["kind"] == "skill"]
    assert (kafka["name"], kafka["more_people"], kafka["missing_hours"], kafka["milestone"]) == ("kafka", "1", "8.0", "PLAT-1")
    assert (kafka["basis"], kafka["working_days_saved"]) == ("one thing at a time, all milestones", "1")


def test_a_team_that_is_not_there_and_two_formats_at_once_are_told(acme: Company) -> None:
    wrong = acme.syncd("capacity", "--team", "pay")
    assert (wrong.code, wrong.err.strip()) == (2, "There is no team 'pay' in [teams]: there is payments, web.")
    assert acme.syncd("capacity", "--json", "--csv").code == 2


def test_nobody_is_named_where_the_policy_says_so(acme: Company) -> None:
    acme.sections["policy"]["people"] = "none"
    said = acme.syncd("capacity", "--json").out + acme.syncd("capacity").out + acme.syncd("capacity", "--csv").out
    assert "Lovelace" not in said
    assert "Chen" not in said
    assert "Zoe" not in said
    assert "person-" in said
    acme.sections["policy"]["people"] = "named"
