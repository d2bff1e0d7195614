"""Lags in elapsed time in the model: through weekends and holidays on the clock of the wall, in the plan, the forecast and the pictures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline

from syncd.model.rows import Item, Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Hours
from syncd.schedule.computing import compute
from syncd.schedule.criticality import criticality_of
from syncd.schedule.days import days_within, later
from syncd.schedule.forecast import Odds, forecast_of
from syncd.schedule.lagging import after_lag
from syncd.schedule.picture import flowchart, lag_told, picture_of
from syncd.schedule.picture_svg import graph
from syncd.schedule.plan import Dates, Finish, Plan, plan_of
from syncd.schedule.quality import milestone_quality
from syncd.schedule.scenario import apply
from syncd.schedule.scenario_document import read_scenario
from syncd.schedule.wiring import End, wiring_of
from tests.model_builders import NOW, item, link, milestone, on, ref, snapshot
from tests.schedule.team_builders import away, company

HOUR, DAY = 60, 1440
ASCENSION = date(2026, 5, 14)  # a Thursday
TODAY = date(2026, 5, 4)  # a Monday


def elapsed(before: str, after: str, minutes: float, relation: str = "FS", **fields: Any) -> Row:
    """A link with a lag in elapsed time."""
    return link(before, after, lag=minutes, lag_in="elapsed", relation=relation, **fields)


def plan(*rows: Row, now: str = "2026-05-04") -> Plan:
    return plan_of(company(*rows, now=on(now), work=Hours(days_off=frozenset({ASCENSION}))))


def dates(key: str, *rows: Row, now: str = "2026-05-04") -> Dates:
    found = plan(*rows, now=now).dates(ref(key))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("relation", "lag", "told", "expected"),
    [
        ("FS", 2 * DAY, "Friday 17:00 is Sunday 17:00: Monday, all day", ("11", "12")),
        ("FS", 3 * DAY, "Friday 17:00 is Monday 17:00: Tuesday", ("12", "13")),
        ("FS", 64 * HOUR, "Friday 17:00 is Monday 09:00: Monday, all day", ("11", "12")),
        ("FS", 68 * HOUR, "Friday 17:00 is Monday 13:00: from then on, to Wednesday 13:00", ("11", "13")),
        ("FS", 5 * DAY, "Friday 17:00 is Wednesday 17:00, and Thursday is a holiday: Friday, and Monday", ("15", "18")),
        ("FS", 6 * DAY, "Friday 17:00 is Thursday 17:00, the holiday counts: Friday, and Monday", ("15", "18")),
        ("FS", -2 * DAY, "Friday 17:00 is Wednesday 17:00: Thursday and Friday", ("07", "08")),
        ("SS", 2 * DAY, "Thursday 09:00 is Saturday 09:00: Monday and Tuesday", ("11", "12")),
        ("SS", 28 * HOUR, "Thursday 09:00 is Friday 13:00: to Tuesday 13:00", ("08", "12")),
        ("FF", 3 * DAY, "Friday 17:00 is Monday 17:00: Friday and Monday", ("08", "11")),
        ("FF", 5 * DAY + 20 * HOUR, "Friday 17:00 is Thursday 13:00, a holiday: not before Wednesday is over", ("12", "13")),
        ("FF", 6 * DAY + 20 * HOUR, "Friday 17:00 is Friday 13:00: from Tuesday 13:00 on", ("12", "15")),
        ("SF", 4 * DAY + 4 * HOUR, "Thursday 09:00 is Monday 13:00: from Thursday 13:00 on", ("07", "11")),
        ("SF", 8 * DAY + 4 * HOUR, "Thursday 09:00 is Friday 13:00: from Tuesday 13:00 on", ("12", "15")),
    ],
)
def test_by_hand_over_a_weekend_and_a_holiday(relation: str, lag: int, told: str, expected: tuple[str, str]) -> None:
    """A takes Thursday and Friday the 8th, B two days from Monday the 4th on; the 14th is a holiday."""
    rows = (item("A", start="2026-05-07", days=2), item("B", days=2), elapsed("A", "B", lag, relation))
    found = dates("B", *rows)
    assert (f"{found.start:%d}", f"{found.finish:%d}") == expected, told
    assert found.by == ref("A")


def test_what_is_due_ends_with_the_work_of_that_date_and_the_lag_begins_there() -> None:
    rows = (item("A", due="2026-05-08"), item("B", days=1))
    assert dates("B", *rows, elapsed("A", "B", 3 * DAY)).start == date(2026, 5, 12)
    assert dates("B", *rows, elapsed("A", "B", 68 * HOUR)).finish == date(2026, 5, 12)  # from Monday 13:00 on
    assert dates("B", item("A", due="2026-05-09"), rows[1], elapsed("A", "B", 2 * DAY)).start == date(2026, 5, 12)
    assert dates("B", *rows, link("A", "B", lag=3 * 480)).start == date(2026, 5, 15)  # after three days of work, and the holiday


def test_the_night_in_which_the_clock_changes_is_as_long_as_the_clock_says() -> None:
    """64 hours after Friday 17:00 are Monday 09:00 on the wall, though 63 hours pass: all of Monday is there for B."""
    rows = (item("A", days=1), item("B", days=1), elapsed("A", "B", 64 * HOUR))
    assert dates("B", *rows, now="2026-03-27").finish == date(2026, 3, 30)
    assert dates("B", *rows[:2], elapsed("A", "B", 65 * HOUR), now="2026-03-27").finish == date(2026, 3, 31)


def test_a_milestone_ends_where_the_lag_before_it_does() -> None:
    rows: list[Row] = [milestone("M", due="2026-05-08"), item("A", days=5), item("B", of="M", status="doing", days=1)]
    made = plan(*rows, elapsed("A", "M", 2 * DAY))
    end = made.end(ref("M"))
    assert end is not None
    assert (end.finish, end.by) == (date(2026, 5, 11), ref("A"))  # Sunday 17:00, when nobody works: the next working instant
    assert made.dates(ref("A")).total_float == 0  # type: ignore[union-attr]


def test_people_have_calendars_of_their_own_and_the_clock_is_one() -> None:
    off = away("Ada", "2026-05-06", "2026-05-08")
    rows = (item("A", days=1), item("B", days=1, assignees="Ada"), elapsed("A", "B", DAY), off)
    assert dates("B", *rows).start == date(2026, 5, 8)  # Tuesday 17:00, then leave until Thursday: it runs beside the leave
    assert dates("B", *rows[:2], elapsed("A", "B", 4 * DAY), off).start == date(2026, 5, 11)


def test_where_the_lag_is_over_before_other_things_it_drives_nothing() -> None:
    rows = (item("A", days=1), item("B", start="2026-05-12", days=1), elapsed("A", "B", 2 * DAY))
    assert (dates("B", *rows).own, dates("B", *rows).by) == ("start", None)


def test_no_lag_is_longer_than_the_calendars_and_that_is_told() -> None:
    made = plan(item("A", days=1), item("B", days=1), elapsed("A", "B", 10**9))
    found = made.dates(ref("B"))
    assert found is not None
    assert found.start == date(2026, 8, 13)  # 100 days after Monday the 4th of May are Wednesday the 12th of August
    assert "nothing counts as longer than 100 days" in made.problems[0]


def test_links_of_both_kinds_count_and_the_order_of_the_rows_does_not() -> None:
    """Two working days are longer over a weekend, three elapsed ones within a week."""
    both = (link("A", "B", lag=960), elapsed("A", "B", 3 * DAY))
    assert dates("B", item("A", days=1), item("B", days=1), *both).start == date(2026, 5, 8)  # Monday + 3
    assert dates("B", item("A", days=5), item("B", days=1), *both).start == date(2026, 5, 13)  # Friday + Monday and Tuesday
    rows = [item("A", days=1), item("B", days=1), *both, elapsed("B", "A", DAY, "SS"), link("B", "A", lag=DAY, relation="SS")]
    wirings = []
    for seed in range(4):
        Random(seed).shuffle(rows)
        wirings.append(list(wiring_of(snapshot(*rows)).wires))
    assert all(one == wirings[0] for one in wirings)
    assert [(wire.lag, wire.elapsed) for wire in wirings[0]] == [(960, False), (4320, True), (1440, True), (1440, False)]


UNITS = {"m": 1, "h": 60, "d": 480, "em": 1, "eh": 60, "ed": 1440, "ew": 10080}
LINKS = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.integers(0, 7),
        st.sampled_from(["FS", "SS", "FF", "SF"]),
        st.integers(-5, 9),
        st.sampled_from([*UNITS]),
    ),
    max_size=12,
    unique_by=lambda one: (min(one[:2]), max(one[:2]), one[2], one[4][0] == "e"),
)
WORK = st.lists(st.tuples(st.integers(1, 2000), st.none() | st.integers(0, 30)), min_size=8, max_size=8)


@settings(max_examples=50)
@given(work=WORK, links=LINKS)
def test_it_is_what_the_command_computes(work: list[tuple[int, int | None]], links: list[tuple[int, int, str, int, str]]) -> None:
    """The same network as a document of `syncd schedule compute` and as rows of the model."""
    begins = [None if after is None else TODAY + timedelta(days=after) for _, after in work]
    ties = [(min(a, b), max(a, b), kind, size, unit) for a, b, kind, size, unit in links if a != b]
    document: dict[str, Any] = {
        "start": TODAY.isoformat(),
        "calendar": {"holidays": [ASCENSION.isoformat()]},
        "items": [
            {"id": f"I-{number}", "duration": f"{minutes}m", **({"not_earlier_than": begin.isoformat()} if begin else {})}
            for number, ((minutes, _), begin) in enumerate(zip(work, begins, strict=True))
        ],
        "links": [
            {"from": f"I-{a}", "to": f"I-{b}", "relation": kind, "lag": f"{size}{unit}"} for a, b, kind, size, unit in ties
        ],
    }
    computed = compute(document)
    assert not computed.problems
    rows: list[Row] = [
        replace(item(f"I-{number}"), start=begin, remaining=Quantity(minutes, "minutes"))
        for number, ((minutes, _), begin) in enumerate(zip(work, begins, strict=True))
    ]
    rows += [
        link(f"I-{a}", f"I-{b}", relation=kind, lag=size * UNITS[unit], lag_in="elapsed" if unit[0] == "e" else "working")
        for a, b, kind, size, unit in ties
    ]
    made = plan(*rows)
    for one in computed.items:
        found = made.dates(ref(one.id))
        assert found is not None
        assert (found.start, found.finish) == (one.early_start.date(), one.early_finish.date())
        assert found.total_float == round(60 * one.total_float)


@settings(max_examples=50)
@given(days=st.integers(1, 8), due=st.none() | st.integers(0, 12), hours=st.integers(-90, 300), mine=st.integers(1, 3))
def test_the_day_that_is_told_is_that_of_the_plan(days: int, due: int | None, hours: int, mine: int) -> None:
    """B begins on the first working day after the lag, or on the day on which it is over where that leaves a part of it."""
    ends = None if due is None else (TODAY + timedelta(days=due)).isoformat()
    tied = elapsed("A", "B", hours * HOUR)
    made = plan(item("A", days=days, due=ends), item("B", days=mine), tied)
    first, second = made.dates(ref("A")), made.dates(ref("B"))
    assert first is not None
    assert second is not None
    time = made.calendar(ref("B"))
    over = after_lag(made, made.snapshot.dependencies[0], Finish(first.finish, clocked=False), time)
    whole = days_within(time, second.start, second.finish) == mine
    begins = later(time, over, 1) if whole else over
    assert second.start == max(begins, TODAY)


def test_leads_and_lags_of_both_kinds_are_counted_alike() -> None:
    rows: list[Row] = [milestone("M", due="2026-05-15"), *(item(key, of="M", days=1) for key in "ABCD")]
    for kind in ("working", "elapsed"):
        ties = [link("A", "B", lag=-60, lag_in=kind), link("B", "C", lag=60, lag_in=kind), link("C", "D")]
        found = {one.code: one for one in milestone_quality(snapshot(*rows, *ties), ref("M")).metrics}
        assert ([one.label for one in found["leads"].offenders], found["leads"].value) == (["B"], 1)
        assert ([one.label for one in found["lags"].offenders], found["lags"].value) == (["C"], 1 / 3)


# ---------------------------------------------------------------------------------------------------------------- forecast


def finished(ratio: float = 1.0) -> Iterator[Item]:
    """Sixty items that took so many times their two days, three a week."""
    for number in range(60):
        ended = TODAY - timedelta(days=3 + 7 * (number // 3))
        began = on((ended - timedelta(days=round(2 * ratio) - 1)).isoformat())
        yield item(
            f"D-{number}",
            of="OLD",
            status="done",
            created_at=began,
            done_at=on(ended.isoformat()),
            estimate=Quantity(960, "minutes"),
        )


def seen(*rows: Row, **given: Any) -> Snapshot:
    return replace(snapshot(milestone("OLD"), *rows, now=on("2026-05-04")), **given)


def odds(*rows: Row, **given: Any) -> Odds:
    return forecast_of(seen(*rows, **given)).odds[ref("M")]


def chain(*links: Row) -> list[Row]:
    work = [item(f"A-{number}", of="M", days=2) for number in range(3)]
    return [*finished(), milestone("M", due="2026-05-15"), *work, *links]


def test_a_forecast_waits_for_elapsed_lags_and_never_the_less_for_longer_ones() -> None:
    """Monday and Tuesday, Wednesday and Thursday, then the lag, then two days."""
    first = link("A-0", "A-1")
    ends = [odds(*chain(first, elapsed("A-1", "A-2", lag * DAY))).p50 for lag in range(-2, 13)]
    assert ends == sorted(ends)
    plain, weekend, week = (ends[lag + 2] for lag in (0, 3, 7))
    assert (plain, weekend, week) == (date(2026, 5, 11), date(2026, 5, 12), date(2026, 5, 18))  # from Fr 8, Mo 11 and Fr 15 on
    assert odds(*chain(first, link("A-1", "A-2", lag=3 * 480))).p50 == date(2026, 5, 14)


def test_what_a_lag_follows_decides_when_the_milestone_ends() -> None:
    """All of them begin today; A-2 waits eight days longer for A-1 than for A-0."""
    made = seen(*chain(link("A-0", "A-2"), elapsed("A-1", "A-2", 8 * DAY)))
    shares = {one.label: share for one, share in criticality_of(made, ref("M")).shares.items()}
    assert (shares["A-1"], shares["A-2"], shares["A-0"]) == (1.0, 1.0, 0.0)


def test_an_elapsed_lag_elsewhere_changes_no_other_forecast() -> None:
    rows: list[Row] = [*finished(2.0), *chain(link("A-0", "A-1", lag=480), link("A-1", "A-2"))[60:]]
    other = (milestone("N", due="2026-06-12"), item("X", of="N", days=3), item("Y", of="N", days=3))
    assert odds(*rows, *other, elapsed("X", "Y", 9 * DAY)) == odds(*rows, *other, link("X", "Y"))


def test_a_milestone_is_forecast_no_earlier_than_the_lag_before_it() -> None:
    rows: list[Row] = [
        *finished(),
        milestone("M", due="2026-05-08"),
        item("A", days=5),
        item("B", of="M", days=1, status="doing"),
    ]
    made = seen(*rows, elapsed("A", "M", 2 * DAY))
    found, end = made.once(forecast_of).odds[ref("M")], plan_of(made).end(ref("M"))
    assert end is not None
    assert (found.p50, found.p, end.finish) == (date(2026, 5, 11), 0.0, date(2026, 5, 11))
    by_weeks = odds(*finished(), *rows[60:], *(item(f"P-{n}", of="M") for n in range(4)), elapsed("A", "M", 9 * DAY))
    assert (by_weeks.method, by_weeks.p50) == ("throughput", date(2026, 5, 18))


# ----------------------------------------------------------------------------------------------- scenarios and pictures


def test_a_scenario_may_have_one() -> None:
    model = snapshot(milestone("M"), item("A", of="M", days=4), item("B", of="M", days=1), now=NOW)
    given = {"links": [{"from": "A", "to": "B", "lag": "2ed"}]}
    scenario, problems = read_scenario(given, model, "late.toml")
    assert not problems
    end = plan_of(apply(model, scenario)).end(ref("M"))
    assert end is not None
    assert end.finish == date(2026, 5, 11)
    (told,) = read_scenario({"links": [{"from": "A", "to": "B", "lag": "2 moons"}]}, model, "late.toml")[1]
    assert (told.text, told.cure) == (
        "'2 moons' is no length of time",
        'Write it as "2d" or "4h", or "2ed" for elapsed time.',
    )


def test_a_picture_tells_days_or_hours_that_pass() -> None:
    rows: list[Row] = [milestone("M"), *(item(key, of="M", days=1) for key in "ABCD")]
    model = snapshot(*rows, elapsed("A", "B", 2 * DAY), elapsed("B", "C", 36 * HOUR, "SS"), link("C", "D", lag=240), now=NOW)
    edges = [line.strip() for line in flowchart(picture_of(model, model.milestones[ref("M")])).splitlines() if "--" in line]
    assert edges == inline(['n0 -->|"+2 ed"| n1', 'n1 -->|"SS +36 eh"| n2', 'n2 -->|"+0.5 d"| n3', "n3 --> n4"])


def test_a_lag_before_a_milestone_is_told_on_the_way_to_it_and_to_its_items() -> None:
    rows: list[Row] = [milestone("M"), item("A", days=2), item("B", of="M", days=1, status="doing"), elapsed("A", "M", 7 * DAY)]
    ending = picture_of(model := snapshot(*rows), model.milestones[ref("M")])
    assert '|"+7 ed"| n2' in flowchart(ending)
    assert "<title>+7 ed</title>" in graph(ending)
    begun = picture_of(model := snapshot(*rows, item("C", of="M", days=1)), model.milestones[ref("M")])
    assert [(row.key, lag_told(row.link)) for row in begun.rows if row.link] == [("C", "+7 ed")]


def test_late_dates_stand_where_the_lag_still_fits() -> None:
    """M is due on Wednesday: B has to begin by Tuesday morning, so A has to end by Saturday, that is by Friday."""
    rows = (milestone("M", due="2026-05-13"), item("A", days=1), item("B", of="M", days=2), elapsed("A", "B", 3 * DAY))
    found = dates("A", *rows)
    assert (found.finish, found.late, found.total_float) == (TODAY, date(2026, 5, 8), 4 * 480)
    assert plan(*rows).path(End(ref("M"))) == (ref("A"), ref("B"))
