"""Working time: equal to NumPy's business days, indifferent to changes of the clock, and never without an answer."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.schedule import Calendar, NotComputable, WorkingTime, around, compile_many, local

MONDAY = date(2026, 1, 5)
FIRST, AFTER = around(date(2026, 6, 1))
PLAIN = Calendar().compile(FIRST, AFTER)
dates = st.dates(date(2024, 7, 1), date(2031, 3, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shown(found: np.ndarray) -> str:
    return str(found.item())[:16]


@given(st.sets(st.integers(0, 6), min_size=1), st.frozensets(dates, max_size=20), st.lists(st.tuples(dates, dates), min_size=1))
@settings(max_examples=60, deadline=None)
def test_days_are_counted_as_numpy_counts_business_days(
    weekdays: set[int], off: frozenset[date], pairs: list[tuple[date, date]]
) -> None:
    calendar = Calendar(tuple(480 * (day in weekdays) for day in range(7)), off).compile(FIRST, AFTER)
    since, until = (np.array(side, "datetime64[D]") for side in zip(*pairs, strict=True))
    busy = np.busdaycalendar([day in weekdays for day in range(7)], sorted(off))
    forth = since <= until
    theirs = np.busday_count(since[forth], until[forth], busdaycal=busy)
    assert (calendar.count(since, until)[forth] == 480 * theirs).all()
    assert (calendar.count(until, since) == -calendar.count(since, until)).all()


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(-250, 250))
@settings(max_examples=60, deadline=None)
def test_days_are_added_as_numpy_adds_business_days(day: date, days: int) -> None:
    theirs: Any = np.busday_offset(day, days, roll="forward").item()
    begin = PLAIN.next_working(day)
    moved = PLAIN.start(PLAIN.index(begin) + 480 * days)
    assert moved.item() == datetime.combine(theirs, datetime.min.time()) + timedelta(hours=9)


@given(st.lists(st.integers(0, PLAIN.total - 1), min_size=1))
def test_an_index_has_two_images_that_both_lead_back_to_it(indexes: list[int]) -> None:
    start, finish = PLAIN.start(indexes), PLAIN.finish(indexes)
    assert PLAIN.index(start).tolist() == PLAIN.index(finish).tolist() == indexes
    assert (finish <= start).all() or 0 in indexes


def test_a_boundary_between_two_days_is_an_end_and_a_beginning() -> None:
    friday_evening = PLAIN.index(at("2026-01-09T17:00"))
    assert shown(PLAIN.finish(friday_evening)) == "2026-01-09 17:00"
    assert shown(PLAIN.start(friday_evening)) == "2026-01-12 09:00"
    assert shown(PLAIN.finish(0)) == shown(PLAIN.start(0))


def test_work_goes_around_what_is_off() -> None:
    calendar = Calendar(off=frozenset({date(2026, 1, 6)}), absences={date(2026, 1, 7): 240, date(2026, 1, 6): 60})
    time = calendar.compile(FIRST, AFTER)
    assert shown(time.add(at("2026-01-05T13:00"), 480)) == "2026-01-07 13:00"
    assert shown(time.add(at("2026-01-05T13:00"), 481)) == "2026-01-08 09:01"
    assert shown(time.subtract(at("2026-01-08T10:00"), 301)) == "2026-01-05 16:59"
    assert shown(time.next_working(at("2026-01-05T17:00"))) == "2026-01-07 09:00"
    assert shown(time.previous_working(at("2026-01-07T09:00"))) == "2026-01-05 17:00"
    assert shown(time.next_working(at("2026-01-07T10:00"))) == "2026-01-07 10:00"
    assert time.overlap(*map(at, ("2026-01-05T12:00", "2026-01-07T12:00", "2026-01-05T16:00", "2026-01-09T09:00"))) == 60 + 180
    assert time.overlap(*map(at, ("2026-01-05T09:00", "2026-01-05T12:00", "2026-01-05T12:00", "2026-01-05T17:00"))) == 0


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_night_in_which_the_clock_changes_has_no_effect(zone: str) -> None:
    year = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(8760)]
    changes = [b for a, b in itertools.pairwise(year) if _offset(a, zone) != _offset(b, zone)]
    assert len(changes) == 2
    round_the_clock = Calendar((480,) * 7).compile(FIRST, AFTER)
    for change in changes:
        day = local(change, zone).date()
        evening = datetime.combine(day - timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).replace(hour=17)
        morning = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).replace(hour=9)
        assert round_the_clock.count(local(evening, zone), local(morning, zone)) == 480
        assert shown(round_the_clock.add(local(evening, zone), 481)) == f"{morning.date()} 09:01"


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def test_a_thousand_people_are_compiled_at_once_as_each_alone() -> None:
    people = [
        Calendar(
            (480, 480, 480, 480, 60 * (n % 9), 0, 0),
            frozenset({MONDAY + timedelta(days=n % 200)}),
            {MONDAY + timedelta(days=(7 * n) % 300): n % 500},
            (n % 10 + 1) / 10,
        )
        for n in range(1000)
    ]
    together = compile_many(people, MONDAY, MONDAY + timedelta(days=1096))
    assert together.shape == (1000, 1096)
    assert (together >= 0).all()
    for n in range(0, 1000, 111):
        assert (together[n] == people[n].compile(MONDAY, MONDAY + timedelta(days=1096)).minutes).all()


def test_a_share_takes_part_of_each_day_and_nothing_is_taken_twice() -> None:
    half = Calendar(off=frozenset({MONDAY}), absences={MONDAY: 200, date(2026, 1, 6): 80, date(2026, 1, 10): 30}, share=0.5)
    assert half.compile(MONDAY, MONDAY + timedelta(days=7)).minutes.tolist() == [0, 200, 240, 240, 240, 0, 0]


@pytest.mark.parametrize(
    ("calendar", "since", "until"),
    [
        (Calendar((0,) * 7), MONDAY, AFTER),
        (Calendar(off=frozenset({MONDAY})), MONDAY, date(2026, 1, 6)),
        (Calendar(), AFTER, MONDAY),
        (Calendar((1000,) * 7), MONDAY, AFTER),
    ],
)
def test_a_calendar_that_cannot_work_says_why(calendar: Calendar, since: date, until: date) -> None:
    with pytest.raises(NotComputable, match="because "):
        calendar.compile(since, until)


def test_what_lies_outside_the_range_says_why() -> None:
    def fails(what: object, *given: object) -> None:
        with pytest.raises(NotComputable, match="because "):
            what(*given)  # type: ignore[operator]

    time: WorkingTime = PLAIN
    fails(time.index, date(1999, 1, 1))
    fails(time.index, [MONDAY, date(2099, 1, 1)])
    fails(time.index, np.datetime64("NaT"))
    fails(time.add, MONDAY, 10**9)
    fails(time.subtract, MONDAY, 10**9)
    fails(time.start, time.total)
    fails(time.finish, -1)


def test_a_week_of_another_length_and_an_instant_with_an_offset_are_refused() -> None:
    for week in ((480,) * 6, (480,) * 14, (-480, 480, 480, 480, 480, 0, 0)):
        with pytest.raises(ValueError, match="seven days"):
            Calendar(week).compile(date(2026, 1, 1), date(2027, 1, 1))
    time = Calendar().compile(date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(ValueError, match="`local`"):
        time.add(datetime(2026, 1, 5, 9, tzinfo=UTC), 480)
