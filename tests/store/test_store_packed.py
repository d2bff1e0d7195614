"""The text of rows: what the store gives back is what was put, whatever kind of row and whatever it holds, in every form ever written."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.packed import Form, Unpacking, form_now, pack
from syncd.model.record import changed
from syncd.model.ref import Ref
from syncd.model.rows import KINDS, Change, Item, Person, Quantity, Row
from syncd.model.wire import RowsReading, row_from_json, rows_to_text
from syncd.store import Store
from syncd.store.rows import MappedRecord
from tests.model_builders import item, link, milestone
from tests.store.given import page, put, record

TEXTS = st.text(st.characters(), max_size=5) | st.sampled_from(
    ["", " ", "[", "=", "\n", "\0", "\x85", "\u2028", "\ud800", "null", "a b", "0=a", "Zoë", "backend"]
)
"""Also what takes a line or a word apart, and halves of surrogate pairs."""
LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats() | st.integers(-3, 3),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.none() | st.just(UTC) | st.timezones()),
    NoneType: st.none(),
}


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of the type of a field."""
    if hint in LEAVES:
        return LEAVES[hint]
    if is_dataclass(hint):
        hints, kind = get_type_hints(hint), cast(Any, hint)
        return st.builds(kind, **{one.name: anything(hints[one.name]) for one in fields(hint)})
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, UnionType):
        return st.one_of(*(anything(one) for one in args))
    if origin is tuple:
        return st.lists(anything(args[0]), max_size=3).map(tuple)
    assert origin is Mapping, hint
    return st.dictionaries(anything(args[0]), anything(args[1]), max_size=2)


def exactly(value: Any) -> Any:
    """A value as what can be compared to the last bit: zero is equal to minus zero, NaN to nothing, and an instant to that of another
    zone."""
    if is_dataclass(value):
        return type(value), [exactly(getattr(value, one.name)) for one in fields(value)]
    if isinstance(value, Mapping):
        return [(key, exactly(one)) for key, one in value.items()]
    if isinstance(value, tuple):
        return tuple(map(exactly, value))
    return type(value), value.isoformat() if isinstance(value, date) else repr(value)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_row_of_any_kind_is_read_back_to_the_last_bit(kind: type[Row], data: st.DataObject) -> None:
    rows = data.draw(st.lists(anything(kind), min_size=1, max_size=3))
    assert exactly(tuple(Unpacking().rows(pack(rows)))) == exactly(tuple(rows))


def test_every_field_is_read_back(store: Store) -> None:
    """Of every kind one row without any default, by way of either database."""
    rows = [with_all(kind, place) for place, kind in enumerate(KINDS.values())]
    put(store, page(record("1")))
    (raw,) = store.rows.unmapped("plat", "m")
    store.rows.put([MappedRecord(raw.ref, raw.basis, "m", rows_to_text(tuple(rows)))])
    (text,) = store.rows.texts(["plat"])
    assert exactly(tuple(store.rows.reading().rows(text))) == exactly(tuple(rows))


SAMPLES: dict[Any, Any] = {
    str: "Zoë\0\ud800\n",
    bool: True,
    int: 2**70,
    float: float("-inf"),
    date: date(2026, 5, 5),
    datetime: datetime(2026, 5, 5, 7, 0, 0, 1, tzinfo=UTC),
}


def with_all(hint: Any, place: int) -> Any:
    """A value of a type that is no default."""
    if hint in SAMPLES:
        return SAMPLES[hint]
    if is_dataclass(hint):
        hints: Any = get_type_hints(hint)
        kind: Any = hint
        return kind(**{one.name: with_all(hints[one.name], place) for one in fields(hint)})
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return args[-1]
    if origin in (Union, UnionType):
        kinds = [one for one in args if one is not NoneType]
        return with_all(kinds[place % len(kinds)], place)
    return (with_all(args[0], place),) * 2 if origin is tuple else {"plat": with_all(args[1], place)}


def test_what_is_equal_is_one_object_in_all_rows_that_are_read_together() -> None:
    ada = Person("Ada", {"plat": "5b11"}, "ada@acme.example")
    texts = [pack([changed(item(f"PLAT-{number}", of="PLAT-9"), assignees=(ada,))]) for number in (1, 2)]
    reading = Unpacking()
    (one,), (other,) = map(reading.rows, texts)
    assert isinstance(one, Item)
    assert isinstance(other, Item)
    assert one.assignees[0] is other.assignees[0]
    assert one.milestones[0] is other.milestones[0]


