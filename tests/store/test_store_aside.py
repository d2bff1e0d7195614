"""What was set aside: dead letters that are tried again or given up, records that cannot be read, and which fields they were asked for."""

from dataclasses import replace

from syncd.store import Store
from syncd.store.facts import facts
from syncd.store.migrate import LATEST
from syncd.store.mirror import Asked
from syncd.store.outbox import OutboxRow
from syncd.store.rows import MappedRecord
from tests.store.given import AT, LATER, PAY, WEB, page, put, receipt, record, ref, wish

LEASE = 65.0


def refused(store: Store, text: str = "the ticket is locked") -> OutboxRow:
    """A wish that the vendor refused."""
    store.outbox.desire([wish()], AT)
    (row,) = store.outbox.claim("plat", AT, LEASE)
    store.outbox.dead(row, text)
    (letter,) = store.outbox.dead_letters()
    return letter


def test_a_dead_letter_is_tried_again_at_once_and_can_be_written(store: Store) -> None:
    letter = refused(store)
    assert store.outbox.claim("plat", LATER, LEASE) == []
    assert store.outbox.revive(letter.n)
    (row,) = store.outbox.claim("plat", AT, LEASE)
    assert (row.n, row.action, row.attempts, row.text) == (letter.n, wish(), 1, None)
    assert store.outbox.receipt(row, receipt())
    assert (store.outbox.all(), store.ledger.said()[ref("1")].digest) == ([], "late by 4")


def test_a_dropped_letter_stays_away_until_it_says_something_else(store: Store) -> None:
    letter = refused(store)
    assert store.outbox.drop(letter.n)
    for at in (AT, LATER):
        store.outbox.withdraw([], ["plat"])
        store.outbox.desire([wish()], at)
        assert (store.outbox.all(), store.outbox.dead_letters(), store.outbox.claim("plat", at, LEASE)) == ([], [], [])
    store.outbox.desire([wish(digest="late by 9")], LATER)
    (row,) = store.outbox.claim("plat", LATER, LEASE)
    assert row.action.digest == "late by 9"


def test_only_dead_letters_are_revived_and_dropped(store: Store) -> None:
    letter = refused(store)
    assert store.outbox.revive(letter.n)
    assert (store.outbox.revive(letter.n), store.outbox.drop(letter.n), store.outbox.drop(404)) == (False, False, False)
    assert [row.state for row in store.outbox.all()] == ["pending"]


def map_as(store: Store, reason: str | None, mapping: str = "m1") -> tuple[list[str], list[str]]:
    """Map all that wants it to one result; the ids that turned unreadable, and readable again."""
    rows = None if reason else "[]"
    todo = list(store.rows.unmapped("plat", mapping))
    turned = store.rows.put([MappedRecord(raw.ref, raw.basis, mapping, rows, reason) for raw in todo])
    return [one.ref.id for one in turned.aside], [one.ref.id for one in turned.back]


def test_what_turns_unreadable_and_back_is_told_once(store: Store) -> None:
    put(store, page(record("1"), record("2")))
    assert map_as(store, None) == ([], [])
    put(store, page(record("1", "odd")), at=LATER)
    assert map_as(store, "no date") == (["1"], [])
    assert map_as(store, "no date", "m2") == (["2"], [])
    (one, _) = store.rows.set_aside("plat")
    assert (one.ref, one.reason, one.first_seen, one.changed_at) == (ref("1"), "no date", AT, LATER)
    assert map_as(store, None, "m3") == ([], ["1", "2"])
    assert store.rows.set_aside() == []


def test_a_forgotten_record_is_mapped_again_and_keeps_its_rows_until_then(store: Store) -> None:
    put(store, page(record("1"), record("2")))
    map_as(store, "no date")
    first, second = store.rows.set_aside("plat")
    store.rows.forget([second.n])
    assert [raw.ref.id for raw in store.rows.unmapped("plat", "m1")] == ["2"]
    assert [one.n for one in store.rows.set_aside("plat")] == [first.n, second.n]


def test_for_which_fields_records_were_asked_is_known_by_scope(store: Store) -> None:
    some, more = frozenset({"summary"}), frozenset({"summary", "due"})
    put(store, page(replace(record("1"), fields=some), replace(record("2"), fields=more), record("3")))
    put(store, page(replace(record("4", scope=WEB), fields=some), replace(record("5", scope=WEB), fields=some)), WEB)
    put(store, page(deleted=("5",)), WEB)
    groups = store.mirror.asked("plat")
    assert {(group.scope_id, group.fields): group.records for group in groups} == {
        (PAY.id, some): 1,
        (PAY.id, more): 1,
        (PAY.id, None): 1,
        (WEB.id, some): 1,
    }
    assert isinstance(groups[0], Asked)
    assert store.mirror.asked("code") == []
    assert store.mirror.asked_for_less("plat", "issues", PAY.id, more) == [ref("1")]
    assert store.mirror.asked_for_less("plat", "issues", PAY.id, None) == [ref("1"), ref("2")]


def test_the_database_tells_which_it_is_and_how_large(store: Store) -> None:
    found = facts(store.db)
    assert found.engine == ("PostgreSQL" if store.db.postgres else "SQLite")
    assert found.version[0].isdigit()
    assert (found.revision, found.bytes > 10_000, found.free is None) == (LATEST, True, store.db.postgres)
