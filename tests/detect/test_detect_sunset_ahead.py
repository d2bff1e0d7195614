"""`sunset_ahead`: what of a contract ends, how it is counted down, and for whom it is too near."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.decide import plain_text
from syncd.detect.sunset_ahead import DETECTOR
from syncd.model.contract import Contract, Sunset
from syncd.model.finding import SEVERITIES, Finding, Quote, Severity
from syncd.model.ref import Ref
from syncd.model.rows import ContractFile, Milestone, Row
from syncd.model.snapshot import Snapshot
from tests.detect.finding_given import found
from tests.model_builders import item, milestone
from tests.schedule.team_builders import company, team

FILE = Ref("code", "contract_files", "f1")
CONTRACT = Contract(
    name="pay", connection="code", repository="acme/api", paths=("api.yaml",), milestones=("SHOP-1",), adaptation_days=3
)
TODAY = date(2026, 5, 5)
SEVERE = {severity: number for number, severity in enumerate(SEVERITIES)}


def ends(day: str | date, operation: str = "GET /pay") -> Sunset:
    when = day if isinstance(day, date) else date.fromisoformat(day)
    return Sunset(contract="pay", day=when, operation=operation, place="", source=FILE)


def world(*rows: Row, sunsets: tuple[Sunset, ...] = (ends("2026-05-29"),), contract: Contract = CONTRACT) -> Snapshot:
    file = ContractFile(ref=FILE, path="api.yaml", revision="default", audience="scope", scope_id="api")
    model = company(*rows, teams=(team("shop", "Bo", owns=("SHOP-*",)),))
    return replace(model, contracts=(contract,), sunsets=sunsets, contract_files=(file,))


def shop(due: str | date | None, **fields: Any) -> Milestone:
    return replace(milestone("SHOP-1", title="Shop", **fields), due=date.fromisoformat(due) if isinstance(due, str) else due)


def severities(findings: list[Finding]) -> dict[str, str]:
    return {one.subject.label: one.severity for one in findings}


@pytest.mark.parametrize(
    ("day", "due", "expected"),
    [
        ("2026-05-29", "2026-05-28", "info"),  # it ends before
        ("2026-05-29", "2026-05-29", "info"),
        ("2026-05-29", "2026-06-01", "warn"),  # it ends after, and there is time
        ("2026-05-07", "2026-06-30", "warn"),  # three working days: Tuesday to Thursday
        ("2026-05-06", "2026-06-30", "critical"),  # one day too few
        ("2026-05-06", "2026-05-06", "critical"),
        ("2026-05-04", "2026-06-30", "critical"),  # it has ended, and is described still
        ("2026-05-29", None, "info"),
    ],
)
def test_how_near_it_is_for_whom(day: str, due: str | None, expected: str) -> None:
    assert severities(found(DETECTOR, world(shop(due), sunsets=(ends(day),)))) == {"SHOP-1": expected}


@pytest.mark.parametrize(("ahead", "told"), [(18, True), (17, False)])
def test_it_is_told_so_many_working_days_ahead(ahead: int, told: bool) -> None:
    assert bool(found(DETECTOR, world(shop("2026-06-30")), ahead_days=ahead)) is told


@pytest.mark.parametrize(("over", "told"), [(4, True), (3, False)])
def test_it_is_told_for_some_days_after_it(over: int, told: bool) -> None:
    past = world(shop("2026-06-30"), sunsets=(ends("2026-04-29"),))
    assert bool(found(DETECTOR, past, days_over=over)) is told


def test_what_ends_together_is_adapted_to_together() -> None:
    two = (ends("2026-05-07"), ends("2026-05-07", "GET /refunds"))
    assert severities(found(DETECTOR, world(shop("2026-06-30"), sunsets=two))) == {"SHOP-1": "critical"}
    apart = (ends("2026-05-07"), ends("2026-05-29", "GET /refunds"))
    assert severities(found(DETECTOR, world(shop("2026-06-30"), sunsets=apart))) == {"SHOP-1": "warn"}


@pytest.mark.parametrize("status", ["done", "dropped"])
def test_a_milestone_that_is_over_is_not_told(status: Any) -> None:
    assert found(DETECTOR, world(shop("2026-06-30", status=status))) == []


def test_nobody_who_relies_on_it_and_nothing_that_ends_is_nothing_to_tell() -> None:
    assert found(DETECTOR, world(shop("2026-06-30"), contract=replace(CONTRACT, milestones=()))) == []
    assert found(DETECTOR, world(shop("2026-06-30"), sunsets=())) == []


def test_an_end_by_the_plan_is_well_again_only_once_it_is_before_the_day() -> None:
    rows = shop(None), item("SHOP-2", days=4, of="SHOP-1")  # it ends on Friday the 8th
    on_the_day = world(*rows, sunsets=(ends("2026-05-08"),))
    assert severities(found(DETECTOR, on_the_day)) == {"SHOP-1": "info"}
    (before,) = found(DETECTOR, world(*rows, sunsets=(ends("2026-05-07"),)))
    assert (before.severity, before.hovers) == ("warn", True)
    stands: dict[str, Severity] = {before.fingerprint: "warn"}
    assert severities(found(DETECTOR, on_the_day, stands)) == {"SHOP-1": "warn"}
    assert severities(found(DETECTOR, world(*rows, sunsets=(ends("2026-05-11"),)), stands)) == {"SHOP-1": "info"}


def test_what_is_told() -> None:
    two = (ends("2026-05-06"), ends("2026-05-29", "GET /refunds"))
    (one,) = found(DETECTOR, world(shop("2026-06-30"), sunsets=two))
    assert plain_text(one) == (
        "SHOP-1 Shop: 1 deprecated part of the contract pay, which it relies on, ends on Wed 6 May 2026, in 1 working day.\n"
        "Ends: GET /pay on Wed 6 May; GET /refunds on Fri 29 May.\n"
        "Why: who begins today and takes 3 working days is ready on Thu 7 May, after that day. SHOP-1 is late for it.\n"
        "Rests on: assumed: 3 working days to adapt to each part that ends, at most 10 in all, in the working time of the team that relies "
        "on it.\n"
        "Clears: another day, or no deprecation, in the description; or the end of the milestone.\n"
        "Wrong? Correct consumers or adaptation_days of [contracts.pay], or the dates of SHOP-1."
    )
    assert {part.text for line in one.lines for part in line.parts if isinstance(part, Quote)} == {"GET /pay", "GET /refunds"}
    (gone,) = found(DETECTOR, world(shop("2026-06-30"), sunsets=(ends("2026-05-01"),)))
    assert "ended on Fri 1 May 2026, 2 working days ago, and the description has it still." in plain_text(gone)
    assert FILE in one.inputs


def test_a_day_less_is_no_news_until_it_comes_into_another_bucket() -> None:
    def weight(days: int) -> int:
        (one,) = found(DETECTOR, world(shop("2026-12-30"), sunsets=(ends(TODAY + timedelta(days=days)),)))
        return one.weight

    assert [weight(days) for days in (50, 28, 27, 14, 8, 7, 3, 1, 0, -1)] == [0, 1, 1, 2, 2, 3, 3, 4, 5, 5]


@given(day=st.integers(-10, 40), due=st.integers(-3, 60), less=st.integers(0, 9), more=st.integers(0, 4), parts=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_a_nearer_sunset_and_more_that_ends_are_never_better(day: int, due: int, less: int, more: int, parts: int) -> None:
    def worst(days: int, number: int) -> int:
        sunsets = tuple(ends(TODAY + timedelta(days=days), f"GET /{n}") for n in range(number))
        model = world(shop(TODAY + timedelta(days=due)), sunsets=sunsets)
        return max((SEVERE[one.severity] for one in found(DETECTOR, model, days_over=100)), default=-1)

    assert worst(day - less, parts) >= worst(day, parts)
    assert worst(day, parts + more) >= worst(day, parts)


def test_an_unrelated_contract_and_milestone_change_nothing() -> None:
    alone = found(DETECTOR, world(shop("2026-06-30")))
    other = replace(ends("2026-05-06"), contract="other")
    assert found(DETECTOR, world(shop("2026-06-30"), milestone("MAIL-1"), sunsets=(ends("2026-05-29"), other))) == alone


@pytest.mark.parametrize("day", [date.min, date(1969, 12, 31), date(2101, 1, 1), date.max])
def test_days_at_the_edge_of_what_can_be_counted_break_nothing(day: date) -> None:
    assert found(DETECTOR, world(shop(day), sunsets=(ends(day),))) == []
    for one in found(DETECTOR, world(shop(day))):
        assert plain_text(one)
