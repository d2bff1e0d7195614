"""The outbox: no wish is lost, none is written twice by us, none is written after a newer one."""

import threading
from datetime import timedelta

import pytest

from syncd.decide.state import Said
from syncd.model.ref import Ref
from syncd.store import Store, open_store
from syncd.store.outbox import OutboxRow
from tests.store.given import AT, LATER, receipt, ref, wish

LEASE = 65.0
AFTER_LEASE = AT + timedelta(seconds=66)


def claim(store: Store, at: object = AT) -> OutboxRow:
    """The one row that is due."""
    [row] = store.outbox.claim("plat", at, LEASE, limit=9)  # type: ignore[arg-type]
    return row


def test_a_wish_is_claimed_once_written_and_in_the_ledger(store: Store) -> None:
    wanted = wish(reasons=("new",), topics=("drift",), extra={"a": [1]}, body="late \0 \ud800")
    store.outbox.desire([wanted], AT)
    row = claim(store)
    assert row.action == wanted
    assert (row.state, row.attempts, row.uncertain, row.not_before) == ("intent", 1, False, AT + timedelta(seconds=LEASE))
    assert store.outbox.claim("plat", AT, LEASE) == []
    assert store.outbox.receipt(row, receipt())
    assert store.outbox.all() == []
    said = Said(
        target=ref("1"), project="PAY", key=wanted.key, digest=wanted.digest, remote_id="c-1", fingerprints=("f1",),
        body=wanted.body, url="https://acme.example/comment/c-1", at=AT,
    )  # fmt: skip
    assert store.ledger.said() == {ref("1"): said}
    [entry] = store.ledger.receipts(ref("1"))
    assert (entry.action, entry.receipt, entry.late) == (wanted, receipt(), False)


def test_the_next_write_knows_the_comment_that_stands_there(store: Store) -> None:
    store.outbox.desire([wish()], AT)
    store.outbox.receipt(claim(store), receipt("c-7"))
    store.outbox.desire([wish(digest="late by 9")], LATER)
    assert claim(store, LATER).action.remote_id == "c-7"


def test_a_newer_wish_replaces_one_that_nobody_took_up(store: Store) -> None:
    store.outbox.desire([wish(digest="late by 4"), wish("2")], AT)
    store.outbox.desire([wish(digest="late by 9")], LATER)
    rows = store.outbox.claim("plat", LATER, LEASE, limit=9)
    assert [(row.target.key, row.action.digest, row.desired_at) for row in rows] == [
        ("PAY-1", "late by 9", AT),
        ("PAY-2", "late by 4", AT),
    ]


def test_a_newer_wish_waits_for_the_receipt_of_the_one_under_way(store: Store) -> None:
    store.outbox.desire([wish(digest="late by 4")], AT)
    row = claim(store)
    store.outbox.desire([wish(digest="late by 9")], LATER)
    assert store.outbox.claim("plat", AT, LEASE) == []
    [waiting] = store.outbox.all("plat")
    assert (waiting.action.digest, waiting.newer and waiting.newer.digest) == ("late by 4", "late by 9")
    store.outbox.receipt(row, receipt("c-7"))
    second = claim(store, LATER)
    assert (second.action.digest, second.action.remote_id, second.attempts, second.uncertain) == ("late by 9", "c-7", 1, False)
    store.outbox.receipt(second, receipt("c-7"))
    assert store.ledger.said()[ref("1")].digest == "late by 9"
    assert len(store.ledger.receipts(ref("1"))) == 2


def test_a_wish_that_returns_to_what_is_under_way_is_written_once(store: Store) -> None:
    store.outbox.desire([wish(digest="late by 4")], AT)
    row = claim(store)
    store.outbox.desire([wish(digest="late by 9")], LATER)
    store.outbox.desire([wish(digest="late by 4")], LATER)
    store.outbox.receipt(row, receipt())
    assert store.outbox.all() == []


def test_an_uncertain_write_waits_and_is_looked_for_before_it_is_tried_again(store: Store) -> None:
    store.outbox.desire([wish()], AT)
    settled = AT + timedelta(seconds=35)
    assert store.outbox.uncertain(claim(store), settled, "timeout after 30 s")
    assert store.outbox.unsettled("plat") == settled
    assert store.outbox.unsettled("code") is None
    assert store.outbox.claim("plat", AT, LEASE) == []
    row = claim(store, settled)
    assert (row.uncertain, row.attempts, row.text) == (True, 2, "timeout after 30 s")
    assert store.outbox.retry(row, LATER, "503")
    assert store.outbox.unsettled("plat") is None
    assert claim(store, LATER).uncertain


