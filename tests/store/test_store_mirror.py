"""The mirror: nothing is lost, nothing is taken for gone, and records never part from their cursor."""

import threading
from typing import Any

import pytest

from syncd.contract import Page
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref
from syncd.store import Store, scopes
from syncd.store.mirror import Losses, Mirrored
from tests.store.given import AT, LATER, PAY, WEB, ids, live, page, put, record, ref


def test_a_page_is_read_back_as_the_vendor_gave_it(store: Store) -> None:
    one = RawRecord(ref("1"), PAY, {"id": "1", "fields": {"summary": "Ledger", "due": None}}, frozenset({"summary", "due"}))
    assert put(store, page(one)) == Mirrored(read=1, new=1, changed=0, deleted=0)
    found = store.mirror.raw(ref("1"))
    assert found is not None
    assert found.record == one
    assert (found.ref.key, found.ref.url) == ("PAY-1", "https://acme.example/browse/PAY-1")
    assert (found.first_seen, found.changed_at, found.gone_at) == (AT, AT, None)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "\0", "Abkündigung 终止 🚀", '"\\u0000"', "\\"])
def test_no_character_of_a_vendor_is_lost_or_refused(store: Store, text: str) -> None:
    scope = Scope("10001", f"P{text}", {"zone": text})
    odd = RawRecord(Ref("plat", "issues", "1", f"K{text}", f"u{text}"), scope, {"id": "1", text: [text]})
    store.mirror.put("plat", "issues", scope, page(odd, cursor="c"), at=AT)
    found = store.mirror.raw(ref("1"))
    assert found is not None
    assert found.record.data == {"id": "1", text: [text]}
    again = store.mirror.put("plat", "issues", scope, page(odd, cursor="c"), at=LATER)
    assert (again.new, again.changed) == (0, 0)


def test_an_id_with_a_character_that_no_database_takes_does_not_stop_its_page(store: Store) -> None:
    odd = RawRecord(Ref("plat", "issues", "1\0"), PAY, record("1").data)
    for one, expected in (
        (page(odd, record("2")), (2, 0)),
        (page(odd, record("2", "new")), (0, 0)),
        (page(deleted=("1\0",)), (0, 1)),
    ):
        result = put(store, one)
        assert (result.new, result.deleted) == expected
    assert live(store) == {"2": "new"}


def test_what_only_our_own_writes_change_is_no_change(store: Store) -> None:
    put(store, page(record("1", updated="09:00")))
    assert put(store, page(record("1", updated="09:05")), at=LATER).changed == 0
    assert len(store.mirror.versions(ref("1"))) == 1


def test_every_earlier_state_is_kept(store: Store) -> None:
    put(store, page(record("1", "Ledger")))
    assert put(store, page(record("1", "Ledger v2")), at=LATER).changed == 1
    first, now = store.mirror.versions(ref("1"))
    assert (first.data["fields"]["summary"], first.since, first.until) == ("Ledger", AT, LATER)
    assert (now.data["fields"]["summary"], now.since, now.until) == ("Ledger v2", LATER, None)
    assert store.mirror.forget_versions(LATER) == 0
    assert store.mirror.forget_versions(LATER.replace(year=2027)) == 1
    assert len(store.mirror.versions(ref("1"))) == 1
    assert store.mirror.versions(ref("404")) == []


def test_a_record_that_is_renamed_keeps_its_identity_and_is_no_new_content(store: Store) -> None:
    put(store, page(record("1")))
    renamed = RawRecord(Ref("plat", "issues", "1", "LEDGER-1", "https://acme.example/browse/LEDGER-1"), PAY, record("1").data)
    assert put(store, page(renamed)) == Mirrored(read=1, new=0, changed=0, deleted=0)
    assert ids(store.mirror.find("LEDGER-1")) == ["1"]
    assert store.mirror.find("PAY-1") == []


def test_a_record_that_moves_to_another_scope_is_followed(store: Store) -> None:
    put(store, page(record("1")))
    put(store, page(record("1", scope=WEB)), WEB)
    moved = store.mirror.raw(ref("1"))
    assert moved is not None
    assert moved.record.scope == WEB
    assert put(store, page(whole=True, complete=True)).deleted == 0
    assert put(store, page(deleted=("1",))).deleted == 0
    assert live(store) == {"1": "Ledger"}


def test_only_what_the_vendor_reports_is_deleted_and_it_leaves_a_tombstone(store: Store) -> None:
    put(store, page(record("1"), record("2"), record("3")))
    assert put(store, page(record("1"), complete=True), at=LATER).deleted == 0
    assert put(store, page(deleted=("2", "404")), at=LATER).deleted == 1
    assert put(store, page(deleted=("2",)), at=LATER).deleted == 0
    assert live(store) == {"1": "Ledger", "3": "Ledger"}
    [tombstone] = store.mirror.find("PAY-2")
    assert (tombstone.gone_kind, tombstone.gone_at) == ("deleted", LATER)
    assert store.mirror.count("plat", "issues") == 2
    assert ids(store.mirror.raws("plat", "issues", gone=True)) == ["1", "2", "3"]


def test_a_record_that_comes_again_lives_again_and_its_absence_is_remembered(store: Store) -> None:
    put(store, page(record("1")))
    put(store, page(deleted=("1",)), at=LATER)
    again = LATER.replace(hour=12)
    assert put(store, page(record("1")), at=again).changed == 1
    assert live(store) == {"1": "Ledger"}
    absent, now = store.mirror.versions(ref("1"))
    assert (absent.gone_at, absent.until, now.gone_at) == (LATER, again, None)


