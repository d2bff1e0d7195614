"""A breaking merge request from the vendors to the tickets: it is marked, and it and those whom it hits are told."""

import json
import re
from datetime import date
from functools import partial
from typing import Any

import pytest

from syncd.contracts import Revision, Verdict
from syncd.run.contract_texts import judged
from tests.run.run_given import LEAVE, RELEASES, Company

API, PATH = "acme/api", "api/openapi.yaml"


def described(*fields: str) -> str:
    """A description with an answer of these fields."""
    listed = "\n".join(f"                  {name}: {{type: string}}" for name in fields)
    return (
        "openapi: 3.0.3\ninfo: {title: Pay, version: '1'}\npaths:\n  /pay:\n    get:\n      responses:\n        '200':\n"
        "          description: ok\n          content:\n            application/json:\n              schema:\n"
        f"                type: object\n                required: [{', '.join(fields)}]\n                properties:\n{listed}\n"
    )


def promised(firm: Company, **contract: Any) -> None:
    """Two epics on Jira rely on a description on GitHub."""
    firm.only("plat", "code", "cal")
    firm.github.files.commit(API, {PATH: described("id", "total")})
    firm.jira.edit("PLAT-1", duedate="2026-05-06")
    firm.jira.edit("PLAT-3", duedate="2026-05-06")
    firm.jira.edit("PAY-1", duedate="2026-05-07")
    section: dict[str, Any] = {"connection": "code", "repository": API, "path": PATH, "adaptation_days": 4, "producer": "api"}
    firm.sections["contracts.pay"] = section | {"consumers": {"milestones": ["PLAT-1", "PAY-1"]}} | contract
    firm.sections["policy"]["status"] = "status"
    firm.sections["teams.pay"] = {"owns": ["PAY"], "members": [{"person": "ada@acme.example"}]}
    firm.sections["teams.api"] = {"members": [{"person": "bo@acme.example"}]}
    firm.google.event(LEAVE, "Bo on leave", date(2026, 5, 5), date(2026, 5, 8), by="bo@acme.example")
    firm.google.event(LEAVE, "Ada on leave", date(2026, 5, 8), date(2026, 5, 9), by="ada@acme.example")


def test_a_merge_request_that_removes_a_field_turns_red_and_names_the_milestones_that_it_hits(firm: Company) -> None:
    promised(firm)
    assert firm.once().problems == []
    number = firm.github.files.propose(API, "Leave the total out", {PATH: described("id")}, "no-total")
    ran = firm.once()
    assert ran.problems == []
    statuses = firm.github.home(API).statuses
    assert [(s["context"], s["state"]) for s in statuses] == [("syncd", "failure"), ("syncd/contract", "failure")]
    assert "breaking_hits_commitment critical" in statuses[0]["description"]
    assert statuses[1]["description"] == "pay: 1 breaking change"
    (comment,) = firm.on_github(API, number)
    told = re.sub(r"\[`([A-Z0-9-]+)`\]\([^)]*\)", r"\1", comment)
    assert "PLAT-1 (due Wed 6 May 2026) and PAY-1 (due Thu 7 May)." in told
    assert "response-required-property-removed: GET /pay responses.200.application/json.total." in told
    assert "Workshop: 60 minutes on Mon 11 May 09:00 (Europe/Berlin)" in told, "it avoids everybody's leave"
    assert "Checkout v2" not in comment, "a title crosses to another connection"
    on_jira = [body for body in firm.on_jira("PAY-1") if "contract pay" in body]
    assert len(on_jira) == 1
    assert f"{API}#{number}" in on_jira[0]
    assert not any(text in on_jira[0] for text in ("Leave the total out", "application/json")), "its text crosses"

    with firm.watched() as requests:
        firm.once()
        (watched,) = json.loads(firm.syncd("contracts", "--json").out)
        told = firm.syncd("contracts").out
    assert [entry.line for entry in requests if entry.write] == []
    assert {one["key"]: (one["due"], one["team"], one["why"]) for one in watched["consumers"]["milestones"]} == {
        "PLAT-1": ("2026-05-06", None, "named"),
        "PAY-1": ("2026-05-07", "pay", "named"),
    }
    assert [(one["key"], one["breaking"], one["hits"]) for one in watched["breaks"]] == [
        (f"{API}#{number}", 1, ["PLAT-1", "PAY-1"])
    ]
    assert f"{API}#{number}: 1 breaking change, hits PLAT-1, PAY-1" in " ".join(told.split())

    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id", "total")}, "no-total")
    firm.once()
    assert [(s["context"], s["state"]) for s in firm.github.home(API).statuses][-2:] == [
        ("syncd", "success"),
        ("syncd/contract", "success"),
    ]


