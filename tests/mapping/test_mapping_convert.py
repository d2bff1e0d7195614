"""Dates and instants: what a person chose is what comes out, in every zone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.mapping.mapping_world import item, made, only


@pytest.mark.parametrize(
    ("instant", "chosen"),
    [
        ("2026-05-15T00:00:00Z", "2026-05-15"),  # UTC
        ("2026-05-15T07:00:00Z", "2026-05-15"),  # Los Angeles, summer
        ("2026-01-15T08:00:00Z", "2026-01-15"),  # Los Angeles, winter
        ("2026-05-15T10:00:00Z", "2026-05-15"),  # Honolulu
        ("2026-05-14T22:00:00Z", "2026-05-15"),  # Berlin, summer
        ("2026-01-14T23:00:00Z", "2026-01-15"),  # Berlin, winter
        ("2026-05-14T18:30:00Z", "2026-05-15"),  # Kolkata
        ("2026-05-14T18:15:00Z", "2026-05-15"),  # Kathmandu
        ("2026-05-14T15:00:00Z", "2026-05-15"),  # Tokyo
        ("2026-05-14T12:00:00Z", "2026-05-15"),  # Auckland, winter
        ("2026-01-14T11:00:00Z", "2026-01-15"),  # Auckland, summer
        ("2026-05-15T02:30:00Z", "2026-05-15"),  # St John's
        ("2026-05-15T00:00:00-07:00", "2026-05-15"),
        ("2026-05-15", "2026-05-15"),
        ("2012-10-09T23:39:01Z", "2012-10-09"),  # no midnight anywhere
    ],
)
def test_the_instant_of_a_midnight_is_the_date_that_was_chosen(instant: str, chosen: str) -> None:
    assert str(only(item('due = { path = "v", as = "midnight_date" }'), {"v": instant}).due) == chosen


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("2026-05-16", "2026-05-15"),
        ("2026-05-15T17:00:00+02:00", "2026-05-15"),
        ("2026-05-16T00:00:00+02:00", "2026-05-15"),
        ("2026-05-15T23:30:00-07:00", "2026-05-15"),
    ],
)
def test_the_last_day_of_what_ends_then(end: str, last: str) -> None:
    assert str(only(item('due = { path = "v", as = "last_day" }'), {"v": end}).due) == last


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2020-06-12T08:13:13.360+0800", datetime(2020, 6, 12, 0, 13, 13, 360000, tzinfo=UTC)),
        ("2013-10-02 09:24:18 UTC", datetime(2013, 10, 2, 9, 24, 18, tzinfo=UTC)),
        ("2013-10-02 09:24:18 +0200", datetime(2013, 10, 2, 7, 24, 18, tzinfo=UTC)),
        ("2020-06-12T08:13:13Z", datetime(2020, 6, 12, 8, 13, 13, tzinfo=UTC)),
        ("2020-06-12T08:13:13", datetime(2020, 6, 12, 8, 13, 13, tzinfo=UTC)),
        ("2019-06-20T15:04:58.946Z", datetime(2019, 6, 20, 15, 4, 58, 946000, tzinfo=UTC)),
    ],
)
def test_instants_are_utc(written: str, read: datetime) -> None:
    assert only(item('created_at = "v"'), {"v": written}).created_at == read


def test_a_date_out_of_an_instant_is_the_one_that_is_written() -> None:
    assert only(item('due = "v"'), {"v": "2026-05-15T23:59:59.000-0800"}).due == date(2026, 5, 15)


@pytest.mark.parametrize(
    ("start", "read"),
    [
        ({"date": "2026-05-15"}, date(2026, 5, 15)),
        ({"dateTime": "2026-05-15T09:00:00+02:00"}, datetime(2026, 5, 15, 7, tzinfo=UTC)),
        ({"dateTime": "2026-05-15T09:00:00", "timeZone": "Europe/Berlin"}, datetime(2026, 5, 15, 7, tzinfo=UTC)),
        ({"dateTime": "2026-05-15T09:00:00", "timeZone": "Mars/Olympus"}, datetime(2026, 5, 15, 9, tzinfo=UTC)),
    ],
)
def test_a_whole_day_stays_a_date_and_a_time_is_an_instant(start: dict[str, Any], read: date) -> None:
    mapping = made(
        '[[rule]]\nstream = "issues"\nto = "window"\n[rule.fields]\n'
        'start = { first = ["start.dateTime", "start.date"], as = "moment", zone = "start.timeZone" }'
    )
    found = only(mapping, {"start": start}).start
    assert (type(found), found) == (type(read), read)


@pytest.mark.parametrize(("conversion", "value", "minutes"), [("seconds", 90, 1.5), ("minutes", "30", 30), ("hours", 7.5, 450)])
def test_times_are_minutes(conversion: str, value: object, minutes: float) -> None:
    assert only(item(f'spent = {{ path = "v", as = "{conversion}" }}'), {"v": value}).spent == minutes
