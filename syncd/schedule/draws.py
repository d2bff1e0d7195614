"""Pure. Many forward passes at once: one network, many draws of its durations, and in how many of them each item is critical.

A block of draws is computed together: an item's times are a row with one column for each draw, so that every step runs over memory in
order. An item is critical for one item's end where links that leave no slack lead from it to that item; on one calendar that is the same
as no total float against that end, and it takes no late dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Ints, NotComputable
from syncd.schedule.compiled import Level, Network, Side
from syncd.schedule.given import drawn

BLOCK = 128
"""Draws computed together: so few that the rows of ten thousand items stay in a processor's cache."""
_HUB = 16
"""Links of one item from which on they are reduced at once, and not one after the other."""

Times = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """`finishes`: the project's finish, by draw. `watched`: the finishes of the items asked for, draws x items. `critical`: by item,
    in how many of the draws it is critical (empty where that was not asked for)."""

    finishes: Times
    watched: Times
    critical: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Links:
    """Some links of a level. `near`: places of its items, as a slice where all have one; `other`: the places at the other end.

    `starting`, `ending`: which of them read a start (SS, SF), and which bound a finish (FF, SF): that of the places `ended`. `lag`: None
    for none at all.
    """

    near: Ints | slice
    other: Ints
    starting: Ints
    ending: Ints
    ended: Ints
    lag: Times | None

    @property
    def plain(self) -> bool:
        """Whether all of them are FS without a lag."""
        return self.lag is None and not (self.starting.size or self.ending.size)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """One level: the first link of every item, the second one of those that have two, and so on; and the hubs with all their links."""

    places: slice
    slots: tuple[_Links, ...]
    hubs: tuple[_Links, ...]


def forward_many(
    network: Network,
    durations: npt.ArrayLike,
    *,
    start: int = 0,
    not_earlier: npt.ArrayLike | None = None,
    not_done: npt.ArrayLike | None = None,
    watched: Sequence[int] = (),
    towards: int | None = None,
) -> Draws:
    """The finishes of as many draws as `durations` (draws x items, working minutes) has rows, on one calendar.

    `not_earlier`: the minute before which each item does not start; `not_done`: that before which it does not end. `towards`: the item
    for whose end others are critical. Whole numbers and fractions are computed as such, in 32 bits where that is exact to the minute.
    Raises `NotComputable` for a network with elapsed lags, which need dates (see `crossed_many`), and `ValueError` for durations of another
    shape or below zero.
    """
    given: Times = drawn("durations", durations, network.items)
    if not network.timeless:
        raise NotComputable("because elapsed lags need dates: draw with crossed_many")
    own = np.full(network.items, start) if not_earlier is None else np.maximum(np.asarray(not_earlier), start)
    done = None if not_done is None else np.asarray(not_done)
    kind = _kind(network, given, own if done is None else np.maximum(own, done))
    ahead = [_rows(network.forward, level, kind) for level in network.forward.levels]
    back = [_rows(network.backward, level, kind) for level in network.backward.levels] if towards is not None else []
    pushed = not_earlier is not None or done is not None or not network.plain
    first = own[network.order].astype(kind)[:, None]
    held = None if done is None else done[network.order].astype(kind)[:, None]
    finishes, seen = np.empty(len(given), kind), np.empty((len(given), len(watched)), kind)
    counts = np.zeros(0 if towards is None else network.items, np.int64)
    places = network.place[np.array(watched, np.int64)]
    for low in range(0, len(given), BLOCK):
        block = np.ascontiguousarray(given[low : low + BLOCK].astype(kind, copy=False).T)
        lasting = np.take(block, network.order, axis=0, mode="clip")
        starts, ends = _forward(ahead, lasting, first, held, pushed=pushed)
        last = ends.max(axis=0, initial=start)
        finishes[low : low + BLOCK], seen[low : low + BLOCK] = last, ends[places].T
        if towards is not None:
            counts += _critical(back, starts, ends, lasting, int(network.place[towards]))
    return Draws(finishes, seen, counts if towards is None else counts[network.place])


def _kind(network: Network, given: Times, own: Times) -> type[np.generic]:
    """The smallest type that is exact to the minute for any chain of the network."""
    longest = float(np.max(given, initial=0)) + float(np.max(np.abs(network.forward.lag), initial=0))
    reach = (longest + 1) * len(network.bounds) + float(np.max(np.abs(own), initial=0))
    if given.dtype.kind in "iub":
        return np.int32 if reach < 2**31 else np.int64
    return np.float32 if reach < 2**23 else np.float64


