"""The forecast: what is likely, by what was finished before, and when there is none."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.rows import Item, Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Member, Team
from syncd.schedule.forecast import FAR, Forecast, Odds, forecast_of
from syncd.schedule.throughput import drawn, rates
from tests.model_builders import item, link, milestone, on, ref, snapshot
from tests.schedule.team_builders import away

TODAY = date(2026, 5, 4)  # a Monday


def finished(count: int = 60, per_week: int = 3, ratio: float = 1.0, **fields: Any) -> list[Item]:
    """Items that were done, `per_week` in each of the last weeks; each took `ratio` times its estimate of two days."""
    made = []
    for number in range(count):
        ended = TODAY - timedelta(days=3 + 7 * (number // per_week))  # a Friday
        began = ended - timedelta(days=round(2 * ratio) - 1)
        made.append(
            item(
                f"D-{number}",
                of="OLD",
                status="done",
                created_at=on(began.isoformat()),
                done_at=on(ended.isoformat()),
                estimate=Quantity(960, "minutes"),
                **fields,
            )
        )
    return made


def seen(*rows: Row, **given: Any) -> Snapshot:
    return replace(snapshot(milestone("OLD"), *rows, now=on(TODAY.isoformat())), **given)


def forecast(*rows: Row, **given: Any) -> Forecast:
    return forecast_of(seen(*rows, **given))


def odds(*rows: Row, key: str = "M", **given: Any) -> Odds:
    return forecast(*rows, **given).odds[ref(key)]


def backlog(count: int, due: str = "2026-05-29", **fields: Any) -> list[Row]:
    return [milestone("M", due=due), *(item(f"A-{number}", of="M", **fields) for number in range(count))]


def test_three_a_week_finish_nine_items_in_three_weeks() -> None:
    found = odds(*finished(), *backlog(9))
    assert found.method == "throughput"
    assert (found.p50, found.p85, found.p95) == (date(2026, 5, 22), date(2026, 5, 22), date(2026, 5, 22))
    assert (found.p, found.word) == (1.0, "on track")
    assert (found.finished, found.weeks, found.backlog) == (60, 20, 9)


def test_weeks_in_which_nothing_was_finished_count() -> None:
    uneven = [one for number, one in enumerate(finished(120)) if (number // 3) % 2 == 0]
    found = odds(*uneven, *backlog(9))
    assert found.p50 > date(2026, 5, 29)
    assert found.p is not None
    assert 0 < found.p < 0.5
    assert found.word == "off track"


def test_what_is_due_before_comes_first() -> None:
    other: list[Row] = [milestone("N", due="2026-05-08"), *(item(f"B-{number}", of="N") for number in range(6))]
    assert odds(*finished(), *backlog(9), *other).p50 == date(2026, 6, 5)
    assert odds(*finished(), *backlog(9), *other, key="N").p50 == date(2026, 5, 15)


def test_what_is_done_by_a_weekend_is_told_by_its_friday() -> None:
    found = [odds(*finished(), *backlog(count)) for count in range(1, 30)]
    assert {day.weekday() for one in found for day in (one.p50, one.p85, one.p95)} <= {0, 1, 2, 3, 4}


def test_an_estimate_holds_back_what_weeks_of_the_past_say_and_what_is_typical_does_not() -> None:
    long = item("L", of="M", days=10)
    assert odds(*finished(), *backlog(3), long).p50 == date(2026, 5, 15)
    slow = finished(ratio=20)
    assert odds(*slow, *backlog(3)).p50 == date(2026, 5, 8)


def test_where_most_work_is_estimated_the_plan_is_drawn() -> None:
    rows: list[Row] = [*finished(ratio=1.0), *backlog(3, due="2026-05-11", days=2), link("A-0", "A-1"), link("A-1", "A-2")]
    found = odds(*rows)
    assert found.method == "network"
    assert (found.p50, found.p95, found.p) == (date(2026, 5, 11), date(2026, 5, 11), 1.0)
    slow = odds(*finished(ratio=2.0), *rows[60:])
    assert slow.p50 > date(2026, 5, 13)
    assert slow.p == 0.0


def test_a_due_date_that_people_set_is_no_earlier_in_any_draw() -> None:
    rows: list[Row] = [*finished(), milestone("M", due="2026-05-29"), item("A", of="M", days=2, due="2026-05-28")]
    assert odds(*rows).p50 == date(2026, 5, 28)


def test_leave_counts_in_both_ways() -> None:
    team = Team(name="all", owns=("*",), members=(Member(person="Ada"),))
    off = replace(team, members=(replace(team.members[0], until=date(2026, 5, 8)), Member(person="Bo", share=0.5)))
    rows = [*finished(assignees="Ada"), *backlog(9, assignees="Ada")]
    assert odds(*rows, teams=(team,)).p50 == date(2026, 5, 22)
    assert odds(*rows, teams=(off,)).p50 > date(2026, 5, 22)


def test_leave_is_waited_for_once_however_long_the_work_takes() -> None:
    """A day's work that takes three days as ever, and leave from today for four weeks: it ends on the third day after it."""
    rows: list[Row] = [*finished(ratio=3.0), milestone("M", due="2026-06-05"), item("A", of="M", days=1, assignees="Ada")]
    found = odds(*rows, away("Ada", "2026-05-04", "2026-06-01"))
    assert (found.p50, found.p95, found.p) == (date(2026, 6, 3), date(2026, 6, 3), 1.0)
    later = odds(
        *rows[:-1],
        replace(item("A", of="M", days=1, assignees="Ada"), start=date(2026, 5, 20)),
        away("Ada", "2026-05-04", "2026-06-01"),
    )
    assert later.p50 == date(2026, 6, 3)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-01", "2026-06-06", "2026-05-08"),  # later than all of it
        ("2026-05-06", "2026-05-13", "2026-05-15"),  # 5 working days from the day on which A has ended, while B is about to begin
        ("2026-05-04", "2026-05-11", "2026-05-13"),  # 5 from today on, of which A, which is Bo's, takes 2 all the same
        ("2026-05-07", "2026-05-14", "2026-05-15"),  # 5 in the middle of B
    ],
)
def test_a_plan_that_is_drawn_waits_for_who_is_away_when_the_work_could_begin(start: str, end: str, expected: str) -> None:
    """A takes Monday and Tuesday; B, which is Ada's, the three days after it."""
    rows: list[Row] = [
        *finished(ratio=1.0),
        milestone("M", due="2026-05-08"),
        item("A", of="M", days=2, assignees="Bo"),
        item("B", of="M", days=3, assignees="Ada"),
        link("A", "B"),
        away("Ada", start, end),
    ]
    found = odds(*rows)
    assert found.method == "network"
    assert (found.p50, found.p95) == (date.fromisoformat(expected),) * 2


