"""A plan as a document: dates worked out by hand, and everything that can be wrong with it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.schedule import Planned, Result, compute

WEEK = {"weekdays": [1, 2, 3, 4, 5], "hours_per_day": 8}


def plan(*items: dict[str, Any], links: Any = (), **more: Any) -> Result:
    """January 2026 starts on a Thursday; the plan starts on Monday the 5th."""
    return compute({"start": "2026-01-05", "items": list(items), "links": list(links), **more}, "plan.json")


def item(name: str, duration: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "duration": duration, **more}


def link(before: str, after: str, relation: str = "FS", lag: str = "0") -> dict[str, Any]:
    return {"from": before, "to": after, "relation": relation, "lag": lag}


def dates(result: Result, name: str) -> str:
    """Early start and finish, day and hour of January 2026."""
    assert result.problems == ()
    found = of(result, name)
    return f"{found.early_start:%d %H:%M} - {found.early_finish:%d %H:%M}"


def late(result: Result, name: str) -> str:
    return f"{of(result, name).late_start:%d %H:%M} - {of(result, name).late_finish:%d %H:%M}"


def of(result: Result, name: str) -> Planned:
    return next(one for one in result.items if one.id == name)


@pytest.mark.parametrize(
    ("relation", "lag", "expected"),
    [  # a takes 3 days, Monday 5th to Wednesday 7th; b takes 2
        ("FS", "0", "08 09:00 - 09 17:00"),
        ("FS", "1d", "09 09:00 - 12 17:00"),
        ("FS", "1w", "15 09:00 - 16 17:00"),
        ("FS", "-1d", "07 09:00 - 08 17:00"),
        ("FS", "-4h", "07 13:00 - 09 13:00"),
        ("FS", "4h", "08 13:00 - 12 13:00"),
        ("FS", "3ed", "12 09:00 - 13 17:00"),
        ("FS", "1eh", "08 09:00 - 09 17:00"),
        ("FS", "17eh", "08 10:00 - 12 10:00"),
        ("FS", "1ew", "15 09:00 - 16 17:00"),
        ("SS", "0", "05 09:00 - 06 17:00"),
        ("SS", "2d", "07 09:00 - 08 17:00"),
        ("SS", "1ed", "06 09:00 - 07 17:00"),
        ("FF", "0", "06 09:00 - 07 17:00"),
        ("FF", "1d", "07 09:00 - 08 17:00"),
        ("FF", "1w", "13 09:00 - 14 17:00"),
        ("SF", "1w", "08 09:00 - 09 17:00"),
        ("SF", "0", "05 09:00 - 06 17:00"),
    ],
)
def test_each_relation_with_lags_and_leads(relation: str, lag: str, expected: str) -> None:
    result = plan(item("a", "3d"), item("b", "2d"), links=[link("a", "b", relation, lag)])
    assert dates(result, "a") == "05 09:00 - 07 17:00"
    assert dates(result, "b") == expected


def test_holidays_are_passed_over_by_work_and_by_lags() -> None:
    calendar = {**WEEK, "holidays": ["2026-01-06", date(2026, 1, 9)]}
    result = plan(item("a", "3d"), item("b", "12h"), links=[link("a", "b", lag="1d")], calendar=calendar)
    assert dates(result, "a") == "05 09:00 - 08 17:00"
    assert dates(result, "b") == "13 09:00 - 14 13:00"
    assert (result.makespan, str(result.finish)) == (44, "2026-01-14 13:00:00")
    assert (of(result, "b").early_start_index, of(result, "b").early_finish_index) == (32, 44)


def test_a_week_of_working_time_is_as_long_as_the_pattern() -> None:
    result = plan(item("a", "1w"), item("b", "90m"), links=[link("a", "b")], calendar={"weekdays": [1, 2, 6], "hours_per_day": 6})
    assert dates(result, "a") == "05 09:00 - 10 15:00"
    assert dates(result, "b") == "12 09:00 - 12 10:30"


def test_the_path_with_its_floats_and_what_drives_it() -> None:
    result = plan(
        *(item("a", "2d"), item("b", "3d"), item("c", "1d"), item("d", "1d", not_earlier_than="2026-01-07"), item("e", "0d")),
        links=[link("a", "b"), link("a", "c"), link("b", "e"), link("c", "e"), link("a", "d")],
    )
    found = {one.id: (one.total_float, one.free_float, one.critical, one.driving) for one in result.items}
    assert found == {
        "a": (0, 0, True, ()),
        "b": (0, 0, True, ("a",)),
        "c": (16, 16, False, ("a",)),
        "d": (16, 16, False, ("a",)),
        "e": (0, 0, True, ("b",)),
    }
    assert late(result, "c") == "09 09:00 - 09 17:00"
    assert result.makespan == 40


def test_a_milestone_stands_at_the_end_of_its_predecessors_day_and_work_goes_on_in_the_morning() -> None:
    result = plan(
        *(
            item("begin", "0"),
            item("a", "1d"),
            item("done", "0d"),
            item("b", "1d"),
            item("told", "0d", not_earlier_than="2026-01-08"),
        ),
        links=[link("begin", "a"), link("a", "done"), link("done", "b")],
    )
    assert dates(result, "begin") == "05 09:00 - 05 09:00"
    assert dates(result, "done") == "05 17:00 - 05 17:00"
    assert late(result, "done") == "06 17:00 - 06 17:00"
    assert dates(result, "b") == "06 09:00 - 06 17:00"
    assert dates(result, "told") == "08 09:00 - 08 09:00"


def test_midnight_is_the_end_of_a_day_that_runs_to_it_but_a_date_begins_one() -> None:
    """The office works round the clock from Monday to Friday; Saturday 0:00 is the end of its week."""
    clock = {"weekdays": [1, 2, 3, 4, 5], "hours_per_day": 24}
    result = plan(item("cure", "5ed"), item("cured", "0"), item("b", "1h"), links=[link("cure", "cured")], calendar=clock)
    assert dates(result, "cured") == "10 00:00 - 10 00:00"
    assert [of(result, one).total_float for one in ("cure", "cured", "b")] == [0, 0, 119]
    dated = plan(item("told", "0", not_earlier_than="2026-01-10"), calendar=clock)
    assert dates(dated, "told") == "12 00:00 - 12 00:00"


def test_keys_that_others_use_are_told_and_not_passed_over() -> None:
    wrong = [
        {"id": "a", "duration": "1d"},
        {"id": "b", "duration": "1d", "predecessors": ["a"], "type": "story", "title": "B"},
    ]
    links = [{"from": "a", "to": "b", "type": "SS"}, {"from": "a", "to": "b", "relation": "FF", "type": "hard"}]
    found = compute({"start": "2026-01-05", "items": wrong, "links": links, "calendar": {"working_days": [1]}})
    assert [(one.key, one.cure) for one in found.problems] == [
        ("calendar.working_days", "Write weekdays."),
        ("items[1].predecessors", 'Write "links" beside "items", each with "from" and "to".'),
        ("links[0].type", "Write relation."),
    ]


def test_links_of_one_relation_with_several_lags_all_hold_and_tuples_do_as_well_as_lists() -> None:
    items = (item("a", "1d"), item("b", "1d"))
    result = compute({"start": "2026-01-05", "items": items, "links": (link("a", "b", "FS", "3d"), link("a", "b", "FS", "1d"))})
    assert dates(result, "b") == "09 09:00 - 09 17:00"


def test_a_milestone_without_links_stands_at_the_plans_start() -> None:
    result = plan(item("begin", "0"), item("said", "0", not_earlier_than="2026-01-12T17:00"), start="2026-01-09T17:00")
    assert dates(result, "begin") == f"{result.start:%d %H:%M} - {result.start:%d %H:%M}" == "12 09:00 - 12 09:00"
    assert dates(result, "said") == "12 17:00 - 12 17:00"


def test_a_deadline_holds_to_its_end_and_shows_negative_float() -> None:
    items, links = (item("a", "3d"), item("b", "2d"), item("c", "1d")), [link("a", "b"), link("a", "c")]
    result = plan(*items, links=links, deadline="2026-01-08")
    assert [one.total_float for one in result.items] == [-8, -8, 0]
    assert late(result, "a") == "02 09:00 - 06 17:00"
    assert late(result, "b") == "07 09:00 - 08 17:00"
    met = plan(*items, links=links, deadline="2026-01-09")
    assert [one.total_float for one in met.items] == [0, 0, 8]


def test_two_calendars_hand_over_on_the_wall() -> None:
    """Friday's work of the office is carried on at the weekend, and that on Monday."""
    result = plan(
        *(item("office", "5d"), item("weekend", "8h", calendar="weekend"), item("after", "1d")),
        links=[link("office", "weekend"), link("weekend", "after")],
        calendars={"weekend": {"weekdays": [6, 7], "hours_per_day": 4, "start_of_day": "10:00"}},
    )
    assert dates(result, "office") == "05 09:00 - 09 17:00"
    assert dates(result, "weekend") == "10 10:00 - 11 14:00"
    assert dates(result, "after") == "12 09:00 - 12 17:00"
    assert [one.total_float for one in result.items] == [0, 0, 0]


