"""Numbers, dates and times as people write them."""

from datetime import UTC, date, datetime

import pytest

from syncd.decide.wording import Dates, count


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "working day", "1 working day"),
        (2, "working day", "2 working days"),
        (0, "item", "0 items"),
        (-1, "working day", "-1 working day"),
        (3, "working day late", "3 working days late"),
        (11, "item without a date", "11 items without a date"),
        (2, "dependency", "2 dependencies"),
        (2, "person", "2 people"),
        (3, "branch of acme", "3 branches of acme"),
        (40, "%", "40 %"),
        (2, "", "2"),
    ],
)
def test_a_number_agrees_with_its_unit(value: int, unit: str, text: str) -> None:
    assert count(value, unit) == text


def test_the_year_is_said_when_it_is_another_one() -> None:
    dates = Dates()
    days = [date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 4), date(2027, 1, 5)]
    assert [dates.day(day) for day in days] == ["Thu 31 Dec 2026", "Tue 1 Dec", "Mon 4 Jan 2027", "Tue 5 Jan"]


def test_the_time_of_the_facts_is_in_the_readers_zone() -> None:
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert Dates().moment(at, "Europe/Berlin") == "Fri 1 Jan 2027, 00:30 CET"
    assert Dates().moment(at, "America/Sao_Paulo") == "Thu 31 Dec 2026, 20:30 UTC-03"
