"""Where a finding speaks, and where it is silent."""

from dataclasses import replace

import pytest

from syncd.decide import Decision
from syncd.model.ref import Ref
from tests.decide.decide_world import decided, forge, item, jira, late, milestone, opened, place, places, receipted, snapshot

EPIC, WORK = jira(1), jira(41)
GOAL = forge(7, stream="milestones")  # a forge's milestone takes no comments
TICKET = forge(12)


def targets(decision: Decision) -> list[Ref]:
    return [action.target for action in decision.plan.actions]


def test_it_speaks_on_the_first_source_by_precedence_that_takes_comments() -> None:
    world = snapshot(milestone(EPIC, "Checkout", TICKET), item(WORK))
    finding = late(EPIC)
    assert targets(decided(opened(finding), world)) == [EPIC]
    assert targets(decided(opened(finding), world, precedence=("code", "plat"))) == [TICKET]
    assert targets(decided(opened(finding), world, where=places(plat="off"))) == [TICKET]


def test_a_source_that_takes_no_comments_leaves_it_to_the_driving_item() -> None:
    world = snapshot(milestone(GOAL), item(TICKET))
    assert targets(decided(opened(late(GOAL, driving=TICKET)), world)) == [TICKET]


@pytest.mark.parametrize("tracked", ["acme/api#7", "team-checkout", "Checkout Team"], ids=["key", "label", "team"])
def test_a_tracking_ticket_goes_before_the_driving_item(tracked: str) -> None:
    world = snapshot(
        milestone(GOAL, labels=("team-checkout",), team="Checkout Team"),
        item(TICKET),
        item(jira(99, "PAY")),
        item(jira(98, "PAY")),
    )
    decision = decided(opened(late(GOAL, driving=TICKET)), world, tracking={tracked: "PAY-99"})
    assert targets(decision) == [jira(99, "PAY")]


def test_an_item_speaks_on_itself() -> None:
    assert targets(decided(opened(late(TICKET)), snapshot(item(TICKET)))) == [TICKET]


def test_what_may_not_be_written_is_only_observed() -> None:
    world = snapshot(milestone(EPIC, "Checkout", TICKET), item(WORK))
    plan = decided(opened(late(EPIC)), world, where=places("plan", "plan")).plan
    assert ([a.target for a in plan.observed], plan.actions, plan.observed[0].mode) == ([EPIC], (), "plan")
    plan = decided(opened(late(EPIC)), world, where=places("plan", "on")).plan
    assert ([a.target for a in plan.actions], plan.observed) == ([TICKET], ())


def test_the_projects_own_word_counts_for_a_joined_source_too() -> None:
    """The anchor lies in another project than the source on which it would speak."""
    world = snapshot(milestone(EPIC, "Checkout", TICKET))
    where = places("off", "off") | {"code": place("code", "off", write_for={"acme/api": "on"})}
    assert targets(decided(opened(late(EPIC)), world, where=where)) == [TICKET]


@pytest.mark.parametrize(
    ("where", "tracking", "why"),
    [
        (places(), {}, "none of its sources takes comments, no tracking ticket is configured for it, and no item drives it"),
        (places(), {"acme/api#7": "PAY-1"}, "its tracking ticket PAY-1 is not among what was read"),
    ],
)
def test_nowhere_to_speak_says_why(where: dict, tracking: dict[str, str], why: str) -> None:  # type: ignore[type-arg]
    plan = decided(opened(late(GOAL)), snapshot(milestone(GOAL)), where=where, tracking=tracking).plan
    assert [silent.why for silent in plan.nowhere] == [why]
    assert plan.actions == plan.observed == ()


def test_writing_that_is_off_is_said_so() -> None:
    plan = decided(opened(late(EPIC)), snapshot(milestone(EPIC)), where=places("off", "off")).plan
    assert [silent.why for silent in plan.nowhere] == ['write = "off" for plat PLAT']


def test_a_comment_does_not_move_because_its_place_is_down() -> None:
    world = snapshot(milestone(EPIC, "Checkout", TICKET), item(WORK))
    states = opened(late(EPIC))
    said = receipted({}, decided(states, world).plan.actions)
    down = places() | {"plat": place("plat", off=True)}
    unread = snapshot(milestone(EPIC, "Checkout", TICKET), item(WORK), stale=[EPIC])
    for decision in (decided(states, world, said=said, where=down), decided(opened(late(EPIC, 9)), unread, said=said)):
        assert not any((decision.plan.actions, decision.plan.observed, decision.plan.nowhere))


def test_when_precedence_changes_the_old_comment_ends_and_the_new_one_begins() -> None:
    world = snapshot(milestone(EPIC, "Checkout", TICKET), item(WORK))
    states = opened(late(EPIC))
    said = receipted({}, decided(states, world).plan.actions)
    moved = decided(states, world, said=said, precedence=("code",))
    by_target = {action.target: action for action in moved.plan.actions}
    assert set(by_target) == {EPIC, TICKET}
    assert by_target[EPIC].reasons == ("moved: drift",)
    assert "No longer told here" in by_target[EPIC].body
    said = receipted(said, moved.plan.actions)
    assert decided(states, world, said=said, precedence=("code",)).plan.actions == ()


def test_it_stays_at_home_while_its_new_place_is_down() -> None:
    world = snapshot(milestone(EPIC, "Checkout", TICKET), item(WORK))
    states = opened(late(EPIC))
    said = receipted({}, decided(states, world).plan.actions)
    down = places() | {"code": place("code", off=True)}
    assert decided(states, world, said=said, where=down, precedence=("code",)).plan.actions == ()


def test_what_is_held_is_not_said_for_the_first_time_and_does_not_move() -> None:
    """What could not be judged in this pass is no news, wherever it would be told by now."""
    world = snapshot(milestone(EPIC, "Checkout", TICKET), item(WORK))
    held = opened(late(EPIC), held=True)
    first = decided(held, world).plan
    assert first.actions == ()
    assert [silent.why for silent in first.quiet] == ["held: something that it rests on could not be read"]
    said = receipted({}, decided(opened(late(EPIC)), world).plan.actions)
    assert decided(held, world, said=said, precedence=("code",)).plan.actions == ()


def test_a_deleted_comment_is_never_written_again() -> None:
    world = snapshot(milestone(EPIC), item(WORK))
    said = receipted({}, decided(opened(late(EPIC)), world).plan.actions)
    muted = {target: replace(entry, muted=True) for target, entry in said.items()}
    for states in (opened(late(EPIC, 9, severity="critical")), opened(late(EPIC), state="cleared")):
        plan = decided(states, world, said=muted).plan
        assert plan.actions == plan.observed == ()
    assert [s.why for s in decided(opened(late(EPIC)), world, said=muted).plan.quiet] == [
        "muted: a person deleted our comment there"
    ]


def test_a_ticket_that_is_gone_is_not_written_to() -> None:
    world = snapshot(milestone(EPIC), item(WORK))
    said = receipted({}, decided(opened(late(EPIC)), world).plan.actions)
    assert decided(opened(late(EPIC), state="cleared"), snapshot(item(WORK)), said=said).plan.actions == ()
