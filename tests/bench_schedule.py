"""How fast schedules are computed, beside the figures to reach. Run by `make bench`; it measures and never fails."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import networkx
import numpy as np

from syncd.schedule import Calendar, Network, WorkingTime, compile_many, crossed, crossed_many, forward_many, schedule

START = date(2026, 1, 5)
CHANGED = "one item changed, 99th of 100"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
FLOORS = {("plain", 100_000): 6.0, ("lags and calendars", 100_000): 25.0, ("plain", 1_000_000): 60.0, (CHANGED, 100_000): 50.0}
BESIDE = 100_000
"""The most items that networkx is asked for as well, and of which one is changed a hundred times."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement in milliseconds: what it took, what it may take, and what networkx took."""

    what: str
    items: int
    ms: float
    floor: float | None = None
    networkx_ms: float | None = None


def best(work: Callable[[], object], times: int = 7) -> float:
    """Milliseconds of the quickest of several runs."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return 1000 * min(took)


def links(random: np.random.Generator, items: int) -> tuple[Any, Any]:
    """1.35 links an item, each from some earlier one: a few dozen levels."""
    after = random.integers(1, items, int(1.35 * items))
    return (after * random.random(len(after))).astype(np.int64), after


def passes(items: int) -> Iterator[Figure]:
    """A plain network, and one with all relations, lags of both kinds and three calendars."""
    random = np.random.default_rng(7)
    before, after = links(random, items)
    lasting = random.integers(30, 1500, items)
    plain = Network.of(items, before, after)
    theirs = _networkx(before, after, lasting) if items <= BESIDE else None
    yield Figure("plain", items, best(lambda: schedule(plain, lasting)), FLOORS.get(("plain", items)), theirs)
    yield Figure("compiling", items, best(lambda: Network.of(items, before, after), 1))
    mixed, own, calendars = _mixed(random, items)
    took = best(lambda: crossed(mixed, lasting, calendars, own, start=START), 5)
    yield Figure("lags and calendars", items, took, FLOORS.get(("lags and calendars", items)))
    if items <= BESIDE:
        yield Figure(CHANGED, items, _one_changed(mixed, lasting, calendars, own), FLOORS.get((CHANGED, items)))


def _one_changed(network: Network, lasting: Any, calendars: list[WorkingTime], own: Any) -> float:
    """Milliseconds from one item that takes another time to the dates and floats of all, and to how many days late each milestone is.
    Network and working time are kept, one duration is another, all dates are computed anew. Milestones are of twenty items each."""
    took, firsts, late = [], np.arange(0, len(lasting), 20), set[bytes]()
    due = np.datetime64(START, "m") + np.linspace(10_000, 300_000, len(firsts)).astype("timedelta64[m]")
    theirs = [np.flatnonzero(own == number) for number in range(len(calendars))]
    finish = np.empty(len(lasting), "datetime64[m]")
    for number in range(100):
        changed = lasting.copy()
        begin = time.perf_counter()
        changed[number * 997 % len(changed)] += 480 * (1 + number % 9)
        made = crossed(network, changed, calendars, own, start=START)
        for calendar, places in zip(calendars, theirs, strict=True):
            finish[places] = calendar.finish(made.early_finish[places])
        days = (np.maximum.reduceat(finish, firsts) - due) // np.timedelta64(1, "D")
        floats = made.total_float
        took.append(time.perf_counter() - begin)
        late |= {days.tobytes(), floats.tobytes()}
    assert len(late) > 2, "no change changed anything"
    return 1000 * sorted(took)[-2]


def _mixed(random: np.random.Generator, items: int) -> tuple[Network, Any, list[WorkingTime]]:
    """A network with all relations and lags, one in twenty of them elapsed, and items on three calendars."""
    before, after = links(random, items)
    kinds, lags = random.integers(0, 4, len(after)), random.integers(-200, 500, len(after))
    network = Network.of(items, before, after, kinds, lags, random.random(len(after)) < 0.05)
    calendars = [Calendar((480,) * 5 + (0, 0)), Calendar((480,) * 7), Calendar((240,) * 5 + (0, 0))]
    compiled = [one.compile(START - timedelta(days=731), START + timedelta(days=366 * 40)) for one in calendars]
    return network, random.choice(3, items, p=[0.8, 0.1, 0.1]), compiled


def _networkx(before: Any, after: Any, lasting: Any) -> float:
    """The same two passes over a graph of networkx, in its topological order."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(lasting)))
    graph.add_edges_from(zip(before.tolist(), after.tolist(), strict=True))
    times = lasting.tolist()

    def both() -> None:
        ends: dict[int, int] = {}
        order = list(networkx.topological_sort(graph))
        for node in order:
            ends[node] = max((ends[one] for one in graph.predecessors(node)), default=0) + times[node]
        finish, late = max(ends.values()), dict[int, int]()
        for node in reversed(order):
            late[node] = min((late[one] - times[one] for one in graph.successors(node)), default=finish)

    return best(both, 1)


