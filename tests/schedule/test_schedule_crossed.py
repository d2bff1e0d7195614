"""Dates of networks with calendars: against a slow way that walks over the hours, and by what floats promise."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.schedule import Calendar, Network, NotComputable, Schedule, WorkingTime, crossed, crossed_many
from syncd.schedule.crossing import Crossing
from tests.schedule.stepping import HOURS, Tie, Work, Works, ends, forward

MONDAY = date(2026, 1, 5)
DAYS = HOURS // 24
START = 24 * 21
"""The plans start three weeks after the calendars do."""


def calendars(*hours: tuple[int, ...], off: int = 9) -> tuple[list[WorkingTime], Works]:
    """Calendars with so many hours a day from Monday on, one date off in the fourth week, and the hours that they work."""
    made = [
        Calendar([60 * h for h in week], frozenset({MONDAY + timedelta(days=21 + off + n)}), start_of_day=60 * (4 + n))
        for n, week in enumerate(hours)
    ]
    compiled = [one.compile(MONDAY, MONDAY + timedelta(days=DAYS)) for one in made]
    works = [[4 + n <= h % 24 < 4 + n + one.minutes[h // 24] // 60 for h in range(HOURS)] for n, one in enumerate(compiled)]
    return compiled, works


@st.composite
def plans(draw: st.DrawFn, relations: str = "FS SS FF SF", many: int = 2) -> Any:
    weeks = st.lists(st.integers(0, 5), min_size=7, max_size=7).filter(lambda week: sum(week) >= 3).map(tuple)
    hours = draw(st.lists(weeks, min_size=1, max_size=many))
    size = draw(st.integers(1, 6))
    work = st.builds(Work, st.integers(0, 9), st.integers(0, len(hours) - 1), st.integers(START - 5, START + 150))
    items = [draw(work) for _ in range(size)]
    pairs = draw(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1] < size), max_size=8))
    link = st.tuples(st.sampled_from(relations.split()), st.integers(-6, 12), st.booleans())
    links = [Tie(a, b, *draw(link)) for a, b in sorted(pairs)]
    return hours, items, links


def scheduled(compiled: list[WorkingTime], items: list[Work], links: list[Tie], **options: Any) -> Schedule:
    network = Network.of(
        len(items),
        [link.before for link in links],
        [link.after for link in links],
        [link.relation for link in links] or None,
        [60 * link.lag for link in links],
        [link.elapsed for link in links],
    )
    not_earlier = np.datetime64(MONDAY, "m") + np.array([60 * item.not_earlier for item in items])
    return crossed(
        network,
        [60 * item.hours for item in items],
        compiled,
        [item.calendar for item in items],
        start=at(START),
        not_earlier=not_earlier,
        **options,
    )


def at(hour: int) -> datetime:
    return datetime.combine(MONDAY, time()) + timedelta(hours=hour)


def hour_of(calendar: WorkingTime, index: int) -> int:
    moment: Any = calendar.start(index).item()
    return int((moment - at(0)) // timedelta(hours=1))


def index(compiled: list[WorkingTime], items: list[Work], hours: list[int]) -> list[int]:
    return [int(compiled[item.calendar].index(at(hour))) for item, hour in zip(items, hours, strict=True)]


@given(plans())
@settings(max_examples=60, deadline=None)
def test_early_dates_are_those_that_walking_over_the_hours_finds(plan: Any) -> None:
    hours, items, links = plan
    compiled, works = calendars(*hours)
    found = scheduled(compiled, items, links)
    starts = forward(works, items, links, START)
    assert found.early_start.tolist() == index(compiled, items, starts)
    assert found.early_finish.tolist() == index(compiled, items, ends(works, items, starts))
    assert at(0) + timedelta(minutes=found.finish) == at(max(ends(works, items, starts)))
    shown = [
        compiled[item.calendar].start(start) if item.hours or opens else compiled[item.calendar].finish(start)
        for item, start, opens in zip(items, found.early_start.tolist(), found.opens.tolist(), strict=True)
    ]
    assert [one.item() for one in shown] == [at(hour) for hour in starts]


@given(plans(relations="FS FF"))
@settings(max_examples=25, deadline=None)
def test_total_float_is_how_far_an_item_can_move_without_moving_the_finish(plan: Any) -> None:
    hours, items, links = plan
    compiled, works = calendars(*hours)
    found = scheduled(compiled, items, links)
    assert (found.free_float >= 0).all()
    assert (found.free_float <= found.total_float).all()
    for number, item in enumerate(items):
        if item.hours:
            for moved, stays in ((0, True), (60, False)):
                late = int(found.early_start[number] + found.total_float[number] + moved)
                hour = hour_of(compiled[item.calendar], late)
                again = max(ends(works, items, forward(works, items, links, START, {number: hour})))
                assert (timedelta(hours=again) <= timedelta(minutes=found.finish)) is stays


@given(plans(many=1))
@settings(max_examples=25, deadline=None)
def test_free_float_is_how_far_an_item_can_move_without_moving_another(plan: Any) -> None:
    hours, items, links = plan
    compiled, works = calendars(*hours)
    links = [Tie(one.before, one.after, one.relation, one.lag) for one in links]
    found = scheduled(compiled, items, links)
    for number in (n for n, item in enumerate(items) if item.hours):
        for moved, stays in ((0, True), (60, False)):
            late = int(found.early_start[number] + found.free_float[number] + moved)
            again = forward(works, items, links, START, {number: hour_of(compiled[0], late)})
            others = [n for n in range(len(items)) if n != number]
            same = index(compiled, [items[n] for n in others], [again[n] for n in others]) == [
                int(found.early_start[n]) for n in others
            ]
            last = max(index(compiled, items, ends(works, items, again)))
            assert (same and last <= int(found.early_finish.max())) is stays


dues = st.lists(st.none() | st.integers(START, START + 150), min_size=6, max_size=6)


def instants(hours: list[int | None], items: list[Work]) -> Any:
    return np.array([None if hour is None else at(hour) for hour, _ in zip(hours, items, strict=False)], "datetime64[m]")


@given(plans(), dues)
@settings(max_examples=60, deadline=None)
def test_nothing_ends_before_it_may_nor_starts_elsewhere_before_that(plan: Any, due: list[int | None]) -> None:
    hours, items, links = plan
    compiled, _ = calendars(*hours)
    found = scheduled(compiled, items, links, not_done=instants(due, items))
    free = scheduled(compiled, items, links)
    assert (found.early_start >= free.early_start).all()
    for item, hour, end in zip(items, due, found.early_finish.tolist(), strict=False):
        assert hour is None or end >= compiled[item.calendar].index(at(hour))
    for link in links:
        one, other, hour = items[link.before], items[link.after], due[link.before]
        if link.relation == "FS" and not link.lag and hour is not None and one.calendar != other.calendar and other.hours:
            assert compiled[other.calendar].start(found.early_start[link.after]).item() >= at(hour)


@given(plans(), dues, st.lists(st.integers(0, 9), min_size=6, max_size=6), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_each_of_many_draws_is_a_schedule_of_its_own(plan: Any, due: list[int | None], more: list[int], times: int) -> None:
    hours, items, links = plan
    compiled, _ = calendars(*hours)
    not_done = instants(due, items)
    drawn = [items, [replace(item, hours=hour) for item, hour in zip(items, more, strict=False)]] * times
    each = [scheduled(compiled, row, links, not_done=not_done) for row in drawn]
    found = crossed_many(
        each[0].network,
        [[60 * item.hours for item in row] for row in drawn],
        compiled,
        [item.calendar for item in items],
        start=at(START),
        not_earlier=[at(item.not_earlier) for item in items],
        not_done=not_done,
        watched=[0],
    )
    assert found.finishes.tolist() == [one.finish for one in each]
    ended = np.datetime64(MONDAY, "m") + found.watched[:, 0]
    assert compiled[items[0].calendar].index(ended).tolist() == [int(one.early_finish[0]) for one in each]


@given(plans(), dues, st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_what_is_critical_leads_to_the_end_without_room_for_a_day_of_work(plan: Any, due: list[int | None], end: int) -> None:
    hours, items, links = plan
    compiled, _ = calendars(*hours)
    end, not_done = end % len(items), instants(due, items)
    found = scheduled(compiled, items, links, not_done=not_done)
    leads = [
        drives and not leaves_room(compiled, items, link, found, not_done)
        for link, drives in zip(links, found.driving.tolist(), strict=True)
    ]
    way = {end}
    for _ in links:
        way |= {link.before for link, lead in zip(links, leads, strict=True) if lead and link.after in way}
    drawn = crossed_many(
        found.network,
        [[60 * item.hours for item in items]] * 2,
        compiled,
        [item.calendar for item in items],
        start=at(START),
        not_earlier=[at(item.not_earlier) for item in items],
        not_done=not_done,
        towards=end,
    )
    assert drawn.critical.tolist() == [2 * (item in way) for item in range(len(items))]


def leaves_room(compiled: list[WorkingTime], items: list[Work], link: Tie, found: Schedule, not_done: Any) -> bool:
    """Whether, between two calendars or over time that elapses, the first could be a day of its own later, and the second is as it was."""
    one, other = items[link.before], items[link.after]
    if (one.calendar == other.calendar and not (link.elapsed and link.lag)) or not other.hours:
        return False
    begins = compiled[one.calendar].start(found.early_start[link.before] + compiled[one.calendar].longest)
    pair = Tie(0, 1, link.relation, link.lag, link.elapsed)
    network = Network.of(2, [0], [1], [pair.relation], [60 * pair.lag], [pair.elapsed])
    again = crossed(
        network,
        [60 * one.hours, 60 * other.hours],
        compiled,
        [one.calendar, other.calendar],
        start=at(START),
        not_earlier=np.array([begins, compiled[other.calendar].start(found.early_start[link.after])], "datetime64[m]"),
        not_done=not_done[[link.before, link.after]],
    )
    return bool(again.early_start[1] == found.early_start[link.after])


@pytest.mark.parametrize(
    ("second", "away", "critical"),
    [
        (2, 0, [1, 1]),  # a day of eight hours, then half days from the next morning on
        (2, 1, [0, 1]),  # the second one is not there until the day after
        (6, 1, [1, 1]),  # it takes no time, and so nobody
    ],
)
def test_who_is_away_decides_and_what_ends_before_does_not(second: int, away: int, critical: list[int]) -> None:
    """Six hours of Monday; what waits for them is somebody's who works until noon."""
    week = (480,) * 5 + (0, 0)
    off = frozenset(MONDAY + timedelta(days=21 + n + 1) for n in range(away))
    full, half = Calendar(week), Calendar((240,) * 5 + (0, 0), off)
    compiled = [one.compile(MONDAY, MONDAY + timedelta(days=DAYS)) for one in (full, half)]
    network = Network.of(2, [0], [1])
    found = crossed_many(network, [[360, 60 * (second % 6)]], compiled, [0, 1], start=at(START), towards=1)
    assert found.critical.tolist() == critical


