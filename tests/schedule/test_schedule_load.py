"""Capacity: what is asked of people, teams and skills per week, against the time that they have."""

import time
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.ref import Ref
from syncd.model.rows import Item, Person, Quantity
from syncd.model.teams import Hours, Member, Work
from syncd.schedule.asked import milestones_of, minutes_left
from syncd.schedule.load import Book, Load, load_of
from tests.model_builders import item, milestone, on, ref
from tests.schedule.team_builders import away, company, team

MONDAY = on("2026-05-04")
FULL = Work(focus=1.0)


def load(*rows: object, **options: object) -> Load:
    """On a Monday, with all of everybody's time for planned work unless said."""
    return load_of(company(*rows, **({"now": MONDAY, "work": FULL} | options)))  # type: ignore[arg-type]


def weeks(book: Book, count: int = 3) -> list[tuple[int, int]]:
    """Hours asked for and hours there, of the first weeks."""
    return [(round(asked / 60), round(there / 60)) for asked, there in zip(book.demand[:count], book.supply[:count], strict=True)]


def test_work_is_spread_evenly_over_the_working_time_of_its_person() -> None:
    found = load(item("A", assignees="Ada", days=5, due="2026-05-15"), teams=(team("pay", "Ada"),))
    assert weeks(found.people[Person("Ada")]) == [(20, 40), (20, 40), (0, 40)]
    assert weeks(found.teams["pay"]) == [(20, 40), (20, 40), (0, 40)]
    assert found.weeks[:2] == (date(2026, 5, 4), date(2026, 5, 11))


def test_leave_moves_work_to_the_days_that_are_left() -> None:
    rows = (item("A", assignees="Ada", days=5, due="2026-05-15"), away("Ada", "2026-05-04", "2026-05-09"))
    assert weeks(load(*rows).people[Person("Ada")]) == [(0, 0), (40, 40), (0, 40)]


def test_share_and_focus_lessen_what_there_is() -> None:
    pay, web = team("pay", Member(person="Ada", share=0.5), focus=0.5), team("web", Member(person="Ada", share=0.25))
    found = load(
        item("A", assignees="Ada", days=1, due="2026-05-08", project="PAY"),
        teams=(replace(pay, owns=("PAY",)), web),
        work=Work(focus=0.8),
    )
    assert weeks(found.teams["pay"], 1) == [(8, 10)]
    assert weeks(found.teams["web"], 1) == [(0, 8)]
    assert weeks(found.people[Person("Ada")], 1) == [(8, 18)]


def test_work_without_an_owner_among_the_teams_of_its_person_is_split_by_their_shares() -> None:
    teams = (team("pay", Member(person="Ada", share=0.75)), team("web", Member(person="Ada", share=0.25)))
    found = load(item("A", assignees="Ada", days=2, due="2026-05-08"), teams=teams)
    assert (weeks(found.teams["pay"], 1), weeks(found.teams["web"], 1)) == ([(12, 30)], [(4, 10)])


def test_people_share_an_item_and_nobodys_work_is_the_teams() -> None:
    rows = (
        item("A", assignees=["Ada", "Bo"], days=2, due="2026-05-08"),
        item("B", days=3, due="2026-05-08", project="PAY"),
        item("C", days=3, due="2026-05-08"),
    )
    found = load(*rows, teams=(team("pay", "Ada", owns=("PAY",)),))
    assert [weeks(found.people[Person(name)], 1) for name in ("Ada", "Bo")] == [[(8, 40)], [(8, 40)]]
    assert weeks(found.teams["pay"], 1) == [(32, 40)]


def test_the_days_are_those_of_the_item_else_of_its_milestone_and_no_earlier_than_today() -> None:
    rows = (
        milestone("M", start="2026-05-11", due="2026-05-15"),
        item("A", of="M", assignees="Ada", days=1),
        item("B", assignees="Bo", days=1, start="2026-04-01", due="2026-05-04"),
        item("C", assignees="Cy", days=10, due="2026-04-01"),
    )
    found = load(*rows)
    assert weeks(found.people[Person("Ada")]) == [(0, 40), (8, 40), (0, 40)]
    assert weeks(found.people[Person("Bo")], 1) == [(8, 40)]
    assert weeks(found.people[Person("Cy")]) == [(40, 40), (40, 40), (0, 40)]  # overdue: as fast as they can


def test_who_is_away_all_the_time_is_asked_for_it_all_the_same() -> None:
    rows = (item("A", assignees="Ada", days=2, due="2026-05-08"), away("Ada", "2026-05-04", "2026-05-11"))
    book = load(*rows).people[Person("Ada")]
    assert weeks(book, 1) == [(16, 0)]
    assert book.ratio(slice(0, 1)) == float("inf")
    assert book.ratio(slice(1, 2)) == 0


