"""What a pass finds as it was left costs no transaction; what is not as it was left is stored as ever."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from connectors.memory import World
from syncd.run.pull import pull
from syncd.store import Store
from tests.run.run_given import Hand
from tests.run.test_run_pull import link, world

__all__ = ["world"]


def written(store: Store, hand: Hand) -> list[str]:
    """The tables that a pull writes to."""
    found: list[str] = []

    def heard(_tx: object, statement: object, *_: object) -> None:
        if getattr(statement, "is_dml", False):
            found.append(statement.table.name)  # type: ignore[attr-defined]

    event.listen(store.db.engine, "after_execute", heard)
    try:
        pull(link(hand), store, hand.clock)
    finally:
        event.remove(store.db.engine, "after_execute", heard)
    return found


@pytest.mark.usefixtures("world")
def test_a_scope_that_is_as_it_was_left_only_gets_the_time_of_reading(store: Store) -> None:
    hand = Hand()
    for _ in range(2):
        pull(link(hand), store, hand.clock)
    hand.go(minutes=5)
    assert written(store, hand) == ["scopes"]
    assert {known.completed_at for known in store.scopes.states("mem") if known.stream} == {hand.at}


def test_a_change_is_stored_and_counted_once(store: Store, world: World) -> None:
    hand = Hand()
    for _ in range(2):
        pull(link(hand), store, hand.clock)
    hand.go(minutes=5)
    world.put("T-1", {"kind": "item", "title": "Another thing"})
    assert pull(link(hand), store, hand.clock).streams["things"].changed == 1
    assert [version.since for version in store.mirror.versions(store.mirror.find("T-1")[0].ref)][-1] == hand.at
    assert pull(link(hand), store, hand.clock).streams["things"].changed == 0


@pytest.mark.usefixtures("world")
def test_a_scope_that_could_not_be_read_is_fresh_again_though_nothing_changed(store: Store) -> None:
    hand = Hand()
    for _ in range(2):
        pull(link(hand), store, hand.clock)
    (scope,) = {known.scope for known in store.scopes.states("mem") if known.stream == "things"}
    store.scopes.set_state("mem", "things", scope, "stale", at=hand.at, text="down", until=hand.at + timedelta(hours=1))
    pull(link(hand), store, hand.clock)
    assert {known.state for known in store.scopes.states("mem")} == {"fresh"}
