"""When open work ends: people's dates, pushed later along hard links."""

from datetime import date

import pytest

from syncd.model.rows import Quantity, Row
from syncd.schedule.forward import End, duration, forward
from syncd.schedule.starts import start_of
from tests.model_builders import item, link, milestone, on, ref, snapshot


def end(key: str, *rows: Row, now: str = "2026-05-05") -> End:
    return forward(snapshot(*rows, now=on(now))).ends[ref(key)]


def test_work_ends_on_its_due_date_and_not_before_today() -> None:
    assert end("A", item("A", due="2026-05-12")) == End(date(2026, 5, 12), clocked=False)
    assert end("A", item("A", due="2026-05-05")) == End(date(2026, 5, 5), clocked=False)
    assert end("A", item("A", due="2026-05-04")) == End(date(2026, 5, 5), clocked=True)
    assert end("A", item("A")) == End(date(2026, 5, 5), clocked=True)


def test_what_waits_starts_on_the_next_working_day_and_takes_its_working_days() -> None:
    waiting = end("B", item("A", due="2026-05-12"), item("B", days=6), link("A", "B"))
    assert waiting == End(date(2026, 5, 20), clocked=False, by=ref("A"))


def test_a_due_date_that_is_late_enough_is_kept() -> None:
    assert end("B", item("A", due="2026-05-12"), item("B", days=1, due="2026-05-29"), link("A", "B")).by is None


def test_a_weekend_due_date_pushes_to_monday() -> None:
    assert end("B", item("A", due="2026-05-09"), item("B", days=1), link("A", "B")).day == date(2026, 5, 11)


def test_lag_counts_in_working_days() -> None:
    assert end("B", item("A", due="2026-05-12"), item("B", days=1), link("A", "B", lag=960)).day == date(2026, 5, 15)


@pytest.mark.parametrize("strength", ["hard", "external"])
def test_hard_and_external_links_push(strength: str) -> None:
    assert end("B", item("A", due="2026-05-12"), item("B"), link("A", "B", strength=strength)).by == ref("A")


def test_soft_links_and_ended_work_push_nothing() -> None:
    assert end("B", item("A", due="2026-05-12"), item("B"), link("A", "B", strength="soft")).by is None
    assert end("B", item("A", due="2026-05-12", status="done"), item("B"), link("A", "B")).by is None
    assert end("B", item("A", due="2026-05-12", status="dropped"), item("B"), link("A", "B")).by is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"remaining": Quantity(481, "minutes"), "estimate": Quantity(9600, "minutes")}, (2, False)),
        ({"estimate": Quantity(960, "minutes")}, (2, False)),
        ({"remaining": Quantity(0, "minutes"), "estimate": Quantity(960, "minutes")}, (2, False)),
        ({"estimate": Quantity(5, "points"), "start": "2026-05-08", "due": "2026-05-12"}, (3, False)),
        ({"estimate": Quantity(5, "points")}, (1, True)),
        ({"start": "2026-05-12", "due": "2026-05-08"}, (1, True)),
    ],
)
def test_a_duration_comes_from_time_then_dates_then_an_assumption(fields: dict[str, object], expected: tuple[int, bool]) -> None:
    assert duration(item("A", **fields)) == expected  # type: ignore[arg-type]


def test_what_waits_for_a_milestone_waits_for_its_last_item_and_its_due_date() -> None:
    rows: list[Row] = [milestone("M", due="2026-05-12"), item("A", of="M", due="2026-05-20"), item("B", days=1), link("M", "B")]
    assert end("B", *rows).day == date(2026, 5, 21)
    assert end("B", milestone("M", due="2026-05-12"), *rows[2:]).day == date(2026, 5, 13)


def test_where_a_milestone_waits_its_items_that_are_not_started_wait() -> None:
    rows = (
        milestone("M"),
        item("A", due="2026-05-12"),
        item("B", of="M", days=2),
        item("C", of="M", days=2, status="doing"),
        link("A", "M"),
    )
    assert end("B", *rows) == End(date(2026, 5, 14), clocked=False, by=ref("A"))
    assert end("C", *rows).clocked


def test_a_milestone_and_its_own_part_do_not_push_each_other() -> None:
    plan = forward(snapshot(milestone("M", due="2026-06-30"), item("A", of="M"), link("M", "A"), link("A", "M")))
    assert plan.ends[ref("A")].by is None
    assert not plan.cycles


def test_an_item_of_both_milestones_does_not_wait_for_itself() -> None:
    plan = forward(snapshot(milestone("M"), milestone("N"), item("A", of=["M", "N"]), link("M", "N")))
    assert not plan.cycles


def test_an_absurd_estimate_ends_with_the_calendar() -> None:
    rows = (item("A", due="9999-12-31"), item("B", days=10**9), link("A", "B"))
    assert end("B", *rows).day == date.max


def test_a_start_is_set_or_the_latest_that_the_due_date_allows() -> None:
    today = date(2026, 5, 5)
    assert start_of(item("A", due="2026-05-15", days=3), today).day == date(2026, 5, 13)
    assert start_of(item("A", start="2026-05-06", due="2026-05-15"), today).day == date(2026, 5, 6)
    assert start_of(item("A"), today).day is None
    running = start_of(item("A", status="doing", start="2026-06-01"), today)
    assert (running.day, running.started, running.clocked) == (today, True, True)