def _rows(side: Side, level: Level, kind: type[np.generic]) -> _Rows:
    degree = np.diff(level.starts, append=level.last - level.first)
    begin, many = level.first + level.starts, degree > _HUB
    slots = []
    for number in range(int(degree[~many].max(initial=1))):
        rows = np.flatnonzero((degree > number) & ~many) if number else np.arange(len(degree))
        near = level.low + rows if number else slice(level.low, level.high)
        slots.append(_links(side, begin[rows] + number, near, kind))
    hubs = (
        _links(side, np.arange(begin[row], begin[row] + degree[row]), slice(level.low + row, level.low + row + 1), kind)
        for row in np.flatnonzero(many).tolist()
    )
    return _Rows(slice(level.low, level.high), tuple(slots), tuple(hubs))


def _links(side: Side, links: Ints, near: Ints | slice, kind: type[np.generic]) -> _Links:
    relation, lag = side.relation[links], side.lag[links]
    ending = np.flatnonzero(relation >= 2)
    return _Links(
        near,
        side.other[links],
        np.flatnonzero(relation % 2 == 1),
        ending,
        side.to[links[ending]],
        lag.astype(kind)[:, None] if lag.any() else None,
    )


def _forward(levels: Sequence[_Rows], lasting: Times, first: Times, held: Times | None, *, pushed: bool) -> tuple[Times, Times]:
    """Starts and finishes by place; none starts before `first` or ends before `held`. `pushed`: what an item's own start asks for has to
    be looked at again after its links."""
    starts = np.empty_like(lasting)
    if held is None:
        starts[:] = first
    else:
        np.subtract(held, lasting, out=starts)
        np.maximum(starts, first, out=starts)
    ends = starts + lasting
    for level in levels:
        places = level.places
        for number, links in enumerate(level.slots):
            if not number and not pushed:
                np.take(ends, links.other, axis=0, out=starts[places], mode="clip")
            elif number:
                starts[links.near] = np.maximum(starts[links.near], _bound(links, starts, ends, lasting))
            else:
                np.maximum(starts[places], _bound(links, starts, ends, lasting), out=starts[places])
        for links in level.hubs:
            bound = _bound(links, starts, ends, lasting).max(axis=0, keepdims=True)
            starts[links.near] = np.maximum(starts[links.near], bound)
        np.add(starts[places], lasting[places], out=ends[places])
    return starts, ends


def _bound(links: _Links, starts: Times, ends: Times, lasting: Times) -> Times:
    """The start that each link asks for, with the predecessors at the other end."""
    bound: Times = np.take(ends, links.other, axis=0, mode="clip")
    if links.plain:
        return bound
    bound[links.starting] = starts[links.other[links.starting]]
    if links.lag is not None:
        bound += links.lag
    if links.ending.size:
        bound[links.ending] -= lasting[links.ended]
    return bound


def _critical(levels: Sequence[_Rows], starts: Times, ends: Times, lasting: Times, end: int) -> Ints:
    """In how many of the draws each item, by place, is critical for the end of one."""
    critical = np.zeros(ends.shape, np.bool_)
    critical[end] = True
    for level in levels:
        for links in level.slots:
            critical[links.near] |= _driving(links, starts, ends, lasting) & critical[links.other]
        for links in level.hubs:
            critical[links.near] |= (_driving(links, starts, ends, lasting) & critical[links.other]).any(axis=0)
    counts: Ints = np.count_nonzero(critical, axis=1).astype(np.int64)
    return counts


def _driving(links: _Links, starts: Times, ends: Times, lasting: Times) -> npt.NDArray[np.bool_]:
    """Whether each link, with the successors at the other end, leaves no slack."""
    bound: Times = ends[links.near]
    if not links.plain:
        bound = np.repeat(bound, len(links.other), axis=0) if len(bound) != len(links.other) else bound.copy()
        begin = starts[links.near]
        bound[links.starting] = begin if len(begin) != len(bound) else begin[links.starting]
        if links.lag is not None:
            bound += links.lag
        bound[links.ending] -= lasting[links.other[links.ending]]
    found: npt.NDArray[np.bool_] = starts[links.other] == bound
    return found
