"""The gate: documented rates are kept, and what one answer says is heeded by everybody who shares the credentials."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.memory import KIND
from syncd.contract import Budget, RateLimited
from syncd.run.gate import LONG_S, PacedGate
from syncd.run.limit_headers import pause_until, quota
from tests.run.run_given import START, Hand


def gate(hand: Hand, *budgets: Budget) -> PacedGate:
    return PacedGate(replace(KIND.limits, budgets=budgets), hand.clock)


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 9), st.integers(1, 20))
def test_law_no_window_ever_holds_more_than_is_allowed(pauses: list[float], most: int, per_s: int) -> None:
    hand, sent = Hand(), []
    paced = gate(hand, Budget(most, per_s))
    for pause in pauses:
        hand.go(seconds=pause)
        paced.before()
        sent.append(hand.at)
    for first in sent:
        inside = [other for other in sent if first <= other < first + timedelta(seconds=per_s - 0.01)]
        assert len(inside) <= most


def test_below_the_rate_nothing_waits() -> None:
    hand = Hand()
    paced = gate(hand, Budget(10, 60))
    for _ in range(10):
        paced.before()
    assert hand.waits == []
    hand.go(seconds=61)
    paced.before()
    assert hand.waits == []


def test_writes_and_points_count_apart() -> None:
    hand = Hand()
    paced = gate(hand, Budget(2, 20, "writes"), Budget(100, 60, "points"))
    for _ in range(30):
        paced.before()
    paced.before(write=True)
    paced.before(write=True)
    assert hand.waits == []
    paced.before(write=True)
    assert sum(hand.waits) == pytest.approx(20, abs=0.1)


def test_a_window_that_frees_too_late_leaves_the_connection_for_later() -> None:
    hand = Hand()
    paced = gate(hand, Budget(1, 3600, "writes"))
    paced.before(write=True)
    with pytest.raises(RateLimited, match="at most 1 writes in 3600 s are allowed") as caught:
        paced.before(write=True)
    assert caught.value.until - hand.at > timedelta(minutes=59)
    paced.before()


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "17"}, 17),
        (429, {"retry-after": "Tue, 05 May 2026 07:00:09 GMT"}, 9),
        (403, {"Retry-After": "5", "X-RateLimit-Remaining": "4000"}, 5),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) + 21)}, 21),
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START.timestamp()) + 8)}, 8),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-05-05T07:00:12Z"}, 12),
        (200, {"RateLimit-Remaining": "0", "RateLimit-Reset": "13"}, 13),
        (200, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": str(int(START.timestamp()) + 8)}, 0),
        (503, {"Retry-After": "17"}, 0),
        (404, {}, 0),
        (429, {"Retry-After": "soon"}, 0),
    ],
)
def test_what_one_answer_says_is_heeded_by_all(status: int, headers: dict[str, str], seconds: float) -> None:
    hand = Hand()
    paced = gate(hand)
    paced.after(status, headers)
    paced.before()
    assert sum(hand.waits) == seconds
    paced.before()
    assert sum(hand.waits) == seconds, "it is waited for once"


def test_a_long_limit_is_not_slept() -> None:
    hand = Hand()
    paced = gate(hand)
    paced.after(429, {"Retry-After": "600"})
    with pytest.raises(RateLimited, match="the server limits us: the next request may be sent at 07:10:00 UTC"):
        paced.before()
    assert hand.waits == []
    hand.go(seconds=600)
    paced.before()


def test_what_is_left_is_known() -> None:
    hand = Hand()
    paced = gate(hand)
    paced.after(200, {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4990", "X-RateLimit-Reset": "1777966800"})
    paced.after(200, {})
    assert paced.quota is not None
    assert (paced.quota.remaining, paced.quota.limit, paced.quota.reset) == (4990, 5000, datetime(2026, 5, 5, 7, 40, tzinfo=UTC))


@given(st.text(max_size=40), st.integers(100, 599))
def test_law_no_header_breaks_anything(text: str, status: int) -> None:
    headers = dict.fromkeys(("Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Limit"), text)
    for found in (pause_until(status, headers, START), getattr(quota(headers, START), "reset", None)):
        assert found is None or found.tzinfo is not None


def test_the_longest_pause_is_slept() -> None:
    hand = Hand()
    paced = gate(hand)
    paced.after(429, {"Retry-After": str(int(LONG_S))})
    paced.before()
    assert hand.waits == [LONG_S]
