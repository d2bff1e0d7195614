"""Jira's query texts and cursors: nothing that changed after the watermark is left out, in any zone, on any night."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.jira.cursor import Cursor, instant, parse
from connectors.jira.jql import after_minute_of, ids_of, issues_of
from connectors.jira.paging import Place
from syncd.demo.jira_jql import Site
from syncd.demo.jira_jql import parse as parsed

ZONES = ("Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe", "UTC")
MOMENTS = st.timedeltas(timedelta(), timedelta(days=730)).map(lambda after: datetime(2025, 1, 1, tzinfo=UTC) + after)


def floor(since: datetime, zone: str | None) -> str:
    """The date in the query."""
    return issues_of("PLAT", since, zone).split('"')[3]


def readings(text: str, zone: str) -> list[datetime]:
    """The moments that a server may take the text for: an hour that comes twice has two."""
    local = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


@given(MOMENTS, st.sampled_from(ZONES))
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin")
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin")
@example(datetime(2026, 3, 29, 1, 1, tzinfo=UTC), "Europe/Berlin")
def test_the_query_begins_before_the_watermark_and_not_long_before(since: datetime, zone: str) -> None:
    for begin in readings(floor(since, zone), zone):
        assert timedelta(minutes=2) <= since - begin < timedelta(hours=2, minutes=3)


@given(MOMENTS, st.sampled_from(ZONES))
def test_an_unknown_zone_only_makes_it_earlier(since: datetime, zone: str) -> None:
    for unknown in (None, "Mars/Olympus", "../etc"):
        assert all(begin < since for begin in readings(floor(since, unknown), zone))


def test_a_query_names_project_moment_and_a_steady_order() -> None:
    since = datetime(2026, 5, 5, 7, 0, 59, tzinfo=UTC)
    assert issues_of("PLAT", since, "Europe/Berlin") == (
        'project = "PLAT" AND updated >= "2026-05-05 08:58" ORDER BY updated DESC, key DESC'
    )
    assert issues_of("PLAT") == 'project = "PLAT" ORDER BY updated DESC, key DESC'
    assert ids_of("PLAT") == 'project = "PLAT" ORDER BY created ASC, key ASC'


@pytest.mark.parametrize(("zone", "text"), [("Europe/Berlin", "2026-05-05 09:01"), (None, "2026-05-05 07:01")])
def test_what_is_newer_than_a_minute_begins_with_the_next(zone: str | None, text: str) -> None:
    for second in (0, 59):
        assert f'updated >= "{text}" ' in after_minute_of("PLAT", datetime(2026, 5, 5, 7, 0, second, tzinfo=UTC), zone)


@given(st.text(min_size=1).filter(str.strip))
def test_a_project_of_any_name_stays_one_word_of_the_query(name: str) -> None:
    site = Site({name: "1"}, ZoneInfo("UTC"), datetime(2026, 5, 5, tzinfo=UTC))
    query = parsed(issues_of(name), site)
    assert query.matches({"fields": {"project": {"key": name}}})
    assert not query.matches({"fields": {"project": {"key": name + "x"}}})


MAYBE = st.none() | MOMENTS
PLACES = st.builds(
    Place, token=st.none() | st.text(min_size=1), offset=st.integers(0, 10**6), total=st.none() | st.integers(1, 10**6)
)


@given(st.builds(Cursor, since=MAYBE, began=MAYBE, head=MAYBE, latest=MAYBE, place=PLACES))
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert parse(str(cursor)) == cursor


@given(
    since=MAYBE,
    began=MOMENTS,
    took=st.timedeltas(timedelta(), timedelta(days=2)),
    first=st.lists(MOMENTS, max_size=4),
    rest=st.lists(MOMENTS, max_size=4),
)
def test_the_watermark_never_goes_back_and_never_past_what_the_scan_can_have_missed(
    since: datetime | None, began: datetime, took: timedelta, first: list[datetime], rest: list[datetime]
) -> None:
    after = Cursor(since=since).at(began).seen(first, Place(token="next")).done(rest, began + took)
    assert (after.began, after.head, after.latest, after.place) == (None, None, None, Place())
    latest = [max(first + rest) - took] if first or rest else []
    assert after.since == max([*first, *latest, *([since] if since else [])], default=None)


def test_a_place_of_the_first_form_is_forgotten_and_its_watermark_kept() -> None:
    text = '{"since":"2026-05-05T07:00:00+00:00","began":"2026-05-05T08:00:00+00:00","place":{"offset":100,"total":250}}'
    assert parse(text) == Cursor(since=datetime(2026, 5, 5, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "5", "null", '{"place": 3}', '{"place": {"page": 1}}', '{"since": 5}', "whole"]
)
def test_a_text_that_is_no_cursor_means_the_beginning(text: str | None) -> None:
    assert parse(text) == Cursor()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2021-03-28T16:06:08.713+0800", datetime(2021, 3, 28, 8, 6, 8, 713_000, tzinfo=UTC)),
        ("2023-07-27T06:13:47.000Z", datetime(2023, 7, 27, 6, 13, 47, tzinfo=UTC)),
        ("2023-07-27T06:13:47", datetime(2023, 7, 27, 6, 13, 47, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
        (5, None),
    ],
)
def test_moments_are_read_as_jira_writes_them(said: object, meant: datetime | None) -> None:
    assert instant(said) == meant
