"""Pure. Many draws of durations where items have calendars of their own and lags run in elapsed time: `crossed`, a block at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from syncd.schedule.calendar import Instants, Ints, WorkingTime
from syncd.schedule.compiled import Bools, Network
from syncd.schedule.crossed import Acts, acts, ends_at, finish_of, held_of, own_marks, wall_of, which
from syncd.schedule.crossing import Crossing
from syncd.schedule.draws import BLOCK, Draws
from syncd.schedule.given import drawn

_CELLS, _LEAST = 2_000_000, 16
"""Draws times items that are passed through together, at most, and the fewest draws."""


def crossed_many(
    network: Network,
    durations: npt.ArrayLike,
    calendars: Sequence[WorkingTime] | Crossing,
    calendar: npt.ArrayLike | None = None,
    *,
    start: Instants,
    not_earlier: Instants | None = None,
    not_done: Instants | None = None,
    endless: bool = False,
    watched: Sequence[int] = (),
    towards: int | None = None,
) -> Draws:
    """As `forward_many`, with the calendars and instants of `crossed`. Durations are rounded to whole minutes.

    Finishes, the watched ones too, are minutes on the wall since the calendars' origin. Where two calendars meet, or time elapses, a link
    leaves slack where its predecessor could end a whole working day later: then it is the successor that cannot begin sooner. Raises
    `NotComputable` where a draw runs out of the calendars' range; with `endless` it ends with the last working time of that calendar.
    Calendars that many calls share may come as a `Crossing`, which says that itself.
    """
    given = drawn("durations", durations, network.items)
    crossing = calendars if isinstance(calendars, Crossing) else Crossing.of(calendars, endless=endless)
    of = which(network, crossing.calendars, calendar)
    own = own_marks(network, crossing, of, start, not_earlier)[:, None]
    held = held_of(network, crossing, not_done)
    ahead = _columns(acts(network, crossing, of, np.zeros(network.items, np.int64), forward=True, held=held))
    until = None if held is None else ends_at(crossing, of, held)[:, None]
    top = 2 * crossing.totals[of][:, None] if crossing.endless else None
    places = network.place[np.array(watched, np.int64)]
    finishes, seen = np.empty(len(given), np.int64), np.empty((len(given), len(watched)), np.int64)
    critical = None if towards is None else _Critical.of(network, crossing, of, int(network.place[towards]))
    counts = np.zeros(0 if towards is None else network.items, np.int64)
    block = max(_LEAST, min(BLOCK, _CELLS // max(1, network.items)))
    for low in range(0, len(given), block):
        lasting = np.ascontiguousarray(np.rint(given[low : low + block]).astype(np.int64).T)[network.order]
        drives = None if critical is None else np.empty((len(network.forward.to), lasting.shape[1]), np.bool_)
        early = _early(network, crossing, lasting, own, until, top, ahead, drives)
        ends = early[network.items :]
        last = np.maximum(finish_of(crossing, of, ends, lasting.shape[1]), wall_of(crossing, start))
        finishes[low : low + block] = last
        seen[low : low + block] = crossing.wall(of[places][:, None], ends[places]).T
        if critical is not None and drives is not None:
            counts += critical.counted(early, lasting, drives)
    return Draws(finishes, seen, counts if critical is None else counts[network.place])


def _columns(found: Acts) -> Acts:
    """The same with each link's values as a row of one column, to be met with a row of draws."""
    route = found.route
    route = replace(
        route,
        key=route.key[:, None],
        top=route.top[:, None],
        row=route.row[:, None],
        begin=route.begin[:, None],
        elapsed=route.elapsed[:, None],
        held=route.held[:, None],
    )
    return replace(found, keep=found.keep[:, None], add=found.add[:, None], route=route)


