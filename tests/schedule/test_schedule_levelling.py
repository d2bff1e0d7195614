"""Levelling: an order in which nothing is late, or else what saves most of the delay."""

import time
from dataclasses import replace
from typing import Any

from syncd.model.rows import Person, Row
from syncd.model.teams import Member, Team, Work
from syncd.schedule.levelling import Levelled, levelled
from syncd.schedule.load import load_of
from tests.model_builders import item, link, milestone, on, ref
from tests.schedule.team_builders import away, company, team

ADA = Person("Ada")
PAY = (team("pay", "Ada", "Bo"),)


def plan(*rows: Row, teams: tuple[Team, ...] = PAY) -> Levelled:
    """Ada's work on a Monday."""
    snapshot = company(*rows, teams=teams, now=on("2026-05-04"), work=Work(focus=1.0))
    load = load_of(snapshot)
    asked = sorted(load.people[ADA].asked, key=lambda one: (-one.minutes, one.ref))
    return levelled(snapshot, load, ADA, asked)


def work(key: str, days: float, due: str, who: str = "Ada", **fields: Any) -> Row:
    return item(key, of=f"M-{key}", days=days, due=due, assignees=who, **fields)


def told(found: Levelled) -> list[tuple[str, str | None, int]]:
    return [(one.what, one.item.key if one.item else None, one.days_saved) for one in found.options]


def test_what_fits_one_after_the_other_is_an_order() -> None:
    found = plan(work("A", 3, "2026-05-13"), work("B", 2, "2026-05-05"), work("C", 3, "2026-05-13"), link("C", "A"))
    assert [one.ref.key for one in found.order] == ["B", "C", "A"]
    assert (found.days_late, found.options) == (0, ())


def test_options_are_ranked_by_the_delay_that_they_save() -> None:
    """Ada has seven days of work for the five of this week, and Bo has three days free."""
    found = plan(work("A", 3, "2026-05-08"), work("B", 4, "2026-05-08"), work("C", 2, "2026-05-08", "Bo"))
    assert found.days_late == 2
    assert told(found) == [("give", "A", 2), ("later", "A", 2), ("later", "B", 2), ("more", None, 2), ("give", "B", 1)]
    assert [one.what for one in found.best] == ["give", "later", "more"]
    assert found.options[0].person == Person("Bo")


def test_a_colleague_who_is_busy_or_away_saves_nothing() -> None:
    busy = plan(work("A", 3, "2026-05-08"), work("B", 4, "2026-05-08"), work("C", 5, "2026-05-08", "Bo"))
    assert not [one for one in busy.options if one.what == "give"]
    gone = plan(work("A", 3, "2026-05-08"), work("B", 4, "2026-05-08"), away("Bo", "2026-05-04", "2026-05-16"))
    assert not [one for one in gone.options if one.what == "give"]


def test_what_other_work_waits_for_is_not_left_for_later() -> None:
    found = plan(work("A", 3, "2026-05-08"), work("B", 4, "2026-05-08"), link("A", "B"))
    assert [one for one in told(found) if one[0] == "later"] == [("later", "B", 2)]


def test_only_who_has_the_skill_can_be_given_the_item() -> None:
    rows = (work("A", 3, "2026-05-08", labels=("skill:kafka",)), work("B", 4, "2026-05-08", labels=("skill:kafka",)))
    assert not [one for one in plan(*rows).options if one.what == "give"]
    knows = (team("pay", "Ada", Member(person="Bo", skills=("Kafka",))),)
    assert [one for one in plan(*rows, teams=knows).options if one.what == "give"]


def test_overdue_work_counts_as_late_from_today_on() -> None:
    assert plan(work("A", 3, "2026-04-01")).days_late == 3


def test_thirty_jobs_and_their_options_take_a_moment() -> None:
    rows = [work(f"A{number}", 1 + number % 4, f"2026-05-{6 + number % 25:02}") for number in range(30)]
    others = [work(f"B{number}", 1, f"2026-06-{1 + number % 25:02}", "Bo") for number in range(10)]
    milestones = [milestone("M-A0"), replace(milestone("M-A1"), ref=ref("M-A1"))]
    begun = time.perf_counter()
    found = plan(*rows, *others, *milestones)
    assert found.options
    assert time.perf_counter() - begun < 5, "0.1 s on a quiet machine"
