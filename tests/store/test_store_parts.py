"""Two writes of one verb on one ticket: each has a row, an intent and an entry of its own."""

from datetime import timedelta

from syncd.store import Store
from tests.store.given import AT, LATER, receipt, ref, wish

LEASE = 65.0


def test_two_statuses_of_one_merge_request_never_overwrite_each_other(store: Store) -> None:
    both = [
        wish(verb="status", key="k-all", digest="red"),
        wish(verb="status", key="k-contract", digest="green", part="contract"),
    ]
    store.outbox.desire(both, AT)
    rows = store.outbox.claim("plat", AT, LEASE, limit=9)
    assert [(row.action.part, row.action.digest) for row in rows] == [("", "red"), ("contract", "green")]
    for row in rows:
        assert store.outbox.receipt(row, receipt(f"s-{row.action.part}"))
    assert {mark: (entry.key, entry.digest, entry.remote_id) for mark, entry in store.ledger.marks().items()} == {
        (ref("1"), "status", ""): ("k-all", "red", "s-"),
        (ref("1"), "status", "contract"): ("k-contract", "green", "s-contract"),
    }


def test_a_wish_of_one_part_leaves_that_of_the_other_alone(store: Store) -> None:
    one, other = wish(verb="status", digest="1"), wish(verb="status", digest="2", part="contract")
    store.outbox.desire([one, other], AT)
    store.outbox.desire([wish(verb="status", digest="3", part="contract")], LATER)
    assert [row.action.digest for row in store.outbox.all()] == ["1", "3"]
    assert store.outbox.withdraw([one], ["plat"]) == 1
    assert [row.action.digest for row in store.outbox.all()] == ["1"]


def test_a_write_of_one_part_that_is_under_way_holds_up_no_other(store: Store) -> None:
    store.outbox.desire([wish(verb="status", part="contract")], AT)
    [first] = store.outbox.claim("plat", AT, LEASE, limit=9)
    store.outbox.desire([wish(verb="status"), wish(verb="status", part="contract")], AT)
    [second] = store.outbox.claim("plat", AT + timedelta(seconds=1), LEASE, limit=9)
    assert (first.action.part, second.action.part) == ("contract", "")
