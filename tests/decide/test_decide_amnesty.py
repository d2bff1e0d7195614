"""A quiet start on a messy tracker: what was open is known, and only what is new or worse is said."""

import pytest

from syncd.decide import FindingState
from syncd.model.finding import Severity
from tests.decide.decide_world import decided, forge, item, jira, late, milestone, opened, place, places, receipted, snapshot

EPIC, OTHER, WORK = jira(1), jira(2), jira(41)
WORLD = snapshot(milestone(EPIC), milestone(OTHER, "Search"), item(WORK))
PLAT = ("plat", "PLAT")


def started() -> dict[str, FindingState]:
    """What is remembered after the first pass with writing on."""
    first = decided(opened(late(EPIC)), WORLD, enabled=())
    assert first.plan.actions == ()
    assert [silent.why for silent in first.plan.quiet] == ["known at start: it speaks when it gets worse"]
    assert first.enabled == (PLAT,)
    return dict(first.states)


def test_what_was_open_at_the_start_stays_quiet_and_what_comes_later_speaks() -> None:
    states = started() | opened(late(OTHER))
    assert [action.target for action in decided(states, WORLD, enabled={PLAT}).plan.actions] == [OTHER]


@pytest.mark.parametrize(
    ("days", "severity", "speaks"),
    [(4, "warn", False), (5, "warn", False), (6, "warn", True), (4, "critical", True), (3, "warn", False)],
)
def test_a_known_one_speaks_when_it_is_really_worse(days: int, severity: Severity, speaks: bool) -> None:
    known = next(iter(started().values())).known
    decision = decided(opened(late(EPIC, days, severity=severity), known=known), WORLD, enabled={PLAT})
    assert bool(decision.plan.actions) is speaks
    if speaks:
        assert decision.plan.actions[0].reasons == (f"worse than at the start: drift, warn 4 -> {severity} {days}",)


def test_a_heavy_one_needs_a_tenth_more() -> None:
    def speaks(days: int) -> bool:
        return bool(decided(opened(late(EPIC, days), known=("warn", 50)), WORLD).plan.actions)

    assert [speaks(55), speaks(56)] == [False, True]


def test_once_said_it_is_kept_up_to_date_even_when_it_gets_better_again() -> None:
    worse = decided(opened(late(EPIC, 9), known=("warn", 4)), WORLD)
    said = receipted({}, worse.plan.actions)
    better = decided(opened(late(EPIC, 4), known=("warn", 4)), WORLD, said=said)
    assert [action.remote_id for action in better.plan.actions] == ["c1"]


def test_at_start_write_speaks_at_once() -> None:
    decision = decided(opened(late(EPIC)), WORLD, enabled=(), at_start="write")
    assert [action.target for action in decision.plan.actions] == [EPIC]
    assert decision.enabled == (PLAT,)


def test_projects_are_enabled_one_by_one_and_also_without_findings() -> None:
    pay = jira(1, "PAY")
    world = snapshot(milestone(EPIC), milestone(pay, "Pay"), item(WORK), item(forge(3)))
    where = places("off", "plan") | {"plat": place("plat", "off", write_for={"PLAT": "on"})}
    assert decided({}, world, where=where, enabled=()).enabled == (PLAT,)
    where["plat"] = place("plat", "on")
    later = decided(opened(late(EPIC), late(pay, title="Pay")), world, where=where, enabled={PLAT})
    assert later.enabled == (("plat", "PAY"),)
    assert [action.target for action in later.plan.actions] == [EPIC]


def test_a_project_that_could_not_be_read_is_not_started_yet() -> None:
    unread = snapshot(milestone(EPIC), item(WORK), stale=[EPIC, WORK])
    assert decided({}, unread, enabled=()).enabled == ()
    one_bad_record = snapshot(milestone(EPIC), item(WORK), stale=[WORK])
    assert decided({}, one_bad_record, enabled=()).enabled == (PLAT,)


def test_what_was_held_back_at_the_start_is_known_when_it_is_raised() -> None:
    first = decided(opened(late(EPIC), state="pending", held=True), WORLD, enabled=())
    assert {state.known for state in first.states.values()} == {("warn", 4)}


def test_a_project_enabled_later_does_not_draw_old_findings_over() -> None:
    """It is said on the other tracker by now; enabling this one is no reason to say it again here."""
    ticket = forge(12)
    world = snapshot(milestone(EPIC, "Checkout", ticket), item(WORK))
    states = opened(late(EPIC))
    said = receipted({}, decided(states, world, where=places("plan", "on")).plan.actions)
    assert set(said) == {ticket}
    decision = decided(states, world, said=said, enabled={("code", "acme/api")})
    assert decision.plan.actions == ()
    assert decided(decision.states, world, said=said).plan.actions == ()
