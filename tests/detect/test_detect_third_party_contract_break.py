"""`third_party_contract_break`: whom to ask, for what and by when, and what becomes of it without an answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts.change import Verdict
from syncd.contracts.judging import verdict_to_json
from syncd.decide import plain_text
from syncd.detect.breaking_hits_commitment import DETECTOR as OWN
from syncd.detect.third_party_contract_break import DETECTOR
from syncd.model.contract import Compared, Contract
from syncd.model.finding import SEVERITIES, Finding
from syncd.model.rows import ContractFile, Row
from syncd.model.snapshot import Snapshot
from tests.detect.finding_given import found
from tests.detect.test_detect_breaking_hits_commitment import CONTRACT, FILE, REQUEST, TEAMS, change, request, shop
from tests.model_builders import milestone
from tests.schedule.team_builders import company

VENDOR = replace(CONTRACT, third_party=True, contact="api@bank.example", producer="bank", adaptation_days=3)
TODAY = datetime(2026, 5, 5, 9, tzinfo=UTC)
SEVERE = {severity: number for number, severity in enumerate(SEVERITIES)}


def world(
    *rows: Row, contract: Contract = VENDOR, days: int = 0, opened: bool = False, by: bool = False, number: int = 1
) -> Snapshot:
    """A break that is known for so many days. `opened`: by a merge request that is open, `by`: by one that is merged."""
    at = TODAY - timedelta(days=days)
    verdict = verdict_to_json(Verdict(tuple(change(n) for n in range(number))))
    of, revision = (REQUEST if opened or by else None), "merge_request" if opened else "landed"
    compared = Compared(
        contract="pay", revision=revision, name="7", of=of, verdict=verdict, sources=frozenset({FILE}), at=None if opened else at
    )
    file = ContractFile(ref=FILE, path="api.yaml", revision="default", audience="scope", scope_id="api")
    model = company(request(status="open" if opened else "merged", created_at=at), *rows, teams=TEAMS)
    return replace(model, contracts=(contract,), compared=(compared,), contract_files=(file,))


def severities(findings: list[Finding]) -> dict[str, str]:
    return {one.subject.label: one.severity for one in findings}


@pytest.mark.parametrize("how", [{}, {"by": True}, {"opened": True}])
@pytest.mark.parametrize(("due", "expected"), [("2026-05-06", "critical"), ("2026-05-07", "warn"), (None, "warn")])
def test_it_is_critical_once_the_due_date_is_nearer_than_adapting_takes(how: Any, due: str | None, expected: str) -> None:
    assert severities(found(DETECTOR, world(shop(due), **how))) == {"SHOP-1": expected}


@pytest.mark.parametrize(("days", "reminded"), [(6, False), (7, True)])
def test_after_so_many_working_days_without_an_answer_it_is_a_reminder(days: int, reminded: bool) -> None:
    (one,) = found(DETECTOR, world(shop("2026-06-30"), days=days))
    assert ("has not answered" in plain_text(one)) is reminded
    assert one.weight == (5 if reminded else 0)


def test_an_answer_ends_it_for_those_for_whom_it_is_late_enough() -> None:
    rows = shop("2026-06-30"), milestone("MAIL-1", due="2026-06-30")
    (early, _) = found(DETECTOR, world(*rows, contract=replace(VENDOR, promised=date(2026, 5, 6)), days=20))
    assert "keeps its old form until Wed 6 May 2026 only" in plain_text(early)
    assert "has not answered" not in plain_text(early)
    assert found(DETECTOR, world(*rows, contract=replace(VENDOR, promised=date(2026, 5, 7)), days=20)) == []
    older = replace(VENDOR, promised=TODAY.date() - timedelta(days=21))
    assert len(found(DETECTOR, world(*rows, contract=older, days=20))) == 2, "that answer was about another break"


def test_what_is_accepted_or_over_or_no_vendors_is_not_told() -> None:
    accepted = replace(VENDOR, accept=frozenset({change(0).fingerprint}))
    assert found(DETECTOR, world(shop("2026-06-30"), contract=accepted)) == []
    assert found(DETECTOR, world(shop("2026-06-30", status="done"))) == []
    assert found(DETECTOR, world(shop("2026-06-30"), contract=replace(VENDOR, third_party=False))) == []


def test_consumers_are_told_once_and_not_as_of_a_teams_contract() -> None:
    assert found(OWN, world(shop("2026-05-06"))) == []
    assert severities(found(OWN, world(shop("2026-05-06"), opened=True))).keys() == {"acme/api#7"}


def test_what_is_told() -> None:
    (one,) = found(DETECTOR, world(shop("2026-05-29"), days=1))
    assert plain_text(one) == (
        "SHOP-1 Shop: the vendor's contract pay, which it relies on, breaks: ask api@bank.example by Wed 27 May 2026.\n"
        "Changed: operation-removed: GET /pay/0.\n"
        "Why: it is known since Mon 4 May by the default branch. Who begins today and takes 3 working days is ready on Thu 7 May, "
        "and the milestone is due on Fri 29 May.\n"
        "Ask: api@bank.example: that the old form stays until Thu 7 May at least. An answer is needed by Wed 27 May, when adapting has to "
        "begin.\n"
        "Next: a reminder after 5 working days without an answer; critical after Wed 27 May.\n"
        "Clears: the vendor's answer: the day until which the old form stays, as promised of [contracts.pay]; the change taken back; or what "
        f"is agreed on, in accept of [contracts.pay]: {change().fingerprint}.\n"
        "Wrong? Correct contact, consumers, adaptation_days or levels of [contracts.pay], or the dates of SHOP-1."
    )
    (opened,) = found(DETECTOR, world(shop("2026-05-05"), contract=replace(VENDOR, contact=None), opened=True))
    text = plain_text(opened)
    assert "ask the vendor by Tue 5 May" in text
    assert "it is known since Tue 5 May by acme/api#7" in text
    assert "it is critical: the due date is nearer than adapting takes" in text


@given(days=st.integers(0, 30), due=st.integers(-3, 20), more=st.integers(0, 9), number=st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_more_waiting_more_work_and_an_earlier_date_are_never_better(days: int, due: int, more: int, number: int) -> None:
    def worst(waited: int, until: int, changes: int) -> tuple[int, int]:
        (one,) = found(DETECTOR, world(shop((TODAY.date() + timedelta(days=until)).isoformat()), days=waited, number=changes))
        return SEVERE[one.severity], one.weight

    here = worst(days, due, number)
    assert worst(days + more, due, number) >= here
    assert worst(days, due - more, number) >= here
    assert worst(days, due, number + more) >= here


@pytest.mark.parametrize("day", [date.min, date(1969, 12, 31), date(2101, 1, 1), date.max])
def test_dates_at_the_edge_of_what_can_be_counted_break_nothing(day: date) -> None:
    for contract in (VENDOR, replace(VENDOR, promised=day), replace(VENDOR, adaptation_days=1e300)):
        for one in found(DETECTOR, world(replace(shop(None), due=day), contract=contract)):
            assert plain_text(one)
