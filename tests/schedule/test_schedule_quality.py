"""The 14 points of a plan, by hand, and what to repair first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.baseline import Baseline
from syncd.model.ref import Ref
from syncd.model.rows import Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.schedule.execution import due_at, earned_schedule, executions_of
from syncd.schedule.plan import plan_of
from syncd.schedule.quality import Metric, dates_on, is_cut, milestone_quality
from syncd.schedule.wiring import End
from tests.model_builders import item, link, milestone, moved, ref, snapshot

APRIL = datetime(2026, 4, 1, 7, tzinfo=UTC)


def based(model: Snapshot, *keys: str, of: str = "M", sizes: Mapping[str, float] | None = None, **fields: Any) -> Snapshot:
    """The model with a baseline of 1 April 2026 (a Wednesday) that has these items."""
    items = {ref(key): Quantity(sizes[key], "points") if sizes else None for key in keys}
    given = {"start": date(2026, 4, 1), "due": date(2026, 5, 15), **fields}
    made = Baseline(milestone=ref(of), at=APRIL, recorded_at=APRIL, origin="observed", items=items, **given)
    return replace(model, baselines={ref(of): (made,)})


def points(*rows: Row) -> dict[str, Metric]:
    return {metric.code: metric for metric in milestone_quality(snapshot(*rows), ref("M")).metrics}


def keys(refs: tuple[Ref, ...]) -> list[str]:
    return [one.label for one in refs]


PLAN = (
    milestone("M", due="2026-05-15"),
    item("A", of="M", days=2, assignees="Ada"),
    item("B", of="M", days=50, assignees="Ada"),  # ends far after the milestone's date
    item("C", of="M", due="2026-05-04"),  # in the past
    item("D", of="M", start="2026-05-12", due="2026-05-11"),  # ends before it starts
    item("E", of="M", days=1, due="2026-05-13"),  # waits for A, which ends on Wed 6 May: its own date holds it back
    link("A", "B"),
    link("A", "E", relation="SS", lag=-480),
    link("A", "D", relation="FF", lag=480),
)


def test_the_points_of_a_small_plan_by_hand() -> None:
    found = points(*PLAN)
    told = {code: (metric.value, metric.passed, keys(metric.offenders)) for code, metric in found.items()}
    assert told == {
        "logic": (0.2, False, ["C"]),
        "leads": (1, False, ["E"]),
        "lags": (1 / 3, False, ["D"]),
        "relations": (1 / 3, False, ["D", "E"]),
        "constraints": (0.4, False, ["D", "E"]),
        "high_float": (0.0, True, []),
        "negative_float": (2, False, ["A", "B"]),
        "high_duration": (0.2, False, ["B"]),
        "invalid_dates": (2, False, ["C", "D"]),
        "resources": (0.6, None, ["C", "D", "E"]),
        "missed": (None, None, []),
        "path_test": (0, True, []),
        "cpli": (None, None, []),
        "bei": (None, None, []),
    }
    assert [metric.number for metric in found.values()] == list(range(1, 15))


def test_what_most_dates_rest_on_is_repaired_first() -> None:
    rows = (*PLAN, milestone("N", due="2026-12-18"), item("X", of="N", days=1), link("E", "X"), milestone("U"))
    model = snapshot(*rows)
    nodes = zip(plan_of(model).wiring.nodes, map(int.bit_count, dates_on(model)), strict=True)
    assert {one.label: dates for one, dates in nodes if isinstance(one, Ref)} == {
        "A": 2,
        "B": 1,
        "C": 1,
        "D": 1,
        "E": 2,
        "X": 1,
        "M": 0,
        "N": 0,
    }
    repairs = milestone_quality(model, ref("M")).repairs
    assert [(one.ref.label, one.dates) for one in repairs] == [("E", 2), ("A", 2), ("D", 1), ("B", 1), ("C", 1)]
    assert repairs[0].fails == ("leads", "relations", "constraints")


def test_a_path_that_a_date_cuts_fails_the_test() -> None:
    held = (
        milestone("M", due="2026-06-30"),
        item("A", of="M", days=1),
        item("B", of="M", days=1, due="2026-06-01"),
        link("A", "B"),
    )
    assert (points(*held)["path_test"].value, keys(points(*held)["path_test"].offenders)) == (1, ["B"])
    free = (*held[:2], item("B", of="M", days=1), link("A", "B"))
    assert points(*free)["path_test"].passed


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(1, 5), st.integers(1, 5))
def test_the_test_is_passed_where_adding_to_the_first_work_moves_the_end(due: int, first: int, second: int) -> None:
    """The assessment's own way: add much to work that waits for nothing, and look whether the end moves as much."""

    def plan(more: int) -> tuple[Row, ...]:
        day = f"2026-05-{5 + due:02}"
        return (milestone("M"), item("A", of="M", days=first + more), item("B", of="M", days=second, due=day), link("A", "B"))

    before, after = plan_of(snapshot(*plan(0))), plan_of(snapshot(*plan(1)))
    ends = [found.end(ref("M")) for found in (before, after)]
    moved_on = bool(ends[0] and ends[1] and ends[1].finish > ends[0].finish)
    assert is_cut(before, before.path(End(ref("M")))) == (not moved_on)