def test_what_is_certainly_not_applied_is_tried_later_without_doubt(store: Store) -> None:
    store.outbox.desire([wish()], AT)
    store.outbox.retry(claim(store), LATER, "429: wait")
    assert store.outbox.claim("plat", AT, LEASE) == []
    store.outbox.desire([wish(digest="late by 9")], AT)
    assert store.outbox.claim("plat", AT, LEASE) == []
    row = claim(store, LATER)
    assert (row.action.digest, row.uncertain, row.attempts) == ("late by 9", False, 2)


def test_the_intent_of_a_dead_process_is_taken_over_when_its_lease_ran_out(store_url: str) -> None:
    dead = open_store(store_url)
    dead.outbox.desire([wish()], AT)
    lost = claim(dead)
    living = open_store(store_url)
    assert living.outbox.claim("plat", AT + timedelta(seconds=64), LEASE) == []
    row = claim(living, AFTER_LEASE)
    assert (row.uncertain, row.attempts, row.claims) == (True, 2, 2)
    for late in (dead.outbox.uncertain, dead.outbox.retry):
        assert not late(lost, AT, "timeout")
    assert not dead.outbox.dead(lost, "refused")
    assert not dead.outbox.mute(lost, AT)
    assert not dead.outbox.gone(lost)
    assert not dead.outbox.receipt(lost, receipt("c-0"))
    assert living.ledger.said() == {}
    assert living.outbox.receipt(row, receipt("c-1"))
    assert living.ledger.said()[ref("1")].remote_id == "c-1"
    assert [(entry.receipt.remote_id, entry.late) for entry in living.ledger.receipts(ref("1"))] == [
        ("c-0", True),
        ("c-1", False),
    ]
    dead.close()
    living.close()


def test_a_wish_after_an_uncertain_one_is_written_in_its_place(store: Store) -> None:
    store.outbox.desire([wish(digest="late by 4")], AT)
    store.outbox.uncertain(claim(store), AT, "reset")
    store.outbox.desire([wish(digest="late by 9")], AT)
    row = claim(store)
    assert (row.action.digest, row.uncertain, row.newer) == ("late by 9", True, None)


def test_a_refused_write_is_a_dead_letter_until_something_else_is_wanted(store: Store) -> None:
    store.outbox.desire([wish(digest="late by 4")], AT)
    store.outbox.dead(claim(store), "the ticket is locked")
    store.outbox.desire([wish(digest="late by 4")], LATER)
    assert store.outbox.claim("plat", LATER, LEASE) == []
    [letter] = store.outbox.dead_letters()
    assert (letter.text, letter.action.digest, store.outbox.dead_letters("code")) == ("the ticket is locked", "late by 4", [])
    store.outbox.desire([wish(digest="late by 9")], LATER)
    assert claim(store, LATER).action.digest == "late by 9"


def test_a_refusal_does_not_bury_the_newer_wish(store: Store) -> None:
    store.outbox.desire([wish(digest="late by 4")], AT)
    row = claim(store)
    store.outbox.desire([wish(digest="late by 9")], AT)
    store.outbox.dead(row, "too long")
    assert claim(store).action.digest == "late by 9"


def test_a_comment_that_a_person_deleted_is_never_wished_for_again(store: Store) -> None:
    store.outbox.desire([wish()], AT)
    store.outbox.receipt(claim(store), receipt())
    store.outbox.desire([wish(digest="late by 9")], AT)
    row = claim(store)
    store.outbox.desire([wish(digest="late by 12")], AT)
    assert store.outbox.mute(row, LATER)
    store.outbox.desire([wish(digest="late by 14")], LATER)
    assert store.outbox.all() == []
    said = store.ledger.said()[ref("1")]
    assert (said.muted, said.remote_id) == (True, "c-1")


def test_a_target_that_is_gone_leaves_the_ledger(store: Store) -> None:
    store.outbox.desire([wish()], AT)
    store.outbox.receipt(claim(store), receipt())
    store.outbox.desire([wish(digest="late by 9")], AT)
    assert store.outbox.gone(claim(store))
    assert (store.outbox.all(), store.ledger.said()) == ([], {})
    assert len(store.ledger.receipts(ref("1"))) == 1


