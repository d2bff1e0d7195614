"""Deletions: believed on the vendor's word, looked at one by one where it says nothing, and never when too much goes at once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.memory import STREAMS, WORLDS, World
from syncd.contract import AuthFailed, Gone, RateLimited, Unavailable
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.run.brake import Brake, resume
from syncd.run.pull import Care, Pulled, pull
from syncd.store import Store
from tests.run.run_given import Hand
from tests.run.test_run_pull import link

SILENT = {"things": replace(STREAMS["things"], deletions="by_absence")}
"""The stream of a vendor that reports no deletions."""


@pytest.fixture
def world() -> Iterator[World]:
    WORLDS["here"] = World()
    for n in range(40):
        WORLDS["here"].put(f"T-{n}", {"kind": "item", "title": f"Thing {n}"})
    yield WORLDS["here"]
    del WORLDS["here"]


class Day:
    """A vendor that reports no deletions, passed over once a day. `look`: what it answers when one record is asked for."""

    def __init__(self, store: Store) -> None:
        self.store, self.hand = store, Hand()
        self.care = Care(Brake(), timedelta(hours=24))
        self.look: Callable[[Ref], RawRecord] | None = None

    def __call__(self, hours: float = 24.5) -> Pulled:
        self.hand.go(hours=hours)
        return pull(link(self.hand, self._silent), self.store, self.hand.clock, care=self.care)

    def _silent(self, connector: Any) -> None:
        connector.streams = SILENT
        fetch = connector.fetch
        connector.fetch = lambda *asked: (replace(page, deleted=()) for page in fetch(*asked))
        if self.look is not None:
            connector.fetch_one = self.look

    def live(self) -> int:
        return self.store.mirror.count("mem")

    def kind(self, id: str) -> str | None:
        raw = self.store.mirror.raw(Ref("mem", "things", id))
        return raw.gone_kind if raw else "unknown"


@pytest.fixture
def day(store: Store, world: World) -> Day:
    return Day(store)


def test_what_is_not_listed_any_more_becomes_a_tombstone_after_a_look(day: Day, world: World) -> None:
    day()
    world.put("T-3", None)
    assert day(1).streams["things"].deleted == 0, "no census before its time"
    assert day.live() == 40
    assert day().streams["things"].deleted == 1
    assert (day.live(), day.kind("T-3")) == (39, "deleted")
    world.put("T-3", {"kind": "item", "title": "back"})
    day(1)
    assert (day.live(), day.kind("T-3")) == (40, None)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Gone("it was deleted", kind="deleted"), "deleted"),
        (Gone("it was moved", kind="moved", to="https://x.example/9"), "transferred"),
        (Gone("it was moved", kind="moved"), "moved"),
        (Gone("hidden", kind="unreadable"), "lost_access"),
        (AuthFailed("not allowed (403)", scope="all"), "lost_access"),
        (Unavailable("not found (404)", absent=True), "deleted"),
        (Unavailable("the server answered 500"), None),
        (Unavailable("no answer in time"), None),
    ],
)
def test_the_vendors_word_on_one_record_decides_what_became_of_it(
    day: Day, world: World, answer: Exception, kind: str | None
) -> None:
    def look(_: Ref) -> RawRecord:
        raise answer

    day()
    world.put("T-3", None)
    day.look = look
    pulled = day()
    assert day.kind("T-3") == kind
    assert (pulled.problems, pulled.streams["things"].state) == ([], "fresh")


def test_a_record_that_is_there_after_all_stays(day: Day, world: World) -> None:
    """A list that lags behind is no proof."""
    day()
    known = day.store.mirror.raw(Ref("mem", "things", "T-3"))
    assert known is not None
    world.put("T-3", None)
    day.look = lambda _: known.record
    assert day().streams["things"].deleted == 0
    assert day.live() == 40


def test_a_record_that_left_the_configured_scopes_is_none_of_ours_any_more(day: Day, world: World) -> None:
    day()
    known = day.store.mirror.raw(Ref("mem", "things", "T-3"))
    assert known is not None
    world.put("T-3", None)
    day.look = lambda _: replace(known.record, scope=Scope("elsewhere", "elsewhere"))
    day()
    assert day.kind("T-3") == "moved"


def test_too_many_at_once_halt_the_stream_until_a_person_says_so(day: Day, world: World) -> None:
    day()
    for n in range(11):
        world.put(f"T-{n}", None)
    told = day()
    assert told.streams["things"].state == "halted"
    assert told.problems == [
        "mem: things: 11 of 40 records are not listed any more at once. Nothing is concluded from it. If that is right, say "
        "`syncd resume mem things --accept-deletions`; if it is mended, `syncd resume mem things`"
    ]
    assert day.live() == 40
    world.put("T-20", {"kind": "item", "title": "edited"})
    assert day().streams["things"].read == 0, "a halted stream is left alone"

    resume("mem", None, day.store, day.hand.clock, accept_deletions=False)
    assert day().streams["things"].state == "halted", "nothing was mended"
    resume("mem", "things", day.store, day.hand.clock, accept_deletions=True)
    assert day().streams["things"].deleted == 11
    assert day.live() == 29
    for n in range(11, 22):
        world.put(f"T-{n}", None)
    assert day().streams["things"].state == "halted", "it was accepted once, not for ever"


@pytest.mark.parametrize(
    ("share", "records", "state"), [(0.2, 10, "fresh"), (0.2, 7, "fresh"), (0.19, 7, "halted"), (0.1, 8, "fresh")]
)
def test_both_bounds_have_to_be_passed(day: Day, world: World, share: float, records: int, state: str) -> None:
    day.care = Care(Brake(share, records), timedelta(hours=24))
    day()
    for n in range(8):
        world.put(f"T-{n}", None)
    assert day().streams["things"].state == state


def test_reported_deletions_meet_the_same_brake(store: Store, world: World) -> None:
    hand = Hand()
    pull(link(hand), store, hand.clock)
    for n in range(12):
        world.put(f"T-{n}", None)
    told = pull(link(hand), store, hand.clock)
    assert told.streams["things"].state == "halted"
    assert "12 of 40 records are reported as deleted at once" in told.problems[0]
    assert store.mirror.count("mem") == 40
    resume("mem", None, store, hand.clock, accept_deletions=True)
    assert pull(link(hand), store, hand.clock).streams["things"].deleted == 12


def test_a_limit_in_the_census_is_the_whole_connections(day: Day, world: World) -> None:
    def look(_: Ref) -> RawRecord:
        raise RateLimited("limited", until=day.hand.at + timedelta(hours=2))

    day()
    world.put("T-3", None)
    day.look = look
    assert day().streams["things"].state == "limited"
    assert day.live() == 40


def test_nothing_that_is_halted_is_told_so_when_it_is_resumed(store: Store) -> None:
    assert resume("mem", None, store, Hand().clock, accept_deletions=False) == []
