"""Hygiene: each condition is listed for the team whose it is, and nothing that is well is."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from syncd.model.ref import Alias
from syncd.model.rows import Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Team
from syncd.schedule.hygiene import CONDITIONS, hygiene, remarks
from tests.model_builders import freeze, item, link, milestone, on, snapshot, window

EPIC = milestone("M", due="2026-05-29", project="PAY")
DAY = Quantity(480, "minutes")


def work(key: str = "A", **fields: Any) -> Row:
    """Work that is well."""
    given: dict[str, Any] = {"of": "M", "status": "doing", "due": "2026-05-20", "assignees": "Ann", "estimate": DAY} | fields
    return item(key, **{"updated_at": on("2026-05-04"), "project": "PAY", **given})


def listed(*rows: Row) -> list[tuple[str, str, str]]:
    return [(one.condition, one.ref.id, one.what) for one in hygiene(snapshot(*rows))]


def test_what_is_well_is_not_listed() -> None:
    assert listed(EPIC, work(), window("W", "2026-05-07", "2026-05-08"), link("B", "A"), work("B")) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((work(due=None),), ("undated", "A", "")),
        ((milestone("N"), work("B", of="N")), ("undated", "N", "")),
        ((work(assignees=()),), ("ownerless", "A", "")),
        ((work(updated_at=on("2026-04-20")),), ("untouched", "A", "since 2026-04-20")),
        ((work(due="2026-04-04"),), ("long_overdue", "A", "due 2026-04-04")),
        ((work(), work("B", estimate=None)), ("unestimated", "B", "")),
        ((work(), link(Alias("GONE-1"), "A")), ("lost_link", "A", "to GONE-1")),
        ((milestone("N", due="2026-05-29"), work(of=("M", "N"))), ("two_milestones", "A", "M, N")),
        ((milestone("N", due="2026-05-29"),), ("empty_milestone", "N", "")),
        ((work(due="1969-12-31"),), ("impossible_date", "A", "due 1969-12-31")),
        ((work(start="2026-01-01", due="2101-01-01"),), ("impossible_date", "A", "due 2101-01-01")),
        ((work(start="2026-05-21"),), ("start_after_due", "A", "start 2026-05-21, due 2026-05-20")),
        ((work(estimate=Quantity(-480, "minutes")),), ("bad_estimate", "A", "estimate -480")),
        ((work(remaining=Quantity(float("nan"), "points")),), ("bad_estimate", "A", "remaining nan")),
        ((work(estimate=Quantity(480 * 1001, "minutes")),), ("bad_estimate", "A", "estimate of 1001 working days")),
        ((work(spent=float("inf")),), ("bad_estimate", "A", "spent inf")),
        ((work(), freeze("F", "2026-05-08", "2026-05-07")), ("reversed_window", "F", "2026-05-08 to 2026-05-07")),
        ((work(), replace(window("W", "2026-05-07", "2026-05-08"), end=None)), ("endless_window", "W", "")),
        ((work(), window("W", "2026-05-07", "2026-05-08", zone="Mars/Olympus")), ("unknown_zone", "W", "Mars/Olympus")),
        ((work(), window("W", "2026-05-07", "2126-05-08")), ("impossible_date", "W", "2026-05-07 to 2126-05-08")),
    ],
)
def test_each_condition_is_listed_with_what_is_wrong(rows: tuple[Row, ...], expected: tuple[str, str, str]) -> None:
    given = rows if any(row.ref.id == "A" for row in rows) else (*rows, work())
    assert listed(EPIC, *given) == [expected]
    assert expected[0] in CONDITIONS


@pytest.mark.parametrize("due", ["1970-01-01", "2026-04-05"])
def test_the_edges_are_inside(due: str) -> None:
    conditions = {condition for condition, _, _ in listed(EPIC, work(due=due))}
    assert conditions == ({"long_overdue"} if due.startswith("1970") else set())


def test_a_cycle_lists_everybody_in_it_and_a_link_to_oneself_is_remarked() -> None:
    rows = (EPIC, work("A"), work("B"), link("A", "B"), link("B", "A"), link("A", "A"))
    assert [one[:2] for one in listed(*rows)] == [("cycle", "A"), ("cycle", "B")]
    assert any("A wait for itself" in line for line in remarks(snapshot(*rows)))


def test_what_is_closed_is_nobodys_concern() -> None:
    assert (
        listed(milestone("M", status="done"), work(status="done", due=None, assignees=(), estimate=Quantity(-1, "minutes"))) == []
    )


def test_it_is_on_the_list_of_the_team_that_owns_it_or_that_its_milestone_names_or_of_its_project() -> None:
    rows = (
        milestone("M", team="payments", project="PAY"),
        work("A", assignees=()),
        milestone("N", project="WEB"),
        work("B", of="N"),
    )

    def teams(model: Snapshot) -> dict[str, str]:
        return {one.ref.id: one.team for one in hygiene(model)}

    assert teams(snapshot(*rows)) == {"M": "payments", "A": "payments", "N": "WEB"}
    owned = replace(snapshot(*rows), teams=(Team(name="core", owns=("WEB", "PAY")),))
    assert teams(owned)["N"] == "core"


def test_a_date_beyond_the_calendars_is_remarked() -> None:
    assert date(2099, 1, 1).isoformat() in "".join(remarks(snapshot(EPIC, work(due="2099-01-01"))))