def test_a_plan_that_starts_on_a_weekend_counts_from_there_on_each_calendar() -> None:
    result = plan(
        *(item("a", "1d"), item("b", "1d", calendar="always")),
        start="2026-01-10",
        calendars={"always": {"weekdays": [1, 2, 3, 4, 5, 6, 7]}},
    )
    assert [one.early_start_index for one in result.items] == [0, 0]
    assert dates(result, "a") == "12 09:00 - 12 17:00"
    assert dates(result, "b") == "10 09:00 - 10 17:00"
    assert (of(result, "b").total_float, result.makespan) == (16, 8)


def test_elapsed_work_runs_around_the_clock() -> None:
    result = plan(item("a", "5d"), item("dry", "36eh"), item("b", "1d"), links=[link("a", "dry"), link("dry", "b")])
    assert dates(result, "dry") == "09 17:00 - 11 05:00"
    assert dates(result, "b") == "12 09:00 - 12 17:00"
    assert of(result, "dry").total_float == 28
    assert dates(plan(item("dry", "1ed")), "dry") == "05 09:00 - 06 09:00"
    assert dates(plan(item("dry", "1ed", not_earlier_than="2026-01-10")), "dry") == "10 09:00 - 11 09:00"


def test_with_a_zone_dates_have_its_offset_on_both_sides_of_the_change() -> None:
    document = {"start": "2026-03-27", "zone": "Europe/Berlin", "items": [item("a", "2d"), item("e", "2ed")]}
    found = compute(document).items
    assert (found[0].early_start.isoformat(), found[0].early_finish.isoformat()) == (
        "2026-03-27T09:00:00+01:00",
        "2026-03-30T17:00:00+02:00",
    )
    assert found[1].early_finish.isoformat() == "2026-03-29T09:00:00+02:00"


