"""Pure. A network of work: what rests on what, its cycles, and dates pushed along its links."""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

N = TypeVar("N", bound=Hashable)

Relation = Literal["FS", "SS", "FF", "SF"]


@dataclass(frozen=True, slots=True)
class Link(Generic[N]):
    """What the successor waits for. `lag` is in working days."""

    predecessor: N
    relation: Relation = "FS"
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Finish(Generic[N]):
    """An early finish: the index of a working day. `clocked`: it follows from today. `by`: the predecessor that pushed it."""

    at: int
    clocked: bool = False
    by: N | None = None


def parts(before: Mapping[N, Sequence[N]]) -> list[tuple[N, ...]]:
    """The strongly connected parts of a network, each one after all that it rests on.

    `before` maps a node to its predecessors. A part of one node is no cycle; any larger one is. Tarjan's method with a stack of
    its own, so that a chain of any length is fine. Same input, same order.
    """
    number: dict[N, int] = {}
    low: dict[N, int] = {}
    open_: dict[N, None] = {}
    found: list[tuple[N, ...]] = []
    for root in before:
        if root not in number:
            _walk(root, before, number, low, open_, found)
    return found


def _walk(
    root: N,
    before: Mapping[N, Sequence[N]],
    number: dict[N, int],
    low: dict[N, int],
    open_: dict[N, None],
    found: list[tuple[N, ...]],
) -> None:
    path: list[tuple[N, Iterator[N]]] = []

    def enter(node: N) -> None:
        number[node] = low[node] = len(number)
        open_[node] = None
        path.append((node, iter(before.get(node, ()))))

    enter(root)
    while path:
        node, rest = path[-1]
        following = next((n for n in rest if n not in number or n in open_), None)
        if following is None:
            path.pop()
            if path:
                low[path[-1][0]] = min(low[path[-1][0]], low[node])
            if low[node] == number[node]:
                found.append(_cut(node, open_))
        elif following in number:
            low[node] = min(low[node], number[following])
        else:
            enter(following)


def _cut(node: N, open_: dict[N, None]) -> tuple[N, ...]:
    part: list[N] = []
    while not part or part[-1] != node:
        part.append(open_.popitem()[0])
    return tuple(part)


def shortest_cycle(first: N, part: Iterable[N], before: Mapping[N, Sequence[N]]) -> tuple[N, ...]:
    """The shortest cycle through `first` inside its part, in the order of the work: each node is a predecessor of the next.

    The last one is a predecessor of the first again; a part of one node gives that node.
    """
    inside = frozenset(part)
    toward: dict[N, N] = {}
    queue = deque([first])
    while queue:
        node = queue.popleft()
        for earlier in before.get(node, ()):
            if earlier == first != node:
                return (first, *_trail(node, first, toward))
            if earlier in inside and earlier not in toward:
                toward[earlier] = node
                queue.append(earlier)
    return (first,)


def _trail(node: N, first: N, toward: Mapping[N, N]) -> Iterator[N]:
    while node != first:
        yield node
        node = toward[node]


def push(
    own: Mapping[N, Finish[N]], days: Mapping[N, int], links: Mapping[N, Sequence[Link[N]]]
) -> tuple[dict[N, Finish[N]], list[tuple[N, ...]]]:
    """Early finishes of all nodes that have links, and the cycles.

    `own` is the finish that a node has by itself; links only push it later. `days` are durations in working days. A link FS gives
    the successor `finish + lag + its days`, SS `start + lag + its days`, FF `finish + lag`, SF `start + lag` (the critical path
    method's early dates). Links inside a cycle push nothing, as no order of that work is right. Of equals the own finish stands,
    then the first link.
    """
    before = {node: [link.predecessor for link in waits] for node, waits in links.items()}
    finishes: dict[N, Finish[N]] = {}
    cycles: list[tuple[N, ...]] = []
    for part in parts(before):
        inside = frozenset(part)
        if len(part) > 1:
            cycles.append(part)
        for node in part:
            waits = (link for link in links.get(node, ()) if link.predecessor not in inside)
            finishes[node] = _latest(node, own[node], days, waits, finishes)
    return finishes, cycles


def _latest(
    node: N, own: Finish[N], days: Mapping[N, int], waits: Iterable[Link[N]], finishes: Mapping[N, Finish[N]]
) -> Finish[N]:
    latest = own
    for link in waits:
        earlier = finishes[link.predecessor]
        at = earlier.at + link.lag
        if link.relation in ("SS", "SF"):
            at -= days[link.predecessor]
        if link.relation in ("FS", "SS"):
            at += days[node]
        if at > latest.at:
            latest = Finish(at, earlier.clocked, link.predecessor)
    return latest
