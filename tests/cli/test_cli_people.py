"""`syncd people` and what the other commands show of people."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.run.run_given import Company, company


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Ada has an account on Jira and one on GitHub; her late epic waits for what she does herself."""
    with company(tmp_path, monkeypatch) as made:
        made.only("plat", "code")
        made.jira.project("PLAT")
        made.jira.project("PAY")
        made.jira.issue("PLAT", "Checkout v2", type="Epic", duedate="2026-05-01", assignee="Ada Lovelace")
        made.jira.issue("PLAT", "Basket", parent="PLAT-1", duedate="2026-05-21", assignee="Ada Lovelace")
        made.jira.issue("PLAT", "Provider", duedate="2026-05-21", assignee="Ada Lovelace")
        made.jira.link("PLAT-3", "PLAT-2")
        made.github.repository("acme/api")
        made.github.repository("acme/app")
        made.github.issue("acme/api", "Routes", assignees=["adalovelace"])
        yield made


def listed(made: Company, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = made.syncd("people", "list", "--json", *options).json
    return found


def test_suggestions_name_the_evidence_and_pasted_they_make_one_person(acme: Company) -> None:
    acme.once()
    assert len([one for one in listed(acme)["people"] if "ada" in one["name"].casefold()]) == 2
    (suggestion,) = acme.syncd("people", "suggest", "--json").json
    assert "the login is made of the name" in suggestion["evidence"]
    pasted = tomllib.loads(acme.syncd("people", "suggest").out)["people"]["Ada Lovelace"]
    assert pasted == {connection: ids[0] for connection, ids in suggestion["accounts"].items()}
    acme.sections['people."Ada Lovelace"'] = pasted
    (ada,) = [one for one in listed(acme)["people"] if "ada" in one["name"].casefold()]
    assert ada["accounts"].keys() == {"plat", "code"}
    assert ada["seen"]["code"] == {"item": 1}
    assert acme.syncd("people", "suggest", "--json").json == []


def test_e_mails_are_shown_only_when_asked_for(acme: Company) -> None:
    acme.once()
    assert "@" not in acme.syncd("people", "list").out
    assert "emails" not in listed(acme)["people"][0]
    assert "emails" in listed(acme, "--emails")["people"][0]


@pytest.mark.parametrize("people", ["role", "none"])
def test_no_output_names_anybody_where_the_policy_says_so(acme: Company, people: str) -> None:
    acme.once()
    assert any("Ada Lovelace" in body for bodies in acme.comments().values() for body in bodies)
    acme.sections["policy"]["people"] = people
    acme.once()
    again = acme.once()
    assert again.actions["delivered"] == 0
    shown = {f"export {kind}": acme.syncd("export", "--kind", kind).out for kind in ("item", "milestone", "person")}
    for words in (["findings", "--json"], ["plan", "--json"], ["explain", "PLAT-1", "--json"], ["people", "list", "--json"]):
        shown[" ".join(words)] = acme.syncd(*words).out
    shown |= {ticket: json.dumps(bodies) for ticket, bodies in acme.comments().items()}
    assert [name for name, text in shown.items() if "lovelace" in text.casefold()] == []
    assert any("person-" in text for text in shown.values())


def test_pseudonyms_stay_the_same_and_tell_people_apart(acme: Company) -> None:
    acme.sections["policy"]["people"] = "none"
    acme.once()
    first = acme.syncd("export", "--kind", "item").json
    assert first == acme.syncd("export", "--kind", "item").json
    names = {row["ref"]["key"]: row["assignees"][0]["name"] for row in first if row["assignees"]}
    assert names["PLAT-2"] == names["PLAT-3"] != names["acme/api#1"]


def test_an_open_finding_found_under_another_policy_is_shown_as_the_present_one_says(acme: Company) -> None:
    acme.once()
    assert "Ada Lovelace" in acme.syncd("findings", "--json").out
    acme.sections["policy"]["people"] = "role"
    shown = acme.syncd("findings", "--json").out
    assert "Ada" not in shown
    assert "an assignee" in shown