@pytest.mark.parametrize(
    ("done", "per_week", "why"),
    [(29, 3, "29 items finished in 10 weeks; 30 in 5 are needed"), (40, 10, "40 items finished in 4 weeks; 30 in 5 are needed")],
)
def test_too_little_history_is_no_forecast(done: int, per_week: int, why: str) -> None:
    found = forecast(*finished(done, per_week), *backlog(3))
    assert not found.odds
    assert found.lacking[ref("M")] == why


def test_what_never_ends_is_far() -> None:
    assert odds(*finished(), *backlog(3000)).p50 == FAR


def test_the_same_inputs_give_the_same_figures_in_any_order() -> None:
    rows = [*finished(120), *backlog(7), *[item(f"E-{n}", of="M", days=n % 4) for n in range(9)], link("E-1", "E-2")]
    assert forecast(*rows) == forecast(*reversed(rows))


@settings(max_examples=25)
@given(st.integers(1, 40), st.integers(0, 10))
def test_more_to_do_is_never_done_sooner(count: int, more: int) -> None:
    weeks = drawn(rates([one.done_at.date() for one in finished() if one.done_at], TODAY), 50, 1)
    assert (weeks.until(count + more) >= weeks.until(count)).all()


def test_a_chain_of_spread_work_ends_later_than_its_medians_say() -> None:
    mixed: list[Row] = [
        *finished(40, ratio=1.0),
        *(replace(one, ref=ref(f"X{n}")) for n, one in enumerate(finished(40, ratio=3.0))),
    ]
    rows: list[Row] = [*mixed, *backlog(6, days=2, due="2026-06-30"), *(link(f"A-{n}", f"A-{n + 1}") for n in range(5))]
    found = odds(*rows)
    assert found.p50 < found.p85 < found.p95
    assert found.method == "network"
