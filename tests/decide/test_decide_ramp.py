"""The write ramp: enabling one team or one detector says nothing for the others, and nothing of what was open before."""

import pytest

from syncd.decide import Decision, FindingState
from syncd.model.action import Mode
from tests.decide.decide_world import decided, item, jira, late, milestone, opened, places, receipted, snapshot

PAYMENTS, SEARCH, NOBODY, WORK = jira(1), jira(2), jira(3), jira(41)
WORLD = snapshot(
    milestone(PAYMENTS, "Checkout", team="payments"), milestone(SEARCH, "Search", team="search"), milestone(NOBODY), item(WORK)
)
ALL = [late(PAYMENTS), late(SEARCH), late(NOBODY)]


def targets(decision: Decision) -> set[str]:
    return {action.target.label for action in decision.plan.actions}


def observed(decision: Decision) -> set[str]:
    return {action.target.label for action in decision.plan.observed}


def test_enabling_one_team_writes_nothing_for_the_others() -> None:
    decision = decided(opened(*ALL), WORLD, write_for_team={"payments": "on"})
    assert targets(decision) == {"PLAT-1"}
    assert observed(decision) == {"PLAT-2", "PLAT-3"}


@pytest.mark.parametrize(
    ("modes", "written"),
    [
        ({}, {"PLAT-1", "PLAT-2", "PLAT-3"}),
        ({"payments": "off"}, {"PLAT-2", "PLAT-3"}),
        ({"payments": "plan"}, {"PLAT-2", "PLAT-3"}),
        ({"payments": "on", "*": "on"}, {"PLAT-1", "PLAT-2", "PLAT-3"}),
        ({"payments": "on", "search": "on"}, {"PLAT-1", "PLAT-2"}),
        ({"*": "off"}, set()),
    ],
)
def test_what_is_not_named(modes: dict[str, Mode], written: set[str]) -> None:
    assert targets(decided(opened(*ALL), WORLD, write_for_team=modes)) == written


def test_a_team_that_is_off_is_told_why_and_shown_nowhere_else() -> None:
    decision = decided(opened(late(PAYMENTS)), WORLD, write_for_team={"payments": "off"})
    assert [(silent.why, silent.finding.subject) for silent in decision.plan.quiet] == [
        ('write_for_team is "off" for team payments', PAYMENTS)
    ]
    assert decision.plan.observed == ()


def test_an_item_belongs_to_the_team_of_its_milestone() -> None:
    world = snapshot(milestone(PAYMENTS, team="payments"), item(WORK, milestones=(PAYMENTS,)))
    assert targets(decided(opened(late(WORK)), world, write_for_team={"payments": "on"})) == {"PLAT-41"}
    assert observed(decided(opened(late(WORK)), world, write_for_team={"search": "on"})) == {"PLAT-41"}


def test_a_detector_that_is_only_planned_is_left_out_of_the_comment_and_shown_in_the_plan() -> None:
    both = opened(late(PAYMENTS), late(PAYMENTS, code="blocked"))
    decision = decided(both, WORLD, write_for_code={"blocked": "plan"})
    assert [action.topics for action in decision.plan.actions] == [("drift",)]
    assert [set(action.topics) for action in decision.plan.observed] == [{"drift", "blocked"}]


def test_a_detector_that_is_switched_off_takes_its_section_along() -> None:
    both = opened(late(PAYMENTS), late(PAYMENTS, code="blocked"))
    said = receipted({}, decided(both, WORLD).plan.actions)
    decision = decided(both, WORLD, said=said, write_for_code={"blocked": "off"})
    assert [action.topics for action in decision.plan.actions] == [("drift",)]
    assert [silent.why for silent in decision.plan.quiet] == ['write = "off" in [detect.blocked]']


def test_what_was_said_stays_while_its_detector_is_only_planned() -> None:
    states = opened(late(PAYMENTS))
    said = receipted({}, decided(states, WORLD).plan.actions)
    assert decided(states, WORLD, said=said, write_for_code={"drift": "plan"}).plan.actions == ()


def held_back() -> dict[str, FindingState]:
    return dict(decided(opened(late(PAYMENTS)), WORLD, write_for_team={"payments": "plan"}).states)


def test_what_was_open_when_a_team_is_switched_on_is_known() -> None:
    decision = decided(held_back(), WORLD, write_for_team={"payments": "on"})
    assert decision.plan.actions == ()
    assert [silent.why for silent in decision.plan.quiet] == ["known at start: it speaks when it gets worse"]
    worse = opened(late(PAYMENTS, 9), known=next(iter(decision.states.values())).known)
    assert targets(decided(worse, WORLD, write_for_team={"payments": "on"})) == {"PLAT-1"}


def test_with_at_start_write_a_team_that_is_switched_on_speaks_at_once() -> None:
    assert targets(decided(held_back(), WORLD, write_for_team={"payments": "on"}, at_start="write")) == {"PLAT-1"}


def test_what_comes_up_after_a_team_was_switched_on_speaks() -> None:
    states = held_back() | opened(late(PAYMENTS, code="blocked"))
    assert [action.topics for action in decided(states, WORLD, write_for_team={"payments": "on"}).plan.actions] == [("blocked",)]


def test_a_project_that_is_not_on_stays_so_whatever_its_team() -> None:
    decision = decided(opened(late(PAYMENTS)), WORLD, where=places("plan"), write_for_team={"payments": "on"})
    assert (targets(decision), observed(decision)) == (set(), {"PLAT-1"})


def test_an_archived_project_is_no_place_to_speak() -> None:
    where = places(closed={"PLAT": "it is archived"})
    decision = decided(opened(late(PAYMENTS)), WORLD, where=where)
    assert decision.plan.actions == ()
    assert [silent.why for silent in decision.plan.nowhere] == ["PLAT: it is archived"]
