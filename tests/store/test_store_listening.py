"""Listening: where somebody may have answered is kept with the page that showed it, and our own writes are no answer."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncd.model.action import Action
from syncd.store import Store
from syncd.store.listening import AFTER_OUR_OWN
from tests.store.given import AT, LATER, OWN, PAY, page, receipt, record, ref, wish

BEFORE, AFTER = AT - timedelta(hours=1), AT + timedelta(minutes=5)
OURS = AT + AFTER_OUR_OWN
"""A vendor may date the ticket so much later than our comment."""


def write(store: Store, action: Action, *, created: bool = True, touched: datetime | None = AT) -> None:
    """The action, written and receipted."""
    store.outbox.desire([action], AT)
    (row,) = store.outbox.claim("plat", AT, 65, limit=9)
    store.outbox.receipt(row, replace(receipt(), created=created, touched=touched))


def touch(store: Store, *ids: str) -> None:
    """A page that shows that somebody touched these."""
    told = dict.fromkeys(ids, AFTER)
    store.mirror.put("plat", "issues", PAY, page(*map(record, ids)), own=OWN, at=AFTER, touched=told)


def due(store: Store, now: datetime = LATER) -> list[str]:
    return [one.target.label for one in store.listening.due("plat", now)]


def test_what_a_page_shows_is_due_until_it_was_looked_at_and_is_no_change(store: Store) -> None:
    write(store, wish("1"))
    write(store, wish("2"))
    assert (store.listening.heard("plat"), due(store)) == ({ref("1"): OURS, ref("2"): OURS}, [])
    touch(store, "1", "2", "3")
    changes = store.meta.under("changes")
    touch(store, "1", "2")
    assert due(store) == ["PAY-1", "PAY-2"]
    one, _ = store.listening.due("plat", LATER)
    assert (one.target.url, one.heard) == (ref("1").url, AFTER)
    store.listening.looked(one)
    assert due(store) == ["PAY-2"]
    assert store.meta.under("changes") == changes, "no look at the mirror is due to it"
    assert store.listening.due("other", LATER) == []


def test_a_page_that_is_not_stored_marks_nothing(store: Store) -> None:
    write(store, wish("1"))
    with pytest.raises(RuntimeError, match="power"), store.transaction():
        touch(store, "1")
        raise RuntimeError("power")
    assert (due(store), store.listening.heard("plat")) == ([], {ref("1"): OURS})


def test_what_became_due_anew_while_it_was_looked_at_stays_due(store: Store) -> None:
    write(store, wish("1"))
    touch(store, "1")
    (seen,) = store.listening.due("plat", LATER)
    store.mirror.put("plat", "issues", PAY, page(record("1")), own=OWN, at=LATER, touched={"1": LATER})
    store.listening.looked(seen)
    assert due(store) == ["PAY-1"]


@pytest.mark.parametrize(
    ("later", "created", "touched", "heard", "due_at"),
    [
        (wish("1", "late by 5"), False, LATER, LATER + AFTER_OUR_OWN, AT + timedelta(hours=1)),
        (wish("1", "late by 5"), False, BEFORE, OURS, AT + timedelta(hours=1)),
        (wish("1", "late by 5"), False, None, OURS, None),
        (wish("1", verb="label", extra={"add": ["late"]}), True, LATER, LATER + AFTER_OUR_OWN, AT + timedelta(hours=1)),
    ],
)
def test_our_own_later_writes_may_hide_an_answer(
    store: Store, later: Action, created: bool, touched: datetime | None, heard: datetime, due_at: datetime | None
) -> None:
    write(store, wish("1"))
    write(store, later, created=created, touched=touched)
    assert store.listening.heard("plat") == {ref("1"): heard}
    assert due(store, LATER + timedelta(days=9)) == (["PAY-1"] if due_at else [])
    assert due(store, AT + timedelta(minutes=59)) == []


def test_what_no_answer_of_the_vendor_dated_is_not_known(store: Store) -> None:
    write(store, wish("1"), touched=None)
    write(store, wish("1", "late by 5"), created=False, touched=LATER)
    assert (store.listening.heard("plat"), due(store)) == ({ref("1"): None}, [])
    assert [one.receipt.touched for one in store.ledger.receipts(ref("1"))] == [None, LATER]


def test_a_comment_that_a_person_deleted_or_a_ticket_that_left_is_not_listened_to(store: Store) -> None:
    for id in "12":
        write(store, wish(id))
    touch(store, "1", "2")
    store.ledger.mute(ref("1"))
    store.ledger.remove(ref("2"))
    touch(store, "1", "2")
    assert (store.listening.heard("plat"), due(store)) == ({}, [])


def test_where_a_ticket_got_another_identity_it_is_looked_anew(store: Store) -> None:
    write(store, wish("1"))
    store.ledger.follow(ref("1"), ref("9"), "PAY")
    assert store.listening.heard("plat") == {ref("9"): None}


def test_it_moves_along_with_the_name_of_its_connection(store: Store) -> None:
    write(store, wish("1"))
    touch(store, "1")
    assert store.rename("plat", "site")
    assert [one.target for one in store.listening.due("site", LATER)] == [ref("1", "site")]
