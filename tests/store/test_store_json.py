"""JSON in the store: what the fast library cannot hold survives all the same, and hashes of the earlier form stay the same content."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import update

from syncd.model.raw import RawRecord, content_hash, is_content
from syncd.store import Store
from syncd.store.tables import records
from tests.store.given import LATER, PAY, page, put, record, ref


def earlier_form(data: Any) -> str:
    """The hash as it was written before: 32 hex digits."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


ODD = [2**63, 2**64 + 1, -(2**70), 10**400, 1.5e300, "a\ud800b", nested(300), {"k\udfff": 1}, "Ж\0", True, None, [], {}]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_any_value_comes_back_as_it_was_and_is_no_change_the_second_time(store: Store, value: Any) -> None:
    one = RawRecord(ref("1"), PAY, {"id": "1", "odd": value})
    put(store, page(one))
    found = store.mirror.raw(ref("1"))
    assert found is not None
    assert found.record.data == one.data
    assert type(found.record.data["odd"]) is type(value)
    again = put(store, page(one), at=LATER)
    assert (again.new, again.changed) == (0, 0)


def test_the_order_of_keys_is_no_content_and_the_kind_of_a_number_is() -> None:
    assert content_hash({"a": 1, "b": {"c": 2, "d": 3}}) == content_hash({"b": {"d": 3, "c": 2}, "a": 1})
    assert len({content_hash(value) for value in (1, 1.0, "1", [1], True, None)}) == 6
    assert is_content(content_hash({"a": 1, "mine": 2}, frozenset({"mine"})), {"a": 1, "mine": 3}, frozenset({"mine"}))


def test_a_record_stored_under_the_earlier_form_of_its_hash_has_not_changed(store: Store) -> None:
    one, other = record("1"), record("2")
    put(store, page(one, other))
    with store.db.writing() as tx:
        tx.execute(update(records).where(records.c.id == "1").values(hash=earlier_form(one.data), basis="earlier"))
        tx.execute(update(records).where(records.c.id == "2").values(hash=earlier_form({"other": 1}), basis="earlier"))
    assert put(store, page(one, other), at=LATER).changed == 1
    assert [len(store.mirror.versions(ref(id))) for id in ("1", "2")] == [1, 2]
    assert put(store, page(one, other), at=LATER).changed == 0
