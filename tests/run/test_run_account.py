"""The account of a connection: looked at once a day, and its end told in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from connectors.memory import WORLDS, World
from syncd.contract import Account, Unavailable
from syncd.run.account import known
from syncd.run.link import Link
from syncd.run.pull import pull
from syncd.store import Store
from tests.run.run_given import Hand
from tests.run.test_run_pull import link


@pytest.fixture(autouse=True)
def _the_log_is_as_it_comes() -> None:
    """Commands that ran before may have set another level."""
    structlog.reset_defaults()


class Site:
    """A world whose account the test describes; `asked` counts how often somebody wanted to know."""

    def __init__(self) -> None:
        WORLDS["here"] = World()
        WORLDS["here"].put("1", {"kind": "item", "title": "Work"})
        self.account: Account | Exception = Account("7", "bot")
        self.asked = 0

    def link(self, hand: Hand) -> Link:
        def check() -> Account:
            self.asked += 1
            if isinstance(self.account, Exception):
                raise self.account
            return self.account

        def change(connector: Any) -> None:
            connector.check = check

        return link(hand, change)


@pytest.fixture
def site() -> Iterator[Site]:
    yield Site()
    WORLDS.clear()


def test_it_is_asked_once_a_day_and_not_in_the_first_pass(site: Site, store: Store) -> None:
    hand = Hand()
    here = site.link(hand)
    counts = []
    for hours in (0, 1, 1, 22, 1, 25):
        hand.go(hours=hours)
        pull(here, store, hand.clock)
        counts.append(site.asked)
    assert counts == [0, 1, 1, 1, 2, 3]
    seen = known(here, store)
    assert seen is not None
    assert (seen.id, seen.name) == ("7", "bot")


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (31, None),
        (30, "mem: the token ends on 2026-06-04, in 30 days. Make a new one and put it in place"),
        (7, "mem: the token ends on 2026-05-12, in 7 days. Make a new one and put it in place"),
        (1, "mem: the token ends on 2026-05-06, tomorrow. Make a new one and put it in place"),
        (0, "mem: the token ends on 2026-05-05, today. Make a new one and put it in place"),
        (-1, "mem: the token ended on 2026-05-04. Make a new one and put it in place"),
    ],
)
@pytest.mark.parametrize("by", ["vendor", "configuration"])
def test_the_end_of_a_token_is_told_from_thirty_days_ahead(
    site: Site, store: Store, days: int, told: str | None, by: str
) -> None:
    hand = Hand()
    ends = hand.now() + timedelta(days=days)
    here = site.link(hand)
    if by == "vendor":
        site.account = Account("7", "bot", expires_at=ends)
    else:
        here = replace(here, token_expires=ends.date())
    pull(here, store, hand.clock)
    hand.go(minutes=15)
    assert pull(here, store, hand.clock).notices == ([told] if told else [])


def test_a_warning_stops_nothing_and_ends_with_a_new_token(site: Site, store: Store) -> None:
    hand = Hand()
    here = site.link(hand)
    site.account = Account("7", "bot", expires_at=datetime(2026, 5, 9, tzinfo=UTC))
    pull(here, store, hand.clock)
    hand.go(minutes=15)
    warned = pull(here, store, hand.clock)
    assert (warned.streams["things"].state, warned.problems, len(warned.notices)) == ("fresh", [], 1)
    site.account = Account("7", "bot", expires_at=datetime(2027, 5, 9, tzinfo=UTC))
    hand.go(hours=25)
    assert pull(here, store, hand.clock).notices == []


def test_what_the_vendor_says_outranks_the_configuration(site: Site, store: Store) -> None:
    hand = Hand()
    here = replace(site.link(hand), token_expires=date(2026, 5, 6))
    site.account = Account("7", "bot", expires_at=datetime(2027, 5, 9, tzinfo=UTC))
    pull(here, store, hand.clock)
    hand.go(minutes=15)
    assert pull(here, store, hand.clock).notices == []


def test_it_is_asked_a_quarter_of_an_hour_after_the_first_pass_at_the_earliest(site: Site, store: Store) -> None:
    """Whoever counts the requests of the pass after the first one counts what was changed, and nothing beside."""
    hand = Hand()
    here = site.link(hand)
    for _ in range(3):
        pull(here, store, hand.clock)
        hand.go(minutes=5)
    assert site.asked == 0
    pull(here, store, hand.clock)
    assert site.asked == 1


def test_an_account_that_cannot_be_told_is_no_reason_not_to_read(site: Site, store: Store) -> None:
    hand = Hand()
    here = site.link(hand)
    site.account = Unavailable("asking who we are: the server answered 500")
    pull(here, store, hand.clock)
    hand.go(minutes=15)
    again = pull(here, store, hand.clock)
    assert (again.streams["things"].state, again.problems, again.notices) == ("fresh", [], [])


def test_the_log_is_told_once_at_thirty_and_once_at_seven_days(site: Site, store: Store) -> None:
    hand = Hand()
    here = replace(site.link(hand), token_expires=(hand.now() + timedelta(days=40)).date())
    with capture_logs() as lines:
        for _ in range(45):
            pull(here, store, hand.clock)
            hand.go(days=1)
    assert [line["last_day"] for line in lines if line["event"] == "credentials end soon"] == ["2026-06-14"] * 2
