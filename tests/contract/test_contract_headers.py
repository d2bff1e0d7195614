"""What answers say of time: one reading, whoever reads."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.contract.headers import LONGEST, instant, retry_after

NOW = datetime(2026, 5, 5, 7, tzinfo=UTC)
HOUR = 3600.0


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("17", 17),
        (" 17 ", 17),
        ("0", 0),
        ("0.5", 0.5),
        ("1.25", 1.25),
        ("30;w=60", 30),
        ("30, 60", 30),
        ("Tue, 05 May 2026 07:02:00 GMT", 120),
        ("Tue, 05 May 2026 09:02:00 +0200", 120),
        ("Tue, 05 May 2026 07:02:00 -0000", 120),
        ("2026-05-05T07:02:00Z", 120),
        ("1777964520", 120),
        ("Tue, 05 May 2026 06:00:00 GMT", -3600),
        ("3600", HOUR),
        ("3601", HOUR),
        ("999999999", HOUR),
        ("99999999999", HOUR),
        ("Tue, 05 May 2099 07:02:00 GMT", HOUR),
        ("999999999999", None),
        ("9" * 40, None),
        ("-3", None),
        ("1e3", None),
        ("٣", None),
        ("soon", None),
        ("Tue, 99 May 2026 07:02:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_no_more_than_an_hour(said: str, wait: float | None) -> None:
    expected = None if wait is None else NOW + timedelta(seconds=wait)
    assert retry_after({"Retry-After": said}, NOW) == expected
    assert retry_after({"retry-after": said}, NOW) == expected


def test_without_the_header_nothing_is_said() -> None:
    assert retry_after({}, NOW) is None


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,15}(\.[0-9]{1,12})?", fullmatch=True))
def test_law_what_can_be_read_is_an_instant_in_utc(text: str) -> None:
    found = instant(text, NOW)
    assert found is None or found.utcoffset() == timedelta()
    until = retry_after({"Retry-After": text}, NOW)
    assert until is None or until <= NOW + LONGEST