def test_what_is_no_longer_wanted_is_withdrawn_unless_it_may_stand_there(store: Store) -> None:
    store.outbox.desire([wish(id_) for id_ in "123456"] + [wish("1", connection="code")], AT)
    under_way, unknown, refused, later = store.outbox.claim("plat", AT, LEASE, limit=4)
    store.outbox.uncertain(unknown, AT, "timeout")
    store.outbox.dead(refused, "locked")
    store.outbox.retry(later, LATER, "429")
    store.outbox.desire([wish("1", "late by 9")], AT)
    assert store.outbox.withdraw([wish("5")], {"plat"}) == 3
    left = {(row.target.connection, row.target.id): (row.state, row.newer) for row in store.outbox.all()}
    assert left == {
        ("plat", "1"): ("intent", None),
        ("plat", "2"): ("uncertain", None),
        ("plat", "5"): ("pending", None),
        ("code", "1"): ("pending", None),
    }
    store.outbox.receipt(under_way, receipt())
    assert Ref("plat", "issues", "1") not in {row.target for row in store.outbox.all("plat")}


def test_what_may_stand_there_is_not_withdrawn_because_a_later_attempt_failed(store: Store) -> None:
    store.outbox.desire([wish()], AT)
    store.outbox.uncertain(claim(store), AT, "timeout")
    store.outbox.retry(claim(store), LATER, "429")
    assert store.outbox.withdraw([], {"plat"}) == 0
    assert claim(store, LATER).uncertain


def test_a_wish_that_was_written_meanwhile_is_dropped(store: Store) -> None:
    store.outbox.desire([wish()], AT)
    store.outbox.receipt(claim(store), receipt())
    store.outbox.desire([wish()], LATER)
    assert store.outbox.all() == []


def test_the_oldest_wishes_go_first_up_to_the_limit(store: Store) -> None:
    store.outbox.desire([wish("2")], AT)
    store.outbox.desire([wish("1"), wish("3")], LATER)
    assert [row.target.id for row in store.outbox.claim("plat", LATER, LEASE, limit=2)] == ["2", "1"]
    assert store.outbox.claim("code", LATER, LEASE) == []


def test_the_ledger_can_be_corrected_by_hand(store: Store) -> None:
    said = Said(target=ref("1"), project="PAY", key="k", digest="d", remote_id="c-1", fingerprints=())
    store.ledger.put(said)
    store.ledger.mute(ref("1"))
    assert store.ledger.said()[ref("1")].muted
    store.ledger.put(said)
    assert store.ledger.said() == {ref("1"): said}
    store.ledger.remove(ref("1"))
    assert store.ledger.said() == {}


@pytest.mark.parametrize("engines", [1, 2], ids=["threads of one process", "two processes' engines"])
def test_no_two_claimers_ever_get_one_row(store_url: str, engines: int) -> None:
    stores = [open_store(store_url) for _ in range(engines)]
    stores[0].outbox.desire([wish(str(n)) for n in range(60)], AT)
    got: list[str] = []
    start = threading.Barrier(4)

    def deliver(store: Store) -> None:
        start.wait()
        while rows := store.outbox.claim("plat", AT, LEASE, limit=2):
            got.extend(row.target.id for row in rows)
            for row in rows:
                assert store.outbox.receipt(row, receipt(f"c-{row.target.id}"))

    threads = [threading.Thread(target=deliver, args=(stores[n % engines],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got, key=int) == [str(n) for n in range(60)]
    assert len(stores[0].ledger.said()) == 60
    for store in stores:
        store.close()


def test_analyses_and_deliveries_side_by_side_end_with_the_last_wish(store: Store) -> None:
    def deliver() -> None:
        at = AT
        for _ in range(60):
            at += timedelta(seconds=1)
            for row in store.outbox.claim("plat", at, LEASE, limit=3):
                store.outbox.receipt(row, receipt("c"))

    threads = [threading.Thread(target=deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(20):
        with store.transaction():
            store.outbox.desire([wish(id_, f"late by {n}") for id_ in "1234"], AT)
    for thread in threads:
        thread.join()
    for row in store.outbox.claim("plat", LATER, LEASE, limit=9):
        store.outbox.receipt(row, receipt("c"))
    assert {said.digest for said in store.ledger.said().values()} == {"late by 19"}
    for id_ in "1234":
        written = [int(entry.action.digest.rsplit(" ", 1)[1]) for entry in store.ledger.receipts(ref(id_))]
        assert written == sorted(set(written))
