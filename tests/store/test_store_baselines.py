"""Baselines are appended to, come back as they were, and stay with their milestone, whatever it is called and wherever its anchor goes."""

from dataclasses import replace
from datetime import date, timedelta

from syncd.model.baseline import Baseline
from syncd.model.raw import Scope
from syncd.model.rows import Quantity
from syncd.store import Store
from tests.store.given import AT, LATER, page, put, record, ref

AGREED = Baseline(
    milestone=ref("1"),
    at=AT - timedelta(days=9),
    recorded_at=AT,
    origin="history",
    start=date(2026, 4, 1),
    due=date(2026, 5, 15),
    items={ref("2"): Quantity(960, "minutes"), ref("3"): Quantity(5, "points"), ref("4"): None},
    name="Ledger",
)
ADOPTED = replace(AGREED, at=LATER, recorded_at=LATER, origin="adopted", due=date(2026, 6, 1), by="ada", reason="new supplier")


def test_they_come_back_as_they_were_in_the_order_in_which_they_were_recorded(store: Store) -> None:
    store.baselines.append([AGREED])
    store.baselines.append([ADOPTED, replace(AGREED, milestone=ref("9"))])
    known = store.baselines.all()
    assert known == {ref("1"): (AGREED, ADOPTED), ref("9"): (replace(AGREED, milestone=ref("9")),)}
    assert [one.key for one in known[ref("1")][0].items] == ["PAY-2", "PAY-3", "PAY-4"]


def test_a_new_one_is_a_change_and_nothing_to_append_is_none(store: Store) -> None:
    with store.transaction():
        store.baselines.append([])
        assert not store.changing()
        store.baselines.append([AGREED])
        assert store.changing()


def test_a_connection_that_is_renamed_keeps_them(store: Store) -> None:
    put(store, page(record("1")))
    put(store, page(record("9", connection="code")), connection="code")
    store.baselines.append([AGREED, replace(AGREED, milestone=ref("9", "code"), items={ref("2"): None, ref("5", "code"): None})])
    assert store.rename("plat", "site")
    known = store.baselines.all()
    assert known.keys() == {ref("1", "site"), ref("9", "code")}
    assert known[ref("1", "site")][0].items == {
        ref(one, "site"): size for one, size in (("2", Quantity(960, "minutes")), ("3", Quantity(5, "points")), ("4", None))
    }
    assert known[ref("9", "code")][0].items.keys() == {ref("2", "site"), ref("5", "code")}
    assert (known[ref("1", "site")][0].due, known[ref("1", "site")][0].origin) == (AGREED.due, "history")


def test_they_follow_an_anchor_that_moves(store: Store) -> None:
    store.baselines.append([AGREED])
    moved = {ref("1"): ref("9", "code")}
    store.baselines.append([replace(ADOPTED, milestone=ref("9", "code"))])
    known = store.baselines.all(lambda one: moved.get(one, one))
    assert [one.origin for one in known[ref("9", "code")]] == ["history", "adopted"]
    assert {one.milestone for one in known[ref("9", "code")]} == {ref("9", "code")}


def test_the_mirror_gives_the_records_that_were_there_at_an_earlier_moment(store: Store) -> None:
    hours = [AT + timedelta(hours=n) for n in range(6)]
    put(store, page(record("1", "one"), record("2", "two")), at=hours[0])
    put(store, page(record("1", "one!"), record("3", "three")), at=hours[1])
    put(store, page(deleted=("2",)), at=hours[2])
    put(store, page(record("2", "two again")), at=hours[4])
    other = Scope("10001", "PAY", {"private": False})
    put(store, page(record("9", connection="code")), scope=other, connection="code", at=hours[0])

    def there(hour: int) -> dict[str, str]:
        return {raw.ref.id: raw.data["fields"]["summary"] for raw in store.mirror.raws_then("plat", hours[hour])}

    assert there(0) == {"1": "one", "2": "two"}
    assert there(1) == {"1": "one!", "2": "two", "3": "three"}
    assert there(2) == there(3) == {"1": "one!", "3": "three"}
    assert there(4) == there(5) == {"1": "one!", "2": "two again", "3": "three"}
    assert not list(store.mirror.raws_then("plat", AT - timedelta(days=1)))
