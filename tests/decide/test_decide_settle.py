"""When a finding is raised, changed and cleared, and when it is left as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.decide import settle
from syncd.model.finding import Count, Finding, Line
from syncd.model.ref import Ref
from tests.decide.decide_world import NOW, forge, jira, late, opened

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
M, INPUT, OTHER = jira(1), jira(41), jira(42)
F = late(M)
KEY = F.fingerprint


def test_a_first_sight_is_new_and_a_second_is_silence() -> None:
    first = settle([F], {}, stale=(), as_of=NOW)
    assert (first.new, first.states[KEY].state) == ((KEY,), "open")
    second = settle([F], first.states, stale=(), as_of=LATER)
    assert (second.new, second.changed, second.cleared, second.held) == ((), (), (), ())
    assert second.states == first.states


def test_another_text_is_a_change() -> None:
    result = settle([late(M, 5)], opened(F), stale=(), as_of=LATER)
    assert result.changed == (KEY,)
    assert (result.states[KEY].changed_at, result.states[KEY].raised_at) == (LATER, NOW)


def test_a_number_that_only_the_clock_moves_is_no_change_within_its_bucket() -> None:
    def overdue(days: int) -> Finding:
        return replace(F, lines=(Line("Overdue", (Count(days, "working day", clocked=True),)),))

    assert settle([overdue(9)], opened(overdue(5)), stale=(), as_of=LATER).changed == ()
    assert settle([overdue(10)], opened(overdue(5)), stale=(), as_of=LATER).changed == (KEY,)


@pytest.mark.parametrize("stale", [M, INPUT, OTHER], ids=["subject", "an old input", "an input that only the new one has"])
def test_what_rests_on_something_unread_is_held_as_it_was(stale: Ref) -> None:
    other = late(M, 9, inputs=frozenset({M, OTHER}))
    result = settle([other], opened(F), stale={stale}, as_of=LATER)
    held = result.states[KEY]
    assert (result.held, result.changed) == ((KEY,), ())
    assert (held.finding, held.held, held.state) == (F, True, "open")


def test_what_is_not_found_any_more_is_cleared_only_when_all_of_it_was_read() -> None:
    held = settle([], opened(F), stale={INPUT}, as_of=LATER)
    assert (held.cleared, held.held, held.states[KEY].state) == ((), (KEY,), "open")
    cleared = settle([], held.states, stale=(), as_of=LATER)
    assert (cleared.cleared, cleared.states[KEY].state, cleared.states[KEY].cleared_at) == ((KEY,), "cleared", LATER)


def test_a_detector_that_failed_clears_nothing() -> None:
    result = settle([], opened(F, late(M, code="blocked")), stale=(), as_of=LATER, failed_codes={"drift"})
    assert result.held == (KEY,)
    assert result.states[KEY].state == "open"
    assert len(result.cleared) == 1


def test_a_new_one_on_something_unread_is_held_back_and_raised_when_it_is_read() -> None:
    back = settle([F], {}, stale={INPUT}, as_of=NOW)
    assert (back.new, back.held, back.states[KEY].state) == ((), (KEY,), "pending")
    raised = settle([F], back.states, stale=(), as_of=LATER)
    assert (raised.new, raised.states[KEY].raised_at) == ((KEY,), LATER)
    gone = settle([], back.states, stale=(), as_of=LATER)
    assert (gone.new, gone.cleared, gone.states[KEY].state) == ((), (), "cleared")


def test_what_comes_back_after_it_was_cleared_is_new_and_not_forgiven() -> None:
    cleared = settle([], opened(F, known=("warn", 4)), stale=(), as_of=NOW)
    back = settle([F], cleared.states, stale=(), as_of=LATER)
    assert back.new == (KEY,)
    assert back.states[KEY].known is None


def test_durations_are_measured_by_the_clock_and_not_by_passes() -> None:
    waits = {"drift": timedelta(hours=3)}
    swings = replace(F, hovers=True)
    states = settle([swings], {}, stale=(), as_of=NOW, raise_after=waits).states
    for _ in range(5):
        result = settle([swings], states, stale=(), as_of=NOW + 2 * HOUR, raise_after=waits)
        assert (result.new, result.states[KEY].state) == ((), "pending")
        states = result.states
    assert settle([swings], states, stale=(), as_of=NOW + 3 * HOUR, raise_after=waits).new == (KEY,)


def test_what_a_date_says_is_told_and_cleared_at_once() -> None:
    waits = {"drift": timedelta(hours=3)}
    raised = settle([F], {}, stale=(), as_of=NOW, raise_after=waits, clear_after=waits)
    assert raised.new == (KEY,)
    assert settle([], raised.states, stale=(), as_of=LATER, raise_after=waits, clear_after=waits).cleared == (KEY,)


def test_it_clears_only_after_its_condition_stayed_away() -> None:
    waits = {"drift": timedelta(hours=3)}
    swings = replace(F, hovers=True)
    ending = settle([], opened(swings), stale=(), as_of=NOW, clear_after=waits)
    assert (ending.cleared, ending.states[KEY].state) == ((), "open")
    back = settle([swings], ending.states, stale=(), as_of=NOW + 2 * HOUR, clear_after=waits)
    again = settle([], back.states, stale=(), as_of=NOW + 4 * HOUR, clear_after=waits)
    assert again.cleared == ()
    assert settle([], again.states, stale=(), as_of=NOW + 7 * HOUR, clear_after=waits).cleared == (KEY,)


def test_a_milestone_that_joined_another_keeps_its_findings_without_news() -> None:
    joined = {M: forge(3)}
    moved = late(forge(3), inputs=frozenset({INPUT}))
    moved = replace(moved, headline=F.headline)
    result = settle([moved], opened(F), stale=(), as_of=LATER, anchor=lambda ref: joined.get(ref, ref))
    assert (result.new, result.changed, result.cleared) == ((), (), ())
    assert result.states[moved.fingerprint].raised_at == NOW
    assert result.states[KEY].state == "cleared"


def test_the_worse_of_two_with_one_fingerprint_counts_whatever_their_order() -> None:
    mild, severe = late(M), late(M, 9, severity="critical")
    for order in ([mild, severe], [severe, mild]):
        assert settle(order, {}, stale=(), as_of=NOW).states[KEY].finding == severe
