"""Windows and freezes as instants: what covers a component, what touches and what overlaps, and when it is free."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.schedule.slots import components, instants, lineage, related, slots_of
from tests.model_builders import NOW, deployment, freeze, milestone, ref, snapshot, window


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (window("W", "2026-05-07T10:00", "2026-05-07T12:00"), ("2026-05-07T10:00", "2026-05-07T12:00")),
        (window("W", "2026-05-07", "2026-05-08"), ("2026-05-06T22:00", "2026-05-07T22:00")),  # Berlin's day
        (window("W", "2026-05-07", "2026-05-08", zone="Asia/Tokyo"), ("2026-05-06T15:00", "2026-05-07T15:00")),
        (window("W", "2026-05-07", "2026-05-08", zone="Nowhere/Land"), ("2026-05-06T22:00", "2026-05-07T22:00")),
        (window("W", "2026-03-28", "2026-03-30"), ("2026-03-27T23:00", "2026-03-29T22:00")),  # the clocks go forward in it
        (window("W", "2026-05-08", "2026-05-07"), None),
        (window("W", "2026-05-07", "2026-05-07"), None),
    ],
)
def test_a_window_is_half_open_and_a_day_is_its_own_zones(row: object, expected: tuple[str, str] | None) -> None:
    assert instants(row, "Europe/Berlin") == (expected and tuple(map(at, expected)))  # type: ignore[arg-type]


def test_a_scope_covers_what_lies_under_it_and_a_freeze_of_a_part_freezes_the_whole() -> None:
    slots = slots_of(
        snapshot(
            window("A", "2026-05-07T10:00", "2026-05-07T12:00", "Checkout"),
            window("B", "2026-05-08T10:00", "2026-05-08T12:00", "checkout/api"),
            window("C", "2026-05-09T10:00", "2026-05-09T12:00", "production"),
            window("D", "2026-05-10T10:00", "2026-05-10T12:00", "checkout-v2"),
            freeze("F", "2026-05-07T10:00", "2026-05-07T11:00", "checkout/api"),
            freeze("G", "2026-05-20", "2026-05-22", None),
        )
    )

    def windows(*names: str) -> list[str]:
        return [slot.window.ref.id for slot in slots.windows(names).slots]

    def frozen(*names: str) -> list[str]:
        return [slot.window.ref.id for slot in slots.frozen(names).slots]

    assert windows("checkout") == ["A"]
    assert windows("checkout/api", "production") == ["A", "B", "C"]
    assert windows("ledger") == []
    assert frozen("checkout") == frozen("checkout/api/v1") == ["F", "G"]
    assert frozen("checkout/web") == frozen("ledger") == ["G"]
    assert slots.free(("checkout",), NOW) == at("2026-05-07T11:00")
    assert slots.free(("checkout/web",), NOW) == at("2026-05-07T10:00")
    assert slots.free(("ledger",), at("2026-05-20T10:00")) == at("2026-05-21T22:00")
    assert slots.free(("checkout",), at("2026-05-07T12:00")) is None


def test_components_come_from_labels_and_deployments() -> None:
    model = snapshot(
        milestone("L", labels=("Service:Checkout/API", "urgent")),
        milestone("S", labels=("checkout",)),
        milestone("D"),
        milestone("NONE", labels=("checkout-v2",)),
        deployment("1", "2026-05-07T10:00", "ledger", of="D"),
        window("A", "2026-05-07T10:00", "2026-05-07T12:00", "checkout"),
    )
    assert components(model) == {ref("L"): ("checkout/api",), ref("S"): ("checkout",), ref("D"): ("ledger",)}


def test_names_that_begin_alike_are_not_related() -> None:
    assert lineage("a/b/c") == ("a/b/c", "a/b", "a")
    assert related("a/b", "a")
    assert not related("ab", "a")
    assert not related("", "a")


HOURS = st.integers(0, 200)


@given(spans=st.lists(st.tuples(HOURS, st.integers(1, 60)), max_size=12), moment=HOURS)
@settings(max_examples=80)
def test_what_holds_a_moment_is_what_a_plain_look_finds(spans: list[tuple[int, int]], moment: int) -> None:
    def hour(count: int) -> datetime:
        return NOW + timedelta(hours=count)

    rows = [window(f"W{n}", f"{hour(a):%Y-%m-%dT%H:%M}", f"{hour(a + b):%Y-%m-%dT%H:%M}") for n, (a, b) in enumerate(spans)]
    shelf = slots_of(snapshot(*rows)).windows(("checkout",))
    held = {f"W{n}" for n, (a, b) in enumerate(spans) if a <= moment < a + b}
    assert {slot.window.ref.id for slot in shelf.at(hour(moment))} == held
    later = [slot.window.ref.id for slot in shelf.from_(hour(moment))]
    assert set(later) == {f"W{n}" for n, (a, b) in enumerate(spans) if a + b > moment}
    assert len(later) == len(set(later))