def test_points_are_no_time_and_what_cannot_be_counted_is_listed() -> None:
    rows = (
        item("A", assignees="Ada", remaining=Quantity(5, "points"), due="2026-05-08"),
        item("B", assignees="Ada", due="2026-05-08"),
        item("C", assignees="Ada", days=1),
        item("D", assignees="Ada", days=1, status="done"),
    )
    found = load(*rows)
    assert {ref.key for ref in found.uncounted.untimed} == {"A", "B"}
    assert {ref.key for ref in found.uncounted.undated} == {"C"}
    assert not found.people


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"remaining": Quantity(60, "minutes"), "estimate": Quantity(600, "minutes")}, 60),
        ({"estimate": Quantity(600, "minutes"), "spent": 200}, 400),
        ({"estimate": Quantity(600, "minutes"), "spent": 900}, 0),
        ({"remaining": Quantity(3, "points"), "estimate": Quantity(600, "minutes")}, 600),
        ({}, None),
    ],
)
def test_what_is_left_of_an_item(fields: dict[str, Any], left: float | None) -> None:
    assert minutes_left(item("A", **fields)) == left


def test_a_skill_is_asked_by_all_that_its_holders_do_and_by_what_is_labelled_with_it() -> None:
    teams = (team("pay", Member(person="Ada", skills=("Kafka",)), "Bo", owns=("PAY",)),)
    rows = (
        item("A", assignees="Ada", days=1, due="2026-05-08"),
        item("B", assignees="Bo", days=2, due="2026-05-08", labels=("skill:kafka",)),
        item("C", days=3, due="2026-05-08", project="PAY", labels=("Skill: Kafka",)),
        item("D", assignees="Bo", days=1, due="2026-05-08"),
        item("E", assignees="Ada", days=1, due="2026-05-08", labels=("skill:kafka",)),
        item("F", days=1, due="2026-05-08", labels=("skill:cobol",)),
    )
    found = load(*rows, teams=teams)
    assert weeks(found.skills["kafka"], 1) == [(8 + 16 + 24 + 8, 40)]
    assert weeks(found.skills["cobol"], 1) == [(8, 0)]
    assert found.holders("kafka") == (Person("Ada"),)


AMOUNTS = st.lists(
    st.tuples(st.integers(1, 9000), st.integers(-40, 300), st.integers(0, 300), st.sets(st.sampled_from("ABC"), max_size=2)),
    max_size=12,
)


@given(AMOUNTS, st.integers(0, 6))
@settings(max_examples=40)
def test_nothing_is_lost_and_nothing_asked_twice(amounts: list[tuple[int, int, int, set[str]]], day: int) -> None:
    """All that is asked of people and of nobody within the weeks that are looked at comes to what is left; teams add up to it."""
    now = on(f"2026-05-{4 + day:02}")
    rows: list[Item] = []
    for number, (minutes, start, length, people) in enumerate(amounts):
        first = date.fromordinal(now.date().toordinal() + start)
        rows.append(
            replace(
                item(f"I{number}", assignees=sorted(people), remaining=Quantity(minutes, "minutes"), project="P"),
                start=first,
                due=date.fromordinal(first.toordinal() + length),
            )
        )
    teams = (team("all", "A", "B", "C", owns=("P",), hours=Hours(region="DE-BE")),)
    found = load(*rows, teams=teams, now=now)
    total = sum(minutes for minutes, *_ in amounts)
    assert found.teams["all"].demand.sum() == pytest.approx(total)
    of_people = sum(float(book.demand.sum()) for book in found.people.values())
    assert of_people == pytest.approx(sum(minutes for minutes, *_, people in amounts if people))
    assert all((book.demand >= 0).all() for book in found.people.values())
    parts = [found.part(one, person) for person, book in found.people.items() for one in book.asked]
    assert np.allclose(
        sum(parts, np.zeros(len(found.weeks))), sum((book.demand for book in found.people.values()), np.zeros(len(found.weeks)))
    )


def test_a_thousand_people_with_ten_thousand_items_take_a_moment() -> None:
    names = [f"P{number}" for number in range(1000)]
    rows = [item(f"I{number}", assignees=names[number % 1000], days=1 + number % 9, due="2026-09-01") for number in range(10_000)]
    rows_away = [replace(away(name, "2026-07-06", "2026-07-20"), ref=Ref("cal", "events", name)) for name in names]
    teams = tuple(team(f"t{start}", *names[start : start + 10]) for start in range(0, 1000, 10))
    given = company(*rows, *rows_away, teams=teams)
    begun = time.perf_counter()
    found = load_of(given)
    taken = time.perf_counter() - begun
    assert len(found.people) == 1000
    assert taken < 5, "0.4 s on a quiet machine; this only catches what grows with the square"


def test_what_has_to_be_done_by_a_week_is_all_of_it_due_then() -> None:
    rows = (
        item("A", assignees="Ada", days=4, due="2026-05-08"),
        item("B", assignees="Ada", days=4, due="2026-05-15"),
        item("C", assignees="Ada", days=2, due="2026-05-01"),  # overdue: done after two days of all their time
    )
    book = load(*rows).people[Person("Ada")]
    assert [round(hours / 60) for hours in book.due[:3]] == [48, 32, 0]
    assert [round(book.ratio_by(week), 2) for week in (0, 1, 2)] == [1.2, 1.0, 0.67]


def test_a_programme_asks_for_nothing_beside_its_milestones() -> None:
    rows = (
        milestone("P", due="2026-06-30"),
        milestone("M", parent=ref("P")),
        item("A", of="M", assignees="Ada", days=1),
        item("B", of="P"),
    )
    found = milestones_of(company(*rows))
    assert {ref_.key: [one.ref.key for one in milestones] for ref_, milestones in found.items()} == {"A": ["M"], "B": ["P"]}
