"""The twin expands recurrences as RFC 5545 says."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from syncd.demo.google_recurrence import Start, starts

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 5, 5)
HORIZON = date(2027, 12, 31)


@pytest.mark.parametrize(
    ("first", "recurrence", "expected"),
    [
        (TUESDAY, ["RRULE:FREQ=DAILY;COUNT=3"], ["2026-05-05", "2026-05-06", "2026-05-07"]),
        (TUESDAY, ["RRULE:FREQ=DAILY;INTERVAL=10;UNTIL=20260525"], ["2026-05-05", "2026-05-15", "2026-05-25"]),
        (TUESDAY, ["RRULE:FREQ=WEEKLY;COUNT=2"], ["2026-05-05", "2026-05-12"]),
        (TUESDAY, ["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,FR;COUNT=4"], ["2026-05-05", "2026-05-08", "2026-05-11", "2026-05-12"]),
        (TUESDAY, ["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=2"], ["2026-05-05", "2026-05-19"]),
        (date(2026, 8, 31), ["RRULE:FREQ=MONTHLY;COUNT=3"], ["2026-08-31", "2026-10-31", "2026-12-31"]),
        (date(2024, 2, 29), ["RRULE:FREQ=YEARLY;COUNT=2"], ["2024-02-29", "2028-02-29"]),
        (TUESDAY, ["EXDATE;VALUE=DATE:20260506", "RRULE:FREQ=DAILY;COUNT=3"], ["2026-05-05", "2026-05-07"]),
        (TUESDAY, [], []),
    ],
)
def test_whole_days(first: Start, recurrence: list[str], expected: list[str]) -> None:
    assert [start.isoformat() for start in starts(first, recurrence, date(2030, 1, 1))] == expected


def test_the_clock_time_stays_through_summer_time_and_bounds_are_instants() -> None:
    first = datetime(2026, 10, 24, 9, tzinfo=BERLIN)
    found = starts(first, ["RRULE:FREQ=DAILY;UNTIL=20261026T080000Z", "EXDATE;TZID=Europe/Berlin:20261025T090000"], HORIZON)
    assert [start.astimezone(UTC).hour for start in found if isinstance(start, datetime)] == [7, 8]


def test_what_has_no_end_ends_at_the_horizon() -> None:
    assert list(starts(TUESDAY, ["RRULE:FREQ=WEEKLY"], date(2026, 5, 19)))[-1] == date(2026, 5, 19)


@pytest.mark.parametrize(
    "line", ["RRULE:FREQ=HOURLY", "RRULE:FREQ=MONTHLY;BYDAY=2TU", "RRULE:FREQ=DAILY;BYHOUR=9", "RDATE:20260505"]
)
def test_what_it_does_not_expand_is_refused_and_not_guessed(line: str) -> None:
    with pytest.raises(ValueError, match="does not expand"):
        list(starts(TUESDAY, [line], HORIZON))
