"""The critical path method over arrays: textbook numbers, each relation by hand, cycles, and many draws at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.schedule import LinkProblem, Network, NotComputable, Schedule, compiled, draws, forward_many, schedule


def test_a_textbook_network() -> None:
    """A 3, B 4 after A, C 2 after A, D 5 after B, E 1 after C, F 2 after D and E, G 4 after C: the path is A, B, D, F."""
    network = Network.of(7, [0, 0, 1, 2, 3, 4, 2], [1, 2, 3, 4, 5, 5, 6])
    found = schedule(network, [3, 4, 2, 5, 1, 2, 4])
    assert found.early_start.tolist() == [0, 3, 3, 7, 5, 12, 5]
    assert found.early_finish.tolist() == [3, 7, 5, 12, 6, 14, 9]
    assert found.late_start.tolist() == [0, 3, 8, 7, 11, 12, 10]
    assert found.late_finish.tolist() == [3, 7, 10, 12, 12, 14, 14]
    assert found.total_float.tolist() == [0, 0, 5, 0, 6, 0, 5]
    assert found.free_float.tolist() == [0, 0, 0, 0, 6, 0, 5]
    assert found.critical.tolist() == [True, True, False, True, False, True, False]
    assert found.driving.tolist() == [True, True, True, True, True, False, True]
    assert found.finish == 14


@pytest.mark.parametrize(
    ("relation", "lag", "starts", "late", "free"),
    [  # i takes 5, j takes 3, and nothing starts before 10
        ("FS", 0, [10, 15], [15, 18], [0, 0]),
        ("FS", 4, [10, 19], [15, 22], [0, 0]),
        ("FS", -2, [10, 13], [15, 16], [0, 0]),
        ("SS", 0, [10, 10], [15, 15], [0, 2]),
        ("SS", 4, [10, 14], [15, 17], [0, 0]),
        ("FF", 0, [10, 12], [15, 15], [0, 0]),
        ("FF", 4, [10, 16], [15, 19], [0, 0]),
        ("FF", -9, [10, 10], [15, 15], [0, 2]),
        ("SF", 0, [10, 10], [15, 15], [0, 2]),
        ("SF", 9, [10, 16], [15, 19], [0, 0]),
    ],
)
def test_each_relation_by_hand(relation: str, lag: int, starts: list[int], late: list[int], free: list[int]) -> None:
    found = schedule(Network.of(2, [0], [1], [relation], [lag]), [5, 3], start=10)
    assert found.early_start.tolist() == starts
    assert found.late_finish.tolist() == late
    assert found.free_float.tolist() == free
    assert found.driving.tolist() == [(relation, lag) not in {("FF", -9), ("SF", 0)}]


def test_a_deadline_that_cannot_be_met_shows_as_negative_float() -> None:
    network = Network.of(3, [0, 0], [1, 2])
    found = schedule(network, [5, 5, 1], deadline=7)
    assert found.total_float.tolist() == [-3, -3, 1]
    assert found.critical.tolist() == [True, True, False]
    assert schedule(network, [5, 5, 1], deadline=99).total_float.tolist() == [0, 0, 4]


def test_an_item_without_successors_may_slip_to_the_end_of_the_project() -> None:
    found = schedule(Network.of(2, [], []), [9, 4], not_earlier=[0, 2])
    assert found.free_float.tolist() == [0, 3]
    assert found.early_start.tolist() == [0, 2]


def test_cycles_are_named_and_push_nothing_while_the_rest_goes_on() -> None:
    before, after = [0, 1, 2, 3, 1, 6, 5, 5], [1, 2, 1, 4, 3, 5, 6, 4]
    network = Network.of(7, before, after)
    assert network.cycles == ((1, 2), (5, 6))
    found = schedule(network, [1] * 7)
    assert found.cycles == network.cycles
    assert found.early_start.tolist() == [0, 1, 0, 2, 3, 0, 0]
    assert found.driving.tolist() == [True, False, False, True, True, False, False, False]


def test_links_that_make_no_sense_are_listed_and_left_out() -> None:
    network = Network.of(3, [0, 1, 0, 2, 0, -1], [1, 1, 1, 9, 1, 0], ["FS", "FS", "FS", "FS", "SS", "FS"])
    assert network.problems == (
        LinkProblem(1, "it links an item to itself"),
        LinkProblem(2, "it is there already"),
        LinkProblem(3, "it names an item that is not there"),
        LinkProblem(5, "it names an item that is not there"),
    )
    assert schedule(network, [2, 2, 2]).early_start.tolist() == [0, 2, 0]
    with pytest.raises(ValueError, match="'XY' is no relation"):
        Network.of(2, [0], [1], ["XY"])
    with pytest.raises(ValueError, match="code"):
        Network.of(2, [0], [1], [7])


def test_several_links_between_two_items_all_count() -> None:
    network = Network.of(2, [0, 0, 0, 0], [1, 1, 1, 1], ["FS", "FS", "SS", "FS"], [0, 60, 30, 60])
    assert network.problems == (LinkProblem(3, "it is there already"),)
    found = schedule(network, [10, 10])
    assert (found.early_start.tolist(), found.driving.tolist()) == ([0, 70], [False, True, False, False])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Network.of(3, [0, 1], [2]),
        lambda: Network.of(3, [0, 1], [1, 2], ["FS"]),
        lambda: Network.of(3, [0], [1], lags=[1.5]),
        lambda: schedule(Network.of(2, [0], [1]), [5]),
        lambda: schedule(Network.of(2, [0], [1]), [5, 5, 5]),
        lambda: schedule(Network.of(2, [0], [1]), [0.5, 5]),
        lambda: schedule(Network.of(2, [0], [1]), [float("nan"), 5]),
        lambda: schedule(Network.of(2, [0], [1]), [-1, 5]),
        lambda: schedule(Network.of(2, [0], [1]), [2**50, 5]),
        lambda: schedule(Network.of(2, [0], [1]), [5, 5], not_earlier=[1]),
        lambda: forward_many(Network.of(2, [0], [1]), [5, 5]),
        lambda: forward_many(Network.of(2, [0], [1]), [[5.0, float("nan")]]),
    ],
)
def test_arrays_that_do_not_fit_are_refused_and_never_cut_off_or_stretched(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="give"):
        wrong()
    assert schedule(Network.of(2, [0], [1]), [5.0, 5.0]).finish == 10


def test_nothing_is_an_empty_schedule() -> None:
    found = schedule(Network.of(0, [], []), [])
    assert (found.finish, found.early_start.tolist(), found.driving.tolist()) == (0, [], [])


def test_a_chain_of_any_length_adds_up() -> None:
    size = 12_000
    found = schedule(Network.of(size, np.arange(size - 1), np.arange(1, size)), np.full(size, 7))
    assert found.finish == 7 * size
    assert found.critical.all()


@st.composite
def networks(draw: st.DrawFn) -> Any:
    size = draw(st.integers(1, 12))
    pairs = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1] < size)
    links = [
        (*pair, draw(st.sampled_from(["FS", "SS", "FF", "SF"])), draw(st.integers(-5, 5)))
        for pair in sorted(draw(st.sets(pairs, max_size=24)))
    ]
    durations = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    not_earlier = draw(st.lists(st.integers(0, 20), min_size=size, max_size=size))
    return links, durations, not_earlier


def slowly(links: Any, durations: list[int], not_earlier: list[int]) -> tuple[list[int], list[int]]:
    """Early starts and late finishes by going round the links until nothing moves."""
    starts = list(not_earlier)
    for _ in durations:
        for i, j, relation, lag in links:
            at = starts[i] + lag + durations[i] * (relation[0] == "F") - durations[j] * (relation[1] == "F")
            starts[j] = max(starts[j], at)
    ends = [max(start + lasting for start, lasting in zip(starts, durations, strict=True))] * len(durations)
    for _ in durations:
        for i, j, relation, lag in links:
            at = ends[j] - lag - durations[j] * (relation[1] == "S") + durations[i] * (relation[0] == "S")
            ends[i] = min(ends[i], at)
    return starts, ends


@pytest.mark.parametrize("narrow", [0, 2, 24])
@given(networks())
@settings(max_examples=40, deadline=None)
def test_wide_and_narrow_levels_give_what_the_formulas_say(narrow: int, made: Any) -> None:
    links, durations, not_earlier = made
    usual, compiled.NARROW = compiled.NARROW, narrow
    network = _network(links, len(durations))
    compiled.NARROW = usual
    found = schedule(network, durations, not_earlier=not_earlier)
    assert (found.early_start.tolist(), found.late_finish.tolist()) == slowly(links, durations, not_earlier)


@pytest.mark.parametrize("hub", [1, 16])
@given(networks(), st.integers(0, 5), st.integers(0, 11))
@settings(max_examples=40, deadline=None)
def test_each_of_many_draws_is_a_schedule_of_its_own(hub: int, made: Any, more: int, end: int) -> None:
    links, durations, not_earlier = made
    network, end = _network(links, len(durations)), end % len(durations)
    many = np.array([durations, [more] * len(durations), list(reversed(durations))])
    usual, draws._HUB = draws._HUB, hub
    found = forward_many(network, many, not_earlier=not_earlier, watched=[0], towards=end)
    in_fractions = forward_many(network, many / 1, not_earlier=not_earlier)
    draws._HUB = usual
    each = [schedule(network, row, not_earlier=not_earlier) for row in many]
    assert found.finishes.tolist() == in_fractions.finishes.tolist() == [one.finish for one in each]
    assert found.watched[:, 0].tolist() == [int(one.early_finish[0]) for one in each]
    ways = [drivers(links, one, end) for one in each]
    assert found.critical.tolist() == [sum(item in way for way in ways) for item in range(len(durations))]
    assert in_fractions.critical.tolist() == []


def drivers(links: Any, found: Schedule, end: int) -> set[int]:
    """The item, and all that links without slack lead back to."""
    way = {end}
    for _ in links:
        way |= {one[0] for one, drives in zip(links, found.driving.tolist(), strict=True) if drives and one[1] in way}
    return way


@given(networks(), st.integers(0, 11))
@settings(max_examples=60, deadline=None)
def test_what_is_critical_moves_the_end_and_nothing_else_does(made: Any, end: int) -> None:
    """A minute more of any item, where every link reads a finish and bounds a start."""
    links, durations, not_earlier = made
    network, end = _network([(i, j, "FS", 0) for i, j, *_ in links], len(durations)), end % len(durations)
    longer = np.array(durations) + np.eye(len(durations), dtype=int)
    found = forward_many(network, [durations], not_earlier=not_earlier, watched=[end], towards=end)
    moved = forward_many(network, longer, not_earlier=not_earlier, watched=[end]).watched[:, 0] - found.watched[0, 0]
    assert found.critical.tolist() == moved.tolist()


def test_elapsed_lags_need_dates() -> None:
    network = Network.of(2, [0], [1], None, [60], [True])
    with pytest.raises(NotComputable, match="elapsed"):
        forward_many(network, [[1, 1]])
    with pytest.raises(NotComputable, match="elapsed"):
        schedule(network, [1, 1])


def _network(links: Any, size: int) -> Network:
    columns = list(zip(*links, strict=True)) if links else [(), (), None, None]
    return Network.of(size, *(None if column is None else list(column) for column in columns))  # type: ignore[arg-type]