def deep() -> Iterator[Figure]:
    """12,000 levels with eight items each, and links between the rows."""
    random = np.random.default_rng(7)
    rows, across = 12_000, 8
    straight = np.arange((rows - 1) * across)
    level = random.integers(0, rows - 1, 35_000)
    before = np.concatenate((straight, level * across + random.integers(0, across, len(level))))
    after = np.concatenate((straight + across, (level + 1) * across + random.integers(0, across, len(level))))
    network = Network.of(rows * across, before, after)
    lasting = random.integers(30, 1500, rows * across)
    yield Figure("12,000 levels", rows * across, best(lambda: schedule(network, lasting)), 75)
    chain = Network.of(rows, np.arange(rows - 1), np.arange(1, rows))
    yield Figure("one chain", rows, best(lambda: schedule(chain, lasting[:rows])), 75)


def simulations(items: int) -> Iterator[Figure]:
    random = np.random.default_rng(7)
    network = Network.of(items, *links(random, items))
    durations = random.integers(30, 1500, (2000, items), dtype=np.int32)
    yield Figure("2,000 draws", items, best(lambda: forward_many(network, durations), 2), 1200)
    with_path = best(lambda: forward_many(network, durations, towards=items - 1), 2)
    yield Figure("2,000 draws, with criticality", items, with_path, 1200)
    mixed, own, calendars = _mixed(random, items)
    took = best(lambda: crossed_many(mixed, durations, calendars, own, start=START), 1)
    yield Figure("2,000 draws, three calendars", items, took)
    with_path = best(lambda: crossed_many(mixed, durations, calendars, own, start=START, towards=items - 1), 1)
    yield Figure("the same, with criticality", items, with_path)


def people() -> Figure:
    """A thousand people with 60 dates off and 20 partial absences each, over three years."""
    days = [START + timedelta(days=n) for n in range(1096)]
    all_of = [
        Calendar(off=frozenset(days[n % 17 :: 18][:60]), absences=dict.fromkeys(days[n % 50 :: 54][:20], 120), share=0.8)
        for n in range(1000)
    ]
    return Figure("calendars of people, 3 years", 1000, best(lambda: compile_many(all_of, START, days[-1]), 3), 200)


def figures(sizes: tuple[int, ...]) -> Iterator[Figure]:
    """All measurements, the smaller ones first."""
    for size in sizes:
        yield from passes(size)
    yield from deep()
    yield from simulations(min(10_000, max(sizes)))
    yield people()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description="Schedules of networks from a thousand to a million items.")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="items of the largest network")
    parser.add_argument("--json", action="store_true", help="print JSON with stable keys")
    chosen = parser.parse_args()
    found = list(figures(tuple(size for size in SIZES if size <= chosen.most)))
    if chosen.json:
        json.dump([asdict(one) for one in found], sys.stdout, indent=2)
        return
    print(f"{'schedules':32}{'items':>10}{'ms':>10}{'to reach':>10}{'us / item':>11}{'networkx ms':>13}")
    for one in found:
        floor = f"{one.floor:.0f}" if one.floor else ""
        beside = f"{one.networkx_ms:.0f}" if one.networkx_ms else ""
        print(f"{one.what:32}{one.items:>10,}{one.ms:>10.2f}{floor:>10}{1000 * one.ms / one.items:>11.3f}{beside:>13}")


if __name__ == "__main__":
    main()
