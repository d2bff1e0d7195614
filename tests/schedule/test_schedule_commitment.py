"""Commitment: since when a milestone is held to its date, and what was in scope then, by what the histories tell."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.baseline import Baseline
from syncd.model.rows import Item, Milestone, Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.schedule.commitment import commitment, commitments
from tests.model_builders import NOW, item, milestone, moved, ref, snapshot

CREATED = datetime(2026, 3, 1, tzinfo=UTC)


def epic(*history: Any, due: str | None = "2026-05-15", **fields: Any) -> Milestone:
    return milestone("M", due=due, history=history, **fields)


def work(key: str, *history: Any, status: str = "doing", **fields: Any) -> Item:
    names = {"todo": "To Do", "doing": "In Progress", "done": "Done"}
    given: dict[str, Any] = {"of": "M", "status_name": names.get(status), "created_at": CREATED} | fields
    return item(key, status=status, history=history, **given)


def committed(*rows: Row) -> Baseline | None:
    model = snapshot(*rows)
    return commitment(model, model.milestones[ref("M")])


DATED = moved("2026-03-10T09:00:00", None, "2026-04-30")
PUSHED = moved("2026-04-20T09:00:00", "2026-04-30", "2026-05-15")
BEGUN = moved("2026-03-17T08:00:00", "To Do", "In Progress", "status")


def test_it_is_the_first_moment_with_a_date_and_begun_work_and_the_date_is_that_of_then() -> None:
    found = committed(epic(DATED, PUSHED), work("A", BEGUN))
    assert found is not None
    assert (found.origin, found.at, found.due) == ("history", BEGUN.at, date(2026, 4, 30))


def test_work_that_began_before_there_was_a_date_commits_when_the_date_is_set() -> None:
    found = committed(epic(moved("2026-04-01T09:00:00", None, "2026-05-15")), work("A", BEGUN))
    assert found is not None
    assert (found.at.isoformat(), found.due) == ("2026-04-01T09:00:00+00:00", date(2026, 5, 15))


def test_a_date_that_was_taken_away_before_work_began_commits_to_nothing() -> None:
    taken = moved("2026-03-12T09:00:00", "2026-04-30", None)
    assert committed(epic(DATED, taken, due=None), work("A", BEGUN)) is None


@pytest.mark.parametrize(
    "rows",
    [
        (milestone("M", due="2026-05-15"), work("A", status="doing")),
        (epic(moved("2026-03-10T09:00:00", None, "2026-04-30")), work("A", BEGUN)),  # its last change is not the date of now
        (epic(DATED, PUSHED), work("A", moved("2026-03-17T08:00:00", "Idea", "Cooking", "status"), status_name=None)),
    ],
)
def test_where_no_history_tells_it_counts_from_when_it_is_first_seen(rows: tuple[Row, ...]) -> None:
    found = committed(*rows)
    assert found is not None
    assert (found.origin, found.at, found.due) == ("observed", NOW, date(2026, 5, 15))


@pytest.mark.parametrize(
    "rows",
    [
        (milestone("M"), work("A")),
        (milestone("M", due="2026-05-15"), work("A", status="todo")),
        (milestone("M", due="2026-05-15"),),
    ],
)
def test_without_a_date_or_begun_work_there_is_no_commitment(rows: tuple[Row, ...]) -> None:
    assert committed(*rows) is None


def test_in_scope_is_what_was_there_and_belonged_to_it_and_was_not_dropped() -> None:
    joins = moved("2026-04-02T09:00:00", None, "M", "parent")
    leaves = moved("2026-04-02T09:00:00", "M", "N", "parent")
    drops = moved("2026-03-12T09:00:00", "To Do", "Rejected", "status")
    rows = (
        epic(DATED, PUSHED),
        milestone("N"),
        work("A", BEGUN, estimate=Quantity(960, "minutes")),
        work("LATER", created_at=datetime(2026, 4, 2, tzinfo=UTC), status="todo"),
        work("JOINED", joins, status="todo"),
        work("LEFT", leaves, of="N", status="todo"),
        work("DROPPED", drops, status="dropped", status_name="Rejected"),
        work("RESIZED", moved("2026-04-02T09:00:00", "1d", "2d", "estimate"), estimate=Quantity(960, "minutes"), status="todo"),
    )
    found = committed(*rows)
    assert found is not None
    assert dict(found.items) == {ref("A"): Quantity(960, "minutes"), ref("LEFT"): None, ref("RESIZED"): None}


def test_only_open_milestones_without_a_baseline_that_were_read_are_given_one() -> None:
    rows = (epic(DATED, PUSHED), work("A", BEGUN))
    assert len(list(commitments(snapshot(*rows)))) == 1
    assert not list(commitments(snapshot(*rows, stale=frozenset({("plat", "issues", "1")}))))
    assert not list(commitments(snapshot(epic(DATED, PUSHED, status="done"), work("A", BEGUN))))


DAYS = st.integers(0, 60).map(lambda n: f"2026-03-{1 + n % 28:02d}T0{n // 28}:00:00")


@given(due=DAYS, begun=DAYS, other=DAYS)
@settings(max_examples=60)
def test_the_moment_is_when_both_hold_whatever_the_order_of_rows(due: str, begun: str, other: str) -> None:
    rows = (
        epic(moved(due, None, "2026-05-15")),
        work("A", moved(begun, "To Do", "In Progress", "status")),
        work("B", moved(other, "To Do", "In Progress", "status")),
    )
    one, two = committed(*rows), committed(*reversed(rows))
    assert one == two
    assert one is not None
    first = min(datetime.fromisoformat(begun), datetime.fromisoformat(other))
    assert one.at == max(datetime.fromisoformat(due), first).replace(tzinfo=UTC)


def test_a_milestone_with_a_baseline_is_left_alone() -> None:
    model: Snapshot = snapshot(epic(DATED, PUSHED), work("A", BEGUN))
    (found,) = commitments(model)
    given = Snapshot(
        as_of=NOW, milestones=model.milestones, items=model.items, members=model.members, baselines={ref("M"): (found,)}
    )
    assert not list(commitments(given))
