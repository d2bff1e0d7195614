"""What a breaking merge request means once it is merged: those who rely on the contract are told until they are ready for it."""

from typing import Any

import pytest

from syncd.app import opened
from tests.run.run_given import Company
from tests.run.test_run_contracts_told import API, PATH, described, promised

SHOP = "acme/shop"


def merged(firm: Company, number: int, files: dict[str, str]) -> None:
    """Merge a pull request, with these files on the default branch."""
    firm.hand.go(minutes=1)
    if files:
        firm.github.files.commit(API, files)
    firm.github.edit(API, number, state="closed", merged_at=firm.github.stamp())


def broken(firm: Company) -> int:
    """A pull request that breaks the description, and was told."""
    promised(firm)
    number = firm.github.files.propose(API, "Leave the total out", {PATH: described("id")}, "no-total")
    assert firm.once().problems == []
    return number


def told(firm: Company, code: str = "breaking_hits_commitment") -> dict[str, str]:
    """Subject -> severity of what is told of contracts now."""
    found = firm.syncd("findings", "--json").json
    return {one["subject"]["key"]: one["severity"] for one in found if one["code"] == code}


def about(firm: Company, key: str) -> str:
    (body,) = [body for body in firm.on_jira(key) if "contract pay" in body]
    return body


def remembered(firm: Company) -> list[str]:
    """The breaks that are."""
    with opened(firm.config, {}) as app:
        return [str(value) for value in app.store.meta.under("contract break: ").values()]


def test_after_the_merge_its_consumers_are_told_until_they_are_ready(firm: Company) -> None:
    number = broken(firm)
    merged(firm, number, {})
    assert firm.once().findings["held"] == 3, "it may be on its way to the default branch, or was merged into another one"
    firm.github.files.commit(API, {PATH: described("id")})
    ran = firm.once()
    assert ran.problems == []
    assert told(firm) == {"PLAT-1": "critical", "PAY-1": "critical"}
    (comment,) = firm.on_github(API, number)
    assert "Resolved" in comment, "its own comment is edited to its end, and there is no second one"
    text = about(firm, "PAY-1")
    assert "broke the contract pay, which it relies on, on Tue 5 May 2026" in text
    assert "it landed on Tue 5 May" in text
    assert "From then on it takes 4 working days" in text
    assert "Leave the total out" not in text
    with firm.watched() as requests:
        firm.once()
    assert [one.line for one in requests if one.write] == []
    (kept,) = remembered(firm)
    assert "openapi: 3.0.3" not in kept, "no content is held"
    firm.hand.go(days=100)
    firm.once()
    assert (told(firm), remembered(firm)) == ({}, [])


def test_what_is_taken_back_accepted_or_of_a_milestone_that_ends_is_told_no_more(firm: Company) -> None:
    number = broken(firm)
    merged(firm, number, {PATH: described("id")})
    firm.once()
    firm.jira.edit("PLAT-1", status="Done")
    firm.once()
    assert told(firm) == {"PAY-1": "critical"}
    (change,) = next(one for one in firm.syncd("findings", "--json").json if one["code"] == "breaking_hits_commitment")["facts"][
        "changes"
    ]
    firm.sections["contracts.pay"]["accept"] = [change["fingerprint"]]
    firm.once()
    assert told(firm) == {}
    del firm.sections["contracts.pay"]["accept"]
    firm.once()
    assert told(firm) == {"PAY-1": "critical"}
    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id", "total", "more")})
    firm.once()
    assert told(firm) == {}, "what it took away is there again, whatever else is"


def test_what_is_pushed_to_the_default_branch_is_told_as_well_and_once(firm: Company) -> None:
    promised(firm)
    firm.once()
    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id")})
    assert firm.once().problems == []
    assert told(firm) == {"PLAT-1": "critical", "PAY-1": "critical"}
    assert "the contract pay, which it relies on, broke on Tue 5 May 2026" in about(firm, "PAY-1")
    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id", "more")})
    firm.once()
    assert told(firm) == {"PLAT-1": "critical", "PAY-1": "critical"}, "it is the same break"
    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id", "total")})
    firm.once()
    assert told(firm) == {}


def test_a_merge_request_on_gitlab_lands_in_the_same_way(firm: Company) -> None:
    firm.only("plat", "web")
    firm.jira.edit("PLAT-1", duedate="2026-05-06")
    firm.gitlab.files.commit(SHOP, {"schema.graphql": "type Query { a: Int, b: Int }"})
    where: dict[str, Any] = {"connection": "web", "project": SHOP, "path": "*.graphql", "adaptation_days": 4}
    firm.sections["contracts.shop"] = where | {"consumers": {"milestones": ["PLAT-1"]}}
    change = firm.gitlab.files.propose(SHOP, "Drop a", {"schema.graphql": "type Query { b: Int }"}, "drop")
    firm.once()
    firm.hand.go(minutes=1)
    firm.gitlab.files.commit(SHOP, {"schema.graphql": "type Query { b: Int }"})
    firm.gitlab.edit(change, state="merged", merged_at=firm.gitlab.stamp())
    firm.once()
    (text,) = [body for body in firm.on_jira("PLAT-1") if "contract shop" in body]
    assert "broke the contract shop, which it relies on, on Tue 5 May 2026" in text


def test_a_sunset_is_counted_down_in_silence_and_read_once(firm: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    promised(firm)
    marked = described("id", "total").replace("    get:\n", "    get:\n      deprecated: true\n      x-sunset: '2026-05-29'\n")
    firm.github.files.commit(API, {PATH: marked})
    firm.jira.edit("PAY-1", duedate="2026-06-30")
    assert firm.once().problems == []
    assert told(firm, "sunset_ahead") == {"PLAT-1": "info", "PAY-1": "warn"}
    (body,) = [body for body in firm.on_jira("PAY-1") if "deprecated part" in body]
    assert "ends on Fri 29 May 2026, in 18 working days" in body
    assert "GET /pay" not in body, "its text crosses"
    monkeypatch.setattr("syncd.run.contract_sunsets.sunsets", lambda *_: pytest.fail("it was read again"))
    firm.hand.go(days=1)
    with firm.watched() as requests:
        firm.once()
    assert [one.line for one in requests if one.write and "PAY-1" in one.line] == [], "a day less is no news"
    monkeypatch.undo()
    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id", "total")})
    firm.once()
    assert told(firm, "sunset_ahead") == {}


def test_a_vendors_break_is_escalated_until_it_is_answered(firm: Company) -> None:
    promised(firm, third_party=True, contact="api@bank.example", producer="bank")
    firm.jira.edit("PLAT-1", duedate="2026-06-29")
    firm.jira.edit("PLAT-3", duedate="2026-06-29")
    firm.once()
    firm.hand.go(minutes=1)
    firm.github.files.commit(API, {PATH: described("id")})
    assert firm.once().problems == []
    assert told(firm) == {}
    assert told(firm, "third_party_contract_break") == {"PLAT-1": "warn", "PAY-1": "critical"}
    assert "bank.example by Wed 24 Jun 2026" in about(firm, "PLAT-1")
    firm.hand.go(days=7)
    firm.once()
    assert "has not answered for 5 working days" in about(firm, "PLAT-1")
    firm.sections["contracts.pay"]["promised"] = "2026-06-30"
    firm.once()
    assert told(firm, "third_party_contract_break") == {}