@given(plans(), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_more_delay_never_makes_anything_earlier(plan: Any, more: int) -> None:
    hours, items, links = plan
    compiled, _ = calendars(*hours)
    before = scheduled(compiled, items, links)
    later = [Work(items[0].hours, items[0].calendar, items[0].not_earlier + more), *items[1:]]
    after = scheduled(compiled, later, links)
    assert (after.early_start >= before.early_start).all()
    assert after.finish >= before.finish


@given(plans(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_input_does_not_matter(plan: Any, random: Any) -> None:
    hours, items, links = plan
    compiled, _ = calendars(*hours)
    place = list(range(len(items)))
    random.shuffle(place)
    moved = [items[place.index(n)] for n in range(len(items))]
    other = [Tie(place[one.before], place[one.after], one.relation, one.lag, one.elapsed) for one in reversed(links)]
    here, there = scheduled(compiled, items, links), scheduled(compiled, moved, other)
    for name in ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float", "critical"):
        assert getattr(here, name).tolist() == getattr(there, name)[place].tolist()
    assert here.driving.tolist() == there.driving[::-1].tolist()


@given(st.lists(st.lists(st.sampled_from([0, 0, 0, 1, 30, 480]), min_size=20, max_size=20), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_times_of_many_calendars_are_those_of_each(days: list[list[int]]) -> None:
    odd = [[*minutes, 7] for minutes in days]  # one day at least is worked
    compiled = [
        Calendar((480,) * 7, absences={MONDAY + timedelta(days=n): 480 - one for n, one in enumerate(minutes)}).compile(
            MONDAY, MONDAY + timedelta(days=len(minutes))
        )
        for minutes in odd
    ]
    crossing = Crossing.of(compiled)
    for number, (time_, minutes) in enumerate(zip(compiled, odd, strict=True)):
        assert time_.total == sum(minutes)
        index = np.arange(time_.total)
        of = np.full(len(index), number)
        starts = np.datetime64(MONDAY, "m") + crossing.wall(of, 2 * index + 1)
        assert starts.tolist() == time_.start(index).tolist()
        ended = np.datetime64(MONDAY, "m") + crossing.wall(of, 2 * index + 2)
        assert ended.tolist() == time_.finish(index + 1).tolist()


def test_draws_that_run_out_of_the_calendars_end_with_them_where_that_is_asked_for() -> None:
    compiled, _ = calendars((8,) * 7, (4, 4, 4, 4, 4, 0, 0))
    network = Network.of(3, [0, 1], [1, 2], None, [0, 0])
    durations = [[60, 60, 60], [60 * 10_000, 60, 60]]
    found = crossed_many(network, durations, compiled, [0, 1, 0], start=at(START), endless=True, watched=[2], towards=2)
    soon, never = (np.datetime64(MONDAY, "m") + found.watched[:, 0]).tolist()
    assert soon < at(START + 48)
    assert never > at(HOURS - 24 * 4)
    assert found.critical.tolist() == [2, 2, 2]
    with pytest.raises(NotComputable, match="because"):
        crossed_many(network, durations, compiled, [0, 1, 0], start=at(START))


def test_dates_beyond_the_calendars_are_not_computable() -> None:
    compiled, _ = calendars((8,) * 7)
    with pytest.raises(NotComputable, match="because"):
        scheduled(compiled, [Work(10_000)], [])
    with pytest.raises(NotComputable, match="because"):
        scheduled(compiled, [Work(1), Work(1)], [Tie(0, 1, "FS", 24 * 365, elapsed=True)])
    with pytest.raises(NotComputable, match="different dates"):
        crossed(Network.of(1, [], []), [1], [*compiled, Calendar().compile(MONDAY, date(2027, 1, 1))], start=at(0))
