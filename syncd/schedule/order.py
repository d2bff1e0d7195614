"""Pure. The order of a network: levels in which every item follows all that it rests on, and the cycles that have none."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from syncd.schedule.calendar import Ints

_FEW = 48
"""Items of a level up to which they are looked at one by one."""


def levels(items: int, predecessors: Ints, successors: Ints) -> Ints:
    """The level of each item: 0 without predecessors, else one more than the highest of them; -1 in and behind a cycle.

    Kahn's method (Communications of the ACM 5, 1962), a whole level at a time.
    """
    missing = np.bincount(successors, minlength=items)
    targets, first = rows_of(items, predecessors, successors)
    level, seat = np.full(items, -1, np.int64), np.zeros(items, np.int64)
    ready = np.flatnonzero(missing == 0)
    depth = 0
    while ready.size:
        level[ready] = depth
        depth += 1
        if ready.size < _FEW:
            ready = np.array(_freed(ready.tolist(), missing.data, targets.data, first.data), np.int64)
            continue
        reached = targets[spans(first[ready], first[ready + 1])]
        np.subtract.at(missing, reached, 1)
        free = reached[missing[reached] == 0]
        numbers = np.arange(free.size)
        seat[free] = numbers
        ready = free[seat[free] == numbers]
    return level


def _freed(ready: list[int], missing: memoryview, targets: memoryview, first: memoryview) -> list[int]:
    """The items that wait for nothing any more, one by one."""
    freed = []
    for item in ready:
        for later in targets[first[item] : first[item + 1]]:
            missing[later] -= 1
            if not missing[later]:
                freed.append(later)
    return freed


def rows_of(items: int, keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """The values grouped by key, and where each key's group starts (one longer than there are keys)."""
    return values[ranked(keys)], starts_of(items, keys)


def ranked(keys: Ints) -> Ints:
    """What sorts keys from 0 on, equal ones in their order: sixteen bits at a time, which NumPy sorts by counting."""
    most = int(keys.max(initial=0))
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(16, most.bit_length(), 16):
        order = order[np.argsort((keys >> shift).astype(np.uint16)[order], kind="stable")]
    return order


def starts_of(items: int, keys: Ints) -> Ints:
    """Where each key's group starts in an array that is sorted by key."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(keys, minlength=items)))).astype(np.int64)


def spans(first: Ints, last: Ints) -> Ints:
    """The whole numbers of many half-open ranges, one range after the other."""
    counts = last - first
    total = int(counts.sum())
    found: Ints = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(total)
    return found


def components(items: int, predecessors: Ints, successors: Ints, level: Ints) -> tuple[Ints, tuple[tuple[int, ...], ...]]:
    """The cycles: for each item the number of its strongly connected part or -1, and one shortest cycle of each part.

    A cycle is in the order of the work, from its smallest item on: each item is a predecessor of the next, the last one of the first.
    """
    stuck = level < 0
    inside = stuck[predecessors] & stuck[successors]
    after: dict[int, list[int]] = {}
    for earlier, later in zip(predecessors[inside].tolist(), successors[inside].tolist(), strict=True):
        after.setdefault(earlier, []).append(later)
    part = np.full(items, -1, np.int64)
    cycles: list[tuple[int, ...]] = []
    for members in sorted(sorted(found) for found in _parts(after) if len(found) > 1):
        part[members] = len(cycles)
        cycles.append(_shortest(members, after))
    return part, tuple(cycles)


def _parts(after: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    """The strongly connected parts: Tarjan's method (SIAM Journal on Computing 1, 1972) with a stack of its own."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: dict[int, None] = {}
    for root in after:
        path: list[tuple[int, Iterator[int]]] = [] if root in number else [_entered(root, after, number, low, open_)]
        while path:
            node, rest = path[-1]
            following = next((one for one in rest if one not in number or one in open_), None)
            if following is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == number[node]:
                    yield _cut(node, open_)
            elif following in number:
                low[node] = min(low[node], number[following])
            else:
                path.append(_entered(following, after, number, low, open_))


def _entered(
    node: int, after: Mapping[int, Sequence[int]], number: dict[int, int], low: dict[int, int], open_: dict[int, None]
) -> tuple[int, Iterator[int]]:
    number[node] = low[node] = len(number)
    open_[node] = None
    return node, iter(after.get(node, ()))


def _cut(node: int, open_: dict[int, None]) -> list[int]:
    part: list[int] = []
    while not part or part[-1] != node:
        part.append(open_.popitem()[0])
    return part


def _shortest(members: Sequence[int], after: Mapping[int, Sequence[int]]) -> tuple[int, ...]:
    first, inside = members[0], frozenset(members)
    came: dict[int, int] = {}
    queue = deque([first])
    while queue:
        node = queue.popleft()
        for later in after.get(node, ()):
            if later == first:
                return tuple(reversed([*_back(node, first, came), first]))
            if later in inside and later not in came:
                came[later] = node
                queue.append(later)
    return (first,)


def _back(node: int, first: int, came: Mapping[int, int]) -> Iterator[int]:
    while node != first:
        yield node
        node = came[node]
