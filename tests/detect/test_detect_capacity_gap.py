"""Capacity gap: a team, or the people with a skill, have less time than is asked of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot as inline
from pydantic import ValidationError

from syncd.detect.capacity_gap import CODE, DETECTOR, CapacityGapRules
from syncd.model.finding import SEVERITIES, Finding, Severity, fingerprint_of, said
from syncd.model.ref import Ref
from syncd.model.rows import Item, Quantity, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Member, Team, Work
from tests.model_builders import item, milestone, on, ref, text_of
from tests.schedule.team_builders import away, company, team

MONDAY = on("2026-05-04")
PAY = team("payments", "Ada", "Bo", owns=("PAY",))


def told(snapshot: Snapshot, **rules: Any) -> list[Finding]:
    return list(DETECTOR.detect(snapshot, CapacityGapRules(**rules)))


def given_(*rows: Row, teams: tuple[Team, ...] = (PAY,), focus: float = 1.0, **options: Any) -> Snapshot:
    return company(*rows, teams=teams, work=Work(focus=focus), **({"now": MONDAY} | options))


def hours(number: float, of: str | tuple[str, ...] = "M", due: str | None = "2026-05-08", **fields: Any) -> Item:
    """Work of Ada and Bo, of whom each has 40 hours in the first week."""
    return item(
        fields.pop("key", "A"), of=of, due=due, remaining=Quantity(60 * number, "minutes"), assignees=["Ada", "Bo"], **fields
    )


M = milestone("M", title="Checkout v2", due="2026-05-29")


def test_a_lead_reads_how_much_is_missing_and_what_it_would_take() -> None:
    rows = (
        M,
        item("A", of="M", days=9, due="2026-05-15", assignees="Ada"),
        item("B", of="M", days=10, due="2026-05-15", assignees="Bo"),
        item("C", of="M", days=6, due="2026-05-15", project="PAY"),
        item("D", of="M", due="2026-05-15", assignees="Bo"),
        replace(away("Bo", "2026-05-11", "2026-05-14"), ref=Ref("cal", "events", "1")),
    )
    (finding,) = told(given_(*rows, focus=0.8))
    assert text_of(finding) == inline("""\
[critical] <M Checkout v2>: team payments has 200~ hour of work(s) in 109~ hour of time(s) until Sun 2026-05-17~.
Why <B>, <A> and <C>, all of it due by then.
Rests on 3 open item(s) with remaining time; 1 open item(s) of theirs without it, not counted; 80 % of working time is for planned work. Rule: planned work against working time less leave, holidays and meetings; a warning above 100 %, critical above 120 %.
Clears 2 more person(s) for 2~ week(s), or 91~ hour of work(s) less or later.
Wrong? Correct the remaining work or the dates of these, or the members of the team in the configuration.\
""")
    assert (finding.severity, finding.discriminator, finding.hovers) == ("critical", "team:payments", True)
    assert finding.inputs == {ref("M"), ref("A"), ref("B"), ref("C"), Ref("cal", "events", "1")}
    assert finding.facts["items"][0]["key"] == "B"


@pytest.mark.parametrize(
    ("asked", "open_", "severity"),
    [
        (80, None, None),  # exactly all of their time
        (80.1, None, "warn"),
        (96, None, "warn"),
        (96.1, None, "critical"),
        (80, "warn", "warn"),  # it clears past the other value
        (76.1, "warn", "warn"),
        (76, "warn", None),
        (88.1, "critical", "critical"),
        (88, "critical", "warn"),
        (76, "critical", None),
    ],
)
def test_it_warns_above_all_of_the_time_and_goes_past_other_values(
    asked: float, open_: Severity | None, severity: str | None
) -> None:
    known = {fingerprint_of(CODE, ref("M"), "team:payments"): open_} if open_ else {}
    found = told(replace(given_(M, hours(asked)), open=known))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


@pytest.mark.parametrize(("weeks", "severity"), [(2, "warn"), (3, None)])
def test_work_that_may_wait_overloads_after_several_weeks_and_is_no_more_than_a_warning(weeks: int, severity: str | None) -> None:
    """50 of 40 hours in each of the first two weeks when spread evenly; all of it fits in until the last day."""
    rows = (
        M,
        item("A", of="M", assignees="Ada", start="2026-05-04", due="2026-05-15", days=9),
        item("B", of="M", assignees="Ada", start="2026-05-04", due="2026-05-29", days=7),
    )
    found = told(given_(*rows, teams=(team("payments", "Ada"),)), least_weeks=weeks)
    assert [(finding.severity, finding.facts["tight"]) for finding in found] == ([(severity, False)] if severity else [])


def test_for_a_class_other_limits_count() -> None:
    regulated = replace(M, class_="regulated")
    rules = {"for_class": {"regulated": {"warn_load": 0.9, "warn_clears": 0.9}}, "warn_clears": 0.5}
    assert not told(given_(M, hours(76)), **rules)
    assert told(given_(regulated, hours(76)), **rules)


def test_a_skill_that_too_few_have_is_told_beside_the_team_that_has_time() -> None:
    pay = team("payments", Member(person="Ada", skills=("kafka",)), "Bo", "Cy")
    rows = (
        M,
        item("A", of="M", days=7, due="2026-05-08", assignees="Ada"),
        item("B", of="M", days=1, due="2026-05-08", assignees="Bo"),
    )
    (finding,) = told(given_(*rows, teams=(pay,)))
    assert text_of(finding) == inline("""\
