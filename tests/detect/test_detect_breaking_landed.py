"""A break that has landed: who is told of it until when, and how."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.contracts.change import Verdict
from syncd.contracts.judging import verdict_to_json
from syncd.contracts.landed import Break, break_from_json, break_to_json, is_over, still
from syncd.contracts.pairs import Blob
from syncd.decide import plain_text
from syncd.detect.breaking_hits_commitment import DETECTOR
from syncd.model.contract import Compared
from syncd.model.finding import SEVERITIES, Finding
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile, Row
from syncd.model.snapshot import Snapshot
from tests.detect.finding_given import found
from tests.detect.test_detect_breaking_hits_commitment import CONTRACT, FILE, REQUEST, TEAMS, change, request, shop
from tests.model_builders import item
from tests.schedule.team_builders import company

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
"""Monday; today is Tuesday the 5th."""

SEVERE = {severity: number for number, severity in enumerate(SEVERITIES)}
THREE = replace(CONTRACT, adaptation_days=3)


def world(
    *rows: Row, at: datetime = AT, by_itself: bool = False, contract: Any = THREE, number: int = 1, **given: Any
) -> Snapshot:
    """A break of so many changes that landed at that moment."""
    verdict = verdict_to_json(Verdict(tuple(change(n) for n in range(number))))
    of, name = (None, "default 1") if by_itself else (REQUEST, "7")
    landed = Compared(
        contract="pay", revision="landed", name=name, of=of, verdict=verdict, sources=frozenset({FILE}), at=at
    )  # fmt: skip
    file = ContractFile(ref=FILE, path="api.yaml", revision="default", audience="scope", scope_id="api")
    model = company(request(status="merged"), *rows, **({"teams": TEAMS} | given))
    return replace(model, contracts=(contract,), compared=(landed,), contract_files=(file,))


def severities(findings: list[Finding]) -> dict[str, str]:
    return {one.subject.label: one.severity for one in findings}


@pytest.mark.parametrize(
    ("day", "expected"),
    [(0, {"SHOP-1": "warn"}), (3, {"SHOP-1": "warn"}), (4, {}), (30, {}), (5_000, {})],
)
def test_it_is_told_from_the_merge_until_the_adaptation_has_ended(day: int, expected: dict[str, str]) -> None:
    """Three working days: of a merge on Friday the last one is today, of one on Thursday it was yesterday."""
    assert severities(found(DETECTOR, world(shop("2026-06-30"), at=AT - timedelta(days=day)))) == expected


def test_it_is_critical_where_what_is_left_of_it_makes_the_milestone_late() -> None:
    busy = item("SHOP-2", days=3, of="SHOP-1")
    assert severities(found(DETECTOR, world(shop("2026-05-08"), busy))) == {"SHOP-1": "critical"}
    assert severities(found(DETECTOR, world(shop("2026-05-11"), busy))) == {"SHOP-1": "warn"}


@pytest.mark.parametrize("status", ["done", "dropped"])
def test_a_milestone_that_is_over_is_not_told(status: Any) -> None:
    assert found(DETECTOR, world(shop("2026-05-06", status=status))) == []


def test_what_is_accepted_is_not_told() -> None:
    accepted = replace(THREE, accept=frozenset({change(0).fingerprint}))
    assert found(DETECTOR, world(shop("2026-05-06"), contract=accepted)) == []
    (one,) = found(DETECTOR, world(shop("2026-05-06"), contract=accepted, number=2))
    assert [told["place"] for told in one.facts["changes"]] == ["GET /pay/1"]


def test_it_is_the_finding_that_was_told_before_the_merge() -> None:
    before = world(shop("2026-05-06"))
    opened = Compared(contract="pay", revision="merge_request", name="7", of=REQUEST, verdict=before.compared[0].verdict)
    before = replace(before, compared=(opened,), merge_requests={REQUEST: request()})
    prints = {one.subject.label: one.fingerprint for one in found(DETECTOR, before)}
    (after,) = found(DETECTOR, world(shop("2026-05-06")))
    assert after.fingerprint == prints["SHOP-1"]


def test_what_is_told() -> None:
    (one,) = found(DETECTOR, world(shop("2026-05-05")))
    assert plain_text(one) == (
        "SHOP-1 Shop: acme/api#7 broke the contract pay, which it relies on, on Mon 4 May 2026, and adapting makes it late.\n"
        "Changed: operation-removed: GET /pay/0.\n"
        "Why: it landed on Mon 4 May in acme/api#7. From then on it takes 3 working days: SHOP-1 is ready on Wed 6 May at the earliest; "
        "with it, it ends 1 working day later than due and planned.\n"
        "Rests on: assumed: from that day on, 3 working days to adapt to each breaking change, at most 10 in all, in the working time of "
        "the team that relies on it.\n"
        "Clears: the end of Wed 6 May, or the end of the milestone; the change taken back on the default branch; or what is agreed on, in "
        f"accept of [contracts.pay]: {change().fingerprint}.\n"
        "Wrong? Correct consumers, adaptation_days or levels of [contracts.pay], or the dates of SHOP-1."
    )
    (by_itself,) = found(DETECTOR, world(shop("2026-06-30"), by_itself=True))
    first, _, why, *_ = plain_text(by_itself).splitlines()
    assert first == (
        "SHOP-1 Shop: the contract pay, which it relies on, broke on Mon 4 May 2026, and it is ready for it on Wed 6 May."
    )  # fmt: skip
    assert why.startswith("Why: it landed on Mon 4 May on the default branch.")


@given(days=st.integers(0, 6), ago=st.integers(0, 9), more=st.integers(0, 3), number=st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_more_work_and_a_later_merge_are_never_told_shorter(days: int, ago: int, more: int, number: int) -> None:
    def worst(adaptation: int, since: int, changes: int) -> int:
        contract = replace(CONTRACT, adaptation_days=adaptation + 0.5)
        model = world(shop("2026-05-08"), contract=contract, at=AT - timedelta(days=since), number=changes)
        return max((SEVERE[one.severity] for one in found(DETECTOR, model)), default=-1)

    here = worst(days, ago, number)
    assert worst(days + more, ago, number) >= here
    assert worst(days, ago, number + more) >= here
    assert worst(days, max(0, ago - more), number) >= here


# --- what is remembered -------------------------------------------------------------------------------------------------------

ONE = Break(
    contract="pay", name="7", of=REQUEST, changes=(change(0), change(1)), moved={"a.yaml": "b.yaml"}, at=AT, head_sha="s",
    touched={"api.yaml": Blob("h", Ref("code", "contract_files", "f"), "t"), "new.yaml": None},
)  # fmt: skip


def test_what_is_remembered_comes_back_and_what_another_version_wrote_does_not() -> None:
    assert break_from_json(break_to_json(ONE)) == ONE
    strange: tuple[Any, ...] = (None, {}, [], {"contract": "pay"}, {**break_to_json(ONE), "changes": [{}]})
    for value in strange:
        assert break_from_json(value) is None


def test_of_a_break_what_the_default_branch_still_has_is_left() -> None:
    seen = still(ONE, Verdict((change(1),)))
    assert seen == replace(ONE, changes=(change(1),), seen=True)
    assert still(replace(ONE, seen=True), Verdict()) is None
    assert still(ONE, Verdict()) == ONE, "it may be on its way"
    other = replace(change(1), old="x", new="y")
    assert still(ONE, Verdict((other,))) == seen, "the values may have changed once more"
    lost = Verdict.unjudged("its content is not in the mirror")
    assert still(replace(ONE, seen=True), lost) == replace(ONE, seen=True), "what cannot be judged takes nothing back"


def test_it_is_forgotten_when_nobody_can_be_adapting_any_more() -> None:
    seen = replace(ONE, seen=True)
    assert not is_over(seen, CONTRACT, AT + timedelta(days=68))
    assert is_over(seen, CONTRACT, AT + timedelta(days=69))
    assert is_over(ONE, CONTRACT, AT + timedelta(days=1, seconds=1))
    assert not is_over(replace(ONE, at=None), CONTRACT, AT + timedelta(days=900))


def test_a_change_without_an_origin_names_no_place() -> None:
    model = replace(world(shop("2026-05-06"), by_itself=True), contract_files=())
    (one,) = found(DETECTOR, model)
    assert "/pay" not in plain_text(one)