def test_the_workshop_is_entered_once_changed_in_place_and_taken_back(firm: Company) -> None:
    promised(firm, workshop={"connection": "cal", "calendar": RELEASES})
    firm.sections["connections.cal"]["write"] = "on"
    firm.github.files.propose(API, "Leave the total out", {PATH: described("id")}, "no-total")
    assert firm.once().problems == []
    (entry,) = entered(firm)
    assert (entry["summary"], entry["start"]["dateTime"][:16]) == ("Workshop: contract pay", "2026-05-11T09:00")
    assert "PLAT-1" in entry["description"]
    assert "attendees" not in entry
    with firm.watched() as requests:
        firm.once()
    assert [one.line for one in requests if one.write] == []

    firm.jira.edit("PLAT-1", duedate="2026-05-05")
    assert firm.once().problems == []
    (again,) = entered(firm)
    assert (again["id"], again["start"]) == (entry["id"], entry["start"])
    assert again["description"] != entry["description"]

    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id", "total")}, "no-total")
    assert firm.once().problems == []
    assert entered(firm) == []
    assert json.loads(firm.syncd("contracts", "--json").out)[0]["breaks"] == []


def entered(firm: Company) -> list[Any]:
    """What syncd put into the calendar."""
    return [one for one in firm.google.instances(RELEASES) if "extendedProperties" in one and one["status"] != "cancelled"]


def test_a_merge_request_on_gitlab_is_told_in_the_same_way(firm: Company) -> None:
    firm.only("plat", "web")
    firm.jira.edit("PLAT-1", duedate="2026-05-06")
    firm.jira.edit("PLAT-3", duedate="2026-05-06")
    firm.gitlab.files.commit("acme/shop", {"schema.graphql": "type Query { a: Int, b: Int }"})
    firm.sections["contracts.shop"] = {
        "connection": "web",
        "project": "acme/shop",
        "path": "*.graphql",
        "adaptation_days": 4,
        "consumers": {"milestones": ["PLAT-1", "PLAT-99"]},
    }
    firm.sections["policy"]["status"] = "status"
    firm.once()
    change = firm.gitlab.files.propose("acme/shop", "Drop a", {"schema.graphql": "type Query { b: Int }"}, "drop")
    assert firm.once().problems == [
        "[contracts.shop] consumers: no milestone that was read is 'PLAT-99'. Correct the key, or take it out"
    ]
    (comment,) = firm.on_gitlab(change)
    assert "breaks the contract shop before its consumers are ready" in comment
    assert "(due Wed 6 May 2026)" in comment
    assert {(one["name"], one["status"]) for one in firm.gitlab.statuses.values()} == {
        ("syncd", "failed"),
        ("syncd/contract", "failed"),
    }


def test_a_file_lists_who_relies_on_it_and_is_read_when_it_changes(firm: Company) -> None:
    promised(firm, consumers={"file": "CONSUMERS"})
    firm.github.files.commit(API, {"CONSUMERS": "# who calls it\nPay  # a team\nPLAT-1\nPLAT-1\n"})
    firm.github.files.propose(API, "Leave the total out", {PATH: described("id")}, "no-total")
    ran = firm.once()
    assert ran.problems == []
    assert hit(firm) == {"PLAT-1", "PAY-1"}
    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {"CONSUMERS": "PAY-1\n"})
    firm.once()
    assert hit(firm) == {"PAY-1"}
    firm.sections["contracts.pay"]["consumers"] = {"file": "NOBODY"}
    assert [line for line in firm.once().problems if "contracts.pay" in line] == [
        "[contracts.pay] consumers: NOBODY is not in acme/api. Correct the path, or take it out"
    ]


def test_where_the_differ_fails_the_contract_is_set_aside_and_what_was_found_stands(
    firm: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    promised(firm)
    firm.github.files.propose(API, "Leave the total out", {PATH: described("id")}, "no-total")
    firm.once()
    assert hit(firm) == {"PLAT-1", "PAY-1"}
    monkeypatch.setattr("syncd.run.contract_changes.judged", partial(judged, diff=fails, version="another"))
    ran = firm.once()
    assert ran.problems == [
        "[contracts.pay]: its changes are not judged, the comparison failed: api/openapi.yaml: RecursionError: too deep. "
        "Report it with the two files; what was found stands"
    ]
    assert hit(firm) == {"PLAT-1", "PAY-1"}
    assert ran.findings["held"] == 3
    other = firm.github.files.propose(API, "Leave all out", {PATH: described("total")}, "no-id")
    firm.once()
    sha = firm.github.home(API).pulls[other]["head"]["sha"]
    said = [(s["state"], s["description"]) for s in firm.github.home(API).statuses if sha in s["url"]]
    assert said == [
        ("pending", "not judged: something that it rests on could not be read"),
        ("pending", "not judged yet: files of this revision could not be read"),
    ]
    assert [s["state"] for s in firm.github.home(API).statuses if sha not in s["url"]] == ["failure", "failure"], "they stand"


def test_without_contracts_no_verdict_is_looked_for(firm: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.run.contract_changes.with_changes", lambda *_: pytest.fail("verdicts were computed"))
    assert firm.once().problems == []


def fails(old: Revision, new: Revision, kind: object, overrides: object) -> Verdict:
    raise RecursionError("too deep")


def hit(firm: Company) -> set[str]:
    """The milestones on which a break is told now."""
    found = firm.syncd("findings", "--json").json
    return {one["subject"]["key"] for one in found if one["code"] == "breaking_hits_commitment"} - {"acme/api#2"}
