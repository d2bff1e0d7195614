"""Pull and deliver against connectors that misbehave in ways that no vendor should: the rest goes on, and a person is told where."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.memory import KIND, WORLDS, World
from syncd.contract import AuthFailed, Page, RateLimited, Settings, SyncError, Unavailable
from syncd.decide.state import Place
from syncd.mapping import Source, parse
from syncd.model.raw import Scope
from syncd.model.ref import Ref
from syncd.run.gate import LONG_S, PacedGate
from syncd.run.link import Link
from syncd.run.pull import LOOK_AGAIN, pull
from syncd.run.retry import TRIES, patiently
from syncd.store import Store, StoreError
from tests.run.run_given import Hand


@pytest.fixture
def world() -> Iterator[World]:
    WORLDS["here"] = World()
    for n in range(3):
        WORLDS["here"].put(f"T-{n}", {"kind": "item", "title": f"Thing {n}"})
    yield WORLDS["here"]
    del WORLDS["here"]


MAPPING = parse(
    "memory.default", lambda name: Source(name, (Path(__file__).parents[2] / "mappings" / f"{name}.toml").read_text())
)


def link(hand: Hand, change: Callable[[Any], None] = lambda _: None) -> Link:
    """A connection to the world `here`, whose connectors `change` breaks."""
    gate = PacedGate(KIND.limits, hand.clock)
    settings = Settings("mem", "here", KIND.options(), hand.now)

    def connect() -> Any:
        connector = KIND.connect(settings, gate)
        change(connector)
        return connector

    return Link("mem", KIND, connect, gate, MAPPING, Place(connection="mem", takes={}), ("things",))


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("method", ["fetch", "scopes"])
def test_a_defect_of_a_connector_is_told_with_its_place_and_its_words_are_not(store: Store, world: World, method: str) -> None:
    pulled = pull(link(Hand(), lambda c: setattr(c, method, raising(KeyError("s3cret")))), store, Hand().clock)
    (problem,) = pulled.problems
    assert "a defect of the connector (KeyError in fail, line " in problem
    assert "s3cret" not in problem
    assert pulled.streams["things"].state == "stale"
    assert not pulled.off


def test_a_store_that_breaks_is_no_defect_of_the_connector(store: Store, world: World) -> None:
    with pytest.raises(StoreError):
        pull(link(Hand(), lambda c: setattr(c, "fetch", raising(StoreError("disk is full")))), store, Hand().clock)


def test_what_was_read_before_a_failure_stays_and_the_cursor_with_it(store: Store, world: World) -> None:
    hand = Hand()
    assert pull(link(hand), store, hand.clock).streams["things"].changed == 3
    world.put("T-1", {"kind": "item", "title": "Thing 1, edited"})
    asked: list[str | None] = []

    def breaks_off(connector: Any) -> None:
        """The first page comes, and the way to the second is cut."""
        fetch = connector.fetch

        def pages(stream: str, scope: Scope, since: str | None) -> Iterator[Page]:
            asked.append(since)
            yield from (replace(page, complete=False) for page in fetch(stream, scope, since))
            raise Unavailable("down", scope="all")

        connector.fetch = pages

    before = store.scopes.cursor("mem", "things", "all")
    pulled = pull(link(hand, breaks_off), store, hand.clock)
    edited = store.mirror.raw(Ref("mem", "things", "T-1"))
    assert edited is not None
    assert (store.mirror.count("mem"), edited.record.data["title"]) == (3, "Thing 1, edited")
    assert store.scopes.cursor("mem", "things", "all") != before
    assert asked == [before, *[store.scopes.cursor("mem", "things", "all")] * (TRIES - 1)], "the next try goes on from the page"
    assert pulled.streams["things"].state == "stale"
    assert len(hand.waits) == TRIES - 1


def test_a_scope_without_an_end_is_partial(store: Store, world: World) -> None:
    def endless(*_: Any) -> Iterator[Page]:
        yield Page()

    assert pull(link(Hand(), lambda c: setattr(c, "fetch", endless)), store, Hand().clock).streams["things"].state == "partial"


def test_a_feature_that_an_edition_lacks_is_unsupported_and_no_problem(store: Store, world: World) -> None:
    pulled = pull(
        link(Hand(), lambda c: setattr(c, "fetch", lambda *_: iter([Page(complete=True, unsupported=True)]))), store, Hand().clock
    )
    assert (pulled.streams["things"].state, pulled.problems) == ("unsupported", [])


def test_the_daemon_leaves_a_connection_that_is_off_alone_for_a_while(store: Store, world: World) -> None:
    hand, asked = Hand(), []

    def refused(*_: Any) -> Any:
        asked.append(hand.at)
        raise AuthFailed("the token has expired")

    broken = link(hand, lambda c: setattr(c, "scopes", refused))
    assert pull(broken, store, hand.clock).off
    again = pull(broken, store, hand.clock, leave_off=True)
    assert (len(asked), again.off, again.problems) == (1, True, ["mem: the token has expired"])
    assert pull(broken, store, hand.clock).off, "a person who asks gets an answer at once"
    assert len(asked) == 2
    hand.go(seconds=LOOK_AGAIN.total_seconds() + 1)
    assert not pull(link(hand), store, hand.clock, leave_off=True).off


def test_a_scope_that_left_the_configuration_proves_nothing(store: Store, world: World) -> None:
    hand = Hand()
    pull(link(hand), store, hand.clock)
    other = Scope("other", "other")
    pull(link(hand, lambda c: setattr(c, "scopes", lambda _: [other])), store, hand.clock)
    assert {state.scope.id: state.state for state in store.scopes.states("mem") if state.stream} == {
        "all": "stale",
        "other": "fresh",
    }


class Flaky:
    """Fails with each of the errors in turn, then answers."""

    def __init__(self, *errors: SyncError) -> None:
        self.errors = list(errors)

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def test_unavailable_is_tried_again_with_growing_pauses() -> None:
    hand = Hand()
    assert patiently(Flaky(Unavailable("a"), Unavailable("b")), hand.clock) == "answer"
    assert hand.waits == [0.5, 1.0]
    with pytest.raises(Unavailable, match="c"):
        patiently(Flaky(Unavailable("a"), Unavailable("b"), Unavailable("c")), hand.clock)


def test_a_short_limit_is_waited_for_and_uses_up_no_try() -> None:
    hand = Hand()

    limit = RateLimited("limited", until=hand.at + timedelta(seconds=20))
    assert patiently(Flaky(Unavailable("a"), limit, Unavailable("b"), Unavailable("c")), hand.clock) == "answer"
    assert 19 < sum(hand.waits) < 22
    with pytest.raises(RateLimited):
        patiently(Flaky(RateLimited("long", until=hand.at + timedelta(seconds=LONG_S + 1))), hand.clock)


def test_an_error_that_a_person_must_mend_is_not_tried_again() -> None:
    hand = Hand()
    with pytest.raises(AuthFailed):
        patiently(Flaky(AuthFailed("no"), AuthFailed("again")), hand.clock)
    assert hand.waits == []


def test_writes_keep_their_distance_and_reads_do_not() -> None:
    hand = Hand()
    gate = PacedGate(replace(KIND.limits, between_writes_s=2), hand.clock)
    for write in (True, False, False, True, True):
        gate.before(write=write)
    assert hand.waits == [2, 2]
    assert (gate.requests, gate.writes) == (5, 3)


def test_a_queue_of_writes_that_would_take_too_long_is_left_for_later() -> None:
    hand = Hand()
    gate = PacedGate(replace(KIND.limits, between_writes_s=LONG_S + 1), hand.clock)
    gate.before(write=True)
    with pytest.raises(RateLimited) as caught:
        gate.before(write=True)
    assert caught.value.until == hand.at + timedelta(seconds=LONG_S + 1)
    assert hand.waits == []
