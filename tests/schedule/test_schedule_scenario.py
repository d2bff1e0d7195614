"""What if: a scenario changes what it says and nothing else, and all that is wrong with it is told at once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.rows import Person, Row
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Member, Team
from syncd.schedule.forecast import forecast_of
from syncd.schedule.plan import plan_of
from syncd.schedule.scenario import Scenario, apply, compare, touched
from syncd.schedule.scenario_document import read_scenario
from syncd.schedule.scenario_settings import from_settings
from tests.model_builders import item, link, milestone, ref, snapshot
from tests.schedule.test_schedule_forecast import backlog, finished, seen

ROWS: list[Row] = [
    milestone("M", due="2026-05-29"),
    milestone("N", due="2026-06-30"),
    item("A", of="M", days=3, assignees="Ada"),
    item("B", of="M", days=2, assignees="Bo"),
    item("C", of="N", days=4, assignees="Ada"),
    item("D", of="N", days=1),
    link("A", "B"),
    link("B", "C"),
]
TEAMS = (Team(name="payments", owns=("*",), members=(Member(person="Ada"),)),)


def company(*rows: Row) -> Snapshot:
    return replace(snapshot(*(rows or ROWS)), teams=TEAMS)


def read(document: dict[str, Any], seen: Snapshot | None = None) -> Scenario:
    scenario, problems = read_scenario(document, seen or company(), "s.toml")
    assert not problems, problems
    return scenario


def ends(seen: Snapshot, key: str) -> date:
    found = plan_of(seen).end(ref(key))
    assert found
    return found.finish


def test_estimates_dates_leave_and_links_move_what_they_say() -> None:
    before = company()
    assert (ends(before, "M"), ends(before, "N")) == (date(2026, 5, 11), date(2026, 5, 15))
    longer = apply(before, read({"items": {"A": {"remaining": "5d"}}}))
    assert (ends(longer, "M"), ends(longer, "N")) == (date(2026, 5, 13), date(2026, 5, 19))
    away = apply(before, read({"leave": [{"person": "Ada", "start": date(2026, 5, 6), "end": date(2026, 5, 7)}]}))
    assert ends(away, "M") == date(2026, 5, 13)
    free = apply(before, read({"unlink": [{"from": "B", "to": "C"}]}))
    assert ends(free, "N") == date(2026, 5, 8)
    lagged = apply(before, read({"links": [{"from": "B", "to": "D", "lag": "2d"}]}))
    assert ends(lagged, "N") == date(2026, 5, 15)
    assert plan_of(lagged).dates(ref("D")).finish == date(2026, 5, 14)  # type: ignore[union-attr]
    later = apply(before, read({"milestones": {"N": {"due": date(2026, 5, 12)}}, "items": {"A": {"start": "2026-05-11"}}}))
    assert later.milestones[ref("N")].due == date(2026, 5, 12)
    assert ends(later, "M") == date(2026, 5, 15)
    assert (ends(before, "M"), before.milestones[ref("N")].due) == (date(2026, 5, 11), date(2026, 6, 30)), (
        "nothing is changed in place"
    )


def test_scope_moves_in_and_out() -> None:
    before = company()
    out = apply(before, read({"items": {"B": {"milestone": ""}, "C": {"milestone": "M"}}}))
    assert (out.members[ref("M")], out.members[ref("N")]) == ((ref("A"), ref("C")), (ref("D"),))
    new = apply(before, read({"new": [{"key": "NEW-1", "milestone": "M", "estimate": "2d", "after": ["B"], "assignees": "Bo"}]}))
    assert ends(new, "M") == date(2026, 5, 13)
    dropped = apply(before, read({"items": {"B": {"status": "dropped"}}}))
    assert ends(dropped, "M") == date(2026, 5, 7)


def test_people_come_and_go() -> None:
    made = apply(
        company(), read({"teams": {"payments": {"add": [{"n": 2, "skills": ["kafka"], "share": 0.5}], "remove": "Ada"}}})
    )
    (team,) = made.teams
    assert [(one.person, one.share, one.skills) for one in team.members] == [
        ("new in payments 1", 0.5, ("kafka",)),
        ("new in payments 2", 0.5, ("kafka",)),
    ]
    moved = apply(company(), read({"items": {"A": {"assignees": ["Bo"]}}}))
    assert moved.items[ref("A")].assignees == (Person("Bo"),)


def test_more_people_finish_a_backlog_sooner() -> None:
    before = replace(seen(*finished(assignees="Ada"), *backlog(9, assignees="Ada")), teams=TEAMS)
    after = apply(before, read({"teams": {"payments": {"add": 1}}}, before))
    (move,) = [one for one in compare(before, after) if one.milestone == ref("M")]
    assert move.after.method == "throughput"
    assert move.days is not None
    assert move.days < 0


def test_what_a_scenario_does_not_touch_does_not_move() -> None:
    rows: list[Row] = [*finished(ratio=1.0), *(replace(one, ref=ref(f"X-{n}")) for n, one in enumerate(finished(40, ratio=3.0)))]
    rows += [*backlog(4, days=2), milestone("N", due="2026-06-30"), *(item(f"B-{n}", of="N", days=3) for n in range(4))]
    before = seen(*rows)
    after = apply(before, read({"items": {"A-1": {"remaining": "9d"}}}, before))
    moves = {one.milestone: one for one in compare(before, after)}
    assert (moves[ref("M")].moved, moves[ref("N")].moved) == (True, False)
    assert moves[ref("N")].before.method == "network"
    assert touched(before, read({"items": {"A-1": {"remaining": "9d"}}}, before)) == (ref("M"),)
    more = apply(before, read({"new": [{"key": "Z", "milestone": "M", "estimate": "1d"}]}, before))
    assert forecast_of(more).odds[ref("N")] == forecast_of(before).odds[ref("N")]


def test_all_that_is_wrong_is_told_at_once_with_what_may_be_meant() -> None:
    document = {
        "milestone": {},
        "milestones": {"MM": {"due": 1}, "N": {"du": date(2026, 5, 1), "due": "soon"}},
        "items": {"A": {"estimate": "3 days", "assignees": ["Adda"], "status": "finished"}},
        "teams": {"paiments": {"add": 1}, "payments": {"add": 0, "remove": ["Bob"]}},
        "leave": [{"start": date(2026, 5, 2), "end": date(2026, 5, 1), "person": "Ada"}, {"start": date(2026, 5, 2)}],
        "links": [{"from": "A"}, {"from": "A", "to": "B", "lag": "x", "relation": "FT"}],
        "unlink": [{"from": "B", "to": "A"}],
        "new": [{"title": "without a key"}],
    }  # fmt: skip
    _, problems = read_scenario(document, company(), "s.toml")
    told = {one.key: (one.text, one.cure) for one in problems}
    assert told["milestone"] == ("there is no such key", "Did you mean milestones?")
    assert told["MM"] == ("no milestone of that name is in the mirror", "Did you mean M?")
    assert told["N.du"] == ("there is no such key", "Did you mean due?")
    assert told["N.due"][0] == "'soon' is no date"
    assert told["A.assignees"] == ("nobody is called Adda", "Did you mean Ada?")
    assert told["teams.paiments"] == ("there is no such team", "Did you mean payments?")
    assert set(told) >= {"A.estimate", "A.status", "teams.payments.add", "teams.payments.remove", "leave[0]", "leave[1]"}
    assert set(told) >= {"links[0]", "links[1].lag", "unlink[0]", "new[0]"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"items": {"A": {"remaining": "-3d"}}}, "A.remaining: '-3d' is no time that work takes, above 0"),
        ({"items": {"A": {"remaining": "0d"}}}, 'status = "done"'),
        ({"items": {"A": {"estimate": "2000d"}}}, "A.estimate: '2000d' is no time that work takes"),
        ({"items": {"A": {"estimate": "2ed"}}}, "A.estimate: '2ed' is elapsed time"),
        ({"items": {"M": {"due": "2026-06-01"}}}, 'M: it is a milestone. Write [milestones."M"].'),
        ({"items": {"A": {"due": date(1800, 1, 1)}}}, "A.due: 1800-01-01 lies outside 1970-01-01 to 2100-12-31"),
        ({"new": [{"key": "A", "milestone": "M"}]}, "new[0].key: there is a A already"),
        ({"new": [{"key": "Z", "milestone": "M"}, {"key": "z"}]}, "new[1].key: there is a z already"),
        ({"links": [{"from": "A", "to": "A"}]}, "links[0]: A is linked to itself"),
        ({"links": [{"from": "A", "to": "B", "lag": "2ed", "relation": "FT"}]}, "links[0].relation: 'FT' is none of"),
    ],
)
def test_what_would_be_ignored_or_taken_for_something_else_is_told(document: dict[str, Any], expected: str) -> None:
    _, problems = read_scenario(document, company(), "s.toml")
    assert expected in "\n".join(f"{one.key}: {one.text}. {one.cure}" for one in problems)


def test_settings_of_a_command_line() -> None:
    document, problems = from_settings(
        ["A.due=2026-05-20", "A.remaining=2d", "team.payments.add=2", "N.due=2026-06-01", "x", "y=1"]
    )
    assert [one.key for one in problems] == ["x", "y=1"]
    scenario = read(document)
    assert scenario.items[ref("A")]["due"] == date(2026, 5, 20)
    assert scenario.milestones[ref("N")] == {"due": date(2026, 6, 1)}
    assert len(scenario.joining["payments"]) == 2


@settings(max_examples=40, deadline=None)
@given(st.sampled_from("ABCD"), st.integers(1, 30), st.integers(0, 20))
def test_more_work_never_ends_earlier(key: str, days: int, more: int) -> None:
    before = company()
    one, other = (apply(before, read({"items": {key: {"remaining": f"{much}d"}}}, before)) for much in (days, days + more))
    assert ends(one, "M") <= ends(other, "M")
    assert ends(one, "N") <= ends(other, "N")


@pytest.mark.parametrize("document", [{}, {"items": {"A": {}}}, {"name": "nothing"}])
def test_an_empty_scenario_changes_nothing(document: dict[str, Any]) -> None:
    before = company()
    assert not any(move.moved for move in compare(before, apply(before, read(document, before))))