def test_it_is_a_third_of_the_document_and_holds_nothing_twice() -> None:
    text = pack([item("PLAT-1", of="PLAT-9", parent=Ref("plat", "issues", "PLAT-9", "PLAT-9")), link("PLAT-1", "PLAT-2")])
    assert text.count("https://plat.example/browse/PLAT-1") == 1
    assert "null,null,null" in text


def old_form(*layouts: str) -> Form:
    return Form.of(["ref(connection,stream,id,key,url)", *layouts])


def test_rows_of_an_earlier_form_are_read_with_what_is_known_now() -> None:
    """A field that came since is as by default, one that is gone is passed over, and the order is that of then."""
    form = old_form("item(title,mood,ref,history(at,why,field,by),estimate(unit,value))")
    text = f'{form.name}\n0=plat issues 1 PLAT-1 https://x.example\n[[1,"Ledger","fine",0,[["2026-05-05T07:00:00+00:00","so","due",null]],["points",3]]]'
    (row,) = Unpacking([form]).rows(text)
    history = (Change(datetime(2026, 5, 5, 7, tzinfo=UTC), None, "due"),)
    ref = Ref("plat", "issues", "1", "PLAT-1", "https://x.example")
    assert row == Item(ref=ref, title="Ledger", history=history, estimate=Quantity(3, "points"))
    assert isinstance(row, Item)
    assert row.ref.url == "https://x.example"


def test_what_rows_of_an_earlier_form_share_is_read_with_what_is_known_now() -> None:
    form = old_form("item(ref,title,history(at~why,field,by),moods(at~why,who)~status,mood,labels)")
    shared = [
        "0=plat issues 1 PLAT-1 https://x.example",
        '~1  ["done","fine",["a"]]',
        '~1 history ["so","due",null]',
        '~1 moods ["so","Bo"]',
    ]
    row = '[1,1,0,"Ledger",[[2,"2026-05-05T07:00:00+00:00"]],[[3,"2026-05-05"]]]'
    (found,) = Unpacking([form]).rows("\n".join([form.name, *shared, f"[{row}]"]))
    history = (Change(datetime(2026, 5, 5, 7, tzinfo=UTC), None, "due"),)
    assert found == Item(ref=Ref("plat", "issues", "1"), title="Ledger", history=history, status="done", labels=("a",))


def test_the_store_keeps_each_form_in_which_it_holds_rows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, page(record("1"), record("2")))
    earlier, later = store.rows.unmapped("plat", "m")
    form = old_form("milestone(ref,title)")
    with monkeypatch.context() as patch:
        patch.setattr("syncd.store.rows.form_now", lambda: form)
        text = f'{form.name}\n0=plat issues 1 PAY-1 https://x.example\n[[1,0,"Ledger"]]'
        store.rows.put([MappedRecord(earlier.ref, earlier.basis, "m", text)])
    store.rows.put([MappedRecord(later.ref, later.basis, "m", pack([milestone("PAY-2")]))])
    reading = store.rows.reading()
    assert [row.title for text in store.rows.texts(["plat"]) for row in reading.rows(text)] == ["Ledger", "Title of PAY-2"]  # type: ignore[union-attr]


def test_documents_of_the_versions_before_are_read() -> None:
    document = (
        '[{"ref":{"connection":"plat","stream":"issues","id":"1","key":"PLAT-1","url":null},"title":"Ledger","kind":"milestone"}]'
    )
    (row,) = RowsReading().rows(document)
    assert row == row_from_json(
        {"ref": {"connection": "plat", "stream": "issues", "id": "1"}, "title": "Ledger", "kind": "milestone"}
    )
    assert RowsReading().rows(rows_to_text((row,))) == [row]
    assert [*RowsReading().rows("[]")] == [*RowsReading().rows(rows_to_text(()))] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "00000000\n[]",
        "{form}",
        "{form}\n[[99]]",
        "{form}\n[[1,2]]",
        "{form}\n[1]",
        "{form}\n0=a b\n[]",
        "{form}\nx[]\n[]",
    ],
)
def test_what_is_damaged_is_no_rows(text: str) -> None:
    with pytest.raises(ValueError, match=r"no rows|JSON|unpack|invalid"):
        RowsReading().rows(text.replace("{form}", form_now().name))
