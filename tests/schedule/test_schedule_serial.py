"""One thing at a time: nothing overlaps, nothing starts too early, and going backward and forward never makes it worse."""

import time
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.schedule.serial import Job, Placed, Worker, _forward, level

WEEK = [0.0]
for number in range(60):
    WEEK.append(WEEK[-1] + (480 if number % 7 < 5 else 0))
ADA, BO = Worker(WEEK), Worker([480.0 * day for day in range(61)])


def jobs_of(*given: tuple[int, int, int], **more: object) -> list[Job]:
    """Hours, first day, due day; each is a milestone of its own, and all of them are one worker's."""
    return [
        Job(minutes=60 * hours, who=(0,), release=first, due=due, group=number)
        for number, (hours, first, due) in enumerate(given)
    ]


def test_what_is_due_first_is_done_first_and_weekends_are_free() -> None:
    placed = level(jobs_of((24, 0, 8), (24, 0, 2)), [ADA])
    assert [(round(placed.slots[one].start, 3), round(placed.slots[one].finish, 3)) for one in (1, 0)] == [(0, 3), (3, 8)]
    assert sum(placed.late().values()) == 0


def test_late_is_counted_in_days_or_on_a_clock() -> None:
    placed = level(jobs_of((48, 0, 3)), [ADA])  # done on the Monday
    assert placed.late() == {0: pytest.approx(4.0)}
    assert level(jobs_of((48, 0, 3)), [ADA], ADA).late() == {0: pytest.approx(2 * 480)}


def test_a_job_takes_the_room_before_one_that_begins_later() -> None:
    placed = level([Job(480, (0,), release=2, due=2, group=0), Job(960, (0,), due=20, group=1)], [ADA])
    assert (placed.slots[0].start, placed.slots[1].finish) == (2, 2)


def test_of_several_people_the_one_who_is_done_first_does_it() -> None:
    placed = level([Job(480, (0, 1), due=0, group=number) for number in range(4)], [ADA, BO])
    assert sorted(slot.worker for slot in placed.slots.values()) == [0, 0, 1, 1]
    assert placed.makespan == 2


def test_what_waits_for_work_of_somebody_else_begins_when_that_ends() -> None:
    placed = level([Job(240, (1,), due=9, before=(1,)), Job(720, (0,), due=9, group=1)], [ADA, BO])
    assert placed.slots[0].start == pytest.approx(1.5)


def test_jobs_that_wait_for_each_other_do_not_wait_for_ever() -> None:
    placed = level([Job(480, (0,), before=(1,)), Job(480, (0,), before=(0,), group=1)], [ADA])
    assert placed.makespan == 2


def test_work_beyond_the_last_day_ends_later_the_more_there_is() -> None:
    first, second = (level([Job(480.0 * days, (1,), due=1)], [ADA, BO]).makespan for days in (70, 80))
    assert 60 < first < second


JOBS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(0, 14)), min_size=1, max_size=6)
LINKS = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=5)


@given(JOBS, LINKS, st.lists(st.sets(st.integers(0, 1), min_size=1), min_size=6, max_size=6))
@settings(max_examples=60)
def test_every_schedule_can_be_carried_out(
    given: list[tuple[int, int, int]], links: set[tuple[int, int]], who: list[set[int]]
) -> None:
    jobs = [
        Job(60 * hours, tuple(sorted(who[number])), first, due, tuple(a for a, b in links if b == number and a < b), number)
        for number, (hours, first, due) in enumerate(given)
    ]
    placed = level(jobs, [ADA, BO])
    for number, job in enumerate(jobs):
        slot = placed.slots[number]
        assert slot.start >= job.release - 1e-6
        assert all(placed.slots[one].finish <= slot.start + 1e-6 for one in job.before)
        assert slot.last - slot.first == pytest.approx(job.minutes)
    for worker in (0, 1):
        busy = sorted(
            (slot.first, slot.last) for slot in placed.slots.values() if slot.worker == worker and slot.last > slot.first
        )
        assert all(one[1] <= other[0] + 1e-6 for one, other in pairwise(busy))


@given(JOBS)
@settings(max_examples=40)
def test_it_is_never_worse_than_by_due_date_and_near_the_best_order(given: list[tuple[int, int, int]]) -> None:
    jobs = jobs_of(*given)
    orders = [_forward(Placed(jobs), [ADA], order).cost for order in permutations(range(len(jobs)))]
    found = level(jobs, [ADA]).cost
    by_due = _forward(Placed(jobs), [ADA], sorted(range(len(jobs)), key=lambda one: (jobs[one].due or 0, jobs[one].release, one)))
    assert min(orders) <= found <= by_due.cost


def test_a_hundred_jobs_take_a_moment() -> None:
    jobs = [
        Job(
            60 * (1 + number * 7 % 19),
            (number % 4,),
            number % 11,
            5 + number % 40,
            (number - 5,) if number % 3 == 0 and number > 5 else (),
            number,
        )
        for number in range(120)
    ]
    begun = time.perf_counter()
    placed = level(jobs, [ADA, BO, ADA, BO])
    assert len(placed.slots) == 120
    assert time.perf_counter() - begun < 2, "10 to 30 ms on a quiet machine"
