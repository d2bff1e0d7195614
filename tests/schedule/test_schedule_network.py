"""The network: order, cycles in the order of the work, dates pushed along links."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from syncd.schedule.network import Finish, Link, parts, push, shortest_cycle

Before = dict[int, list[int]]
NODES = st.integers(0, 9)
NETWORKS = st.dictionaries(NODES, st.lists(NODES, max_size=3), max_size=10)


def reach(before: Mapping[int, list[int]], node: int) -> set[int]:
    seen: set[int] = set()
    todo = list(before.get(node, ()))
    while todo:
        if (found := todo.pop()) not in seen:
            seen.add(found)
            todo += before.get(found, ())
    return seen


@given(NETWORKS)
def test_a_part_is_what_rests_on_itself_and_comes_after_all_that_it_rests_on(before: Before) -> None:
    found = parts(before)
    place = {node: number for number, part in enumerate(found) for node in part}
    assert sorted(place) == sorted({*before, *(n for waits in before.values() for n in waits)})
    for node in place:
        for other in place:
            together = node == other or (other in reach(before, node) and node in reach(before, other))
            assert (place[node] == place[other]) == together
        assert all(place[earlier] <= place[node] for earlier in before.get(node, ()))


@given(NETWORKS)
def test_the_printed_cycle_is_one(before: Before) -> None:
    for part in parts(before):
        if len(part) > 1:
            ring = shortest_cycle(min(part), part, before)
            assert ring[0] == min(part)
            assert len(set(ring)) == len(ring) > 1
            assert all(node in before[after] for node, after in zip(ring, (*ring[1:], ring[0]), strict=True))


def test_a_chain_of_any_length_is_fine() -> None:
    before = {n: [n - 1] for n in range(1, 20_000)}
    assert [part[0] for part in parts(before)] == list(range(20_000))


def finish(link: Link[str], *, own: int = 0, days: int = 3) -> int:
    finishes, _ = push({"a": Finish(10), "b": Finish(own)}, {"a": 2, "b": days}, {"b": [link]})
    return finishes["b"].at


def test_each_relation_pushes_as_the_critical_path_method_says() -> None:
    assert finish(Link("a", "FS", 1)) == 10 + 1 + 3
    assert finish(Link("a", "SS", 1)) == 10 - 2 + 1 + 3
    assert finish(Link("a", "FF", 1)) == 10 + 1
    assert finish(Link("a", "SF", 1)) == 10 - 2 + 1
    assert finish(Link("a", "FS", -2)) == 10 - 2 + 3


def test_a_date_of_its_own_is_never_pulled_earlier() -> None:
    assert finish(Link("a"), own=99) == 99


def test_inside_a_cycle_nothing_is_pushed_and_what_follows_it_still_is() -> None:
    own: dict[str, Finish[str]] = {"a": Finish(5), "b": Finish(6), "c": Finish(0), "d": Finish(9)}
    links = {"a": [Link("b"), Link("d")], "b": [Link("a")], "c": [Link("b")]}
    finishes, cycles = push(own, dict.fromkeys(own, 1), links)
    assert [sorted(cycle) for cycle in cycles] == [["a", "b"]]
    assert {n: f.at for n, f in finishes.items()} == {"a": 10, "b": 6, "c": 7, "d": 9}


def test_what_waits_for_itself_is_left_alone() -> None:
    assert push({"a": Finish(4)}, {"a": 1}, {"a": [Link("a")]}) == ({"a": Finish(4)}, [])
