"""The outlook: whoever waits for a limit in the middle of a first read is told when it goes on and about how much is left."""

from datetime import timedelta

import pytest

from syncd.contract import RateLimited
from syncd.run.outlook import expect
from syncd.run.pull import pull
from syncd.store import Store
from tests.run.run_given import Hand
from tests.run.test_run_pull import link, raising, world

__all__ = ["world"]
pytestmark = pytest.mark.usefixtures("world")


def test_a_limit_in_a_first_read_says_when_it_goes_on_and_what_is_left(store: Store) -> None:
    hand = Hand()
    limit = RateLimited("the server limits us", until=hand.at + timedelta(minutes=40))
    limited = link(hand, lambda made: setattr(made, "fetch", raising(limit)))
    expect(limited, store, 120)
    (problem,) = pull(limited, store, hand.clock).problems
    assert problem.startswith("mem: the server limits us. It goes on at 07:40 UTC, about 1")
    assert problem.endswith("requests left")
    assert pull(limited, store, hand.clock).problems == [problem], "until then it says the same"
    hand.go(minutes=41)
    assert pull(link(hand), store, hand.clock).problems == []
    again = RateLimited("the server limits us", until=hand.at + timedelta(minutes=40))
    (later,) = pull(link(hand, lambda made: setattr(made, "fetch", raising(again))), store, hand.clock).problems
    assert later == "mem: the server limits us", "the first read is over: nobody knows how much is left of this one"


def test_an_estimate_that_was_too_low_is_not_told(store: Store) -> None:
    hand = Hand()
    limited = link(hand, lambda made: setattr(made, "fetch", raising(RateLimited("limited", until=hand.at + timedelta(hours=1)))))
    expect(limited, store, 0)
    assert pull(limited, store, hand.clock).problems == ["mem: limited"]
