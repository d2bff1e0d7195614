"""What is worked out for all nodes at once is what it is for each: drivers, where paths begin, days, medians of what is left."""

from dataclasses import replace
from datetime import date, timedelta
from statistics import median
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.rows import Row
from syncd.schedule.calendar import Calendar
from syncd.schedule.dated import by_number, drivers_of, roots_of
from syncd.schedule.days import days_within, later
from syncd.schedule.plan import plan_of
from syncd.schedule.reference import Finished, Reference, kind_of
from tests.model_builders import item, link, milestone, ref, snapshot

COUNT = 8
LINKS = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=14)


@settings(max_examples=60, deadline=None)
@given(LINKS, st.lists(st.integers(1, 6), min_size=COUNT, max_size=COUNT), st.sets(st.integers(0, COUNT - 1)))
def test_drivers_and_clocks_are_those_of_a_walk(pairs: list[tuple[int, int]], days: list[int], started: set[int]) -> None:
    rows: list[Row] = [milestone("M", due="2026-06-30")]
    rows += [item(f"A-{n}", of="M", days=days[n], start="2026-05-12" if n in started else None) for n in range(COUNT)]
    rows += [link(f"A-{one}", f"A-{other}") for one, other in pairs]
    plan = plan_of(snapshot(*rows))
    for number, node in enumerate(plan.wiring.nodes):
        wires = [n for n, wire in enumerate(plan.wiring.wires) if wire.later == number and plan.schedule.driving[n]]
        pushed = plan.schedule.early_start[number] > plan.own_start[number]
        assert plan.driver(node) == (plan.wiring.wires[wires[0]] if pushed and wires else None)
        dates = plan.dates(node)
        assert dates is not None
        at, seen = node, set()
        while (wire := plan.driver(at)) is not None and at not in seen:
            seen.add(at)
            at = plan.wiring.nodes[wire.earlier]
        own = plan.own[plan.wiring.number[at]]
        assert dates.clocked == (dates.own != "due" and wire is None and own == "today")


@settings(max_examples=60, deadline=None)
@given(LINKS, st.integers(0, COUNT - 1), st.integers(1, COUNT))
def test_what_is_upstream_is_all_that_links_lead_to_and_the_nearest_first(
    pairs: list[tuple[int, int]], last: int, most: int
) -> None:
    plan = plan_of(snapshot(*(item(f"A-{n}") for n in range(COUNT)), *(link(f"A-{one}", f"A-{other}") for one, other in pairs)))
    rings = [{last}]  # by how many links away
    while ring := {one for one, other in pairs if other in rings[-1]} - set().union(*rings):
        rings.append(ring)
    every = plan.upstream([ref(f"A-{last}")])
    assert every == {ref(f"A-{n}") for n in set().union(*rings)}
    whole = next((place for place in range(1, len(rings) + 1) if len(set().union(*rings[:place])) >= most), len(rings))
    assert plan.upstream([ref(f"A-{last}")], most) == {ref(f"A-{n}") for n in set().union(*rings[:whole])}


@given(st.lists(st.integers(0, 5), max_size=40))
def test_numbers_are_found_with_their_places(numbers: list[int]) -> None:
    found = dict(by_number(np.array(numbers, np.int64)))
    assert {key: places.tolist() for key, places in found.items()} == {
        key: [place for place, one in enumerate(numbers) if one == key] for key in set(numbers)
    }


def test_nodes_that_drive_each_other_end_the_walk() -> None:
    drivers = drivers_of(np.array([True, True, True]), np.array([0, 1, 2]), np.array([False, False, False]))
    roots = roots_of(drivers, np.array([1, 0, 1]))
    assert set(roots.tolist()) <= {0, 1}


@given(st.lists(st.integers(1, 30), min_size=20, max_size=60), st.integers(0, 35))
def test_what_was_left_is_the_median_of_what_took_longer(days: list[int], age: int) -> None:
    one = item("A", status="doing")
    reference = Reference(
        date(2026, 5, 5), tuple(Finished(one, date(2026, 1, 1), date(2026, 1, 1), n, None, kind_of(one)) for n in days)
    )
    longer = [n - age for n in days if n > age]
    began: Any = np.busday_offset(np.datetime64("2026-05-05"), -age, "forward").item()
    found = replace(reference, began={one.ref: began}).typical(one)
    assert found is not None
    assert (found.days, found.of, found.age) == (median(longer) if longer else 0, len(longer) or len(days), age)
    assert reference.spread(one, (0.5, 1.0)) == (sorted(days)[(len(days) + 1) // 2 - 1], max(days))


@given(st.integers(-30, 420), st.integers(-30, 420), st.integers(-20, 20), st.sets(st.integers(0, 363), max_size=30))
def test_days_by_table_are_days_counted_one_by_one(first: int, last: int, count: int, off: set[int]) -> None:
    origin, end = date(2026, 1, 5), date(2027, 1, 4)
    time = Calendar(off=frozenset(origin + timedelta(days=n) for n in off)).compile(origin, end)

    def works(day: date) -> bool:
        inside = origin <= day < end
        return bool(time.minutes[(day - origin).days]) if inside else day.weekday() < 5

    one, other = origin + timedelta(days=first), origin + timedelta(days=last)
    assert days_within(time, one, other) == sum(works(one + timedelta(days=n)) for n in range((other - one).days + 1))
    if 40 <= first <= 320 and count:
        there = later(time, one, count)
        between = (one, there) if count > 0 else (there - timedelta(days=1), one - timedelta(days=1))
        assert works(there)
        assert days_within(time, between[0] + timedelta(days=1), between[1]) == abs(count)


def test_one_item_is_found_by_all_refs_of_a_joined_milestone() -> None:
    seen = snapshot(milestone("A", same_as=("x",)), milestone("B", "code", same_as=("x",)), item("I", of="A"))
    assert len(seen.milestones) == 1
    (anchor,) = seen.milestones
    assert seen.get(ref("A")) is seen.get(ref("B", "code")) is seen.milestones[anchor]
    assert seen.get(ref("I")) is seen.items[ref("I")]
    assert seen.get(ref("NONE")) is None