[critical] <M Checkout v2>: who knows kafka has 56~ hour of work(s) in 40~ hour of time(s) until Sun 2026-05-10~.
Why <A>, all of it due by then.
Rests on 1 open item(s) with remaining time. Rule: planned work against working time less leave, holidays and meetings; a warning above 100 %, critical above 120 %.
Clears 1 more person(s) with kafka for 1~ week(s), or 16~ hour of work(s) less or later.
Wrong? Correct the remaining work or the dates of these, or the members of the team in the configuration.\
""")
    assert finding.discriminator == "skill:kafka"


def test_a_skill_of_all_of_a_team_that_lacks_time_is_told_once() -> None:
    pay = team("payments", Member(person="Ada", skills=("kafka",)))
    found = told(given_(M, item("A", of="M", days=7, due="2026-05-08", assignees="Ada"), teams=(pay,)))
    assert [finding.discriminator for finding in found] == ["team:payments"]


def test_a_skill_that_nobody_has_is_told_as_the_labels_word() -> None:
    pay = team("payments", Member(person="Ada", skills=("kafka",)), owns=("PAY",))
    rows = (M, item("A", of="M", days=1, due="2026-05-08", assignees="Zoe", labels=("skill:cobol",)))
    (finding,) = told(given_(*rows, teams=(pay,)))
    assert text_of(finding).splitlines()[0] == inline(
        '[critical] <M Checkout v2>: the skill "cobol" is needed for 8~ hour of work(s) until Sun 2026-05-10~, and no team has anybody with it.'
    )
    assert finding.severity == "critical"


def test_without_teams_and_without_work_there_is_nothing_to_tell() -> None:
    assert not told(given_(M, hours(500), teams=()))
    assert not told(given_(M))
    assert not told(given_(M, hours(500), teams=(team("empty"),)))


def test_it_stays_on_the_milestone_that_it_was_told_of() -> None:
    rows = (M, milestone("N", due="2026-05-08"), hours(60), hours(61, of="N", key="B"))
    snapshot = given_(*rows)
    assert [finding.subject for finding in told(snapshot)] == [ref("N")]
    known: dict[str, Severity] = {fingerprint_of(CODE, ref("M"), "team:payments"): "critical"}
    assert [finding.subject for finding in told(replace(snapshot, open=known))] == [ref("M")]


def test_work_without_a_milestone_is_told_on_the_largest_item() -> None:
    (finding,) = told(given_(hours(100, of=())))
    assert finding.subject == ref("A")


def test_work_of_others_does_not_move_it() -> None:
    others = (milestone("X"), item("Y", of="X", assignees="Zoe"), item("Z", of="X", assignees="Zoe", days=3, due="2026-05-08"))
    assert told(given_(M, hours(100))) == told(given_(M, hours(100), *others))


def test_another_day_says_the_same() -> None:
    rows = (M, milestone("N", due="2026-08-28"), item("A", of="N", assignees="Ada", days=200, due="2026-06-26"))
    one, other = (told(given_(*rows, now=on(day)))[0] for day in ("2026-05-05", "2026-05-06"))
    assert said(one.headline) == said(other.headline)


def test_limits_have_an_order() -> None:
    with pytest.raises(ValidationError, match="not in order"):
        CapacityGapRules(warn_load=1.3)
    with pytest.raises(ValidationError, match="critical_clears"):
        CapacityGapRules(critical_clears=1.3)


def rank(found: list[Finding]) -> int:
    return max((1 + SEVERITIES.index(finding.severity) for finding in found), default=0)


@given(st.integers(1, 200), st.integers(0, 100), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_more_work_is_never_better_and_the_order_of_rows_says_nothing(asked: int, more: int, random: Any) -> None:
    rows: list[Row] = [M, hours(asked), milestone("FAR"), hours(1, of="FAR", due=None, key="B")]
    one = told(given_(*rows))
    assert rank(told(given_(M, hours(asked + more)))) >= rank(one)
    random.shuffle(rows)
    assert told(given_(*rows)) == one


def test_the_part_that_is_for_planned_work_is_the_teams_own() -> None:
    (finding,) = told(given_(M, hours(60), teams=(replace(PAY, focus=0.5),), focus=0.8))
    assert "60~ hour of work(s) in 40~ hour of time(s)" in text_of(finding)
    assert "; 50 % of working time is for planned work. Rule" in text_of(finding)
