"""Mapped rows: kept until the record, its scope's facts or the mapping changes; a rejected record keeps its last good rows."""

from collections.abc import Iterable

import pytest

from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.model.remarks import Rejected
from syncd.store import Store
from syncd.store.raws import StoredRaw
from syncd.store.rows import MappedRecord, Noted
from tests.store.given import LATER, PAY, WEB, ids, page, put, record, ref


def map_all(store: Store, mapping: str = "m1") -> list[str]:
    """Map what wants it; which ids did."""
    todo = list(store.rows.unmapped("plat", mapping))
    store.rows.put(good(todo, mapping))
    return ids(todo)


def good(todo: Iterable[StoredRaw], mapping: str) -> list[MappedRecord]:
    return [MappedRecord(raw.ref, raw.basis, mapping, f'["{raw.record.data["fields"]["summary"]}"]') for raw in todo]


def texts(store: Store, connection: str = "plat") -> list[str]:
    return list(store.rows.texts([connection]))


def test_a_record_is_mapped_once(store: Store) -> None:
    put(store, page(record("1"), record("2", "Checkout")))
    assert map_all(store) == ["1", "2"]
    assert map_all(store) == []
    assert texts(store) == ['["Ledger"]', '["Checkout"]']
    assert texts(store, "code") == []
    assert store.rows.noted(["plat"]) == []


def test_another_content_key_scope_or_mapping_maps_it_again(store: Store) -> None:
    put(store, page(*(record(str(n)) for n in range(1, 5))))
    map_all(store)
    put(store, page(record("1", "changed")))
    assert map_all(store) == ["1"]
    put(store, page(RawRecord(Ref("plat", "issues", "2", "OTHER-2"), PAY, record("2").data)))
    assert map_all(store) == ["2"]
    put(store, page(record("3", scope=WEB)), WEB)
    assert map_all(store) == ["3"]
    assert map_all(store, "m2") == ["1", "2", "3", "4"]


def test_other_facts_of_a_scope_map_all_its_records_again(store: Store) -> None:
    put(store, page(record("1")))
    put(store, page(record("2", scope=WEB)), WEB)
    map_all(store)
    put(store, page(), Scope(PAY.id, "PAY", {"private": True}))
    assert map_all(store) == ["1"]
    put(store, page(), Scope(PAY.id, "PAYMENTS", {"private": True}))
    assert map_all(store) == ["1"]
    assert {raw.record.scope.name for raw in store.mirror.raws("plat")} == {"PAYMENTS", "WEB"}


def test_a_record_that_changes_while_it_is_mapped_is_mapped_again(store: Store) -> None:
    put(store, page(record("1")))
    todo = list(store.rows.unmapped("plat", "m1"))
    put(store, page(record("1", "changed meanwhile")))
    store.rows.put(good(todo, "m1"))
    assert map_all(store) == ["1"]
    assert texts(store) == ['["changed meanwhile"]']


def test_a_rejected_record_keeps_its_last_good_rows_and_is_listed(store: Store) -> None:
    put(store, page(record("1"), record("2")))
    map_all(store)
    put(store, page(record("1", "31 February"), record("3")))
    reason = "due: 'a\0b' is no date"
    store.rows.put(
        MappedRecord(raw.ref, raw.basis, "m1", None, reason, ("status 9",)) for raw in store.rows.unmapped("plat", "m1")
    )
    assert texts(store) == ['["Ledger"]', '["Ledger"]']
    listed = "due: 'a\ufffdb' is no date"
    assert store.rows.rejected() == store.rows.rejected("plat") == [Rejected(ref("1"), listed), Rejected(ref("3"), listed)]
    assert store.rows.rejected("code") == []
    assert store.rows.noted(["code"]) == []
    assert store.rows.noted(["plat"]) == [Noted(ref(one), listed, ("status 9",)) for one in ("1", "3")]
    assert map_all(store) == []
    put(store, page(record("1", "mended")))
    assert map_all(store) == ["1"]
    assert [one.ref.id for one in store.rows.rejected()] == ["3"]
    assert store.rows.noted(["plat"]) == [Noted(ref("3"), listed, ("status 9",))]


def test_a_deleted_record_has_no_rows_until_it_comes_again(store: Store) -> None:
    put(store, page(record("1")))
    map_all(store)
    put(store, page(deleted=("1",)), at=LATER)
    assert texts(store) == []
    assert store.rows.rejected() == []
    put(store, page(record("1")), at=LATER)
    assert texts(store) == ['["Ledger"]']


def test_rows_of_a_record_that_is_not_there_are_dropped(store: Store) -> None:
    store.rows.put([MappedRecord(ref("404"), "b", "m1", "[]")])
    assert texts(store) == []


def test_mapping_inside_a_transaction_reads_and_writes_side_by_side(store: Store) -> None:
    put(store, page(*(record(str(n)) for n in range(2300))))
    with store.transaction():
        done = 0
        for raw in store.rows.unmapped("plat", "m1"):
            store.rows.put(good([raw], "m1") if done % 100 == 0 else [])
            done += 1
        assert done == 2300
    assert len(texts(store)) == 23


def test_all_pieces_come_once_and_in_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.store.rows.MANY", 2)
    monkeypatch.setattr("syncd.store.mirror.WHOLE", 2)
    put(store, page(*(record(str(n), f"Number {n}") for n in range(1, 6))))
    assert map_all(store) == ["1", "2", "3", "4", "5"]
    assert texts(store) == [f'["Number {n}"]' for n in range(1, 6)]
    assert ids(store.mirror.raws("plat")) == ["1", "2", "3", "4", "5"]
