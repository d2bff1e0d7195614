"""The plan: people's dates, pushed later along hard links, in the working time of whoever does the work."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from syncd.model.rows import Absence, Item, Person, Quantity, Row
from syncd.model.teams import Hours, Member, Team, Work
from syncd.schedule.durations import Duration, duration_of
from syncd.schedule.plan import Dates, Finish, plan_of
from syncd.schedule.reference import Reference, reference_of
from syncd.schedule.starts import start_of
from syncd.schedule.wiring import End
from syncd.schedule.workdays import add_workdays
from syncd.schedule.working import working_of
from tests.model_builders import NOW, item, link, milestone, on, ref, snapshot

TODAY = date(2026, 5, 5)


def dates(key: str, *rows: Row, now: str = "2026-05-05", **given: Any) -> Dates:
    found = plan_of(replace(snapshot(*rows, now=on(now)), **given)).dates(ref(key))
    assert found is not None
    return found


def end(key: str, *rows: Row, now: str = "2026-05-05") -> Finish:
    found = dates(key, *rows, now=now)
    return Finish(found.finish, found.clocked, found.by)


def test_work_ends_on_its_due_date_and_not_before_today() -> None:
    assert end("A", item("A", due="2026-05-12")) == Finish(date(2026, 5, 12), clocked=False)
    assert end("A", item("A", due="2026-05-05")) == Finish(date(2026, 5, 5), clocked=False)
    assert end("A", item("A", due="2026-05-04")) == Finish(date(2026, 5, 5), clocked=True)
    assert end("A", item("A")) == Finish(date(2026, 5, 5), clocked=True)


def test_what_waits_starts_on_the_next_working_day_and_takes_its_working_days() -> None:
    waiting = end("B", item("A", due="2026-05-12"), item("B", days=6), link("A", "B"))
    assert waiting == Finish(date(2026, 5, 20), clocked=False, by=ref("A"))


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
        ({"remaining": Quantity(481, "minutes"), "estimate": Quantity(9600, "minutes")}, (481, "remaining")),
        ({"estimate": Quantity(960, "minutes")}, (960, "estimate")),
        ({"remaining": Quantity(0, "minutes"), "estimate": Quantity(960, "minutes")}, (960, "estimate")),
        ({"estimate": Quantity(960, "minutes"), "spent": 600.0, "status": "doing"}, (360, "estimate")),
        ({"estimate": Quantity(960, "minutes"), "spent": 2000.0, "status": "doing"}, (60, "estimate")),
        ({"estimate": Quantity(5, "points"), "start": "2026-05-08", "due": "2026-05-12"}, (1440, "dates")),
        ({"estimate": Quantity(5, "points")}, (480, "assumed")),
        ({"start": "2026-05-12", "due": "2026-05-08"}, (480, "assumed")),
        ({"remaining": Quantity(float("nan"), "minutes")}, (480, "assumed")),
        ({"remaining": Quantity(-60, "minutes")}, (480, "assumed")),
    ],
)
def test_a_duration_comes_from_time_then_dates_then_an_assumption(fields: dict[str, Any], expected: tuple[int, str]) -> None:
    assert duration_of(item("A", **fields), Reference(TODAY)) == Duration(*expected)  # type: ignore[arg-type]


def test_work_without_an_estimate_takes_what_work_like_it_took() -> None:
    done = [
        item(f"D-{n}", status="done", created_at=on("2026-04-06"), done_at=on("2026-04-06") + timedelta(days=n % 5))
        for n in range(20)
    ]
    known = duration_of(item("A"), reference_of(snapshot(*done)))
    assert (known.minutes, known.basis, known.typical and known.typical.of) == (3 * 480, "class", 20)
    assert duration_of(item("A"), reference_of(snapshot(*done[1:]))).assumed


def lead_times() -> list[Item]:
    """Items of a tracker that does not tell when work begins: 20 that were done in a day, one to twenty working days after they came."""
    return [
        item(f"D-{n}", status="done", created_at=on("2026-01-05"), done_at=on(str(add_workdays(date(2026, 1, 5), n))))
        for n in range(20)
    ]


def test_where_a_tracker_does_not_tell_when_work_begins_the_time_since_its_creation_counts() -> None:
    reference = reference_of(snapshot(*lead_times()))
    new, old = item("A", created_at=NOW), item("B", created_at=on("2026-04-14"))  # 15 working days before Tuesday 5 May
    assert duration_of(new, reference).minutes == 10 * 480
    known = duration_of(old, reference)
    assert known.typical is not None
    assert (known.minutes, known.typical.of, known.typical.age) == (3 * 480, 5, 15)  # 1 to 5 days were left
    assert duration_of(old, reference, waits=True).minutes == 10 * 480
    ancient = duration_of(item("C", created_at=on("2025-01-06")), reference)
    assert (ancient.minutes, ancient.typical and ancient.typical.age) == (10 * 480, None)
    late = replace(old, created_at=on("2025-01-06"), status="doing")
    running = duration_of(late, reference_of(snapshot(*lead_times(), late)))
    assert (running.minutes, running.typical and running.typical.days) == (480, 0)
    rows: tuple[Row, ...] = (*lead_times(), old, item("P", due="2026-05-20"), link("P", "B"))
    assert dates("B", *rows).duration.minutes == 10 * 480


def test_work_in_progress_that_takes_longer_than_its_estimate_says_by_what() -> None:
    reference = reference_of(
        snapshot(*lead_times(), late := item("L", status="doing", created_at=on("2026-04-14"), estimate=Quantity(480, "minutes")))
    )
    known = duration_of(late, reference)
    assert (known.minutes, known.basis, known.typical and known.typical.age) == (3 * 480, "estimate", 15)


def test_leave_and_part_time_of_whoever_does_it_move_its_end() -> None:
    away = Absence(ref=ref("V"), person=Person("Ada"), start=date(2026, 5, 6), end=date(2026, 5, 8), all_day=True)
    rows = (item("A", days=2, assignees="Ada"), away)
    assert dates("A", *rows).finish == date(2026, 5, 8)  # the 6th and 7th away
    half = Team(name="t", members=(Member(person="Ada", share=0.5),))
    assert dates("A", *rows, teams=(half,)).finish == date(2026, 5, 12)
    assert dates("A", item("A", days=2, assignees="Bo"), away).finish == date(2026, 5, 6)


def test_late_dates_and_float_come_from_the_milestone_that_waits() -> None:
    rows = (milestone("M", due="2026-05-15"), item("A", of="M", days=2), item("B", of="M", days=3), link("A", "B"))
    found = dates("A", *rows)
    assert (found.start, found.finish, found.late, found.total_float, found.free_float) == (
        TODAY, date(2026, 5, 6), date(2026, 5, 12), 4 * 480, 0,
    )  # fmt: skip
    tight = (milestone("M", due="2026-05-08"), *rows[1:])
    assert dates("B", *tight).total_float == -480
    assert dates("B", *tight).critical


def test_the_driving_path_leads_from_the_first_to_the_last() -> None:
    rows = (milestone("M"), item("A", due="2026-05-12"), item("B", of="M", days=2), item("C", of="M"), link("A", "B"))
    assert plan_of(snapshot(*rows)).path(End(ref("M"))) == (ref("A"), ref("B"))


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
    assert end("B", *rows) == Finish(date(2026, 5, 14), clocked=False, by=ref("A"))
    assert end("C", *rows).clocked


def test_a_milestone_and_its_own_part_do_not_push_each_other() -> None:
    plan = plan_of(snapshot(milestone("M", due="2026-06-30"), item("A", of="M"), link("M", "A"), link("A", "M")))
    found = plan.dates(ref("A"))
    assert found is not None
    assert found.by is None
    assert not plan.cycles


def test_an_item_of_both_milestones_does_not_wait_for_itself() -> None:
    assert not plan_of(snapshot(milestone("M"), milestone("N"), item("A", of=["M", "N"]), link("M", "N"))).cycles


def test_a_cycle_is_told_and_pushes_nothing() -> None:
    plan = plan_of(
        snapshot(item("A", days=2), item("B", days=2), item("C", days=1), link("A", "B"), link("B", "A"), link("B", "C"))
    )
    assert plan.cycles == ((ref("A"), ref("B")),)
    found = plan.dates(ref("C"))
    assert found is not None
    assert (found.by, found.finish) == (ref("B"), date(2026, 5, 7))


def test_a_date_that_no_calendar_reaches_stays_and_is_told() -> None:
    plan = plan_of(snapshot(item("A", due="9999-12-31"), item("B", days=10**9), link("A", "B")))
    first, second = plan.dates(ref("A")), plan.dates(ref("B"))
    assert first is not None
    assert second is not None
    assert (first.finish, first.clocked) == (date(9999, 12, 31), False)
    assert second.finish > date(2029, 1, 1)
    assert plan.problems == ("A: 9999-12-31 is later than the calendars reach (2031-05-04), and moves nothing",)


def test_more_work_than_the_calendars_hold_is_told_and_nothing_breaks() -> None:
    rows = [item(f"A-{n}", days=900) for n in range(5)]
    plan = plan_of(snapshot(*rows, *(link(f"A-{n}", f"A-{n + 1}") for n in range(4))))
    assert "nothing counts as longer than 100 days" in plan.problems[0]


def test_one_slip_of_the_pen_leaves_the_other_work_its_time() -> None:
    rows = [item("A-0", days=900), item("A-1", days=900), item("A-2", days=60), item("B", days=90)]
    plan = plan_of(snapshot(*rows, *(link(f"A-{n}", f"A-{n + 1}") for n in range(2))))
    found = plan.dates(ref("B"))
    assert "nothing counts as longer than 100 days" in plan.problems[0]
    assert found is not None
    assert found.finish == date(2026, 9, 7), "90 working days from 5 May"


def test_what_takes_no_time_and_waits_for_nothing_is_today_and_not_yesterday() -> None:
    plan = plan_of(snapshot(milestone("M"), item("A", of="M", type="buffer"), link("M", "A"), link("A", "M")))
    for found in (plan.dates(ref("A")), plan.end(ref("M"))):
        assert found is not None
        assert (found.start, found.finish) == (date(2026, 5, 5), date(2026, 5, 5))


def test_a_start_is_set_or_the_latest_that_the_due_date_allows() -> None:
    today, time = date(2026, 5, 5), snapshot().once(working_of).default
    assert start_of(item("A", due="2026-05-15", days=3), today, 3, time).day == date(2026, 5, 13)
    assert start_of(item("A", due="2026-05-16"), today, 1, time).day == date(2026, 5, 15)
    assert start_of(item("A", start="2026-05-06", due="2026-05-15"), today, 1, time).day == date(2026, 5, 6)
    assert start_of(item("A"), today, 1, time).day is None
    holiday = replace(snapshot(), work=Work(hours=Hours(region="DE-BE"))).once(working_of).default  # Ascension Day is 14 May
    assert start_of(item("A", due="2026-05-15", days=3), today, 3, holiday).day == date(2026, 5, 12)
    assert start_of(item("A", start="2026-05-15"), date(2026, 5, 12), 1, holiday).within(2, date(2026, 5, 12), holiday)
    running = start_of(item("A", status="doing", start="2026-06-01"), today, 1, time)
    assert (running.day, running.started, running.clocked) == (today, True, True)


def test_the_dates_of_people_are_kept_over_holidays_and_leave_and_part_time() -> None:
    """From Mon 11 to Fri 15 May is no more work than these days have room for: nothing pushes it."""
    work = item("A", start="2026-05-11", due="2026-05-15", assignees="Ada")
    holiday = Work(hours=Hours(region="DE-BE"))
    away = Absence(ref=ref("V"), person=Person("Ada"), start=date(2026, 5, 12), end=date(2026, 5, 14), all_day=True)
    half = Team(name="t", owns=("*",), members=(Member(person="Ada", share=0.5),))
    assert [dates("A", work, work=holiday).finish, dates("A", work, work=holiday).duration.minutes] == [
        date(2026, 5, 15),
        4 * 480,
    ]
    assert [dates("A", work, away).finish, dates("A", work, away).duration.minutes] == [date(2026, 5, 15), 3 * 480]
    assert [dates("A", work, teams=(half,)).finish, dates("A", work, teams=(half,)).duration.minutes] == [
        date(2026, 5, 15),
        5 * 240,
    ]
    gone = replace(away, start=date(2026, 5, 11), end=date(2026, 5, 16))
    assert dates("A", work, gone).finish == date(2026, 5, 22), "whoever is away all the time ends later"


@pytest.mark.parametrize(
    ("status", "today", "finish"),
    [
        ("doing", "2026-05-07", "2026-05-08"),  # it runs since Monday, and Friday is as near as it was
        ("doing", "2026-05-08", "2026-05-08"),
        ("doing", "2026-05-11", "2026-05-11"),  # over its date: nobody knows for how long
        ("todo", "2026-05-04", "2026-05-08"),
        ("todo", "2026-05-07", "2026-05-13"),  # it should have begun on Monday: five days from today
    ],
)
def test_of_work_that_runs_the_days_that_are_over_are_over(status: str, today: str, finish: str) -> None:
    found = dates("A", item("A", start="2026-05-04", due="2026-05-08", status=status), now=today)
    assert str(found.finish) == finish
    assert found.duration.assumed == (status == "doing" and today > "2026-05-08")
