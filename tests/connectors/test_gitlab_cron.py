"""Cron expressions of freeze periods, against an evaluation that looks at every minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.gitlab.cron import plain
from connectors.gitlab.freeze import expanded

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def freezes(start: str, end: str, zone: str = "UTC", now: datetime = MONDAY) -> list[tuple[str, str]]:
    """The intervals from today on for ten days."""
    row = {"freeze_start": start, "freeze_end": end, "cron_timezone": zone}
    found = expanded(row, now)
    assert "problem" not in found, found
    first, last = (at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in (now, now + timedelta(days=10)))
    return [(one["start"], one["end"]) for one in found["occurrences"] if first <= one["end"] and one["start"] < last]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("0 0 * * sat-sun", "0 0 * * 0,6"),
        ("0 0 * * FRI-MON", "0 0 * * 0,1,5,6"),
        ("0 0 * * 5-7", "0 0 * * 0,5,6"),
        ("0 0 * * 0-7", "0 0 * * 0,1,2,3,4,5,6"),
        ("0 0 * * Sunday,wed", "0 0 * * 0,3"),
        ("0 22-2 * * *", "0 0,1,2,22,23 * * *"),
        ("0 24 * * *", "0 0 * * *"),
        ("0 0 28-2 nov-february *", "0 0 1,2,28,29,30,31 1,2,11,12 *"),
        ("*/20 */1 */10 * 1", "0,20,40 * 1,11,21,31 * 1"),
        ("5/25 0 * * *", "5,30,55 0 * * *"),
        ("@daily", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("0 0 L * *", "0 0 L * *"),
        ("0 0 * * mon#2", "0 0 * * mon#2"),
        ("60 25 32 13 8", "60 25 32 13 8"),
        ("tomorrow", "tomorrow"),
        ("0 0 1 *", "0 0 1 *"),
    ],
)
def test_an_expression_in_numbers(written: str, same: str) -> None:
    assert plain(written) == same


def test_a_weekend_named_by_days_that_run_over_the_end_of_the_week() -> None:
    found = freezes("0 22 * * fri", "0 6 * * Monday")
    assert found == [("2026-05-29T22:00:00Z", "2026-06-01T06:00:00Z"), ("2026-06-05T22:00:00Z", "2026-06-08T06:00:00Z")]
    found = freezes("0 0 * * sat-sun", "0 0 * * mon")
    assert found == [("2026-05-30T00:00:00Z", "2026-06-01T00:00:00Z"), ("2026-06-06T00:00:00Z", "2026-06-08T00:00:00Z")]


def test_a_day_of_the_month_with_steps_counts_beside_one_of_the_week() -> None:
    found = [start[8:10] for start, _ in freezes("0 9 */4 * sun", "0 17 * * *")]
    assert found == ["01", "05", "07", "09"]


@pytest.mark.parametrize(
    ("zone", "start", "end", "at", "expected"),
    [
        ("Europe/Berlin", "0 1 * * *", "0 5 * * *", "2026-03-29", ("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z")),
        ("Europe/Berlin", "0 1 * * *", "0 5 * * *", "2026-10-25", ("2026-10-24T23:00:00Z", "2026-10-25T04:00:00Z")),
        ("America/New_York", "30 23 * * *", "30 6 * * *", "2026-03-08", ("2026-03-08T04:30:00Z", "2026-03-08T10:30:00Z")),
        ("Asia/Kolkata", "0 18 * * *", "0 20 * * *", "2026-03-08", ("2026-03-08T12:30:00Z", "2026-03-08T14:30:00Z")),
        ("Europe/Berlin", "30 2 25 10 *", "0 5 25 10 *", "2026-10-25", ("2026-10-25T00:30:00Z", "2026-10-25T04:00:00Z")),
    ],
)
def test_nights_in_which_the_clocks_change(zone: str, start: str, end: str, at: str, expected: tuple[str, str]) -> None:
    assert expected in freezes(start, end, zone, datetime.fromisoformat(f"{at}T00:00:00Z"))


MINUTES = {"0": {0}, "30": {30}, "*/30": {0, 30}, "20/20": {20, 40}}
HOURS = {"7": {7}, "19": {19}, "22-2": {22, 23, 0, 1, 2}, "8-18/5": {8, 13, 18}, "24": {0}}
DAYS = {"*": None, "*/9": {1, 10, 19, 28}, "1,15": {1, 15}, "28-3": {28, 29, 30, 31, 1, 2, 3}}
MONTHS = {"*": set(range(1, 13)), "jun": {6}, "5-6": {5, 6}}
WEEKDAYS = {"*": None, "1-5": {1, 2, 3, 4, 5}, "fri-mon": {5, 6, 0, 1}, "0": {0}, "7": {0}, "sat,sun": {6, 0}}
FIELDS = st.tuples(*(st.sampled_from(sorted(each)) for each in (MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS)))
ZONE = ZoneInfo("America/New_York")
STEP, LAST = timedelta(minutes=10), MONDAY + timedelta(days=10)


def fires(fields: tuple[str, ...], at: datetime) -> bool:
    """Whether an expression means that minute: of day and weekday one is enough where both are named."""
    minute, hour, day, month, weekday = fields
    days, weekdays = DAYS[day], WEEKDAYS[weekday]
    on_day, on_weekday = days is None or at.day in days, weekdays is None or at.isoweekday() % 7 in weekdays
    fits = on_day or on_weekday if days is not None and weekdays is not None else on_day and on_weekday
    return at.minute in MINUTES[minute] and at.hour in HOURS[hour] and at.month in MONTHS[month] and fits


@settings(max_examples=25, deadline=None)
@given(FIELDS, FIELDS)
def test_a_look_at_every_minute_finds_the_same(start: tuple[str, ...], end: tuple[str, ...]) -> None:
    row = {"freeze_start": " ".join(start), "freeze_end": " ".join(end), "cron_timezone": ZONE.key}
    found = [tuple(map(datetime.fromisoformat, one.values())) for one in expanded(row, MONDAY)["occurrences"]]
    frozen = {first + n * STEP for first, last in found if first < LAST for n in range((last - first) // STEP)}
    at, is_frozen = MONDAY - timedelta(days=29), None
    while at < LAST:
        clock = at.astimezone(ZONE)
        if fires(end, clock):
            is_frozen = False
        if is_frozen is False and fires(start, clock):
            is_frozen = True
        assert is_frozen in (None, at in frozen), at
        at += STEP
