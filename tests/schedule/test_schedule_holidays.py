"""Public holidays: the subdivision decides, and a region that is not there is told with what may be meant."""

from datetime import date

import pytest

from syncd.schedule.holidays_of import holidays_of, incomplete, unknown

YEAR = date(2026, 1, 1), date(2026, 12, 31)


def test_easter_monday_is_a_holiday_in_england_but_not_in_scotland() -> None:
    easter_monday = date(2026, 4, 6)
    assert easter_monday in holidays_of("GB-ENG", *YEAR)
    assert easter_monday not in holidays_of("GB-SCT", *YEAR)
    assert date(2026, 11, 30) in holidays_of("gb-sct", *YEAR)


def test_a_subdivision_adds_to_the_holidays_of_the_country_by_code_or_by_name() -> None:
    assert date(2026, 3, 8) in holidays_of("DE-BE", *YEAR) - holidays_of("DE", *YEAR)
    assert holidays_of("DE-Berlin", *YEAR) == holidays_of("DE-BE", *YEAR)


def test_only_the_days_that_are_asked_for_are_given() -> None:
    assert holidays_of("DE-BE", date(2025, 12, 25), date(2026, 1, 1)) == {
        date(2025, 12, 25),
        date(2025, 12, 26),
        date(2026, 1, 1),
    }


@pytest.mark.parametrize(
    ("region", "told"),
    [
        ("DE-BX", "DE has no region 'BX': did you mean"),
        ("XQ", "there is no country 'XQ'"),
        ("United Kingdom", "there is no country 'UNITED KINGDOM': did you mean one of GB-ENG, GB-NIR, GB-SCT, GB-WLS?"),
        ("Germany-BY", "there is no country 'GERMANY': did you mean DE-BY?"),
        ("japan", "there is no country 'JAPAN': did you mean JP?"),
        ("DE_BY", "there is no country 'DE_BY': did you mean DE-BY?"),
        ("DE-XX", "DE has no region 'XX': there are BB, BE, BW, BY,"),
        ("US-99", "US has no region '99': there are AK, AL,"),
        ("GB-Scotlnd", "GB has no region 'Scotlnd': did you mean Scotland"),
    ],
)
def test_an_unknown_region_is_told_with_suggestions(region: str, told: str) -> None:
    assert (unknown(region) or "").startswith(told)


def test_days_in_place_of_holidays_that_fall_on_a_weekend() -> None:
    assert date(2026, 12, 28) in holidays_of("GB-ENG", *YEAR)
    assert date(2026, 7, 3) in holidays_of("US-CA", *YEAR)
    assert {date(2026, 5, 6), date(2026, 9, 22)} <= holidays_of("JP", *YEAR)
    assert date(2026, 1, 26) in holidays_of("IN", *YEAR)


def test_an_unknown_subdivision_keeps_the_holidays_of_its_country_and_an_unknown_country_none() -> None:
    assert holidays_of("DE-XX", *YEAR) == holidays_of("DE", *YEAR)
    assert holidays_of("Atlantis", *YEAR) == frozenset()


def test_a_country_alone_will_do_only_where_its_subdivisions_have_no_holidays_of_their_own() -> None:
    assert (incomplete("GB") or "").endswith("write one of GB-ENG, GB-NIR, GB-SCT, GB-WLS")
    assert incomplete("DE")
    assert [incomplete(region) for region in ("DE-BE", "FR", "PL", "JP", "nowhere")] == [None] * 5
