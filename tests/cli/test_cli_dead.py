"""`syncd dead`: what was set aside, and what a person may do with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from syncd.app import opened
from syncd.run.one_pass import one_pass
from tests.run.run_given import Company, company, furnish


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A company on Jira only, with one late milestone."""
    with company(tmp_path, monkeypatch) as made:
        furnish(made)
        made.only("plat")
        yield made


def listed(company: Company) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = company.syncd("dead", "list", "--json").json
    return found


@pytest.fixture
def refused(firm: Company) -> Company:
    """Jira does not take the comment on PLAT-1."""
    firm.jira.server.fail("POST .*comment", status=400, body={"errorMessages": ["the ticket is locked"]}, times=0)
    ran = firm.once()
    assert (ran.code, ran.actions["failed"]) == (1, 1)
    return firm


@pytest.fixture
def odd(firm: Company) -> Company:
    """PLAT-3 has a due date that is none."""
    firm.once()
    firm.jira.edit("PLAT-3", duedate="next week")
    assert len(firm.once().problems) == 1
    return firm


def test_nothing_set_aside_is_said_so(firm: Company) -> None:
    firm.once()
    assert listed(firm) == []
    assert firm.syncd("dead", "list").out == "Nothing is set aside.\n"


def test_a_refused_write_is_listed_and_shown_with_its_text(refused: Company) -> None:
    (one,) = listed(refused)
    assert one["number"].startswith("w")
    assert (one["what"], one["verb"], one["ref"]["key"], one["attempts"]) == ("write", "comment", "PLAT-1", 1)
    assert "the ticket is locked" in one["reason"]
    shown = refused.syncd("dead", "show", one["number"]).out
    for word in ("the ticket is locked", "Checkout v2", "tried 1 times", one["since"]):
        assert word in shown
    assert refused.syncd("dead", "show", one["number"], "--json").json["body"] in shown
    assert "the ticket is locked" in " ".join(refused.syncd("dead", "list").out.split())


def test_a_retried_write_is_sent_in_the_next_pass(refused: Company) -> None:
    (one,) = listed(refused)
    with refused.watched() as requests:
        assert refused.once().actions["failed"] == 1
    assert not [entry for entry in requests if entry.write], "what was refused is not sent again by itself"
    refused.jira.server.faults.clear()
    assert refused.syncd("dead", "retry", one["number"]).code == 0
    assert listed(refused) == []
    ran = refused.once()
    assert (ran.code, ran.actions["delivered"], ran.actions["failed"]) == (0, 1, 0)
    assert len(refused.on_jira("PLAT-1")) == 1


def test_a_dropped_write_stays_away_until_it_says_something_else(refused: Company) -> None:
    (one,) = listed(refused)
    assert refused.syncd("dead", "drop", one["number"], "--json").json == {"dropped": [one["number"]]}
    refused.jira.server.faults.clear()
    for _ in range(2):
        ran = refused.once()
        assert (ran.code, ran.problems, ran.actions["failed"], ran.actions["waiting"]) == (0, [], 0, 0)
    assert (listed(refused), refused.on_jira("PLAT-1")) == ([], [])
    refused.jira.edit("PLAT-3", duedate="2026-06-30")
    assert refused.once().actions["delivered"] == 1
    assert len(refused.on_jira("PLAT-1")) == 1


def test_an_unreadable_record_is_listed_and_shown_as_the_vendor_gave_it(odd: Company) -> None:
    (one,) = listed(odd)
    assert one["number"].startswith("r")
    assert (one["what"], one["ref"]["key"], one["dropped"]) == ("record", "PLAT-3", False)
    assert "next week" in one["reason"]
    assert odd.syncd("dead", "show", one["number"], "--json").json["record"]["fields"]["duedate"] == "next week"
    assert '"duedate": "next week"' in odd.syncd("dead", "show", one["number"]).out


def test_a_record_is_mapped_again_with_the_mapping_of_today(odd: Company) -> None:
    (one,) = listed(odd)
    again = odd.syncd("dead", "retry", "all")
    assert again.code == 1
    assert "PLAT-3 still cannot be read" in again.err
    text = 'extends = "jira.default"\n[fields.issues]\ndue = { path = "fields.duedate", as = "date", lenient = true }\n'
    odd.sections["connections.plat"]["mapping"] = odd.mapping("./mine.toml", text)
    with odd.watched() as requests:
        ran = odd.syncd("dead", "retry", one["number"])
    assert (ran.code, ran.out) == (0, f"{one['number']}: PLAT-3 can be read again.\n")
    assert listed(odd) == []
    assert requests == []


def test_a_dropped_record_is_not_told_until_it_changes(odd: Company) -> None:
    (one,) = listed(odd)
    odd.syncd("dead", "drop", one["number"])
    ran = odd.once()
    assert (ran.problems, ran.json["connections"]["plat"]["streams"]["issues"]["rejected"]) == ([], 1)
    assert listed(odd)[0]["dropped"]
    odd.jira.edit("PLAT-3", duedate="the week after")
    assert len(odd.once().problems) == 1
    assert not listed(odd)[0]["dropped"]
    odd.jira.edit("PLAT-3", duedate="2026-05-21")
    assert (odd.once().problems, listed(odd)) == ([], [])


def test_retrying_a_dropped_record_tells_it_again(odd: Company) -> None:
    (one,) = listed(odd)
    odd.syncd("dead", "drop", one["number"])
    odd.syncd("dead", "retry", one["number"])
    assert len(odd.once().problems) == 1


@pytest.mark.parametrize(
    "words", [("show", "w999"), ("show", "all"), ("retry", "r999"), ("drop", "nonsense"), ("retry", "w1", "r999")]
)
def test_an_unknown_number_is_one_line_and_two(refused: Company, words: tuple[str, ...]) -> None:
    ran = refused.syncd("dead", *words)
    assert ran.code == 2
    assert ran.err.startswith("Nothing is set aside under ")
    assert len(ran.err.strip().splitlines()) == 1
    assert len(listed(refused)) == 1, "nothing was done"


def test_the_log_is_told_once_when_a_record_goes_and_once_when_it_is_back(firm: Company) -> None:
    firm.once()
    structlog.reset_defaults()

    def lines() -> list[str]:
        firm.hand.go(minutes=5)
        with capture_logs() as logged, opened(firm.config, {}, clock=firm.hand.clock) as app:
            one_pass(app.works)
        return [f"{line['event']} {line['record']}" for line in logged if "record" in line]

    firm.jira.edit("PLAT-3", duedate="next week")
    assert lines() == ["record is set aside PLAT-3"]
    firm.jira.edit("PLAT-3", duedate="next month")
    assert lines() == []
    firm.jira.edit("PLAT-3", duedate="2026-05-21")
    assert lines() == ["record is read again PLAT-3"]
    assert lines() == []