def _early(
    network: Network,
    crossing: Crossing,
    lasting: Ints,
    own: Ints,
    until: Ints | None,
    top: Ints | None,
    links: Acts,
    drives: Bools | None,
) -> Ints:
    """Early starts and finishes as marks, by place one after the other, and draw: no finish before `until`, and none later than `top`.
    Into `drives` goes which links, in the order of the forward side, leave their successors no slack."""
    items, side = network.items, network.forward
    works = (lasting > 0).astype(np.int64)
    spans = 2 * lasting - works
    early = np.empty((2 * items, lasting.shape[1]), np.int64)
    starts, ends = early[:items], early[items:]
    begin = own if until is None else np.maximum(own, until - spans)
    np.bitwise_or(begin, works, out=starts)
    np.add(starts, spans, out=ends)
    if top is not None:
        np.minimum(early, np.concatenate((top, top)), out=early)
    for level, part in zip(side.levels, links.parts, strict=True):
        places, reach = slice(level.low, level.high), slice(level.first, level.last)
        mark = early[side.source[reach]]
        if part.stop > part.start:
            at = links.route.links[part] - level.first
            mark[at] = crossing.ahead(links.route, part, mark[at])
        mark &= links.keep[reach]
        mark += links.add[reach]
        finishing = np.flatnonzero(side.relation[reach] >= 2)
        mark[finishing] -= 2 * lasting[side.to[reach][finishing]]
        begin = np.maximum(starts[places], np.maximum.reduceat(mark, level.starts, axis=0))
        np.bitwise_or(begin, works[places], out=starts[places])
        np.add(starts[places], spans[places], out=ends[places])
        if top is not None:
            np.minimum(starts[places], top[places], out=starts[places])
            np.minimum(ends[places], top[places], out=ends[places])
        if drives is not None:
            np.greater_equal(mark >> 1, starts[side.to[reach]] >> 1, out=drives[reach])  # what is beyond the top drives, too
    return early


@dataclass(frozen=True, slots=True, eq=False)
class _Critical:
    """What is critical for the end of one item. `end`: its place; `back`: what links do backward; by link of the backward side `at`: where
    it stands on the forward one, and `day`: the usual working day of its predecessor."""

    network: Network
    crossing: Crossing
    end: int
    back: Acts
    at: Ints
    day: Ints

    @classmethod
    def of(cls, network: Network, crossing: Crossing, of: Ints, end: int) -> "_Critical":
        side, at = network.backward, np.empty(network.links, np.int64)
        at[network.forward.given] = np.arange(len(side.given))
        back = _columns(acts(network, crossing, of, np.zeros(network.items, np.int64), forward=False))
        lengths = np.array([time.longest for time in crossing.calendars], np.int64)
        return cls(network, crossing, end, back, at[side.given], lengths[of[side.to]][:, None])

    def counted(self, early: Ints, lasting: Ints, drives: Bools) -> Ints:
        """In how many of the draws each item, by place, is critical."""
        side = self.network.backward
        critical = np.zeros(lasting.shape, np.bool_)
        critical[self.end] = True
        for level, part in zip(side.levels, self.back.parts, strict=True):
            reach = slice(level.first, level.last)
            leads = drives[self.at[reach]] & critical[side.other[reach]]
            if part.stop > part.start:
                leads[self.back.route.links[part] - level.first] &= self._close(early, lasting, part)
            critical[level.low : level.high] |= np.logical_or.reduceat(leads, level.starts, axis=0)
        counts: Ints = np.count_nonzero(critical, axis=1).astype(np.int64)
        return counts

    def _close(self, early: Ints, lasting: Ints, part: slice) -> Bools:
        """Whether links that cross leave their predecessors less than a working day. What takes no time waits for nobody's presence."""
        side, links = self.network.backward, self.back.route.links[part]
        latest = self.crossing.back(self.back.route, part, (early[side.source[links]] >> 1) + self.back.keep[links])
        read = side.to[links] + self.network.items * (side.relation[links] % 2 == 0)
        close: Bools = (latest - (early[read] >> 1) < self.day[links]) | (lasting[side.other[links]] == 0)
        return close