def test_a_record_both_listed_and_reported_as_deleted_is_there(store: Store) -> None:
    put(store, page(record("1")))
    assert put(store, page(record("1"), deleted=("1",))).deleted == 0
    assert live(store) == {"1": "Ledger"}


def test_a_whole_page_deletes_what_it_does_not_hold_in_its_own_scope_only(store: Store) -> None:
    put(store, page(record("1"), record("2")))
    put(store, page(record("9", scope=WEB)), WEB)
    forgotten = page(record("2"), whole=True, complete=True)
    assert store.mirror.losses("plat", "issues", PAY, forgotten) == Losses(live=2, going=1)
    assert put(store, forgotten).deleted == 1
    assert live(store) == {"2": "Ledger", "9": "Ledger"}


def test_a_record_is_buried_on_the_vendors_word(store: Store) -> None:
    put(store, page(record("1")))
    assert store.mirror.bury(ref("1"), "moved", LATER)
    assert not store.mirror.bury(ref("1"), "deleted", LATER)
    assert not store.mirror.bury(ref("404"), "deleted", LATER)
    [tombstone] = store.mirror.find("1")
    assert (tombstone.gone_kind, tombstone.gone_at) == ("moved", LATER)


def test_the_same_record_twice_on_one_page_counts_once_and_the_last_wins(store: Store) -> None:
    assert put(store, page(record("1", "old"), record("1", "new"))) == Mirrored(read=2, new=1, changed=0, deleted=0)
    assert live(store) == {"1": "new"}


def test_a_page_without_cursor_leaves_the_stored_one(store: Store) -> None:
    assert store.scopes.cursor("plat", "issues", PAY.id) is None
    put(store, page(record("1"), cursor="page 2"))
    put(store, page(record("2")))
    assert store.scopes.cursor("plat", "issues", PAY.id) == "page 2"


def test_a_cursor_is_forgotten_by_scope_stream_or_connection(store: Store) -> None:
    for scope in (PAY, WEB):
        put(store, page(cursor="c"), scope)
    store.scopes.forget_cursor("plat", "issues", PAY.id)
    assert [store.scopes.cursor("plat", "issues", scope.id) for scope in (PAY, WEB)] == [None, "c"]
    store.scopes.forget_cursor("plat")
    assert store.scopes.cursor("plat", "issues", WEB.id) is None


@pytest.mark.parametrize("broken", ["add", "change", "bury"])
def test_records_and_cursor_never_part(store: Store, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    put(store, page(record("1"), record("2"), cursor="first"))

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(f"syncd.store.pages.{broken}", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        put(store, page(record("1", "changed"), record("3"), deleted=("2",), cursor="second"))
    assert live(store) == {"1": "Ledger", "2": "Ledger"}
    assert store.scopes.cursor("plat", "issues", PAY.id) == "first"


def test_a_cursor_that_cannot_be_stored_takes_its_records_with_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(scopes, "save", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        put(store, page(record("1"), cursor="first"))
    assert live(store) == {}


def test_a_connector_that_mixes_streams_is_told_so(store: Store) -> None:
    pull = RawRecord(Ref("plat", "pulls", "1"), PAY, {})
    with pytest.raises(ValueError, match="a page of plat:issues holds plat:pulls:1: the connector must not mix streams"):
        put(store, Page((pull,)))


def test_a_person_finds_a_record_by_any_of_its_names(store: Store) -> None:
    put(store, page(record("1"), record("2")))
    for name in ("PAY-1", "pay-1", "1", "https://acme.example/browse/PAY-1", "plat:issues:1"):
        assert ids(store.mirror.find(name)) == ["1"], name
    for name in ("PAY-3", "", "plat:pulls:1", "a\0b"):
        assert store.mirror.find(name) == [], name


def test_of_two_records_with_one_key_the_live_one_comes_first(store: Store) -> None:
    put(store, page(record("1")))
    put(store, page(deleted=("1",)))
    put(store, page(RawRecord(Ref("plat", "issues", "5", "PAY-1"), PAY, record("5").data)))
    assert ids(store.mirror.find("PAY-1")) == ["5", "1"]


def test_many_records_stream_while_others_are_written(store: Store) -> None:
    put(store, page(*(record(str(n)) for n in range(2500))))
    seen = 0
    for raw in store.mirror.raws("plat", "issues"):
        seen += 1
        if seen % 1000 == 1:
            put(store, page(record(raw.ref.id, f"changed after {seen}")), at=LATER)
    assert seen == 2500


def test_a_stream_shows_one_moment(store: Store) -> None:
    put(store, page(*(record(str(n)) for n in range(1500))))
    stream = store.mirror.raws("plat")
    first = next(stream)
    put(store, page(record("1499", "changed"), deleted=("1498",)), at=LATER)
    rest = [first, *stream]
    assert len(rest) == 1500
    assert {raw.record.data["fields"]["summary"] for raw in rest} == {"Ledger"}


def test_threads_that_mirror_the_same_records_count_each_once(store: Store) -> None:
    results: list[Mirrored] = []
    start = threading.Barrier(4)

    def pull(offset: int) -> None:
        start.wait()
        for n in range(10):
            numbers = [str((n * 50 + k + offset) % 500) for k in range(50)]
            results.append(put(store, page(*(record(number) for number in numbers), cursor=f"{offset}.{n}")))

    threads = [threading.Thread(target=pull, args=(offset,)) for offset in (0, 25, 250, 275)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    assert sum(result.new for result in results) == 500 == store.mirror.count("plat")
    assert sum(result.changed for result in results) == 0