def test_earned_schedule_by_hand() -> None:
    """Four items, planned for the days 2, 4, 6 and 8: three earned is day 6 and all that is flat after it; 2.5 is half of day 6's step."""
    planned = [(2, 1.0), (4, 1.0), (6, 1.0), (8, 1.0)]
    assert [earned_schedule(planned, value) for value in (0, 1, 2.5, 3, 4)] == [1, 3, 5.5, 7, 8]
    assert earned_schedule([], 3) == 0


def test_execution_by_hand() -> None:
    rows = (
        milestone("M", due="2026-05-15"),
        item("A", of="M", status="done", due="2026-04-10", done_at=datetime(2026, 4, 10, 12, tzinfo=UTC)),
        item("B", of="M", status="done", due="2026-04-14", done_at=datetime(2026, 4, 20, 12, tzinfo=UTC)),  # late
        item("C", of="M", due="2026-05-20", history=(moved("2026-04-20T08:00:00", "2026-04-21", "2026-05-20"),)),  # pushed
        item("D", of="M", due="2026-05-05"),  # due today: not missed yet
        item("E", of="M"),  # no date: the milestone's
        item("F", of="M", status="dropped", due="2026-04-02"),
        item("G", of="M", due="2026-04-02"),  # added later
    )
    (one,) = executions_of(based(snapshot(*rows), "A", "B", "C", "D", "E", "F")).values()
    assert (keys(one.should), keys(one.missed), one.done, one.dated) == (["A", "B", "C"], ["B", "C"], 2, 4)
    assert one.bei == one.missed_share == pytest.approx(2 / 3)
    # AT: 1 April to 4 May without weekends are 24 days. ES: A, B and C were planned for the days 8, 10 and 15; two are done: day 14.
    assert (one.elapsed, one.earned) == (24, 14)
    assert one.spi == pytest.approx(14 / 24)
    # The open work ends on Wed 20 May: 12 days, 3 too many.
    assert (one.length, one.slack) == (12, -3)
    assert one.cpli == pytest.approx(9 / 12)


def test_sizes_count_where_all_have_one() -> None:
    done: dict[str, Any] = {"status": "done", "done_at": datetime(2026, 4, 2, 12, tzinfo=UTC)}
    rows = (milestone("M"), item("A", of="M", due="2026-04-02", **done), item("B", of="M", due="2026-04-08"))
    (one,) = executions_of(based(snapshot(*rows), "A", "B", sizes={"A": 3, "B": 1})).values()
    assert one.earned == 5  # Wed 8 April is day 6: all before it is flat
    (half,) = executions_of(
        based(snapshot(*rows[:2], item("B", of="M", due="2026-04-02")), "A", "B", sizes={"A": 3, "B": 1})
    ).values()
    assert half.earned == 1.75  # three quarters of day 2


def test_no_value_of_a_record_breaks_it() -> None:
    far = datetime.max.replace(tzinfo=UTC)
    rows = (
        milestone("M", due="9999-12-31"),
        item("A", of="M", status="done", done_at=far, due="0001-01-01"),
        item("B", of="M", due="9999-12-31", start="9999-12-31"),
        item("C", of="M", due="0001-01-01"),
    )
    sizes = {"A": float("inf"), "B": float("nan"), "C": 1e300}
    model = based(snapshot(*rows), "A", "B", "C", sizes=sizes, start=date.min, due=date.max)
    (one,) = executions_of(model).values()
    assert (one.done, len(one.should)) == (1, 2)
    assert len(milestone_quality(model, ref("M")).metrics) == 14


def test_the_date_of_the_moment_is_told_by_history() -> None:
    history = (moved("2026-03-01T08:00:00", None, "2026-04-10"), moved("2026-04-20T08:00:00", "2026-04-10", "2026-05-20"))
    one = item("A", due="2026-05-20", history=history)
    assert due_at(one, APRIL) == date(2026, 4, 10)
    assert due_at(one, APRIL.replace(month=2)) is None
    assert due_at(one, APRIL.replace(month=5)) == date(2026, 5, 20)
    assert due_at(item("A", due="2026-05-20", history=(moved("2026-04-20T08:00:00", "soon", "2026-05-20"),)), APRIL) == date(
        2026, 5, 20
    )
