"""Working days: the closed form agrees with NumPy's, and weekends are counted as people do."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.schedule.workdays import (
    add_workdays,
    day_at,
    index,
    roll_forward,
    start_for,
    whole_days,
    workdays_after,
    workdays_within,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
FRIDAY, SATURDAY, MONDAY = date(2026, 5, 8), date(2026, 5, 9), date(2026, 5, 11)


@given(DAYS, DAYS)
def test_counts_are_those_of_numpy(start: date, end: date) -> None:
    if start <= end:
        assert workdays_after(start, end) == np.busday_count(start + timedelta(1), end + timedelta(1))
        assert workdays_within(start, end) == np.busday_count(start, end + timedelta(1))


@given(DAYS, st.integers(-400, 400))
def test_moves_are_those_of_numpy(day: date, count: int) -> None:
    expected = np.busday_offset(day, count, roll="backward" if count > 0 else "forward").astype(object)
    assert add_workdays(day, count) == (expected if count else day)


@given(DAYS)
def test_rolling_is_that_of_numpy(day: date) -> None:
    assert roll_forward(day) == np.busday_offset(day, 0, roll="forward").astype(object)


@given(DAYS, st.integers(1, 300))
def test_work_that_starts_at_the_latest_start_ends_by_its_finish(finish: date, days: int) -> None:
    start = start_for(finish, days)
    assert workdays_within(start, finish) == days
    assert workdays_within(start + timedelta(1), finish) == days - 1


def test_a_weekend_holds_no_working_day() -> None:
    assert workdays_after(FRIDAY, SATURDAY) == 0
    assert workdays_after(FRIDAY, MONDAY) == workdays_after(SATURDAY, MONDAY) == 1
    assert workdays_within(SATURDAY, SATURDAY) == 0


@pytest.mark.parametrize(("minutes", "days"), [(0, 0), (1, 1), (480, 1), (481, 2), (-720, -1)])
def test_minutes_become_whole_days(minutes: float, days: int) -> None:
    assert whole_days(minutes) == days


@pytest.mark.parametrize("far", [10**9, -(10**9)])
def test_beyond_the_calendar_its_ends_stand_in(far: int) -> None:
    assert add_workdays(MONDAY, far) in (date.max, date.min)
    assert day_at(index(date.max)) <= date.max
