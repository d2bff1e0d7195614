"""Transactions: joined by all that a thread does, undone as a whole, one at a time."""

import threading

import pytest
from sqlalchemy import text

from syncd.store import Store, StoreError
from tests.store.given import AT, page, put, record, wish


def test_what_fails_in_the_middle_leaves_nothing_of_what_came_before(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        put(store, page(record("1")))
        store.outbox.desire([wish()], AT)
        raise ZeroDivisionError
    assert store.mirror.count("plat") == 0
    assert store.outbox.all() == []


def test_a_plan_sees_its_own_writes_and_leaves_none(store: Store) -> None:
    with store.transaction(rollback=True):
        store.outbox.desire([wish()], AT)
        assert len(store.outbox.all()) == 1
    assert store.outbox.all() == []


def test_a_transaction_inside_another_is_undone_alone(store: Store) -> None:
    with store.transaction():
        store.meta.put("kept", 1)
        with store.transaction(rollback=True):
            store.meta.put("tried", 1)
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.meta.put("failed", 1)
            raise ZeroDivisionError
    assert [store.meta.get(key) for key in ("kept", "tried", "failed")] == [1, None, None]


def test_a_refused_write_that_is_caught_inside_leaves_the_rest_usable(store: Store) -> None:
    with store.transaction():
        store.meta.put("before", 1)
        with pytest.raises(StoreError, match="The change was undone and nothing was lost"), store.db.writing() as tx:
            tx.execute(text("INSERT INTO mapped (record, basis, mapping_hash, notes) VALUES (999, '', '', '[]')"))
            tx.execute(text("INSERT INTO meta (key, value) VALUES ('before', '2')"))
        store.meta.put("after", 1)
    assert (store.meta.get("before"), store.meta.get("after")) == (1, 1)


def test_counters_of_many_threads_add_up(store: Store) -> None:
    def count_up() -> None:
        for _ in range(20):
            with store.transaction():
                store.meta.put("n", (store.meta.get("n") or 0) + 1)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.meta.get("n") == 80


def test_another_thread_does_not_see_what_is_not_committed(store: Store) -> None:
    seen: list[object] = []
    with store.transaction():
        store.meta.put("x", 1)
        reader = threading.Thread(target=lambda: seen.append(store.meta.get("x")))
        reader.start()
        reader.join()
    assert seen == [None]
    assert store.meta.get("x") == 1


def test_a_forgotten_value_is_forgotten(store: Store) -> None:
    store.meta.put("x", [1, "\0"])
    assert store.meta.get("x") == [1, "\0"]
    store.meta.put("x", None)
    assert store.meta.get("x") is None