def test_times_of_the_day_are_kept() -> None:
    result = plan(item("a", "8h"), item("b", "1h", not_earlier_than="2026-01-07T18:30"), start="2026-01-05T13:00")
    assert dates(result, "a") == "05 13:00 - 06 13:00"
    assert dates(result, "b") == "08 09:00 - 08 10:00"
    zoned = compute({"start": "2026-01-05T12:00:00+00:00", "zone": "Europe/Berlin", "items": [item("a", "1h")]})
    assert zoned.items[0].early_start.isoformat() == "2026-01-05T13:00:00+01:00"


def test_a_cycle_is_printed_and_the_rest_has_dates() -> None:
    result = plan(item("a", "1d"), item("b", "1d"), item("c", "1d"), links=[link("a", "b"), link("b", "a"), link("b", "c")])
    assert result.cycles == (("a", "b"),)
    assert [str(one) for one in result.problems] == [
        "plan.json: links: items wait for each other: a -> b -> a. Remove one of these links."
    ]
    assert of(result, "c").early_start_index == 8


GOOD = item("a", "1d")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "it holds no plan"),
        ({}, "start: it is missing"),
        ({"items": []}, "items: there are none"),
        ({"items": {}}, "items: there are none"),
        ({"items": ["a"]}, "items[0]: it has no id"),
        ({"items": [{"id": "a"}]}, "items[0].duration: it is missing"),
        ({"items": [GOOD, GOOD]}, "items[1]: 'a' is the id of items[0] too"),
        ({"items": [item("a", "-1d")]}, "items[0].duration: '-1d' is below zero"),
        ({"items": [item("a", float("nan"))]}, "items[0].duration: nan is no length of time"),
        ({"items": [item("a", float("inf"))]}, "items[0].duration: inf is no length of time"),
        ({"items": [item("a", 3)]}, "items[0].duration: 3 has no unit"),
        ({"items": [item("a", True)]}, "items[0].duration: True is no length of time"),
        ({"items": [item("a", "soon")]}, "items[0].duration: 'soon' is no length of time"),
        ({"items": [item("a", "999999999d")]}, "items[0].duration: '999999999d' is longer than 100,000 days"),
        ({"items": [item("a", "90000d")]}, "it cannot be computed, because"),
        ({"items": [item("a", "1d", not_earlier_than="2101-01-01")]}, "items[0].not_earlier_than: 2101-01-01 lies outside 1970-01-01 to"),
        ({"items": [item("a", "1d", not_earlier_than="soon")]}, "items[0].not_earlier_than: 'soon' is no date"),
        ({"items": [item("a", "1d", calendar="night")]}, "items[0].calendar: there is no calendar 'night'"),
        ({"items": [item("a", "1d", not_earlier="2026-01-06")]}, "items[0].not_earlier: there is no such key. Write not_earlier_than."),
        ({"start": "1969-12-31"}, "start: 1969-12-31 lies outside 1970-01-01 to 2100-12-31"),
        ({"start": "2026-02-30"}, "start: '2026-02-30' is no date"),
        ({"start": 5}, "start: 5 is no date"),
        ({"start": "2026-01-05T09:00+01:00"}, "start: '2026-01-05T09:00+01:00' has an offset, but the plan has no zone"),
        ({"zone": "Europe/Nowhere"}, "zone: 'Europe/Nowhere' is no time zone"),
        ({"zone": "../etc"}, "zone: '../etc' is no time zone"),
        ({"zone": 7}, "zone: 7 is no time zone"),
        ({"deadline": "x"}, "deadline: 'x' is no date"),
        ({"calendar": 5}, "calendar: it is no calendar"),
        ({"calendar": {"weekdays": []}}, "calendar.weekdays: the calendar has no working day"),
        ({"calendar": {"weekdays": [0]}}, "calendar.weekdays: [0] are no weekdays"),
        ({"calendar": {"weekdays": ["Mon"]}}, "calendar.weekdays: ['Mon'] are no weekdays"),
        ({"calendar": {"hours_per_day": 25}}, "calendar.hours_per_day: 25 is no number of hours of a day"),
        ({"calendar": {"hours_per_day": float("nan")}}, "calendar.hours_per_day: nan is no number of hours of a day"),
        ({"calendar": {"holidays": ["Easter"]}}, "calendar.holidays[0]: 'Easter' is no date"),
        ({"calendar": {"holidays": "2026-01-06"}}, "calendar.holidays: it is no list"),
        ({"calendar": {"start_of_day": "25:00"}}, "calendar.start_of_day: '25:00' is no time of the day"),
        ({"calendar": {"start_of_day": "20:00"}}, "calendar.start_of_day: a day that begins at 20:00 and has 8 hours runs past midnight"),
        ({"calendars": []}, "calendars: it is no object"),
        ({"calendars": {"night": {"weekdays": []}}}, "calendars.night.weekdays: the calendar has no working day"),
        ({"links": {}}, "links: it is no list"),
        ({"links": ["a"]}, "links[0]: it is no link"),
        ({"links": [{"from": "a"}]}, "links[0].to: it is missing"),
        ({"links": [link("a", "b")]}, "links[0].to: there is no item 'b'"),
        ({"links": [link("a", "a")]}, "links[0]: it links an item to itself: a -> a (FS)"),
        ({"links": [link("a", "a", "XX")]}, "links[0].relation: 'XX' is no relation. Give one of FS, SS, FF, SF."),
        ({"links": [link("a", "a", lag="far")]}, "links[0].lag: 'far' is no length of time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(document: Any, expected: str) -> None:
    base = {"start": "2026-01-05", "items": [GOOD]} if isinstance(document, dict) and document else {}
    result = compute({**base, **document} if isinstance(document, dict) else document, "plan.json")
    assert expected in "\n".join(str(problem) for problem in result.problems)
    assert all(problem.cure for problem in result.problems)


def test_all_problems_are_shown_together() -> None:
    result = compute({"zone": "X/Y", "items": [item("a", "x"), GOOD], "links": [link("a", "b"), link("a", "a")]})
    assert [problem.key for problem in result.problems] == [
        "zone",
        "start",
        "items[0].duration",
        "items[1]",
        "links[0].to",
        "links[1]",
    ]
    assert result.items == ()


def test_what_cannot_be_read_is_left_out_and_the_rest_goes_on() -> None:
    result = plan(item("a", "x"), item("b", "1d"), item("c", "1d"), links=[link("a", "b"), link("b", "c"), link("b", "c")])
    assert [one.id for one in result.items] == ["b", "c"]
    assert of(result, "c").early_start_index == 8
    assert [problem.key for problem in result.problems] == ["items[0].duration", "links[2]"]


KEYS = [
    "start",
    "deadline",
    "zone",
    "calendar",
    "calendars",
    "items",
    "links",
    "id",
    "duration",
    "not_earlier_than",
    "from",
    "to",
]
KEYS += ["relation", "lag", "weekdays", "hours_per_day", "holidays", "start_of_day"]
ODD = st.sampled_from(
    ["a", "b", "1d", "-2ew", "2026-01-05", "9999-12-31", "FF", "SF", "Europe/Berlin", "09:00", 1, 7, 8.5, -1, 1e300, None, True]
)
VALUES = ODD | st.lists(ODD, max_size=3) | st.dictionaries(st.sampled_from(KEYS), ODD, max_size=3)
PARTS = st.lists(st.dictionaries(st.sampled_from(KEYS), ODD, max_size=5), max_size=3)


@given(st.dictionaries(st.sampled_from(KEYS[:7]), VALUES, max_size=3), PARTS)
@settings(max_examples=60, deadline=None)
def test_no_document_is_an_exception(document: dict[str, Any], parts: list[Any]) -> None:
    for given_ in (
        document,
        {"start": "2026-01-05", "items": [item("a", "1d"), item("b", "2d"), *parts], "links": parts, **document},
    ):
        found = compute(given_)
        assert found.items or found.problems
